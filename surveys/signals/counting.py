"""Counts arrivals in memory: per unit, origin and ten minutes, and per unit and day by source.

Pure: the standard library only. Nothing here is kept longer than its day, a source is a keyed mark that
dies with it, and no bin under five ever leaves: it is merged into the rest of its day.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from threading import Lock

BIN_MINUTES = 10
BINS = 24 * 60 // BIN_MINUTES
SMALLEST = 5
REST = -1  # the bin of what is left of a day
LARGEST_MEMORY = 200_000


@dataclass(frozen=True, slots=True)
class BinCount:
    """Arrivals about a unit in one bin of a day, or in the day's rest."""

    campaign_id: int
    kato: str
    origin: str
    day: date
    bin: int
    n: int


@dataclass(frozen=True, slots=True)
class DayCount:
    """A unit's day as it is kept: every number rounded down to steps of five."""

    campaign_id: int
    kato: str
    day: date
    n: int
    sources: int
    largest: int
    unscripted: int
    trapped: int


@dataclass(slots=True)
class _Day:
    n: int = 0
    unscripted: int = 0
    trapped: int = 0
    sources: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Taken:
    """What was taken out of memory to be written; `undo` holds it as it was."""

    bins: tuple[BinCount, ...]
    days: tuple[DayCount, ...]
    undo: tuple[dict, dict]


class ArrivalCounter:
    """The arrivals that one process has seen and not yet written.

    :param largest: how many sources are told apart at most; further ones count without a name, so a flood
        of addresses costs no memory and lowers the largest share, never raises it.
    """

    def __init__(self, largest: int = LARGEST_MEMORY) -> None:
        self._lock = Lock()
        self._largest, self._known = largest, 0
        self._bins: Counter[tuple[int, str, str, date, int]] = Counter()
        self._days: dict[tuple[int, str, date], _Day] = {}

    def add(
        self, campaign_id: int, kato: str, origin: str, source: str, *, day: date, bin: int,
        has_script: bool, is_trapped: bool = False,
    ) -> None:  # fmt: skip
        """Count one arrival."""
        with self._lock:
            self._bins[campaign_id, kato, origin, day, bin] += 1
            seen = self._days.setdefault((campaign_id, kato, day), _Day())
            seen.n += 1
            seen.unscripted += not has_script
            seen.trapped += is_trapped
            if source in seen.sources or self._known < self._largest:
                self._known += source not in seen.sources
                seen.sources[source] += 1

    def take(self, day: date, bin: int, *, everything: bool = False) -> Taken:
        """Take out what is finished at a bin of a day: earlier bins and earlier days, or everything."""
        with self._lock:
            bins = {k: n for k, n in self._bins.items() if everything or (k[3], k[4]) < (day, bin)}
            days = {k: seen for k, seen in self._days.items() if everything or k[2] < day}
            for key in bins:
                del self._bins[key]
            for key in days:
                self._known -= len(self._days.pop(key).sources)
        return Taken(tuple(_without_small(bins.items())), tuple(_rounded(days.items())), (bins, days))

    def put_back(self, taken: Taken) -> None:
        """Count again what could not be written."""
        bins, days = taken.undo
        with self._lock:
            self._bins.update(bins)
            for key, seen in days.items():
                here = self._days.setdefault(key, _Day())
                here.n, here.unscripted = here.n + seen.n, here.unscripted + seen.unscripted
                here.trapped += seen.trapped
                self._known += len(set(seen.sources) - set(here.sources))
                here.sources.update(seen.sources)

    def forget(self) -> None:
        """Drop everything."""
        with self._lock:
            self._bins.clear()
            self._days.clear()
            self._known = 0


def step(n: int) -> int:
    """A number rounded down to steps of five."""
    return n // SMALLEST * SMALLEST


def _without_small(bins: Iterable[tuple[tuple[int, str, str, date, int], int]]) -> Iterable[BinCount]:
    rest: Counter[tuple[int, str, str, date]] = Counter()
    for (campaign_id, kato, origin, day, bin), n in sorted(bins):
        if n >= SMALLEST:
            yield BinCount(campaign_id, kato, origin, day, bin, n)
        else:
            rest[campaign_id, kato, origin, day] += n
    for (campaign_id, kato, origin, day), n in sorted(rest.items()):
        yield BinCount(campaign_id, kato, origin, day, REST, n)


def _rounded(days: Iterable[tuple[tuple[int, str, date], _Day]]) -> Iterable[DayCount]:
    for (campaign_id, kato, day), seen in sorted(days, key=lambda pair: pair[0]):
        if seen.n >= SMALLEST:
            largest = max(seen.sources.values(), default=0)
            yield DayCount(
                campaign_id, kato, day, step(seen.n), step(len(seen.sources)), step(largest),
                step(seen.unscripted), step(seen.trapped),
            )  # fmt: skip
