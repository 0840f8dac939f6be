"""Sealing and opening of answers: padded to one length in a box, so that a seal tells nothing by size.

Pure cryptography (X25519 sealed boxes of PyNaCl); no files, no database, no clock.
"""

from __future__ import annotations

from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, PublicKey, SealedBox

PADDED = 448
LONG = 2048  # for boxes that hold free text
SIZES = (PADDED, LONG)
SEAL = 48  # what a seal adds: an ephemeral public key and an authenticator
_LENGTH = 2  # the bytes that hold an answer's own length


class TamperedAnswer(ValueError):
    """A sealed answer does not open: it was changed, or sealed to another key."""


class Opener:
    """Opens what was sealed to one key; making one costs as much as opening an answer."""

    def __init__(self, private_key: bytes) -> None:
        self._box = SealedBox(PrivateKey(private_key))

    def open(self, sealed: bytes) -> bytes:
        """Open a sealed answer, or raise :class:`TamperedAnswer`."""
        try:
            return unpad(self._box.decrypt(sealed))
        except CryptoError:
            raise TamperedAnswer("a sealed answer does not open with its key") from None


def longest_answer(size: int = PADDED) -> int:
    """How many bytes fit into a seal of a size."""
    return size - _LENGTH


def pad(answer: bytes, size: int = PADDED) -> bytes:
    """The answer behind its length, filled up with zeros to the one length of its box."""
    if size not in SIZES:
        raise ValueError(f"answers are padded to {SIZES[0]} or {SIZES[1]} bytes, not to {size}")
    if len(answer) > longest_answer(size):
        raise ValueError(f"an answer of {len(answer)} bytes is longer than {longest_answer(size)}")
    return len(answer).to_bytes(_LENGTH, "big") + answer.ljust(longest_answer(size), b"\0")


def unpad(padded: bytes) -> bytes:
    """The answer that was padded, or :class:`TamperedAnswer`."""
    length = int.from_bytes(padded[:_LENGTH], "big")
    if len(padded) not in SIZES or length > longest_answer(len(padded)):
        raise TamperedAnswer("a sealed answer has the wrong length")
    return padded[_LENGTH : _LENGTH + length]


def seal(answer: bytes, public_key: bytes, size: int = PADDED) -> bytes:
    """Seal an answer to a public key; nobody without the private half opens it, its sender included."""
    return SealedBox(PublicKey(public_key)).encrypt(pad(answer, size))


def open_sealed(sealed: bytes, private_key: bytes) -> bytes:
    """Open one sealed answer, or raise :class:`TamperedAnswer`."""
    return Opener(private_key).open(sealed)
