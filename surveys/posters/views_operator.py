"""The operator's downloads: one poster as PDF, or those of a district or oblast in one ZIP."""

from __future__ import annotations

from flask import Blueprint, Response, request
from flask_babel import lazy_gettext as _l

from core.access import Right, guarded, require
from core.errors import NotFound
from core.places.queries import get_unit
from core.web.edge import database, settings
from surveys.posters.drawing import SIZES, draw_poster, file_name, zipped
from surveys.posters.queries import Poster, posters_of
from surveys.queries import campaign_by_code

posters_operator = Blueprint("posters_operator", __name__, url_prefix="/staff/posters")


@posters_operator.get("/<string:code>/<string:kato>.pdf")
@guarded(Right.MANAGE_SITES)
def poster(code: str, kato: str) -> Response:
    """The poster of one unit, A4 or A3."""
    posters, size = _posters(code, kato), _size()
    if len(posters) > 1:
        raise NotFound(_l("A poster is about one akim: take the ZIP of this area instead."))
    response = Response(draw_poster(posters[0], size=size), content_type="application/pdf")
    return _named(response, file_name(posters[0], size))


@posters_operator.get("/<string:code>/<string:kato>.zip")
@guarded(Right.MANAGE_SITES)
def archive(code: str, kato: str) -> Response:
    """The posters of a district or oblast; the download runs while they are drawn."""
    posters, size = _posters(code, kato), _size()
    response = Response(zipped(posters, size=size), content_type="application/zip")
    mark = "DEMO-" if settings().is_demo else ""
    return _named(response, f"{mark}{code}-{kato}-{size}.zip")


def _posters(code: str, kato: str) -> list[Poster]:
    found = campaign_by_code(database(), code)
    require(Right.MANAGE_SITES, oblast=get_unit(database(), kato).oblast_kato)
    return posters_of(
        database(), campaign=found, area=kato, public_url=settings().public_url, is_demo=settings().is_demo
    )


def _size() -> str:
    size = request.args.get("size", "a4")
    if size not in SIZES:
        raise NotFound(_l("Posters are drawn as a4 or a3."))
    return size


def _named(response: Response, name: str) -> Response:
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response
