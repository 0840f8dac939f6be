"""Who is let in: whether an answer may go into the urn now, and under which trace.

One place decides for every mode and every door (page, frame, tablet). May import the ground and this
room's parts; knows no request: the form's texts and the caller's daily mark come in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from core.codes import Ticket, Tickets
from core.errors import BadInput, Gone
from core.urn.models import TraceKind
from surveys.queries import AskedUnit

TICKET_PURPOSE = "survey"


@dataclass(frozen=True, slots=True)
class Entrance:
    """What the form must show so that one is let in.

    :param challenge: a proof of work for browsers with script, as JSON; None where none is asked.
    :param asks_code: whether the form asks for the code of a letter.
    :param sign_in_url: where one confirms who one is; while it is given there is nothing to send yet.
    """

    challenge: str | None = None
    asks_code: bool = False
    sign_in_url: str | None = None


@dataclass(frozen=True, slots=True)
class Admitted:
    """An answer that may go in: its trace, the kind of that, and whether it replaces an earlier one."""

    trace: bytes
    kind: TraceKind
    replaces: bool = False


@dataclass(frozen=True, slots=True)
class Withheld:
    """An answer that may not go in yet; the form comes back with everything that was chosen.

    :param status: 422 where something must be corrected, 429 where one must wait.
    :param wait: after how many seconds Send will work.
    :param field: the id of the field at fault.
    """

    message: object
    status: int
    wait: int = 0
    field: str | None = None


def ticket_subject(asked: AskedUnit) -> str:
    """What a ticket of this form is good for."""
    return f"{asked.code}/{asked.kato}"


def new_ticket(asked: AskedUnit, *, secret: str, now: datetime) -> str:
    """A ticket for one answer about one unit."""
    return Tickets(secret, TICKET_PURPOSE).issue(ticket_subject(asked), now=now)


def read_ticket(text: str, *, asked: AskedUnit, secret: str, now: datetime) -> Ticket | None:
    """The ticket that was sent, if it is ours, for this very form, and not too old."""
    try:
        ticket = Tickets(secret, TICKET_PURPOSE).read(text, now=now)
    except (BadInput, Gone):
        return None
    return ticket if ticket.subject == ticket_subject(asked) else None


def entrance(
    session: Session, *, asked: AskedUnit, ticket: str, caller: str, secret: str, now: datetime
) -> Entrance:
    """What the form of a unit must show, for the ticket (its text) that stands in it."""
    return Entrance()


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
    return Admitted(ticket.nonce, TraceKind.TICKET)
