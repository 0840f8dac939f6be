"""Who is let in where anybody can answer: a proof of work, or a ticket that has ripened.

May import the ground and this part's modules; knows no request. Nobody is turned away: whoever comes without
proof waits, at most a minute, and is counted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class Weighed:
    """An answer as the guard sees it: what would be let in, and after how many seconds."""

    admitted: Admitted
    is_proven: bool
    wait: int


def open_entrance(
    session: Session, *, asked: AskedUnit, ticket: str, caller: str, secret: str, now: datetime
) -> Entrance:
    """A challenge for the form's ticket, as hard as the present pace asks; none in a preview."""
    given = read_ticket(ticket, asked=asked, secret=secret, now=now)
    if given is None:
        return Entrance()
    return Entrance(challenge_for(given, asked=asked, caller=caller, secret=secret, now=now))


def challenge_for(ticket: Ticket, *, asked: AskedUnit, caller: str, secret: str, now: datetime) -> str:
    """The challenge of a ticket, as hard as the present pace asks."""
    level = OPEN.level(pace_of(_unit(asked), caller, now=now), adults=asked.adults)
    return new_challenge(ticket, level=level, work=OPEN.work[level], secret=secret)


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
    seen = weigh(asked=asked, ticket=ticket, sent=sent, caller=caller, secret=secret, now=now)
    if seen.wait and is_received(session, code=asked.code, trace=ticket.nonce):
        return seen.admitted  # sent again, after it was taken: the same thanks, whatever the pace is now
    if seen.wait:
        return Withheld(
            _l(
                "Please wait %(seconds)s seconds, then press Send again. Your answers are still here.",
                seconds=seen.wait,
            ),
            429, wait=seen.wait,
        )  # fmt: skip
    count_in(seen, asked=asked, caller=caller, now=now)
    return seen.admitted


def weigh(
    *, asked: AskedUnit, ticket: Ticket, sent: Mapping[str, str], caller: str, secret: str, now: datetime
) -> Weighed:
    """What an answer shows of itself, and how long it has to wait; asks no database and counts nothing."""
    pace, is_trapped = pace_of(_unit(asked), caller, now=now), bool(sent.get(TRAP_FIELD))
    shown = proven_level(sent.get(SOLUTION_FIELD, ""), ticket=ticket, secret=secret)
    admitted = Admitted(ticket.nonce, TraceKind.TICKET, has_script=shown is not None, is_trapped=is_trapped)
    is_proven = not is_trapped and shown is not None and shown >= OPEN.level(pace, adults=asked.adults)
    wait = 0
    if not is_proven and is_counting():
        age = (now - ticket.issued_at).total_seconds()
        wait = OPEN.wait(age, pace, adults=asked.adults, is_trapped=is_trapped)
    return Weighed(admitted, is_proven=is_proven, wait=wait)


def count_in(seen: Weighed, *, asked: AskedUnit, caller: str, now: datetime) -> None:
    """Count an answer that was let in towards the pace."""
    count(_unit(asked), caller, is_proven=seen.is_proven, now=now)


def _unit(asked: AskedUnit) -> str:
    return f"{asked.campaign_id}/{asked.kato}"
