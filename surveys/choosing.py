"""The way to one's form, for the page of our own and for the frame on a site: a list, a search, a village.

Part of the views, like `surveys.answering`; the address of a district or an oblast leads to its villages.
"""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from core import clock
from core.errors import NotFound
from core.web.edge import database
from core.web.language import language
from surveys.answering import Page, empty_form
from surveys.finding import MOST_FOUND, find_asked, level_below
from surveys.intake import why_closed
from surveys.queries import asked_unit, campaign_by_code, title_of

LONGEST_NAME = 100


def villages_page(code: str, *, door: str) -> Page:
    """Find one's village: type its name, or go from the oblast down."""
    campaign = campaign_by_code(database(), code)
    text = " ".join(request.args.get("q", "").split())[:LONGEST_NAME]
    within = request.args.get("in") or None
    return render_template(
        "surveys/public/find.html", campaign=campaign, title=title_of(campaign), text=text, door=door,
        reason=why_closed(campaign, now=clock.present()),
        places=find_asked(database(), campaign=campaign, text=text) if text else None, most=MOST_FOUND,
        listing=level_below(database(), campaign=campaign, within=within, language=language()),
    )  # fmt: skip


def form_or_villages(code: str, kato: str, *, door: str) -> Page | Response:
    """The form of one unit; of a district or oblast, the villages in it that are asked."""
    try:
        asked = asked_unit(database(), code=code, kato=kato)
    except NotFound as missing:
        return _villages_of(code, kato, missing, door=door)
    return empty_form(asked, door=door)


def _villages_of(code: str, kato: str, missing: NotFound, *, door: str) -> Response:
    campaign = campaign_by_code(database(), code)
    try:
        level_below(database(), campaign=campaign, within=kato, language=language())
    except NotFound:
        raise missing from None
    return redirect(url_for(f"{door}.find_unit", campaign=code, lang=language(), **{"in": kato}))
