"""How often one exact pattern of ratings comes back in a unit, among the ballots with the same ratings.

Pure: the standard library, NumPy and SciPy. Criteria go together honestly, so plain independence would
flag everybody. Compared are only ballots that gave the same ratings in some order: which criterion got
which of them is what independence can speak about.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binom

from surveys.tallies import ANSWERS

FEWEST_REPEATS = 5
_SMOOTHING = 3.0
_DRAWN = 20.0
_PLACES = {rating: place for place, rating in enumerate(ANSWERS)}


@dataclass(frozen=True, slots=True)
class Repeated:
    """A pattern that came often in a unit (by its place): how often of how many, and how often expected."""

    unit: int
    seen: int
    expected: float
    out_of: int
    p: float


def repeated_patterns(
    patterns: Iterable[tuple[int, Mapping[str, int]]], nation: Mapping[str, int]
) -> list[Repeated]:
    """The most striking repeated pattern of each unit; all-equal ones are left to another signal.

    Parameters
    ----------
    patterns : iterable of (unit, counts by pattern)
        All ballots of each unit; read once, one unit at a time.
    nation : mapping of pattern to int
        Ballots of all units.

    Notes
    -----
    Among the ballots of the unit with the same ratings in any order, a pattern has the share that these
    orders have in the nation (plus 3 each), moved by how the unit's own ratings of each criterion differ
    from the nation's. The binomial tail is multiplied by the number of the unit's ballots, so that the
    search through its patterns costs what it must.

    Examples
    --------
    >>> orders = ["5544", "5454", "5445", "4554", "4545", "4455"]
    >>> counts = {**dict.fromkeys(orders, 4), "5454": 40}
    >>> [found] = repeated_patterns([(0, counts)], dict.fromkeys(orders, 500))
    >>> found.seen, found.out_of, round(found.expected), found.p < 1e-6
    (40, 60, 14, True)
    """
    criteria = len(next(iter(nation), ""))
    even = np.full((criteria, len(ANSWERS)), 1 / len(ANSWERS))
    everywhere = _ratings(nation, even) * even
    by_kind: dict[str, list[str]] = defaultdict(list)
    for pattern in nation:
        by_kind[_kind(pattern)].append(pattern)
    found = []
    for unit, counts in patterns:
        often = [p for p, seen in counts.items() if seen >= FEWEST_REPEATS and len(set(p)) > 1]
        if often:
            found.append(_most_striking(unit, counts, sorted(often), nation, by_kind, everywhere))
    return found


def _most_striking(
    unit: int,
    counts: Mapping[str, int],
    often: list[str],
    nation: Mapping[str, int],
    by_kind: Mapping[str, list[str]],
    everywhere: NDArray[np.float64],
) -> Repeated:
    ballots = sum(counts.values())
    alike: Counter[str] = Counter()
    for pattern, seen in counts.items():
        alike[_kind(pattern)] += seen
    best: Repeated | None = None
    for pattern in often:
        orders = sorted({*by_kind.get(_kind(pattern), ()), pattern})
        out_of, at = alike[_kind(pattern)], orders.index(pattern)
        # The repeats themselves must not say what is usual, neither in the nation nor here: of them only
        # as many count here as the nation's shares lead to expect.
        usual = [max(nation.get(order, 0) - counts.get(order, 0), 0) + _SMOOTHING for order in orders]
        kept = min(counts[pattern], out_of * usual[at] / sum(usual))
        moved = _ratings({**counts, pattern: kept}, everywhere)
        weights = [n * _product(moved, order) for n, order in zip(usual, orders, strict=True)]
        share = weights[at] / sum(weights)
        p = min(1.0, ballots * float(binom.sf(counts[pattern] - 1, out_of, share)))
        if best is None or p < best.p:
            best = Repeated(unit, counts[pattern], share * out_of, out_of, p)
    assert best is not None
    return best


def _kind(pattern: str) -> str:
    """The ratings of a pattern without their order."""
    return "".join(sorted(pattern))


def _ratings(counts: Mapping[str, float], usual: NDArray[np.float64]) -> NDArray[np.float64]:
    """Shares of each answer, [criteria, 6], as multiples of the usual ones, drawn to them by 20 ballots."""
    shares = _DRAWN * usual
    at = np.arange(len(shares))
    for pattern, seen in counts.items():
        shares[at, [_PLACES[rating] for rating in pattern]] += seen
    return shares / shares.sum(axis=1, keepdims=True) / usual


def _product(moved: NDArray[np.float64], pattern: str) -> float:
    return float(np.prod([moved[place, _PLACES[rating]] for place, rating in enumerate(pattern)]))
