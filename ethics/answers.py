"""One answer to a questionnaire as bytes, or one remark, and its inner seal to the questionnaire's own key.

Pure cryptography (sealed boxes of PyNaCl): no database, no clock. Every sealed answer has one length, every
sealed remark another. Each names its questionnaire and carries a random mark, so a foreign or copied envelope
is told apart.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, PublicKey, SealedBox

_NUMBER, _MARK = 8, 16
PADDED_LENGTH = 384
REMARK_LENGTH = 1600  # 500 characters of three bytes, and the outer seal still holds it
SEALED_LENGTH = PADDED_LENGTH + 48  # an ephemeral public key and an authenticator
_HEAD = _NUMBER + _MARK + 2


class SpoiledEnvelope(ValueError):
    """An envelope does not open with its questionnaire's key, or holds something else."""


@dataclass(frozen=True, slots=True)
class Opened:
    """What was in an envelope: the points or the words, and the random mark that a copy would share."""

    given: str
    mark: bytes


def seal_answer(given: str, *, number: int, public_key: bytes) -> bytes:
    """Seal an answer to a questionnaire's public key; its sender cannot open it either."""
    return _sealed(given.encode("ascii"), number, public_key, PADDED_LENGTH)


def seal_remark(text: str, *, number: int, public_key: bytes) -> bytes:
    """Seal a remark, be it blank, to a questionnaire's public key."""
    return _sealed(text.encode(), number, public_key, REMARK_LENGTH)


class Opener:
    """Opens the envelopes of one questionnaire; making one costs as much as opening an envelope."""

    def __init__(self, *, number: int, private_key: bytes) -> None:
        self._number, self._box = number, SealedBox(PrivateKey(private_key))

    def open(self, sealed: bytes) -> Opened:
        """Open an envelope, or raise :class:`SpoiledEnvelope`."""
        return self._opened(sealed, PADDED_LENGTH, "ascii")

    def open_remark(self, sealed: bytes) -> Opened:
        """Open a remark, or raise :class:`SpoiledEnvelope`."""
        return self._opened(sealed, REMARK_LENGTH, "utf-8")

    def _opened(self, sealed: bytes, padded: int, letters: str) -> Opened:
        try:
            body = self._box.decrypt(sealed)
        except (CryptoError, TypeError, ValueError):
            raise SpoiledEnvelope("it does not open with the key of its questionnaire") from None
        length = int.from_bytes(body[_HEAD - 2 : _HEAD], "big")
        if len(body) != padded or length > padded - _HEAD:
            raise SpoiledEnvelope("it has the wrong length")
        if int.from_bytes(body[:_NUMBER], "big") != self._number:
            raise SpoiledEnvelope("it belongs to another questionnaire")
        try:
            given = body[_HEAD : _HEAD + length].decode(letters)
        except UnicodeDecodeError:
            raise SpoiledEnvelope("it holds something else than an answer") from None
        return Opened(given, body[_NUMBER : _NUMBER + _MARK])


def open_answer(sealed: bytes, *, number: int, private_key: bytes) -> Opened:
    """Open a single envelope, or raise :class:`SpoiledEnvelope`."""
    return Opener(number=number, private_key=private_key).open(sealed)


def digest_of(envelopes: Sequence[bytes]) -> str:
    """SHA-256 over sealed answers, whatever their order."""
    return hashlib.sha256(b"".join(hashlib.sha256(one).digest() for one in sorted(envelopes))).hexdigest()


def _sealed(said: bytes, number: int, public_key: bytes, padded: int) -> bytes:
    if len(said) > padded - _HEAD:
        raise ValueError(f"an answer of {len(said)} bytes is longer than {padded - _HEAD}")
    head = number.to_bytes(_NUMBER, "big") + secrets.token_bytes(_MARK) + len(said).to_bytes(2, "big")
    return SealedBox(PublicKey(public_key)).encrypt((head + said).ljust(padded, b"\0"))
