"""From what a campaign's counts show to flags: each says what was seen, expected, and how rare that is.

Pure: NumPy, SciPy and this sub-room's pure modules. The same evidence and seed give the same flags. Not
used, on purpose: Benford's law (ratings from 1 to 5 do not follow it) and shares of near duplicates
(with few criteria, strangers agree by chance).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from surveys.signals.counting import SMALLEST
from surveys.signals.evidence import Counts, Evidence, Flag, Ratings
from surveys.signals.kinds import DECLARED_RATE, Signal
from surveys.signals.patterns import Repeated, repeated_patterns
from surveys.signals.peers import FEWEST_ANSWERS, Rarity, false_discovery, rare_amounts, rare_shares
from surveys.signals.scan import GATHERING, Burst, day_dispersion, rare_gatherings, scan_day

#: So many answers more or fewer are nothing to remark: a gathering of that size, with fewer than five
#: answers in each ten minutes, is not even recorded.
ALLOWANCE = 25.0
SMALLEST_GROUP = 12.0  # so many more than usual from one address came together there
LATE_SHARE = 0.1  # the last tenth of the campaign's days
FEWEST_DAYS = 10  # so long a campaign must be for its parts to be compared
_SIZE_CLASSES = 5
_FEWEST_OF_A_CLASS = 60
Places = Sequence[tuple[int, int | None]]


def find_flags(evidence: Evidence, *, seed: int, rate: float = DECLARED_RATE) -> list[Flag]:
    """Every flag at the declared rate, by signal, unit and day.

    Parameters
    ----------
    seed : int
        Of the Monte Carlo draws (a frozen stream, `numpy.random.RandomState`).
    rate : float
        The false discovery rate over everything that one signal looks at.

    Examples
    --------
    >>> empty = np.zeros((2, 3))
    >>> seen = Evidence(np.array([20.0, 900.0]), empty + 10, empty, {}, empty, {}, np.zeros(2), 3)
    >>> [(flag.signal.value, flag.unit, int(flag.seen)) for flag in find_flags(seen, seed=0)]
    [('over-adults', 0, 30)]
    """
    gathered = _gatherings(evidence, seed)
    parts = [_bursts(gathered), _sources(evidence), _days(evidence, gathered), _wholes(evidence)]
    if evidence.ratings is not None:
        parts.append(_ratings(evidence.ratings))
    looked: dict[Signal, list[Flag]] = {signal: [] for signal in Signal}
    for part in parts:
        for flag in part:
            looked[flag.signal].append(flag)
    found: list[Flag] = []
    for flags in looked.values():
        rates = false_discovery([flag.p for flag in flags])
        for flag, q in zip(flags, rates.tolist(), strict=True):
            if q <= rate:
                found.append(replace(flag, q=q))
    order = {signal: place for place, signal in enumerate(Signal)}
    return sorted(found, key=lambda f: (order[f.signal], f.unit, -1 if f.day is None else f.day))


Gatherings = dict[tuple[int, int], Burst]


def _gatherings(evidence: Evidence, seed: int) -> Gatherings:
    """The days of units on which people came together: rare against the unit's own hours."""
    if not evidence.arrivals:
        return {}
    random = np.random.RandomState(seed)
    dispersion = day_dispersion(evidence.arrived, evidence.arrived.mean(axis=1))
    days = max(evidence.arrived.shape[1], 2)
    shape = sum(evidence.arrivals.values()) + 1.0
    shape = shape / shape.sum()
    gathered: Gatherings = {}
    for (unit, day), counts in sorted(evidence.arrivals.items()):
        # The day itself must not say what is usual on the unit's days.
        others = max(evidence.arrived[unit].sum() - evidence.arrived[unit, day], 1.0) / (days - 1)
        burst = scan_day(counts, others * shape, dispersion, random)
        if burst.p <= GATHERING:
            gathered[unit, day] = burst
    return gathered


def _bursts(gathered: Gatherings) -> Iterator[Flag]:
    """Gatherings that are too large among gatherings."""
    if not gathered:
        return
    among = rare_gatherings(np.array([burst.sizes for burst in gathered.values()]))
    for ((unit, day), burst), p in zip(gathered.items(), among.tolist(), strict=True):
        yield Flag(
            Signal.BURST, unit, day, burst.seen, burst.expected, max(p, burst.p),
            first_bin=burst.first_bin, bins=burst.bins,
        )  # fmt: skip


def _without_gatherings(web: Counts, gathered: Gatherings) -> Counts:
    """The answers of each day less those of a gathering, which is judged among gatherings."""
    rest = web.copy()
    for place, burst in gathered.items():
        rest[place] = max(0.0, rest[place] - max(burst.sizes))
    return rest


