"""The resident's pages: finding one's village, the form, the thank-you, and whether a code was received.

No cookie and no script is needed: a signed ticket in the form stands in for the session, so the
pages work inside a frame on another site. Nothing here is cached, and no address is remembered.
"""

from __future__ import annotations

from flask import Blueprint, render_template, request
from werkzeug.wrappers import Response

from core.access import public
from core.application import csrf
from core.codes import clean_receipt, grouped
from core.errors import BadInput
from core.web.edge import database, settings
from core.web.headers import no_store
from core.web.limits import limiter
from core.web.origins import refuse_foreign_origin
from surveys.answering import Page, taken_form
from surveys.choosing import form_or_villages, villages_page
from surveys.inclusion.queries import published_lists
from surveys.keeping import keep_answers
from surveys.queries import asked_unit
from surveys.receipts import find_receipt

surveys_public = Blueprint("surveys_public", __name__)
csrf.exempt(surveys_public)
keep_answers(surveys_public)

DOOR = "surveys_public"
LONGEST_CODE = 100


@surveys_public.get("/s/<string:campaign>")
@public
def find_unit(campaign: str) -> Page:
    """Find one's village: type its name, or go from the oblast down."""
    return villages_page(campaign, door=DOOR)


@surveys_public.get("/s/<string:campaign>/<string:kato>")
@public
def show_form(campaign: str, kato: str) -> Page | Response:
    """The form of one unit, with a new ticket; of a district or oblast, its villages."""
    return form_or_villages(campaign, kato, door=DOOR)


@surveys_public.post("/s/<string:campaign>/<string:kato>")
@public
def take_answer(campaign: str, kato: str) -> Page:
    """Take an answer and say thank you; the same ticket again gives the same page and one ballot."""
    refuse_foreign_origin()
    return taken_form(asked_unit(database(), code=campaign, kato=kato), door=DOOR)


@surveys_public.get("/receipt")
@public
def receipt() -> Page:
    """Where one types a code of receipt, and the published lists."""
    no_store()
    return _receipt_page()


@surveys_public.post("/receipt")
@public
@limiter.limit("30 per minute; 300 per hour")
def check_receipt() -> Page:
    """Say whether a code is on the list, and after the closing whether it is counted."""
    no_store()
    typed = request.form.get("code", "")[:LONGEST_CODE]
    try:
        code = clean_receipt(typed)
    except BadInput as fault:
        return _receipt_page(typed=typed, fault=fault), 422
    found = find_receipt(database(), receipt=code, secret=settings().secret_key)
    return _receipt_page(typed=grouped(code), is_checked=True, found=found)


def _receipt_page(**values: object) -> str:
    lists = published_lists(database())
    return render_template("surveys/public/receipt.html", lists=lists, **values)
