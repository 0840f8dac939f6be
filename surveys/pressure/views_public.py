"""The report of pressure: a form to the agency, apart from the survey's form and from every answer.

No cookie, no script and no account; a signed number in the form makes sending twice one report. The page
may not be framed: links lead to it in a window of its own. Nothing here is cached.
"""

from __future__ import annotations

from flask import Blueprint, Response, make_response, render_template, request
from flask_babel import lazy_gettext as _l
from flask_limiter import RequestLimit

from core import clock
from core.access import public
from core.application import csrf
from core.codes import Ticket, Tickets
from core.errors import BadInput, Gone
from core.web.edge import database, settings
from core.web.headers import no_store
from core.web.limits import limiter
from core.web.origins import refuse_foreign_origin
from surveys.intake import why_closed
from surveys.keeping import keep_sent
from surveys.models import CampaignState
from surveys.pressure.filling import Told, read_told
from surveys.pressure.names import KIND_NAMES
from surveys.pressure.services import report_pressure
from surveys.queries import AskedUnit, asked_unit

pressure_public = Blueprint("pressure_public", __name__)
csrf.exempt(pressure_public)
keep_sent(
    pressure_public, number="number",
    promise=_l(
        "What you wrote is not lost: it is kept in this page. Leave it open, and press Send in a minute. "
        "However often you press, it is one report."
    ),
)  # fmt: skip

PURPOSE = "pressure"
LARGEST_REPORT = 64 * 1024
Page = str | tuple[str, int]


@pressure_public.before_request
def keep_apart() -> None:
    """Keep the pages out of caches and referrers, bodies small, and other sites' forms out."""
    no_store()
    request.max_content_length = LARGEST_REPORT
    if request.method == "POST":
        refuse_foreign_origin()


def is_kept(response: Response) -> bool:
    """Whether a request counts against the limit: correcting a form never does."""
    return response.status_code == 200


def too_many(limit: RequestLimit) -> Response:
    """The form again, with what was typed, where too many reports came from one network."""
    asked = _reportable(**(request.view_args or {}))
    return make_response(_form(asked, read_told(request.form), has_to_wait=True), 429)


@pressure_public.get("/report/<string:campaign>/<string:kato>")
@public
def report(campaign: str, kato: str) -> Page:
    """The form, for one unit."""
    return _form(_reportable(campaign, kato), Told())


@pressure_public.post("/report/<string:campaign>/<string:kato>")
@public
@limiter.limit("60 per hour; 300 per day", deduct_when=is_kept, on_breach=too_many)
def take_report(campaign: str, kato: str) -> Page:
    """Keep a report and say what happens next; the same form again is the same report."""
    asked, told, now = _reportable(campaign, kato), read_told(request.form), clock.present()
    ticket = _ticket(asked)
    if ticket is None or told.kind is None or told.faults:
        return _form(asked, told, is_stale=ticket is None), 410 if ticket is None else 422
    report_pressure(
        database(), asked=asked, nonce=ticket.nonce, kind=told.kind, words=told.words or None,
        secret=settings().secret_key, now=now,
    )  # fmt: skip
    return render_template("surveys/pressure/thanks.html", asked=asked)


def _reportable(campaign: str, kato: str) -> AskedUnit:
    """The unit of a survey that is known outside; pressure can come before the first day and after the last.

    :raises TooEarly: while the survey is a draft.
    """
    asked = asked_unit(database(), code=campaign, kato=kato)
    reason = why_closed(asked, now=clock.present())
    if asked.state is CampaignState.DRAFT and reason is not None:
        raise reason
    return asked


def _form(asked: AskedUnit, told: Told, *, is_stale: bool = False, has_to_wait: bool = False) -> str:
    kept = request.form.get("number") if not is_stale else None
    number = kept or _tickets().issue(_subject(asked), now=clock.present())
    return render_template(
        "surveys/pressure/form.html", asked=asked, told=told, number=number, kinds=KIND_NAMES,
        is_stale=is_stale, has_to_wait=has_to_wait,
    )  # fmt: skip


def _ticket(asked: AskedUnit) -> Ticket | None:
    try:
        ticket = _tickets().read(request.form.get("number", ""), now=clock.present())
    except (BadInput, Gone):
        return None
    return ticket if ticket.subject == _subject(asked) else None


def _tickets() -> Tickets:
    return Tickets(settings().secret_key, PURPOSE)


def _subject(asked: AskedUnit) -> str:
    return f"{asked.code}/{asked.kato}"
