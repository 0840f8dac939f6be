"""Tickets, slips, receipts and certificate codes: everything that is signed, drawn or typed.

Codes are in Crockford's base 32 (no I, L, O, U) with a check character, so that a slip of the pen
is told from a wrong code. Only the standard library, itsdangerous and our errors are used here;
the clock is given.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from flask_babel import lazy_gettext as _l
from itsdangerous import BadSignature, Signer

from core.errors import BadInput, Gone

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LOOKALIKES = str.maketrans({"I": "1", "L": "1", "O": "0", "U": "V"})
_HOMOGLYPHS = str.maketrans("АВЕКМНРСТХ", "ABEKMHPCTX")  # a Cyrillic keyboard types these
_SINGLE = {character: place for place, character in enumerate(ALPHABET)}
_DOUBLED = {character: 2 * place // 32 + 2 * place % 32 for character, place in _SINGLE.items()}
TICKET_LIFE = timedelta(hours=24)
RECEIPT_LENGTH = 12
TRACE_BYTES = 7  # so much of a trace stands in its receipt, but for the last bit
_RECEIPT_BITS = 5 * (RECEIPT_LENGTH - 1)
_LOWER_BITS = 27
_ROUNDS = 8
NONCE_LENGTH = 16


@lru_cache(maxsize=200)
def key_for(secret: str, purpose: str) -> bytes:
    """A key of its own for each purpose, derived from the installation's secret."""
    return hmac.digest(secret.encode(), f"auyl-uni:{purpose}".encode(), hashlib.sha256)


def check_character(data: str) -> str:
    """The Luhn mod 32 character over `data`: finds every single wrong character."""
    total = sum(map(_DOUBLED.__getitem__, data[::-2])) + sum(map(_SINGLE.__getitem__, data[-2::-2]))
    return ALPHABET[-total % 32]


def new_code(length: int = 16, *, prefix: str = "") -> str:
    """A random code of `length` characters, the last of them a check, after a readable prefix."""
    # The alphabet's 32 characters divide a byte's 256 values evenly, so none is likelier than another.
    data = "".join(ALPHABET[byte % 32] for byte in secrets.token_bytes(length - 1))
    return prefix + data + check_character(data)


def clean_code(text: str, *, prefix: str = "") -> str:
    """What was typed, in the one form it was made in, or :class:`BadInput` when the check fails.

    Spaces, dashes, small letters, look-alikes and Cyrillic twins of Latin letters are forgiven.
    """
    typed = "".join(text.upper().split()).translate(_HOMOGLYPHS)
    head = prefix.upper()
    had_prefix = bool(head) and typed.startswith(head)
    body = (typed.removeprefix(head) if had_prefix else typed).replace("-", "").translate(_LOOKALIKES)
    shown = text.strip()[:40]
    if len(body) < 2 or any(character not in ALPHABET for character in body):
        raise BadInput(_l("“%(code)s” is not a code: check the letters and digits.", code=shown))
    if check_character(body[:-1]) != body[-1]:
        raise BadInput(_l("“%(code)s” has a slip in it: compare it with the paper.", code=shown))
    return prefix + body


def clean_receipt(text: str) -> str:
    """A receipt that was typed, in the one form it was made in.

    :raises BadInput: when it has a slip, or is no receipt.
    """
    receipt = clean_code(text)
    if len(receipt) != RECEIPT_LENGTH:
        message = _l(
            "A code has 12 characters, this one has %(count)s: compare it with your note.", count=len(receipt)
        )
        raise BadInput(message)
    return receipt


def grouped(code: str, size: int = 4) -> str:
    """A code in groups for reading aloud and copying by hand."""
    return " ".join(code[start : start + size] for start in range(0, len(code), size))


def code_mark(secret: str, purpose: str, code: str) -> bytes:
    """What is kept of a code: a keyed hash that says nothing without the installation's secret."""
    return hmac.digest(key_for(secret, f"mark:{purpose}"), code.encode(), hashlib.sha256)


def receipt_of(secret: str, box: str, trace: bytes) -> str:
    """The receipt of a trace: twelve characters that say nothing about the answer.

    It is the beginning of the trace, which must be random, under a keyed permutation of its box: so a
    receipt leads back to its trace in the ledger without a list of all receipts.
    """
    beginning = int.from_bytes(trace[:TRACE_BYTES], "big") >> 1
    number = _permuted(secret, box, beginning, range(_ROUNDS))
    data = "".join(ALPHABET[number >> shift & 31] for shift in range(0, _RECEIPT_BITS, 5))
    return data + check_character(data)


