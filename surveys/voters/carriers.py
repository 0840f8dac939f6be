"""Sealed texts that travel through a browser and come back: a voter's mark, and a sign-in under way.

May import the ground's codes and PyNaCl. Sealed, not only signed: a mark is one and the same for all answers
of a person or code, so a page that showed it could be compared with another page or with the ledger.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from nacl.exceptions import CryptoError
from nacl.secret import SecretBox

from core.codes import Ticket, key_for

#: A page that carries a mark answers in that person's name, perhaps on a shared phone: shorter than a ticket.
CARRIER_LIFE = timedelta(hours=2)
#: Clocks of several machines differ a little; more than this is a clock that was set back.
CLOCKS_APART = timedelta(minutes=5)
MARK_LENGTH = 32


def seal_facts(facts: Sequence[str], *, secret: str, purpose: str, now: datetime) -> str:
    """Facts as one text that only this installation can read, different each time."""
    body = json.dumps([int(now.timestamp()), *facts], separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(_box(secret, purpose).encrypt(body)).rstrip(b"=").decode()


def open_facts(
    text: str, *, secret: str, purpose: str, life: timedelta, now: datetime
) -> tuple[datetime, list[str]] | None:
    """When facts were sealed, and the facts; None where they are not ours, were changed or are too old."""
    try:
        data = base64.urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
        issued, *facts = json.loads(_box(secret, purpose).decrypt(data))
    except (CryptoError, ValueError):
        return None
    issued_at = datetime.fromtimestamp(issued, UTC)
    return (issued_at, facts) if -CLOCKS_APART <= now - issued_at <= life else None


def carry(mark: bytes, *, subject: str, secret: str, now: datetime) -> str:
    """A ticket for one form whose nonce is a mark."""
    return seal_facts([subject, mark.hex()], secret=secret, purpose="voter-carrier", now=now)


def read_carried(text: str, *, subject: str, secret: str, now: datetime) -> Ticket | None:
    """The ticket of a carried mark, if it is ours, for this very form, and not too old."""
    found = open_facts(text, secret=secret, purpose="voter-carrier", life=CARRIER_LIFE, now=now)
    if found is None or found[1][0] != subject:
        return None
    issued_at, (subject, mark) = found
    return Ticket(subject, bytes.fromhex(mark), issued_at)


def _box(secret: str, purpose: str) -> SecretBox:
    return SecretBox(key_for(secret, purpose))
