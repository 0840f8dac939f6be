"""What a campaign shows, as arrays for detection, and what detection says about it.

Pure: the standard library, NumPy and the kinds of signals. Units and days stand by their places in the
arrays; nothing here knows a KATO code or a date.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from surveys.signals.kinds import Signal

Counts = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a campaign shows, by place of the unit (0 to U - 1) and of the day (0 to D - 1).

    :param adults: of each unit; NaN where unknown.
    :param ballots: [U, D] mixed answers, all origins; `web` those from the web.
    :param arrivals: for (unit, day) the arrivals of 144 bins, with 0 for bins under five.
    :param arrived: [U, D] all arrivals, the days' rests included.
    :param sources: for (unit, day) what the day's sources showed: n, largest, unscripted, trapped.
    :param pressure: reports of pressure about each unit.
    :param ratings: what only the ratings show; None while the campaign is open.
    :param campaign_days: how many of the days the campaign was open; later ones belong to its last.
    """

    adults: Counts
    ballots: Counts
    web: Counts
    arrivals: Mapping[tuple[int, int], Counts]
    arrived: Counts
    sources: Mapping[tuple[int, int], tuple[int, int, int, int]]
    pressure: Counts
    campaign_days: int
    ratings: Ratings | None = None


@dataclass(frozen=True, slots=True)
class Ratings:
    """What the ratings show: scored ballots and all-equal ones, ratings given, fives and ones, by [U, D].

    :param all_fives: [U] ballots with five for every one of the `criteria`; `all_ones` likewise.
    :param patterns: for each unit its ballots by exact pattern; read once. `nation` has all of them.
    """

    scored: Counts
    all_equal: Counts
    given: Counts
    fives: Counts
    ones: Counts
    all_fives: Counts
    all_ones: Counts
    criteria: int
    patterns: Iterable[tuple[int, Mapping[str, int]]] = ()
    nation: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Flag:
    """A remark on a unit, or on one of its days. Counts; a share is `seen` of `out_of`.

    :param p: how often an honest unit (or day) shows as much; 0 where it cannot at all.
    :param q: the false discovery rate at which it stands out among all that were looked at.
    """

    signal: Signal
    unit: int
    day: int | None
    seen: float
    expected: float
    p: float
    q: float = 0.0
    out_of: int | None = None
    first_bin: int | None = None
    bins: int | None = None
