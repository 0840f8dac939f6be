"""One answer to a questionnaire as bytes, and its inner seal to the questionnaire's own key.

Pure cryptography (sealed boxes of PyNaCl): no database, no clock. Every sealed answer has one length. An
answer names its questionnaire and carries a random mark, so a foreign or copied envelope is told apart.
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
SEALED_LENGTH = PADDED_LENGTH + 48  # an ephemeral public key and an authenticator
_LONGEST = PADDED_LENGTH - _NUMBER - _MARK - 2


class SpoiledEnvelope(ValueError):
    """An envelope does not open with its questionnaire's key, or holds something else."""


@dataclass(frozen=True, slots=True)
class Opened:
    """What was in an envelope: the points, and the random mark that a copy would share."""

    given: str
    mark: bytes


def seal_answer(given: str, *, number: int, public_key: bytes) -> bytes:
    """Seal an answer to a questionnaire's public key; its sender cannot open it either."""
    text = given.encode("ascii")
    if len(text) > _LONGEST:
        raise ValueError(f"an answer of {len(text)} bytes is longer than {_LONGEST}")
    body = number.to_bytes(_NUMBER, "big") + secrets.token_bytes(_MARK) + len(text).to_bytes(2, "big") + text
    return SealedBox(PublicKey(public_key)).encrypt(body.ljust(PADDED_LENGTH, b"\0"))


class Opener:
    """Opens the envelopes of one questionnaire; making one costs as much as opening an envelope."""

    def __init__(self, *, number: int, private_key: bytes) -> None:
        self._number, self._box = number, SealedBox(PrivateKey(private_key))

    def open(self, sealed: bytes) -> Opened:
        """Open an envelope, or raise :class:`SpoiledEnvelope`."""
        try:
            body = self._box.decrypt(sealed)
        except (CryptoError, TypeError, ValueError):
            raise SpoiledEnvelope("it does not open with the key of its questionnaire") from None
        start = _NUMBER + _MARK
        length = int.from_bytes(body[start : start + 2], "big")
        if len(body) != PADDED_LENGTH or length > _LONGEST:
            raise SpoiledEnvelope("it has the wrong length")
        if int.from_bytes(body[:_NUMBER], "big") != self._number:
            raise SpoiledEnvelope("it belongs to another questionnaire")
        try:
            given = body[start + 2 : start + 2 + length].decode("ascii")
        except UnicodeDecodeError:
            raise SpoiledEnvelope("it holds something else than an answer") from None
        return Opened(given, body[_NUMBER:start])


def open_answer(sealed: bytes, *, number: int, private_key: bytes) -> Opened:
    """Open a single envelope, or raise :class:`SpoiledEnvelope`."""
    return Opener(number=number, private_key=private_key).open(sealed)


def digest_of(envelopes: Sequence[bytes]) -> str:
    """SHA-256 over sealed answers, whatever their order."""
    return hashlib.sha256(b"".join(hashlib.sha256(one).digest() for one in sorted(envelopes))).hexdigest()