def traces_of(secret: str, box: str, receipt: str) -> tuple[bytes, bytes]:
    """Between which bytes the trace of a receipt lies in its box: from the first up to the second.

    :param receipt: a code as :func:`clean_code` gives it, of :data:`RECEIPT_LENGTH` characters.
    """
    number = sum(ALPHABET.index(character) << 5 * place for place, character in enumerate(receipt[:-1]))
    beginning = _permuted(secret, box, number, reversed(range(_ROUNDS)))
    first, after = beginning << 1, (beginning + 1) << 1
    # After the last beginning of all comes what is longer than any trace.
    end = b"\xff" * 64 if after >> 8 * TRACE_BYTES else after.to_bytes(TRACE_BYTES, "big")
    return first.to_bytes(TRACE_BYTES, "big"), end


def _permuted(secret: str, box: str, number: int, rounds: Iterable[int]) -> int:
    """A Feistel network over the bits of a receipt; the rounds in reverse undo it.

    The halves have 28 and 27 bits; even rounds change the upper one by the lower, odd ones the reverse.
    """
    begun = _begun(key_for(secret, f"receipt:{box}"))
    upper, lower = number >> _LOWER_BITS, number & (1 << _LOWER_BITS) - 1
    for turn in rounds:
        source, bits = (lower, _RECEIPT_BITS - _LOWER_BITS) if turn % 2 == 0 else (upper, _LOWER_BITS)
        mixed = begun[turn].copy()
        mixed.update(source.to_bytes(4, "big"))
        change = int.from_bytes(mixed.digest(), "big") & (1 << bits) - 1
        upper, lower = (upper ^ change, lower) if turn % 2 == 0 else (upper, lower ^ change)
    return upper << _LOWER_BITS | lower


@lru_cache(maxsize=200)
def _begun(key: bytes) -> tuple[hashlib.blake2b, ...]:
    """The hash of each round with what never changes in it; a list of all receipts asks for millions."""
    return tuple(hashlib.blake2b(bytes([turn]), key=key, digest_size=4) for turn in range(_ROUNDS))


@dataclass(frozen=True, slots=True)
class Ticket:
    """A signed right to answer once: for what, its nonce and when it was given."""

    subject: str
    nonce: bytes
    issued_at: datetime


class Tickets:
    """Gives and reads the tickets of one purpose; keeps nothing, so any process can read them."""

    def __init__(self, secret: str, purpose: str, *, life: timedelta = TICKET_LIFE) -> None:
        self._life = life
        self._signer = Signer(
            key_for(secret, f"ticket:{purpose}"), salt=purpose, key_derivation="none",
            digest_method=hashlib.sha256,
        )  # fmt: skip

    def issue(self, subject: str, *, now: datetime) -> str:
        """A new ticket for a subject, such as ``2026-main/101010000``."""
        return self.made(subject, now=now)[0]

    def made(self, subject: str, *, now: datetime) -> tuple[str, Ticket]:
        """A new ticket, as its text and as what :meth:`read` will make of that."""
        nonce, issued = secrets.token_bytes(NONCE_LENGTH), int(now.timestamp())
        shown = base64.urlsafe_b64encode(nonce).decode()
        body = json.dumps([subject, shown, issued], separators=(",", ":"))
        text = self._signer.sign(base64.urlsafe_b64encode(body.encode()).rstrip(b"=")).decode()
        return text, Ticket(subject, nonce, datetime.fromtimestamp(issued, UTC))

    def signed(self, text: str) -> Ticket:
        """The ticket in `text`, however old it is.

        :raises BadInput: when it was not signed here or is damaged.
        """
        try:
            body = self._signer.unsign(text.encode())
            subject, nonce, issued = json.loads(base64.urlsafe_b64decode(body + b"=" * (-len(body) % 4)))
        except (BadSignature, ValueError, UnicodeError):
            raise BadInput(
                _l("This page was not made by us or was damaged: open the survey again.")
            ) from None
        return Ticket(subject, base64.urlsafe_b64decode(nonce), datetime.fromtimestamp(issued, UTC))

    def read(self, text: str, *, now: datetime) -> Ticket:
        """The ticket in `text`, while it is good.

        :raises BadInput: when it was not signed here or is damaged.
        :raises Gone: when it is older than its life, a day where nothing else is said.
        """
        ticket = self.signed(text)
        if now - ticket.issued_at > self._life:
            raise Gone(_l("This page waited too long. Your answers are still here: press Send again."))
        return ticket
