"""What a page in a frame needs besides itself: who may frame it, its direct address, and the site's name.

Part of the views: it knows the request. A frame that names its site (`at`) is for that site alone, and keeps
the name in every link and form; naming another's site gains nothing, because only that site can show it.
"""

from __future__ import annotations

from dataclasses import dataclass

from flask import g, request, url_for

from core.web.edge import close_database, database, settings
from core.web.headers import allow_framing
from core.web.language import language
from surveys.embedding.addresses import origin_of
from surveys.embedding.queries import framing_origins
from surveys.keeping import GONE

LONGEST_ORIGIN = 255
#: Who could frame a page when the database last answered, so that a fault of it is seen in the frame too.
_LAST: dict[tuple[str, str | None, str | None], tuple[str, ...]] = {}
_MOST_KEPT = 10_000


@dataclass(frozen=True, slots=True)
class Frame:
    """The frame of the present answer: the site that it told, if that is a registered one, and where the
    same page is found without a frame."""

    site: str | None
    address: str

    @property
    def spoken(self) -> str:
        """The address as people read it: without scheme and language."""
        return self.address.partition("://")[2].partition("?")[0]


def named_site() -> str | None:
    """The origin that the frame's address names."""
    return request.args.get("at", "")[:LONGEST_ORIGIN] or None


def enter_frame(*, code: str, kato: str | None) -> None:
    """Let the present answer be framed by those who may, and give its page what a frame shows."""
    site, own = named_site(), origin_of(settings().public_url)
    origins = () if site == own else _origins(code, site, kato)
    allow_framing(origins)
    told = site if site == own or site in origins else None
    g.frame = Frame(told, _direct_address(code, kato))


def _direct_address(code: str, kato: str | None) -> str:
    """Where the same is found outside of a frame."""
    if kato:
        path = url_for("surveys_public.show_form", campaign=code, kato=kato, lang=language())
    else:
        within = {"in": request.args["in"]} if request.args.get("in") else {}
        path = url_for("surveys_public.find_unit", campaign=code, lang=language(), **within)
    return settings().public_url + path


def _origins(code: str, site: str | None, kato: str | None) -> tuple[str, ...]:
    key = (code, site, kato)
    try:
        found = framing_origins(database(), code=code, site=site, kato=kato)
    except GONE:
        close_database()  # what failed must not stand in the way of the page that says so
        return _LAST.get(key, ())
    if len(_LAST) < _MOST_KEPT or key in _LAST:
        _LAST[key] = found
    return found
