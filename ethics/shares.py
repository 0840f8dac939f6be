"""The key of a questionnaire and its three printed shares, any two of which make the key again.

Pure cryptography (PyNaCl, PyCryptodome's secret sharing): a random seed of 16 bytes is split 2 of 3, the
X25519 key is derived from it with BLAKE2b. No database, no clock; a share that does not fit is refused by
:class:`ShareFault`, which names what is wrong with it.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from Crypto.Protocol.SecretSharing import Shamir
from nacl.public import PrivateKey

from core.codes import ALPHABET, check_character, clean_code
from core.errors import BadInput

NEEDED, MADE = 2, 3
_SEED, _NUMBER, _CHECK = 16, 4, 4
_GROUP = 5  # characters of data in a printed group, which a check character follows
_LENGTH = (_NUMBER + 1 + _SEED + _CHECK) * 8 // 5  # 25 bytes are 40 characters: eight full groups


class Wrong(StrEnum):
    """What can be wrong with a share."""

    LENGTH = "length"
    GROUP = "group"
    FOREIGN = "foreign"
    KEY = "key"
    TWICE = "twice"
    TOGETHER = "together"


class ShareFault(ValueError):
    """A share does not fit: what is wrong, with which of the given shares (from 1), in which group."""

    def __init__(self, wrong: Wrong, *, position: int = 0, group: int = 0, number: int = 0) -> None:
        super().__init__(f"share {position}: {wrong.value} (group {group}, questionnaire {number})")
        self.wrong, self.position, self.group, self.number = wrong, position, group, number


@dataclass(frozen=True, slots=True)
class Share:
    """One printed share: its index (1 to 3) and the text to type."""

    index: int
    text: str


@dataclass(frozen=True, slots=True)
class MadeKey:
    """A new key: the public half to keep, and the shares to print once. Nothing else remains."""

    public_key: bytes
    shares: tuple[Share, Share, Share]


@dataclass(frozen=True, slots=True)
class _Read:
    number: int
    index: int
    secret: bytes
    check: bytes


def make_shares(number: int) -> MadeKey:
    """Draw a seed, derive the key of questionnaire `number` and split the seed into three shares."""
    seed = secrets.token_bytes(_SEED)
    public_key = bytes(PrivateKey(derive_key(seed, number)).public_key)
    first, second, third = (
        Share(index, _printed(number, index, part, public_key))
        for index, part in Shamir.split(NEEDED, MADE, seed)
    )
    return MadeKey(public_key, (first, second, third))


def derive_key(seed: bytes, number: int) -> bytes:
    """The private half of a questionnaire's key."""
    salt = number.to_bytes(_NUMBER, "big")
    return hashlib.blake2b(key=seed, salt=salt, person=b"auyl-ethics-key", digest_size=32).digest()


def join_shares(texts: Sequence[str], *, number: int, public_key: bytes) -> bytes:
    """The private half of the key from two typed shares.

    :raises ShareFault: naming the share that is mistyped, of another questionnaire or key, or given
        twice, or that the two do not make this key together.
    """
    if len(texts) != NEEDED:
        raise ValueError(f"{len(texts)} shares were given; give {NEEDED}")
    read = []
    for position, text in enumerate(texts, 1):
        share = _read(text, position)
        if share.number != number:
            raise ShareFault(Wrong.FOREIGN, position=position, number=share.number)
        if not hmac.compare_digest(share.check, _check(share.number, share.index, share.secret, public_key)):
            raise ShareFault(Wrong.KEY, position=position)
        read.append(share)
    if read[0].index == read[1].index:
        raise ShareFault(Wrong.TWICE, position=2)
    private = derive_key(Shamir.combine([(share.index, share.secret) for share in read]), number)
    if not hmac.compare_digest(bytes(PrivateKey(private).public_key), public_key):
        raise ShareFault(Wrong.TOGETHER)
    return private


def _check(number: int, index: int, secret: bytes, public_key: bytes) -> bytes:
    body = number.to_bytes(_NUMBER, "big") + bytes([index]) + secret
    return hashlib.blake2b(body, key=public_key, person=b"auyl-share", digest_size=_CHECK).digest()


def _printed(number: int, index: int, secret: bytes, public_key: bytes) -> str:
    body = number.to_bytes(_NUMBER, "big") + bytes([index]) + secret
    value = int.from_bytes(body + _check(number, index, secret, public_key), "big")
    data = "".join(ALPHABET[value >> 5 * place & 31] for place in reversed(range(_LENGTH)))
    groups = (data[start : start + _GROUP] for start in range(0, _LENGTH, _GROUP))
    return " ".join(group + check_character(group) for group in groups)


def _read(text: str, position: int) -> _Read:
    typed = "".join(text.replace("-", " ").split())
    if len(typed) != _LENGTH // _GROUP * (_GROUP + 1):
        raise ShareFault(Wrong.LENGTH, position=position)
    data = ""
    for start in range(0, len(typed), _GROUP + 1):
        try:
            data += clean_code(typed[start : start + _GROUP + 1])[:_GROUP]
        except BadInput:
            raise ShareFault(Wrong.GROUP, position=position, group=start // (_GROUP + 1) + 1) from None
    value = 0
    for character in data:
        value = value << 5 | ALPHABET.index(character)
    body = value.to_bytes(_LENGTH * 5 // 8, "big")
    return _Read(
        number=int.from_bytes(body[:_NUMBER], "big"),
        index=body[_NUMBER],
        secret=body[_NUMBER + 1 : -_CHECK],
        check=body[-_CHECK:],
    )
