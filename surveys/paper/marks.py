"""The codes of sheets, their marks, and the seal under which a reading waits for its second one.

May import the ground's codes, its padding and PyNaCl. Codes follow from the installation's secret and
the batch, so that a batch can be printed again; without the secret neither code, mark nor reading says
anything.
"""

from __future__ import annotations

import hashlib
import hmac

from nacl.secret import SecretBox

from core.codes import ALPHABET, check_character, clean_code, code_mark, key_for
from core.urn.sealing import pad, unpad
from surveys.paper.sheets import Reading, decode, encode

SHEET_CODE_LENGTH = 12
_PURPOSE = "paper"


def sheet_codes(secret: str, batch_code: str, sheets: int) -> tuple[str, ...]:
    """The code of each sheet of a batch, each with a check character."""
    key = key_for(secret, f"paper-sheets:{batch_code}")
    return tuple(_code(hmac.digest(key, str(number).encode(), hashlib.sha256)) for number in range(sheets))


def sheet_mark(secret: str, code: str) -> bytes:
    """What is kept of a sheet's code."""
    return code_mark(secret, _PURPOSE, code)


def clean_sheet_code(text: str) -> str:
    """A typed or scanned code in its one form.

    :raises core.errors.BadInput: when there is a slip in it.
    """
    return clean_code(text)


def seal_reading(reading: Reading, *, secret: str, batch_code: str) -> bytes:
    """A reading as it waits: of one length, under a key of its batch."""
    return bytes(_box(secret, batch_code).encrypt(pad(encode(reading))))


def open_reading(sealed: bytes, *, secret: str, batch_code: str) -> Reading:
    """The reading that was sealed."""
    return decode(unpad(_box(secret, batch_code).decrypt(sealed)))


def _box(secret: str, batch_code: str) -> SecretBox:
    return SecretBox(key_for(secret, f"paper-readings:{batch_code}"))


def _code(digest: bytes) -> str:
    number = int.from_bytes(digest[:8], "big")
    data = "".join(ALPHABET[number >> shift & 31] for shift in range(0, 5 * (SHEET_CODE_LENGTH - 1), 5))
    return data + check_character(data)
