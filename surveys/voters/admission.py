"""Who is let in, in the modes with codes and with verification, and under which trace.

May import the ground, this room's tickets and the queries here; knows no request. In both modes a second
answer of the same voter replaces the first while that one waits; nothing said here tells whether it did.
"""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from datetime import datetime

from flask_babel import lazy_gettext as _l
from limits import parse
from sqlalchemy.orm import Session

from core.codes import Ticket, clean_code, code_mark
from core.errors import BadInput
from core.places.queries import get_unit
from core.urn.models import TraceKind
from core.web.limits import limiter
from surveys.queries import AskedUnit
from surveys.tickets import Admitted, Entrance, Withheld, ticket_subject
from surveys.voters.carriers import MARK_LENGTH, read_carried
from surveys.voters.queries import CODE_LENGTH, CODE_PURPOSE, CodeOwner, code_owner

#: Well-formed codes that are on no list, from one connection. A slip of the pen never counts, and whoever has
#: to wait waits a minute at most; with 75 random bits in a code, that leaves a guesser nothing.
GUESSES = parse("30 per minute")
LONGEST_TYPED = 80
_FIELD = "code"


def code_entrance(
    session: Session, *, asked: AskedUnit, ticket: str, caller: str, secret: str, now: datetime
) -> Entrance:
    """The form asks for the code of a letter."""
    return Entrance(asks_code=True)


def admit_code(
    session: Session,
    *,
    asked: AskedUnit,
    ticket: Ticket,
    sent: Mapping[str, str],
    caller: str,
    secret: str,
    now: datetime,
) -> Admitted | Withheld:
    """Let in who has a code of this unit's list in this survey."""
    typed = sent.get(_FIELD, "").strip()[:LONGEST_TYPED]
    if not typed:
        return _corrected(_l("Type the code of your letter: 16 letters and digits."))
    try:
        code = clean_code(typed)
    except BadInput as fault:
        return _corrected(fault.message)
    if len(code) != CODE_LENGTH:
        return _corrected(
            _l("A code has 16 letters and digits, this one has %(count)s: compare it with the letter.",
               count=len(code))
        )  # fmt: skip
    wait = _wait_of(caller)
    if wait:
        return Withheld(
            _l("Many codes that are on no list came from this connection. Please wait %(seconds)s seconds, "
               "then press Send again. Your answers are still here.", seconds=wait),
            429, wait=wait, field=_FIELD,
        )  # fmt: skip
    mark = code_mark(secret, CODE_PURPOSE, code)
    owner = code_owner(session, mark)
    if owner is None or owner.campaign_id != asked.campaign_id:
        _count_guess(caller)
        return _corrected(
            _l("This code is not of this survey. Compare it with the letter, and the letter with the survey.")
        )
    if owner.kato != asked.kato:
        return _corrected(_of_another_unit(session, owner))
    return Admitted(mark, TraceKind.CODE, replaces=True)


def verified_entrance(
    session: Session, *, asked: AskedUnit, ticket: str, caller: str, secret: str, now: datetime
) -> Entrance:
    """Nothing more for a page that carries a person's mark; for any other, where one signs in.

    The agency's preview has no ticket and shows the form itself.
    """
    carried = read_carried(ticket, subject=ticket_subject(asked), secret=secret, now=now)
    if carried is not None or not ticket:
        return Entrance()
    return Entrance(sign_in_url=f"/verify/{asked.code}/{asked.kato}")


def admit_verified(
    session: Session,
    *,
    asked: AskedUnit,
    ticket: Ticket,
    sent: Mapping[str, str],
    caller: str,
    secret: str,
    now: datetime,
) -> Admitted | Withheld:
    """Let in a page that carries a person's mark."""
    if len(ticket.nonce) != MARK_LENGTH:
        return Withheld(_l("First confirm who you are. Nothing was sent yet."), 422)
    return Admitted(ticket.nonce, TraceKind.MARK, replaces=True)


def _corrected(message: object) -> Withheld:
    return Withheld(message, 422, field=_FIELD)


def _of_another_unit(session: Session, owner: CodeOwner) -> object:
    unit = get_unit(session, owner.kato)
    return _l(
        "This code is for “%(unit)s”: choose that place under “Another village”, and type it there.",
        unit=unit.words,
    )


def _wait_of(caller: str) -> int:
    """For how many seconds this connection has to wait; 0 as a rule."""
    if not limiter.enabled or limiter.limiter.test(GUESSES, _FIELD, caller):
        return 0
    resets_at = limiter.limiter.get_window_stats(GUESSES, _FIELD, caller).reset_time
    return max(1, math.ceil(resets_at - time.time()))


def _count_guess(caller: str) -> None:
    if limiter.enabled:
        limiter.limiter.hit(GUESSES, _FIELD, caller)
