"""The published list of receipts: the line of one, the parts that all of them are kept in, the root.

Pure: the standard library and NumPy. A line is a hash without any key, so that anybody can look for a receipt
with a common tool; it is cut short, so that no computer, however strong, gets a receipt back from it.
"""

from __future__ import annotations

import hashlib
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator

import numpy as np

#: 48 of the 256 bits: of the 2^55 possible receipts about 128 have any one line, and among ten million lines
#: a code that nobody was given is found once in 28 million tries.
HASH_BYTES = 6
LINE_BYTES = 2 * HASH_BYTES + 1
PARTS = 256


def receipt_hash(campaign: str, receipt: str) -> bytes:
    """What stands on the list for a receipt: the beginning of SHA-256 over the survey's code and the receipt.

    >>> receipt_hash("2026-main", "0123456789AB").hex()
    '5d8c8acc5217'
    """
    return hashlib.sha256(f"{campaign} {receipt}".encode()).digest()[:HASH_BYTES]


def sorted_parts(hashes: Iterable[bytes]) -> Iterator[tuple[int, bytes]]:
    """The hashes in the order of their bytes, in parts by the first byte; eight bytes of memory for each.

    Sorted, the list says nothing of the order in which receipts were given out or mixed. A hash that comes
    twice stands there twice: the number of lines is the number of receipts.
    """
    numbers = array("Q", (int.from_bytes(each, "big") for each in hashes))
    if not numbers:
        return
    ordered = np.frombuffer(numbers, np.uint64)
    ordered.sort()
    step = 1 << 8 * (HASH_BYTES - 1)
    bounds = np.searchsorted(ordered, np.arange(1, PARTS, dtype=np.uint64) * np.uint64(step))
    for first, part in enumerate(np.split(ordered, bounds)):
        if len(part):
            yield first, part.astype(">u8").view(np.uint8).reshape(-1, 8)[:, 8 - HASH_BYTES :].tobytes()


def lines_of(part: bytes) -> bytes:
    """A part as the lines of the file that is published, each with its line end."""
    return part.hex("\n", HASH_BYTES).encode() + b"\n"


def root_of(parts: Iterable[bytes]) -> str:
    """The SHA-256 of the published file, as hex."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(lines_of(part))
    return digest.hexdigest()


def is_in(part: bytes, wanted: bytes) -> bool:
    """Whether a hash stands in the part of its first byte."""
    place = bisect_left(range(len(part) // HASH_BYTES), wanted, key=lambda at: _at(part, at))
    return _at(part, place) == wanted


def _at(part: bytes, place: int) -> bytes:
    return part[place * HASH_BYTES : (place + 1) * HASH_BYTES]
