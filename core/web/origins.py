"""Where a form was sent from: forms without a session token refuse those of other sites.

A browser says `Sec-Fetch-Site` or `Origin`; an old one says neither and is let through, because the form's
own secret (a slip's code) is the proof. Pages without referrer send the origin `null`, which says nothing.
"""

from __future__ import annotations

from flask import request
from flask_babel import lazy_gettext as _l

from core.errors import Forbidden
from core.web.edge import settings


def refuse_foreign_origin() -> None:
    """Refuse the present request when its browser says that another site sent it.

    :raises Forbidden: for a form on another site's page.
    """
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    if is_foreign(site, origin, own=(request.host_url.rstrip("/"), settings().public_url)):
        raise Forbidden(_l("Go back, reload the page and try again."))


def is_foreign(site: str | None, origin: str | None, *, own: tuple[str, ...]) -> bool:
    """Whether the two headers say that another site sent a form."""
    return site not in (None, "same-origin", "none") or origin not in (None, "null", *own)
