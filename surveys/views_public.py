"""The resident's pages: finding one's village, the form, the thank-you, and whether a code was received.

No cookie and no script is needed: a signed ticket in the form stands in for the session, so the
pages work inside a frame on another site. Nothing here is cached, and no address is remembered.
"""

from __future__ import annotations

from flask import Blueprint, render_template, request

from core import clock
from core.access import public
from core.application import csrf
from core.codes import grouped
from core.errors import BadInput
from core.web.edge import database, settings
from core.web.headers import no_store
from core.web.language import language
from core.web.limits import limiter
from surveys.answering import Page, empty_form, taken_form
from surveys.finding import find_asked, level_below
from surveys.intake import why_closed
from surveys.keeping import keep_answers
from surveys.queries import asked_unit, campaign_by_code, title_of
from surveys.receipts import find_receipt, read_receipt

surveys_public = Blueprint("surveys_public", __name__)
csrf.exempt(surveys_public)
keep_answers(surveys_public)

DOOR = "surveys_public"
LONGEST_NAME = 100


@surveys_public.get("/s/<string:campaign>")
@public
def find_unit(campaign: str) -> Page:
    """Find one's village: type its name, or go from the oblast down."""
    found = campaign_by_code(database(), campaign)
    text = " ".join(request.args.get("q", "").split())[:LONGEST_NAME]
    within = request.args.get("in") or None
    return render_template(
        "surveys/public/find.html", campaign=found, title=title_of(found), text=text, door=DOOR,
        reason=why_closed(found, now=clock.present()),
        places=find_asked(database(), campaign=found, text=text) if text else None,
        listing=level_below(database(), campaign=found, within=within, language=language()),
    )  # fmt: skip


@surveys_public.get("/s/<string:campaign>/<string:kato>")
@public
def show_form(campaign: str, kato: str) -> Page:
    """The form of one unit, with a new ticket."""
    return empty_form(asked_unit(database(), code=campaign, kato=kato), door=DOOR)


@surveys_public.post("/s/<string:campaign>/<string:kato>")
@public
def take_answer(campaign: str, kato: str) -> Page:
    """Take an answer and say thank you; the same ticket again gives the same page and one ballot."""
    return taken_form(asked_unit(database(), code=campaign, kato=kato), door=DOOR)


@surveys_public.get("/receipt")
@public
def receipt() -> Page:
    """Where one types a code of receipt."""
    no_store()
    return render_template("surveys/public/receipt.html")


@surveys_public.post("/receipt")
@public
@limiter.limit("30 per minute; 300 per hour")
def check_receipt() -> Page:
    """Say whether a code is on the list: counted, or received and waiting to be mixed."""
    no_store()
    typed = request.form.get("code", "")[:LONGEST_NAME]
    try:
        code = read_receipt(typed)
    except BadInput as fault:
        return render_template("surveys/public/receipt.html", typed=typed, fault=fault), 422
    found = find_receipt(database(), receipt=code, secret=settings().secret_key)
    return render_template("surveys/public/receipt.html", typed=grouped(code), is_checked=True, found=found)