def _sources(evidence: Evidence) -> Iterator[Flag]:
    """Days on which one source, answers without script, or caught robots are many."""
    places = sorted(evidence.sources)
    if not places:
        return
    n, largest, unscripted, trapped = np.array([evidence.sources[place] for place in places], float).T
    yield from _shares(Signal.NO_SCRIPT, unscripted, n, places, step=SMALLEST)
    yield from _shares(Signal.TRAP, trapped, n, places, step=SMALLEST)
    yield from _one_source(places, n, largest)


def _one_source(places: list[tuple[int, int]], n: Counts, largest: Counts) -> Iterator[Flag]:
    """Days on which one source sent far more than the unit's largest source otherwise does.

    A school, a hall or a mobile operator is one source for many, and that is honest: so only what comes on
    top of the unit's other days is looked at, and rare is what is too large among such groups.
    """
    units = np.array([unit for unit, _ in places])
    others_n = np.bincount(units, n)[units] - n
    others = np.bincount(units, largest)[units] - largest
    share = (others + ALLOWANCE * largest.sum() / n.sum()) / (others_n + ALLOWANCE)
    usual = share * n
    is_group = (largest - usual >= SMALLEST_GROUP) & (n >= FEWEST_ANSWERS)
    p = rare_gatherings((largest - usual)[is_group][:, None])
    for place, rarity in zip(np.flatnonzero(is_group), p.tolist(), strict=True):
        unit, day = places[place]
        yield Flag(Signal.ONE_SOURCE, unit, day, largest[place], usual[place], rarity, out_of=int(n[place]))


def _days(evidence: Evidence, gathered: Gatherings) -> Iterator[Flag]:
    """Units whose answers from the web crowd on one day, or at the end, gatherings apart."""
    web, days = _without_gatherings(evidence.web, gathered), evidence.campaign_days
    totals, all_days = web.sum(axis=1), web.shape[1]
    if all_days >= FEWEST_DAYS:
        top = web.max(axis=1)
        usual = (totals - top) / (all_days - 1)
        for unit, expected, p in _crowded(top, usual, totals):
            yield Flag(Signal.BUSY_DAY, unit, int(web[unit].argmax()), top[unit], expected, p)
    if days >= FEWEST_DAYS and all_days >= days:
        last = max(1, round(days * LATE_SHARE))
        late, before = web[:, days - last :].sum(axis=1), web[:, : days - last].sum(axis=1)
        for unit, expected, p in _crowded(late, before * last / (days - last), totals):
            yield Flag(Signal.LATE_SURGE, unit, None, late[unit], expected, p)


def _crowded(seen: Counts, usual: Counts, totals: Counts) -> Iterator[tuple[int, float, float]]:
    """How rare it is among units with as many answers that so many came instead of the usual ones."""
    ratio = np.log((seen + ALLOWANCE) / (usual + ALLOWANCE))
    for members in _size_classes(np.where(totals >= FEWEST_ANSWERS, totals, 0)):
        rare = rare_amounts(ratio[members], is_heavy=True)
        for unit, p, middle in zip(members.tolist(), rare.p, rare.expected, strict=True):
            if np.isfinite(p):
                yield unit, max(0.0, np.exp(middle) * (usual[unit] + ALLOWANCE) - ALLOWANCE), p


def _wholes(evidence: Evidence) -> Iterator[Flag]:
    """What shows over the whole campaign: other origins, turnout, reports of pressure."""
    totals, adults = evidence.ballots.sum(axis=1), evidence.adults
    places = [(unit, None) for unit in range(len(totals))]
    yield from _shares(Signal.ORIGIN, totals - evidence.web.sum(axis=1), totals, places)
    for unit in np.flatnonzero(totals > adults):
        yield Flag(Signal.OVER_ADULTS, int(unit), None, totals[unit], adults[unit], 0.0)
    rates = np.where(totals >= FEWEST_ANSWERS, np.log((totals + ALLOWANCE) / (adults + ALLOWANCE)), np.nan)
    for members in _size_classes(adults):
        rare = rare_amounts(rates[members])
        for unit, p, middle in zip(members.tolist(), rare.p, rare.expected, strict=True):
            if np.isfinite(p):
                usual = max(0.0, np.exp(middle) * (adults[unit] + ALLOWANCE) - ALLOWANCE)
                yield Flag(Signal.TURNOUT, unit, None, totals[unit], usual, p)
    reports = np.minimum(evidence.pressure, totals)
    yield from _shares(Signal.PRESSURE, reports, totals, places, step=SMALLEST)


