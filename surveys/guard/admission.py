"""Who is let in where anybody can answer: a proof of work, or a ticket that has ripened.

May import the ground and this part's modules; knows no request. Nobody is turned away: whoever comes without
proof waits, at most a minute, and is counted.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from core.codes import Ticket
from core.urn.models import TraceKind
from surveys.guard.demands import OPEN
from surveys.guard.pace import count, is_counting, pace_of
from surveys.guard.proof import new_challenge, proven_level
from surveys.queries import AskedUnit, is_received
from surveys.tickets import Admitted, Entrance, Withheld, read_ticket

SOLUTION_FIELD = "altcha"
TRAP_FIELD = "website"  # stands in templates/surveys/public/_entrance.html, where people do not see it


def open_entrance(
    session: Session, *, asked: AskedUnit, ticket: str, caller: str, secret: str, now: datetime
) -> Entrance:
    """A challenge for the form's ticket, as hard as the present pace asks; none in a preview."""
    given = read_ticket(ticket, asked=asked, secret=secret, now=now)
    if given is None:
        return Entrance()
    level = OPEN.level(pace_of(_unit(asked), caller, now=now), adults=asked.adults)
    return Entrance(new_challenge(given, level=level, work=OPEN.work[level], secret=secret))


def admit_open(
    session: Session,
    *,
    asked: AskedUnit,
    ticket: Ticket,
    sent: Mapping[str, str],
    caller: str,
    secret: str,
    now: datetime,
) -> Admitted | Withheld:
    """Let an answer in at once with a proof as hard as asked now, otherwise when its ticket is ripe.

    An easier proof, from calmer minutes, counts as none: tickets that were hoarded save no work.
    """
    pace, is_trapped = pace_of(_unit(asked), caller, now=now), bool(sent.get(TRAP_FIELD))
    shown = proven_level(sent.get(SOLUTION_FIELD, ""), ticket=ticket, secret=secret)
    admitted = Admitted(ticket.nonce, TraceKind.TICKET, has_script=shown is not None, is_trapped=is_trapped)
    is_proven = not is_trapped and shown is not None and shown >= OPEN.level(pace, adults=asked.adults)
    if not is_proven and is_counting():
        age = (now - ticket.issued_at).total_seconds()
        wait = OPEN.wait(age, pace, adults=asked.adults, is_trapped=is_trapped)
        if wait and is_received(session, code=asked.code, trace=ticket.nonce):
            return admitted  # sent again, after it was taken: the same thanks, whatever the pace is now
        if wait:
            return Withheld(
                _l(
                    "Please wait %(seconds)s seconds, then press Send again. Your answers are still here.",
                    seconds=wait,
                ),
                429, wait=wait,
            )  # fmt: skip
    count(_unit(asked), caller, is_proven=is_proven, now=now)
    return admitted


def _unit(asked: AskedUnit) -> str:
    return f"{asked.campaign_id}/{asked.kato}"
