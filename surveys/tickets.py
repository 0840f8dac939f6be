"""The ticket of a resident's form, and the three things that a door can say to it.

Shapes and signatures only, shared by every mode, so that `surveys.admission` can ask the modes' own rooms
without a circle. May import the ground and this room's queries; decides nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from core.codes import Ticket, Tickets
from core.errors import BadInput, Gone
from core.urn.models import TraceKind
from surveys.queries import AskedUnit
from surveys.rules import Mode
from surveys.voters.carriers import read_carried

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
    """An answer that may go in.

    :param replaces: whether it replaces an earlier one under the same trace.
    :param has_script: whether a proof of work came with it, so most likely from a browser with script.
    :param is_trapped: whether the field that people do not see was filled. Both are signals for the whole
        unit and never a reason to drop an answer.
    """

    trace: bytes
    kind: TraceKind
    replaces: bool = False
    has_script: bool = True
    is_trapped: bool = False


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


@lru_cache(maxsize=4)
def tickets_of(secret: str) -> Tickets:
    """The maker and reader of this installation's tickets: two are made for every answer."""
    return Tickets(secret, TICKET_PURPOSE)


def new_ticket(asked: AskedUnit, *, secret: str, now: datetime) -> str:
    """A ticket for one answer about one unit."""
    return tickets_of(secret).issue(ticket_subject(asked), now=now)


def read_ticket(text: str, *, asked: AskedUnit, secret: str, now: datetime) -> Ticket | None:
    """The ticket that was sent, if it is ours, for this very form, and not too old.

    In the modes with codes and with verification it may carry a voter's mark; where people are verified, no
    other is good.
    """
    if asked.mode is not Mode.OPEN:
        carried = read_carried(text, subject=ticket_subject(asked), secret=secret, now=now)
        if carried is not None or asked.mode is Mode.VERIFIED:
            return carried
    try:
        ticket = tickets_of(secret).read(text, now=now)
    except (BadInput, Gone):
        return None
    return ticket if ticket.subject == ticket_subject(asked) else None


def outlived_ticket(text: str, *, asked: AskedUnit, secret: str) -> Ticket | None:
    """A ticket of this very form, whatever its age: what was answered under it while it was good is known
    by it still."""
    try:
        ticket = tickets_of(secret).signed(text)
    except BadInput:
        return None
    return ticket if ticket.subject == ticket_subject(asked) else None
