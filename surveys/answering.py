"""The form of one unit, shown and taken: the same for the page of our own and for the frame on a site.

Part of the views: it knows the request and the templates, and nothing of who is let in
(`surveys.admission`) or of where answers go (`surveys.intake`). No cookie and no script is needed.
"""

from __future__ import annotations

from flask import render_template, request
from flask_babel import gettext as _

from core import clock
from core.codes import grouped, receipt_of
from core.errors import Gone
from core.web.edge import database, keys, settings
from core.web.headers import no_store
from core.web.limits import caller
from surveys.admission import Admitted, admit, entrance, new_ticket, read_ticket
from surveys.filling import Filled, read_filled
from surveys.intake import deposit_answer, require_open
from surveys.queries import AskedUnit, box_of, criteria_of, is_received

LARGEST_ANSWER = 64 * 1024
Page = str | tuple[str, int]


def empty_form(asked: AskedUnit, *, door: str) -> Page:
    """The form with a new ticket.

    :param door: the blueprint whose `show_form` and `take_answer` the page leads to.
    """
    require_open(asked, now=clock.present())
    return form_page(asked, Filled(), door=door)


def taken_form(asked: AskedUnit, *, door: str) -> Page:
    """The thank-you of a sent form, or the form again with everything that was chosen."""
    now, secret = clock.present(), settings().secret_key
    ticket = read_ticket(request.form.get("ticket", ""), asked=asked, secret=secret, now=now)
    if ticket and "show_code" in request.form:
        return _code_page(asked, ticket.nonce, door=door)
    require_open(asked, now=now)
    criteria = criteria_of(database(), asked)
    filled = read_filled(request.form, criteria, asks_strata=asked.asks_strata)
    if ticket is None or filled.faults:
        page = form_page(asked, filled, door=door, is_stale=ticket is None)
        return page, 410 if ticket is None else 422
    admitted = admit(
        database(), asked=asked, ticket=ticket, sent=request.form, caller=caller(), secret=secret, now=now
    )
    if not isinstance(admitted, Admitted):
        return form_page(asked, filled, door=door, withheld=admitted), admitted.status
    deposit_answer(
        database(), asked=asked, admitted=admitted, answer=filled.answer(criteria, mode=asked.mode),
        keys=keys(), secret=secret, now=now,
    )  # fmt: skip
    no_store()
    return render_template(
        "surveys/public/thanks.html", asked=asked, door=door, ticket=request.form["ticket"], code=None
    )


def form_page(
    asked: AskedUnit, filled: Filled, *, door: str, is_stale: bool = False, withheld: object = None,
    is_preview: bool = False,
) -> str:  # fmt: skip
    """The page of the form; `withheld` says why what was sent could not go in yet."""
    no_store()
    now, secret = clock.present(), settings().secret_key
    # A ticket that is still good stays: sending twice must not become two ballots.
    kept = request.form.get("ticket") if not is_stale else None
    ticket = "" if is_preview else kept or new_ticket(asked, secret=secret, now=now)
    return render_template(
        "surveys/public/form.html", asked=asked, door=door, criteria=criteria_of(database(), asked),
        filled=filled, ticket=ticket, is_stale=is_stale, is_preview=is_preview, withheld=withheld,
        entrance=entrance(
            database(), asked=asked, ticket=ticket, caller=caller(), secret=secret, now=now
        ),
    )  # fmt: skip


def _code_page(asked: AskedUnit, trace: bytes, *, door: str) -> Page:
    no_store()
    if not is_received(database(), code=asked.code, trace=trace):
        raise Gone(_("No answer has arrived from this page. Open the survey and answer first."))
    code = grouped(receipt_of(settings().secret_key, box_of(asked.code), trace))
    return render_template(
        "surveys/public/thanks.html", asked=asked, door=door, ticket=request.form["ticket"], code=code
    )
