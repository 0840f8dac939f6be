"""The winners' announcement as one frozen record: the only input of its text, its picture and its PDF.

Pure: the standard library and words. Holds published facts alone, and is the key under which what was
drawn from it is kept.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import date

from core.words import Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Winner:
    """Somebody awarded at the national stage.

    :param place: the place awarded, or None for a nomination.
    :param nomination: the nomination's title, or None for a place.
    :param low: from which place the interval goes; 0 where it cannot be told, and so `high`.
    """

    name: Words
    unit: Words
    oblast: Words
    place: int | None
    nomination: Words | None
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class Order:
    """An order's number, without the sign №, and its day."""

    number: str
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement:
    """What is announced of a contest.

    :param version: the version of the national standing in force; later ones than the first are corrections.
    :param replaces_on: the day on which the version before was published, if it ever was.
    :param weights: each component's title with its weight in per cent.
    :param placed: how many finalists have a place.
    :param maybe_first: how many of them cannot be told apart from the best.
    :param coverage: the confidence of the intervals in per cent.
    :param rules: the order that approved the rules; `is_proposed` where its weights are a proposal.
    :param awards: the orders by which the certificates of the winners are given, as far as they are issued.
    :param address: the contest's page.
    :param contact: whom the press may ask.
    """

    contest: str
    title: Words
    published_on: date
    version: int
    replaces_on: date | None
    winners: tuple[Winner, ...]
    weights: tuple[tuple[Words, str], ...]
    placed: int
    maybe_first: int
    coverage: str
    rules: Order
    is_proposed: bool
    awards: tuple[Order, ...]
    address: str
    contact: str | None
    is_demo: bool

    @property
    def is_corrected(self) -> bool:
        """Whether the standing in force is a correction of an earlier one."""
        return self.version > 1

    @property
    def digest(self) -> str:
        """A fingerprint of everything that is announced."""
        text = json.dumps(asdict(self), ensure_ascii=False, sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()
