"""Who is let in: whether an answer may go into the urn now, and under which trace.

One place decides for every mode and every door (page, frame): it asks the part that the campaign's mode
belongs to. May import the ground and this room's parts; knows no request: the form's texts and the caller's
daily mark come in. The shapes live in `surveys.tickets`, where those parts take them from.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from core.codes import Ticket
from surveys.guard.admission import admit_open, open_entrance
from surveys.queries import AskedUnit
from surveys.rules import Mode
from surveys.tickets import Admitted, Entrance, Withheld
from surveys.voters.admission import admit_code, admit_verified, code_entrance, verified_entrance

__all__ = ["Admitted", "Entrance", "Withheld", "admit", "entrance"]

_ENTRANCES = {Mode.OPEN: open_entrance, Mode.CODES: code_entrance, Mode.VERIFIED: verified_entrance}
_ADMISSIONS = {Mode.OPEN: admit_open, Mode.CODES: admit_code, Mode.VERIFIED: admit_verified}


def entrance(
    session: Session, *, asked: AskedUnit, ticket: str, caller: str, secret: str, now: datetime
) -> Entrance:
    """What the form of a unit must show, for the ticket (its text) that stands in it."""
    ask = _ENTRANCES[asked.mode]
    return ask(session, asked=asked, ticket=ticket, caller=caller, secret=secret, now=now)


def admit(
    session: Session,
    *,
    asked: AskedUnit,
    ticket: Ticket,
    sent: Mapping[str, str],
    caller: str,
    secret: str,
    now: datetime,
) -> Admitted | Withheld:
    """Whether an answer under a ticket may go in, and under which trace."""
    ask = _ADMISSIONS[asked.mode]
    return ask(session, asked=asked, ticket=ticket, sent=sent, caller=caller, secret=secret, now=now)
