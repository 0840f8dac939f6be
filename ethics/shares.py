"""The key of a questionnaire and its three printed shares, any two of which make the key again.

Pure cryptography (PyNaCl, PyCryptodome's secret sharing): a random seed of 16 bytes is split 2 of 3, the
X25519 key is derived from it with BLAKE2b. A share has two written forms, groups and words, and either is
read. No database, no clock; what does not fit is refused by :class:`ShareFault`, which names the fault.
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
from ethics.share_words import WordFault, from_words, in_cyrillic, in_latin, one_letter_off, to_words

NEEDED, MADE = 2, 3
_SEED, _NUMBER, _CHECK = 16, 4, 4
_GROUP = 5  # characters of data in a printed group, which a check character follows
_BYTES = _NUMBER + 1 + _SEED + _CHECK
_LENGTH = _BYTES * 8 // 5  # 25 bytes are 40 characters: eight full groups
GROUPS = _LENGTH // _GROUP
WORDS = (_BYTES + 1) // 2  # with one byte that finds every wrong letter


class Wrong(StrEnum):
    """What can be wrong with a share."""

    LENGTH = "length"
    GROUP = "group"
    WORD = "word"
    FOREIGN = "foreign"
    KEY = "key"
    TWICE = "twice"
    TOGETHER = "together"


class ShareFault(ValueError):
    """A share does not fit: what is wrong, with which of the given ones (from 1), in which group or word.

    `group` is 0 where no single group or word can be blamed.
    """

    def __init__(self, wrong: Wrong, *, position: int = 0, group: int = 0, number: int = 0) -> None:
        super().__init__(f"share {position}: {wrong.value} (group {group}, questionnaire {number})")
        self.wrong, self.position, self.group, self.number = wrong, position, group, number


@dataclass(frozen=True, slots=True)
class Share:
    """One printed share: its index (1 to 3), and its two forms, groups and words."""

    index: int
    text: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class JoinedKey:
    """A private key, for as long as it is needed, and the indices of the shares that made it."""

    private_key: bytes
    indices: tuple[int, int]


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


def make_shares(number: int) -> MadeKey:
    """Draw a seed, derive the key of questionnaire `number` and split the seed into three shares."""
    seed = secrets.token_bytes(_SEED)
    public_key = bytes(PrivateKey(derive_key(seed, number)).public_key)
    first, second, third = (
        _printed(number, index, part, public_key) for index, part in Shamir.split(NEEDED, MADE, seed)
    )
    return MadeKey(public_key, (first, second, third))


def derive_key(seed: bytes, number: int) -> bytes:
    """The private half of a questionnaire's key."""
    salt = number.to_bytes(_NUMBER, "big")
    return hashlib.blake2b(key=seed, salt=salt, person=b"auyl-ethics-key", digest_size=32).digest()


def join_shares(texts: Sequence[str], *, number: int, public_key: bytes) -> JoinedKey:
    """The private half of the key from two typed shares, each in either form.

    :raises ShareFault: naming the share that is mistyped, of another questionnaire or key, or given
        twice, or that the two do not make this key together.
    """
    if len(texts) != NEEDED:
        raise ValueError(f"{len(texts)} shares were given; give {NEEDED}")
    first, second = (
        _read(text, position, number=number, public_key=public_key)
        for position, text in enumerate(texts, 1)
    )  # fmt: skip
    if first.index == second.index:
        raise ShareFault(Wrong.TWICE, position=2)
    seed = Shamir.combine([(share.index, share.secret) for share in (first, second)])
    private = derive_key(seed, number)
    if not hmac.compare_digest(bytes(PrivateKey(private).public_key), public_key):
        raise ShareFault(Wrong.TOGETHER)
    return JoinedKey(private, (first.index, second.index))


def _read(text: str, position: int, *, number: int, public_key: bytes) -> _Read:
    typed = "".join(text.replace("-", " ").split())
    # Words have no digits; groups without one are rarer than one in ten million.
    is_groups = any(character.isdigit() for character in typed) or len(typed) == _LENGTH + GROUPS
    if is_groups:
        body = _from_groups(typed, position)
    else:
        body = _from_words(text, position, public_key)
    read = _Read(
        number=int.from_bytes(body[:_NUMBER], "big"),
        index=body[_NUMBER],
        secret=body[_NUMBER + 1 : -_CHECK],
    )
    if read.number != number:
        raise ShareFault(Wrong.FOREIGN, position=position, number=read.number)
    if not _fits(body, public_key):
        raise ShareFault(Wrong.KEY, position=position)
    return read


def _check(body: bytes, public_key: bytes) -> bytes:
    return hashlib.blake2b(body, key=public_key, person=b"auyl-share", digest_size=_CHECK).digest()


def _fits(body: bytes, public_key: bytes) -> bool:
    """Whether a share's bytes end with the check that is bound to the public key."""
    return hmac.compare_digest(_check(body[:-_CHECK], public_key), body[-_CHECK:])


def _printed(number: int, index: int, secret: bytes, public_key: bytes) -> Share:
    body = number.to_bytes(_NUMBER, "big") + bytes([index]) + secret
    body += _check(body, public_key)
    value = int.from_bytes(body, "big")
    data = "".join(ALPHABET[value >> 5 * place & 31] for place in reversed(range(_LENGTH)))
    groups = (data[start : start + _GROUP] for start in range(0, _LENGTH, _GROUP))
    words = tuple(map(in_cyrillic, to_words(body + bytes([_crc(body)]))))
    return Share(index, " ".join(group + check_character(group) for group in groups), words)


def _from_groups(typed: str, position: int) -> bytes:
    if len(typed) != _LENGTH + GROUPS:
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
    return value.to_bytes(_BYTES, "big")


def _from_words(text: str, position: int, public_key: bytes) -> bytes:
    words = in_latin(text.replace("-", " ")).split()
    if len(words) != WORDS:
        whole = "".join(words)
        words = [whole[at : at + 5] for at in range(0, len(whole), 5)]
    if len(words) != WORDS:
        raise ShareFault(Wrong.LENGTH, position=position)
    try:
        data = from_words(words)
    except WordFault as fault:
        raise ShareFault(Wrong.WORD, position=position, group=fault.place) from None
    if _crc(data[:-1]) != data[-1]:
        raise ShareFault(Wrong.WORD, position=position, group=_mistyped(words, public_key))
    return data[:-1]


def _mistyped(words: Sequence[str], public_key: bytes) -> int:
    """The place of the word in which one other letter makes a share of this key; 0 if there is none."""
    for place, mended in one_letter_off(words):
        data = from_words(mended)
        if _crc(data[:-1]) == data[-1] and _fits(data[:-1], public_key):
            return place
    return 0


def _crc(data: bytes) -> int:
    """CRC-8 (x^8 + x^2 + x + 1): finds every change within eight bits, and so every wrong letter."""
    value = 0
    for byte in data:
        value ^= byte
        for _ in range(8):
            value = value << 1 ^ (0x107 if value & 0x80 else 0)
    return value
