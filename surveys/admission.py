"""Who is let in: whether an answer may go into the urn now, and under which trace.

One place decides for every mode and every door (page, frame, tablet): it asks the room of the campaign's
mode. May import the ground and this room's parts; knows no request: the form's texts and the caller's
daily mark come in. The shapes live in `surveys.tickets`, where the modes' rooms take them from.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from core.codes import Ticket
from core.urn.models import TraceKind
from surveys.queries import AskedUnit
from surveys.rules import Mode
from surveys.tickets import Admitted, Entrance, Withheld, new_ticket, read_ticket

__all__ = ["Admitted", "Entrance", "Withheld", "admit", "entrance", "new_ticket", "read_ticket"]


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
    if asked.mode is not Mode.OPEN:
        return Withheld(
            _l("This survey cannot be answered here yet. Nothing was sent; please come again later."), 409
        )
    return Admitted(ticket.nonce, TraceKind.TICKET)
