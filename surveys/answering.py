"""The form of one unit, shown and taken: the same for the page of our own and for the frame on a site.

Part of the views: it knows the request and the templates, and nothing of who is let in
(`surveys.admission`) or of where answers go (`surveys.intake`). No cookie and no script is needed; whatever
stands in the way, the form comes back with everything that was chosen.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from flask import Response, render_template, request

from core import clock
from core.codes import Ticket, grouped, receipt_of
from core.errors import AuylError, Gone
from core.web.drawn import drawn
from core.web.edge import database, keys, settings
from core.web.failures import status_of
from core.web.headers import no_store
from core.web.limits import caller
from surveys.admission import Admitted, Withheld, admit, entrance
from surveys.answers import Origin
from surveys.comments.services import deposit_comment
from surveys.criteria import CriteriaSet
from surveys.filling import ANOTHER_LANGUAGE, Filled, read_filled
from surveys.intake import deposit_answer, require_open, why_closed
from surveys.queries import AskedUnit, box_of, criteria_of, is_received
from surveys.rules import Mode
from surveys.signals.arrivals import note
from surveys.tickets import new_ticket, outlived_ticket, read_ticket

#: A ticket from later than this is not ours to explain: the clock was set back, and the page gets a new one.
CLOCK_TOLERANCE = timedelta(minutes=5)
Page = str | tuple[str, int]


def empty_form(asked: AskedUnit, *, door: str) -> Page | Response:
    """The form with a new ticket; its page is drawn once and kept, since most requests are for it.

    :param door: the blueprint whose `show_form` and `take_answer` the page leads to.
    """
    require_open(asked, now=clock.present())
    if asked.mode is Mode.VERIFIED:
        return form_page(asked, Filled(), door=door)
    no_store()
    now, secret = clock.present(), settings().secret_key
    ticket = new_ticket(asked, secret=secret, now=now)
    shown = entrance(database(), asked=asked, ticket=ticket, caller=caller(), secret=secret, now=now)
    criteria = criteria_of(database(), asked)

    def values(marks: Mapping[str, str]) -> dict[str, object]:
        challenge = marks["challenge"] if shown.challenge else None
        return {
            "asked": asked, "door": door, "criteria": criteria, "filled": Filled(), "ticket": marks["ticket"],
            "entrance": replace(shown, challenge=challenge),
        }  # fmt: skip

    about = (asked, door, replace(shown, challenge=None), bool(shown.challenge))
    return drawn(
        "surveys/public/form.html", about=about,
        holes={"ticket": ticket, "challenge": shown.challenge or ""}, values=values,
    )  # fmt: skip


def taken_form(asked: AskedUnit, *, door: str) -> Page | Response:
    """The thank-you of a sent form, or the form again with everything that was chosen."""
    now, secret = clock.present(), settings().secret_key
    ticket, reason = _ticket(asked, now=now), why_closed(asked, now=now)
    criteria = criteria_of(database(), asked)
    filled = read_filled(request.form, criteria, asks_strata=asked.asks_strata)
    is_turned = ANOTHER_LANGUAGE in request.form
    # Under a person's mark a form that cannot go in must not tell whether another one went in before.
    is_only_unfit = (is_turned or filled.faults) and asked.mode is Mode.OPEN
    if ticket is None or reason or is_only_unfit:
        given = ticket or outlived_ticket(request.form.get("ticket", ""), asked=asked, secret=secret)
        if given and is_received(database(), code=asked.code, trace=given.nonce):
            # Sent again because the first thank-you was lost on its way: what arrived is thanked again.
            return _thanks(asked, receipt_of(secret, box_of(asked.code), given.nonce), door=door)
    if is_turned:
        return _in_another_language(asked, filled, ticket, reason, door=door)
    if reason:
        return form_page(asked, filled, door=door, reason=reason), status_of(reason)[0]
    if ticket is None or filled.faults:
        page = form_page(asked, filled, door=door, is_stale=ticket is None)
        return page, 410 if ticket is None else 422
    admitted = admit(
        database(), asked=asked, ticket=ticket, sent=request.form, caller=caller(), secret=secret, now=now
    )
    if not isinstance(admitted, Admitted):
        return form_page(asked, filled, door=door, withheld=admitted), admitted.status
    return _thanks(asked, _deposited(asked, admitted, filled, criteria, now=now), door=door)


def form_page(
    asked: AskedUnit, filled: Filled, *, door: str, is_stale: bool = False, withheld: Withheld | None = None,
    reason: AuylError | None = None, is_preview: bool = False, carried: str | None = None,
) -> str:  # fmt: skip
    """The page of the form; `withheld` and `reason` say why what was sent could not go in yet, or at all.

    :param carried: a ticket that was made elsewhere, since it carries a person's mark.
    """
    no_store()
    now, secret = clock.present(), settings().secret_key
    # A ticket that is still good stays: sending twice must not become two ballots.
    kept = carried or (request.form.get("ticket") if not is_stale else None)
    ticket = "" if is_preview else kept or new_ticket(asked, secret=secret, now=now)
    return render_template(
        "surveys/public/form.html", asked=asked, door=door, criteria=criteria_of(database(), asked),
        filled=filled, ticket=ticket, is_stale=is_stale, is_preview=is_preview, withheld=withheld,
        reason=reason, is_over=isinstance(reason, Gone),
        entrance=entrance(
            database(), asked=asked, ticket=ticket, caller=caller(), secret=secret, now=now
        ),
    )  # fmt: skip


def _in_another_language(
    asked: AskedUnit, filled: Filled, ticket: Ticket | None, reason: AuylError | None, *, door: str
) -> Page:
    """The form as it was filled in so far: nothing is taken, and nothing is wrong yet."""
    so_far, is_stale = replace(filled, faults=()), ticket is None and asked.mode is Mode.VERIFIED
    carried = None
    if ticket is None:
        carried = new_ticket(asked, secret=settings().secret_key, now=clock.present())
    page = form_page(asked, so_far, door=door, is_stale=is_stale, reason=reason, carried=carried)
    return page, status_of(reason)[0] if reason else 200


def _ticket(asked: AskedUnit, *, now: datetime) -> Ticket | None:
    ticket = read_ticket(request.form.get("ticket", ""), asked=asked, secret=settings().secret_key, now=now)
    return None if ticket is None or is_of_the_future(ticket, now=now) else ticket


def is_of_the_future(ticket: Ticket, *, now: datetime) -> bool:
    """Whether a ticket was made later than our clock says, by more than clocks differ."""
    return ticket.issued_at - now > CLOCK_TOLERANCE


def _deposited(
    asked: AskedUnit, admitted: Admitted, filled: Filled, criteria: CriteriaSet, *, now: datetime
) -> str:
    """Put the answer, and the words if there are any, into the urn; returns the receipt."""
    secret = settings().secret_key
    put = deposit_answer(
        database(), asked=asked, admitted=admitted, answer=filled.answer(criteria, mode=asked.mode),
        keys=keys(), secret=secret, now=now,
    )  # fmt: skip
    # Whoever answers anew without words takes the earlier words back.
    if filled.comment if put.is_new else admitted.replaces:
        deposit_comment(
            database(), asked=asked, admitted=admitted, text=filled.comment, keys=keys(), secret=secret,
            now=now,
        )  # fmt: skip
    if put.is_new:
        note(
            asked.campaign_id, asked.kato, Origin.WEB, caller(), admitted.has_script, now,
            admitted.is_trapped,
        )  # fmt: skip
    return put.receipt


def _thanks(asked: AskedUnit, receipt: str, *, door: str) -> Response:
    no_store()
    return drawn(
        "surveys/public/thanks.html", about=(asked, door), holes={"code": grouped(receipt)},
        values=lambda marks: {"asked": asked, "door": door, "code": marks["code"]},
    )  # fmt: skip
