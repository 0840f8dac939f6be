"""The resident's pages: finding one's village, the form, the thank-you and the code of receipt.

No cookie and no script is needed: a signed ticket in the form stands in for the session, so the
pages work inside a frame on another site. Nothing here is cached, and no address is remembered.
"""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask_babel import gettext as _

from core import clock
from core.access import public
from core.application import csrf
from core.codes import Ticket, grouped, receipt_of
from core.errors import BadInput, Gone
from core.web.edge import database, keys, settings
from core.web.headers import no_store
from core.web.language import language
from surveys.filling import Filled, read_filled
from surveys.finding import find_asked, level_below
from surveys.intake import deposit_answer, require_open, ticket_subject, tickets, why_closed
from surveys.queries import (
    AskedUnit,
    asked_unit,
    box_of,
    campaign_by_code,
    criteria_of,
    is_received,
    title_of,
)

surveys_public = Blueprint("surveys_public", __name__)
csrf.exempt(surveys_public)

LARGEST_ANSWER = 64 * 1024
LONGEST_NAME = 100
Page = str | tuple[str, int]


@surveys_public.before_request
def keep_small() -> None:
    """Refuse a body that no answer needs, before it is read."""
    request.max_content_length = LARGEST_ANSWER


@surveys_public.get("/s/<string:campaign>")
@public
def find_unit(campaign: str) -> Page:
    """Find one's village: type its name, or go from the oblast down."""
    found = campaign_by_code(database(), campaign)
    text = " ".join(request.args.get("q", "").split())[:LONGEST_NAME]
    within = request.args.get("in") or None
    return render_template(
        "surveys/public/find.html", campaign=found, title=title_of(found), text=text,
        reason=why_closed(found, now=clock.present()),
        places=find_asked(database(), campaign=found, text=text) if text else None,
        listing=level_below(database(), campaign=found, within=within, language=language()),
    )  # fmt: skip


@surveys_public.get("/s/<string:campaign>/<string:kato>")
@public
def show_form(campaign: str, kato: str) -> Page:
    """The form of one unit, with a new ticket."""
    asked = asked_unit(database(), code=campaign, kato=kato)
    require_open(asked, now=clock.present())
    return _form_page(asked, Filled())


@surveys_public.post("/s/<string:campaign>/<string:kato>")
@public
def take_answer(campaign: str, kato: str) -> Page:
    """Take an answer and say thank you; the same ticket again gives the same page and one ballot."""
    asked = asked_unit(database(), code=campaign, kato=kato)
    ticket = _ticket(asked)
    if ticket and "show_code" in request.form:
        return _code_page(asked, ticket)
    now = clock.present()
    require_open(asked, now=now)
    criteria = criteria_of(database(), asked)
    filled = read_filled(request.form, criteria, asks_strata=asked.asks_strata)
    if ticket is None or filled.faults:
        return _form_page(asked, filled, is_stale=ticket is None), 410 if ticket is None else 422
    deposit_answer(
        database(), asked=asked, nonce=ticket.nonce, answer=filled.answer(criteria, mode=asked.mode),
        keys=keys(), secret=settings().secret_key, now=now,
    )  # fmt: skip
    no_store()
    return render_template(
        "surveys/public/thanks.html", asked=asked, ticket=request.form["ticket"], code=None
    )


def _ticket(asked: AskedUnit) -> Ticket | None:
    """The ticket that was sent, if it is ours, for this very form, and not too old."""
    try:
        ticket = tickets(settings().secret_key).read(request.form.get("ticket", ""), now=clock.present())
    except (BadInput, Gone):
        return None
    return ticket if ticket.subject == ticket_subject(asked) else None


def _form_page(asked: AskedUnit, filled: Filled, *, is_stale: bool = False) -> str:
    no_store()
    # A ticket that is still good stays: sending twice must not become two ballots.
    kept = request.form.get("ticket") if not is_stale else None
    ticket = kept or tickets(settings().secret_key).issue(ticket_subject(asked), now=clock.present())
    return render_template(
        "surveys/public/form.html", asked=asked, criteria=criteria_of(database(), asked), filled=filled,
        ticket=ticket, is_stale=is_stale, is_preview=False,
    )  # fmt: skip


def _code_page(asked: AskedUnit, ticket: Ticket) -> Page:
    no_store()
    if not is_received(database(), code=asked.code, trace=ticket.nonce):
        raise Gone(_("No answer has arrived from this page. Open the survey and answer first."))
    code = grouped(receipt_of(settings().secret_key, box_of(asked.code), ticket.nonce))
    return render_template(
        "surveys/public/thanks.html", asked=asked, ticket=request.form["ticket"], code=code
    )
