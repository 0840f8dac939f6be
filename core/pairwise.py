"""Critical values for comparing many units pair by pair, the engine under `core.ranking`'s intervals.

It imports NumPy alone and takes the noise as an argument: it draws nothing itself. It never holds an
array of draws x units x units, because only the pairs that can reach the critical value are looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

EXTREMES = 32
ROWS = 256
SLACK = 1e-9


@dataclass(frozen=True, slots=True)
class Reached:
    """Ordered pairs with a standardised noise (Z_first - Z_second) / s above a threshold, draw by draw."""

    draw: Integers
    first: Integers
    second: Integers
    value: Floats


class Comparison:
    """Scores, errors and standard normal noise `[draws, units]`, from which critical values are found.

    A pair's standardised noise is e_j cos(a) - e_k sin(a) with tan(a) = se_k / se_j, so by the inequality
    of Cauchy and Schwarz its square is at most e_j^2 + e_k^2. Against a threshold L all units with e_j^2
    + max(e)^2 <= L^2 drop out of a draw: of 2,319 units a few dozen stay. A quantile reads only the draws
    above it, so L may be the same quantile of lower bounds that are cheap to have.
    """

    def __init__(self, scores: Floats, errors: Floats, noise: Floats) -> None:
        self.scores = scores
        self.variances = errors**2
        self.noise = noise
        self.values = noise * errors
        size = np.abs(noise)
        self.largest = size.max(axis=1) ** 2
        kept = min(errors.size, EXTREMES)
        self.extremes = np.argpartition(size, errors.size - kept, axis=1)[:, errors.size - kept :]

    @cached_property
    def ranked(self) -> Integers:
        """The units of each draw by the size of their noise, largest first."""
        return np.argsort(-np.abs(self.noise), axis=1, kind="stable")

    @cached_property
    def peaks(self) -> Floats:
        return np.take_along_axis(self.values, self.ranked[:, :EXTREMES], 1)

    @cached_property
    def tiers(self) -> list[tuple[int, Floats]]:
        """Numbers of leading units, each with the square of the largest noise that it leaves out, by draw."""
        draws, units = self.noise.shape
        widths = [width for width in (4, 16, 64, 256, 1024) if width < units]
        beyond = [self.noise[np.arange(draws), self.ranked[:, width]] ** 2 for width in widths]
        return [*zip(widths, beyond, strict=True), (units, np.full(draws, -np.inf))]

    def _rivals(self, needed: Floats) -> Iterator[tuple[Integers, int]]:
        """Draws, and how many of their leading units hold all with a squared noise above what is `needed`."""
        waiting = np.flatnonzero(self.largest > needed)
        for width, beyond in self.tiers:
            enough = beyond[waiting] <= needed[waiting]
            yield waiting[enough], width
            waiting = waiting[~enough]

    def spread(self, first: Integers, second: Integers) -> Floats:
        """s_jk, the standard error of a difference."""
        return np.sqrt(self.variances[first] + self.variances[second])

    def contrast(self, first: Integers, second: Integers) -> Floats:
        """T_jk, the standardised difference of the scores."""
        return (self.scores[first] - self.scores[second]) / self.spread(first, second)

    def critical_for_all(self, coverage: float, *, stepdown: bool) -> float:
        """The critical value for all ordered pairs at once."""
        return self._settle(self._reach_of_all(), self._gather_all, coverage, stepdown)

    def critical_for_one(
        self, unit: int, coverage: float, *, stepdown: bool, above: bool, below: bool
    ) -> float:
        """The critical value for the pairs of one unit: `above` its rivals, `below` them, or both."""
        spread = np.sqrt(self.variances[unit] + self.variances)
        spread[unit] = np.inf
        own = self.values[:, unit]

        def gather(threshold: float) -> Reached:
            parts = []
            for rows, width in self._rivals(threshold**2 * (1 - SLACK) - self.noise[:, unit] ** 2):
                rivals = self.ranked[rows, :width]
                value = (own[rows, None] - self.values[rows[:, None], rivals]) / spread[rivals]
                for sign in (1,) * above + (-1,) * below:
                    row, column = np.nonzero(sign * value > threshold)
                    rival, this = rivals[row, column], np.full(row.size, unit)
                    first, second = (this, rival) if sign > 0 else (rival, this)
                    parts.append((rows[row], first, second, sign * value[row, column]))
            return _joined(parts)

        near = (own[:, None] - self.peaks) / spread[self.ranked[:, :EXTREMES]]
        reach = np.maximum(near.max(axis=1) if above else -np.inf, -near.min(axis=1) if below else -np.inf)
        return self._settle(reach, gather, coverage, stepdown)

    def rejections(self, critical: float | Floats) -> tuple[Integers, Integers]:
        """How many are surely better, and how many surely worse, than each unit."""
        units = self.scores.size
        limit = np.broadcast_to(np.asarray(critical, dtype=float), (units,))
        better, worse = np.empty(units, dtype=np.int64), np.empty(units, dtype=np.int64)
        for block in _blocks(units):
            spread = np.sqrt(self.variances[block, None] + self.variances)
            spread[np.arange(spread.shape[0]), np.arange(units)[block]] = np.inf
            contrast = (self.scores[block, None] - self.scores) / spread
            worse[block] = np.count_nonzero(contrast > limit[block, None], axis=1)
            better[block] = np.count_nonzero(-contrast > limit[block, None], axis=1)
        return better, worse

    def _settle(
        self, reach: Floats, gather: Callable[[float], Reached], coverage: float, stepdown: bool
    ) -> float:
        # Step-down lowers the value at most to that of the pairs it can never reject, one of each two
        # directions: about the two-sided quantile at twice the distance from one. 2.5 times leaves room.
        level = max(0.0, 1.0 - 2.5 * (1.0 - coverage)) if stepdown else coverage
        start = max(0.0, float(np.quantile(reach, level, method="lower"))) * (1 - SLACK)
        for share in (1.0, 0.95, 0.9, 0.8, 0.6, 0.4, 0.2, 0.0):
            critical = self._step(gather(start * share), start * share, coverage, stepdown)
            if critical is not None:
                return critical
        raise AssertionError("a threshold of zero always settles")  # pragma: no cover

    def _step(self, reached: Reached, threshold: float, coverage: float, stepdown: bool) -> float | None:
        """The quantile, step by step, or None where it would lie below what was gathered."""
        contrast = self.contrast(reached.first, reached.second)
        draws = self.noise.shape[0]
        position = coverage * (draws - 1)
        before = int(position)
        critical = np.inf
        while True:
            standing = contrast <= critical
            top = np.full(draws, threshold)
            np.maximum.at(top, reached.draw[standing], reached.value[standing])
            top.sort()
            if threshold > 0 and top[before] <= threshold:
                return None
            lower = float(top[before] + (position - before) * (top[min(before + 1, draws - 1)] - top[before]))
            if not stepdown or lower >= critical:
                return lower
            critical = lower

    def _reach_of_all(self) -> Floats:
        """A lower bound of each draw's maximum over all pairs, from its most extreme units."""
        one, other = np.triu_indices(self.extremes.shape[1], 1)
        reach = np.empty(self.noise.shape[0])
        for block in _blocks(self.noise.shape[0]):
            first, second = self.extremes[block][:, one], self.extremes[block][:, other]
            values = self.values[block]
            gap = np.take_along_axis(values, first, 1) - np.take_along_axis(values, second, 1)
            reach[block] = (np.abs(gap) / self.spread(first, second)).max(axis=1)
            # Very unequal errors: the largest noise counts nearly alone, against whichever unit is exact.
            peak = np.abs(self.noise[block]).argmax(axis=1)[:, None]
            gap = np.abs(np.take_along_axis(values, peak, 1) - values)
            spread = np.sqrt(self.variances[peak] + self.variances)
            np.put_along_axis(spread, peak, np.inf, 1)
            np.maximum(reach[block], (gap / spread).max(axis=1), out=reach[block])
        return reach

    def _gather_all(self, threshold: float) -> Reached:
        square = threshold**2 * (1 - SLACK)
        parts: list[tuple[Integers, Integers, Integers, Floats]] = []
        for draw in np.flatnonzero(2 * self.largest > square):
            units = np.flatnonzero(self.noise[draw] ** 2 + self.largest[draw] > square)
            values, variances = self.values[draw, units], self.variances[units]
            for block in _blocks(units.size):
                spread = np.sqrt(variances[block, None] + variances)
                spread[np.arange(spread.shape[0]), np.arange(units.size)[block]] = np.inf
                value = (values[block, None] - values) / spread
                first, second = np.nonzero(value > threshold)
                found = value[first, second]
                parts.append((np.full(first.size, draw), units[first + block.start], units[second], found))
        return _joined(parts)


def _joined(parts: list[tuple[Integers, Integers, Integers, Floats]]) -> Reached:
    if not parts:
        nothing = np.empty(0, dtype=np.int64)
        return Reached(nothing, nothing, nothing, np.empty(0))
    return Reached(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def _blocks(size: int) -> Iterator[slice]:
    for start in range(0, size, ROWS):
        yield slice(start, min(start + ROWS, size))