def _ratings(ratings: Ratings) -> Iterator[Flag]:
    """What only the ratings show; never before closing."""
    units, days = ratings.scored.shape
    wholes: Places = [(unit, None) for unit in range(units)]
    scored = ratings.scored.sum(axis=1)
    each = [(unit, day) for unit in range(units) for day in range(days)]
    # A unit's whole and its days are looked at together, so the rate holds over both.
    yield from _shares(Signal.STRAIGHT_LINES, ratings.all_equal.ravel(), ratings.scored.ravel(), each)
    criteria = ratings.criteria
    for lines, counts in ((ratings.all_fives, ratings.fives), (ratings.all_ones, ratings.ones)):
        # Content villages have more lines of fives: what the other ballots say is taken into account.
        rest = np.maximum(counts.sum(axis=1) - criteria * lines, 0)
        others = np.maximum(ratings.given.sum(axis=1) - criteria * lines - rest, 0)
        beside = np.log((rest + 1) / (others + 1))
        rare = rare_shares(lines, scored, beside=beside)
        # Habits differ more than any one curve says, so it must be rare by the peers' own scale too.
        habit = rare_amounts(np.log((lines + 1) / (rare.expected + 1)))
        yield from _flags(
            Signal.STRAIGHT_LINES, lines, scored, wholes, replace(rare, p=np.fmax(rare.p, habit.p))
        )
    found = {one.unit: one for one in repeated_patterns(ratings.patterns, ratings.nation)}
    for unit in np.flatnonzero(scored >= FEWEST_ANSWERS).tolist():
        # Where no pattern came back often enough to be tested, it was still looked for.
        one = found.get(unit) or Repeated(unit, 0, 0.0, int(scored[unit]), 1.0)
        yield Flag(Signal.PATTERN, unit, None, one.seen, one.expected, one.p, out_of=one.out_of)
    given = ratings.given.sum(axis=1)
    for signal, counts in ((Signal.FIVES, ratings.fives), (Signal.ONES, ratings.ones)):
        shares = np.where(scored >= FEWEST_ANSWERS, (counts.sum(axis=1) + 1) / (given + 2), np.nan)
        rare = rare_amounts(np.log(shares / (1 - shares)))
        usual = given / (1 + np.exp(-rare.expected))
        for unit in np.flatnonzero(np.isfinite(rare.p)):
            yield Flag(
                signal, int(unit), None, counts[unit].sum(), usual[unit], rare.p[unit],
                out_of=int(given[unit]),
            )  # fmt: skip
    if days >= FEWEST_DAYS:
        yield from _thirds(ratings)


def _thirds(ratings: Ratings) -> Iterator[Flag]:
    """Fives or ones in the last third of the campaign against the first, in either direction."""
    third = ratings.given.shape[1] // 3
    people = np.minimum(ratings.scored[:, :third].sum(axis=1), ratings.scored[:, -third:].sum(axis=1))
    before, after = ratings.given[:, :third].sum(axis=1), ratings.given[:, -third:].sum(axis=1)
    for counts in (ratings.fives, ratings.ones):
        first, last = counts[:, :third].sum(axis=1), counts[:, -third:].sum(axis=1)
        shares = [(k + 0.5) / (n + 1) for k, n in ((first, before), (last, after))]
        change = np.log(shares[1] / (1 - shares[1])) - np.log(shares[0] / (1 - shares[0]))
        spread = sum(
            1 / (n + 1) / (share * (1 - share)) for share, n in zip(shares, (before, after), strict=True)
        )
        shift = np.where(people >= FEWEST_ANSWERS, change / np.sqrt(spread), np.nan)
        rare = _two_sided(shift)
        for unit in np.flatnonzero(np.isfinite(rare)):
            usual = shares[0][unit] * after[unit]
            yield Flag(Signal.THIRDS, int(unit), None, last[unit], usual, rare[unit], out_of=int(after[unit]))


def _two_sided(values: Counts) -> Counts:
    """Rarity in either direction, each against the peers' own scale on that side."""
    up, down = (rare_amounts(side, least_scale=1.0).p for side in (values, -values))
    return np.minimum(1.0, 2 * np.minimum(up, down))


def _shares(
    signal: Signal, counts: Counts, totals: Counts, places: Places, *, step: int = 1
) -> Iterator[Flag]:
    yield from _flags(signal, counts, totals, places, rare_shares(counts, totals, step=step))


def _flags(signal: Signal, counts: Counts, totals: Counts, places: Places, rare: Rarity) -> Iterator[Flag]:
    for place in np.flatnonzero(np.isfinite(rare.p)):
        unit, day = places[place]
        yield Flag(
            signal, unit, day, counts[place], rare.expected[place], rare.p[place], out_of=int(totals[place])
        )


def _size_classes(sizes: Counts) -> list[NDArray[np.int64]]:
    """Units of like size: fifths where there are enough of them, else all together; none without a size."""
    known = np.flatnonzero(sizes > 0)
    ordered = known[np.argsort(sizes[known], kind="stable")]
    parts = _SIZE_CLASSES if len(ordered) >= _SIZE_CLASSES * _FEWEST_OF_A_CLASS else 1
    return [part for part in np.array_split(ordered, parts) if part.size]
