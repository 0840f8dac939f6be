"""The published list of receipts: its page, with how to look for a code by hand, and the file itself.

The file leaves a part at a time, however many lines it has; nothing is known of who takes it.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator

from flask import Blueprint, Response, render_template, request

from core.access import public
from core.web.edge import database, settings, storage
from core.web.limits import limiter
from surveys.answers import Origin
from surveys.inclusion.lists import LINE_BYTES, PARTS, lines_of
from surveys.inclusion.names import PAIR_NAMES
from surveys.inclusion.queries import known, list_part, published_list

inclusion_public = Blueprint("inclusion_public", __name__)
_GZIP = 16 + zlib.MAX_WBITS


@inclusion_public.get("/receipt/<string:campaign>")
@public
def list_page(campaign: str) -> str:
    """What the list is, whether its numbers agree, and how to look for a code by hand."""
    found = known(database(), campaign_code=campaign)
    return render_template(
        "surveys/inclusion/list.html", found=found, origins=Origin,
        kilobytes=-(-found.numbers.receipts * LINE_BYTES // 1024), file_name=_file_name(campaign),
        faults=[PAIR_NAMES[each.pair] for each in found.numbers.differences],
    )  # fmt: skip


@inclusion_public.get("/receipt/<string:campaign>.txt")
@public
@limiter.limit("30 per minute")
def list_file(campaign: str) -> Response:
    """The list itself, a line for each receipt."""
    found = published_list(database(), campaign_code=campaign)
    is_packed = "gzip" in request.accept_encodings
    text = _text(found.campaign.id)
    answer = Response(_packed(text) if is_packed else text, content_type="text/plain; charset=us-ascii")
    if is_packed:
        answer.headers["Content-Encoding"] = "gzip"
    else:
        answer.content_length = found.numbers.receipts * LINE_BYTES
    answer.set_etag(found.root, weak=is_packed)
    answer.vary.add("Accept-Encoding")
    answer.headers["Cache-Control"] = "public, max-age=3600"
    answer.headers["Content-Disposition"] = f'attachment; filename="{_file_name(campaign)}"'
    return answer.make_conditional(request)


def _file_name(campaign: str) -> str:
    return f"{'DEMO-' if settings().is_demo else ''}receipts-{campaign}.txt"


def _text(campaign_id: int) -> Iterator[bytes]:
    """The lines, a part at a time; a slow reader holds no transaction open."""
    kept = storage()

    def parts() -> Iterator[bytes]:
        for first in range(PARTS):
            with kept.read() as session:
                part = list_part(session, campaign_id=campaign_id, first=first)
            if part:
                yield lines_of(part)

    return parts()


def _packed(text: Iterable[bytes]) -> Iterator[bytes]:
    # Digits of chance repeat nothing: looking for repetitions would cost five times as much and pack worse.
    packer = zlib.compressobj(wbits=_GZIP, strategy=zlib.Z_HUFFMAN_ONLY)
    for part in text:
        yield packer.compress(part)
    yield packer.flush()
