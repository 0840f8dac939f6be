"""Sealing and opening of one answer: padded to one length, so that a seal tells nothing by size.

Pure cryptography (X25519 sealed boxes of PyNaCl); no files, no database, no clock.
"""

from __future__ import annotations

from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, PublicKey, SealedBox

PADDED_LENGTH = 448
LONGEST_ANSWER = PADDED_LENGTH - 2
SEALED_LENGTH = PADDED_LENGTH + 48  # an ephemeral public key and an authenticator


class TamperedAnswer(ValueError):
    """A sealed answer does not open: it was changed, or sealed to another key."""


def pad(answer: bytes) -> bytes:
    """The answer behind its length, filled up with zeros to the one length of all answers."""
    if len(answer) > LONGEST_ANSWER:
        raise ValueError(f"an answer of {len(answer)} bytes is longer than {LONGEST_ANSWER}")
    return len(answer).to_bytes(2, "big") + answer.ljust(LONGEST_ANSWER, b"\0")


def unpad(padded: bytes) -> bytes:
    """The answer that was padded, or :class:`TamperedAnswer`."""
    length = int.from_bytes(padded[:2], "big")
    if len(padded) != PADDED_LENGTH or length > LONGEST_ANSWER:
        raise TamperedAnswer("a sealed answer has the wrong length")
    return padded[2 : 2 + length]


def seal(answer: bytes, public_key: bytes) -> bytes:
    """Seal an answer to a public key; nobody without the private half opens it, its sender included."""
    return SealedBox(PublicKey(public_key)).encrypt(pad(answer))


def open_sealed(sealed: bytes, private_key: bytes) -> bytes:
    """Open a sealed answer, or raise :class:`TamperedAnswer`."""
    try:
        return unpad(SealedBox(PrivateKey(private_key)).decrypt(sealed))
    except CryptoError:
        raise TamperedAnswer("a sealed answer does not open with its key") from None
