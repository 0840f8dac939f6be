"""A digest of a set of ballots that anybody can recompute, in any order, from the ballots alone.

Pure: the standard library only. Each ballot's line is hashed to 2,048 bits and the numbers are added
modulo 2^2048, so the digests of batches add up to the digest of all, and no order is recorded.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

_BYTES = 256
_MODULUS = 1 << (8 * _BYTES)


@dataclass(frozen=True, slots=True)
class BallotLine:
    """Everything in a ballot, in the order of its line."""

    key: bytes
    campaign: str
    kato: str
    ratings: str
    origin: str
    mode: str
    band: str | None
    sex: str | None
    day: date

    def text(self) -> str:
        """The one canonical line of a ballot."""
        return json.dumps(
            [
                self.key.hex(), self.campaign, self.kato, self.ratings, str(self.origin), str(self.mode),
                self.band, self.sex, self.day.isoformat(),
            ],
            separators=(",", ":"),
        )  # fmt: skip


def ballots_digest(ballots: Iterable[BallotLine]) -> str:
    """The digest of a set of ballots, as hex.

    Notes
    -----
    A multiset hash by addition [1]_: finding another set with the same digest is as hard as a
    generalised knapsack; the random key in each line keeps guessed ballots from being tested against it.

    References
    ----------
    .. [1] M. Bellare and D. Micciancio (1997), A new paradigm for collision-free hashing:
       incrementality at reduced cost, EUROCRYPT '97.
    """
    return hex_of(sum(number_of(ballot.text()) for ballot in ballots))


def number_of(line: str) -> int:
    """What one ballot's line adds to the digest of a set."""
    return int.from_bytes(hashlib.shake_256(line.encode()).digest(_BYTES), "big")


def combined(digests: Iterable[str]) -> str:
    """The digest of the union of disjoint sets, from theirs."""
    return hex_of(sum(int(digest, 16) for digest in digests))


def hex_of(total: int) -> str:
    """The sum of ballots' numbers as the digest that is written down."""
    return f"{total % _MODULUS:0{2 * _BYTES}x}"
