"""How the API answers: JSON with the mark of a demonstration, an ETag, headers for readers on other sites,
and lists in pages.

Knows the web and the operations' table, and no content.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from flask import Response, g, request, url_for
from flask_babel import force_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from contest.api.operations import OPERATIONS, Operation
from contest.api.parameters import Wish, read_path, read_query
from core.errors import AuylError, NotFound
from core.web.compression import LEVEL, SMALLEST
from core.web.edge import settings
from core.web.language import LANGUAGES, language
from core.web.programs import is_for_programs

Item = TypeVar("Item")
JSON = "application/json"
_SUFFIXES = {"kk": "kz", "ru": "ru", "en": "en"}


class OtherForm(AuylError):
    """The reader asks for a form of answer that there is not."""


def read_request() -> None:
    """Read what is asked before a view runs; :func:`wish` gives it.

    :raises BadParameter: for a query that cannot be taken.
    :raises NotFound: for an address that cannot name anything.
    :raises OtherForm: when the reader does not take JSON.
    """
    if request.method == "OPTIONS":
        return
    accepted = request.accept_mimetypes
    if accepted and not accepted.best_match([JSON]):
        raise OtherForm(
            _l(
                "The API answers with %(form)s only, and “Accept: %(accept)s” leaves that out: add it.",
                form=JSON, accept=str(accepted)[:60],
            )
        )  # fmt: skip
    read_path(operation(), request.view_args or {})
    g.wish = read_query(operation(), dict(request.args.lists()))


def operation() -> Operation:
    """The operation of the present request."""
    return OPERATIONS[(request.endpoint or "").rpartition(".")[2]]


def wish() -> Wish:
    """What the present request asks for."""
    return g.wish


def address(endpoint: str, **values: object) -> str:
    """The whole address of a page or of another answer."""
    return settings().public_url + url_for(endpoint, **values)


def answer(content: Mapping[str, Any], *, links: Sequence[tuple[str, str]] = ()) -> Response:
    """An answer with the mark of a demonstration."""
    return plain_answer({**_mark(), **content}, links=links)


def plain_answer(content: Mapping[str, Any], *, links: Sequence[tuple[str, str]] = ()) -> Response:
    """An answer as it is; 304 where the reader has it already.

    The ETag is strong: packed bytes are other bytes, and have another one.
    """
    body = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
    response = Response(content_type=JSON)
    tag = hashlib.sha256(body).hexdigest()[:32]
    if "gzip" in request.accept_encodings and len(body) >= SMALLEST:
        body, tag = gzip.compress(body, LEVEL, mtime=0), f"{tag}-gzip"
        response.headers["Content-Encoding"] = "gzip"
    response.set_data(body)
    response.set_etag(tag)
    response.cache_control.public = True
    response.cache_control.max_age = operation().keeps
    if links:
        response.headers["Link"] = ", ".join(f'<{target}>; rel="{relation}"' for relation, target in links)
    return response.make_conditional(request)


def page_of(rows: Sequence[Item], show: Callable[[Sequence[Item]], list[Any]], **about: Any) -> Response:
    """The page of a list that is asked for.

    :param show: turns the rows of the page into what is answered.
    :param about: what is said of the list besides.
    :raises NotFound: for a page that is not there.
    """
    number, size = wish()["page"], wish()["per_page"]
    pages = max(1, -(-len(rows) // size))
    if number > pages:
        raise NotFound(
            _l("This list has %(pages)s pages: there is no page %(page)s.", pages=pages, page=number)
        )
    targets = {"first": 1, "prev": number - 1, "next": number + 1, "last": pages}
    links = [(relation, _page(page)) for relation, page in targets.items() if 1 <= page <= pages]
    return answer(
        {
            "page": number, "per_page": size, "pages": pages, "total": len(rows),
            "next": dict(links).get("next"), **about,
            "items": show(rows[(number - 1) * size : number * size]),
        },
        links=links,
    )  # fmt: skip


def notes() -> dict[str, str | None]:
    """What a demonstration makes up, in each language; None in a live installation."""
    found: dict[str, str | None] = {}
    for code in LANGUAGES:
        with force_locale(code):
            words = _("DEMONSTRATION: the ratings are San Diego's of 2015, names and marks are made up.")
            found[code] = words if settings().is_demo else None
    return found


def add_headers(response: Response) -> Response:
    """Let readers on any site read what is under the API's addresses, also its problems; without cookies."""
    if not is_for_programs():
        return response
    headers = response.headers
    headers["Access-Control-Allow-Origin"] = "*"
    headers["Access-Control-Expose-Headers"] = "ETag, Link, Retry-After"
    if request.method == "OPTIONS":
        headers["Access-Control-Allow-Methods"] = "GET, HEAD, OPTIONS"
        headers["Access-Control-Allow-Headers"] = "If-None-Match"
        headers["Access-Control-Max-Age"] = "86400"
    if response.status_code >= 400:
        headers["Cache-Control"] = "no-store"
        headers["Content-Language"] = language()
        response.vary.add("Accept-Language")
    return response


def _page(number: int) -> str:
    values = {name: value for name, value in wish().items() if name != "page"}
    return address(request.endpoint or "", **(request.view_args or {}), **values, page=number)


def _mark() -> dict[str, Any]:
    words = notes()
    return {"demonstration": settings().is_demo, **{f"note{_SUFFIXES[code]}": words[code] for code in words}}
