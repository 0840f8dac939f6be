"""A unit's score weighted to the ages and sexes of its adults, from sums over the groups of both.

Pure: the standard library, NumPy and other pure modules. It refuses nothing and says None where weighting
is not allowed: the same rule for every unit, announced beforehand.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from core.disclosure import MINIMUM_CELL
from surveys.raking import design_effect, rake
from surveys.scoring import MICRO
from surveys.tallies import TallySum

Stratum = tuple[str, str]
FEWEST = 50
TRIMMED = (0.3, 3.0)


@dataclass(frozen=True, slots=True)
class Weighted:
    """A weighted mean over the `n` persons who gave age and sex; each group's weight, 1 on average."""

    n: int
    score: float
    error: float
    design_effect: float
    weights: dict[Stratum, float]


def weighted_score(strata: Mapping[Stratum, TallySum], adults: Mapping[Stratum, int]) -> Weighted | None:
    """The mean of persons' composites, raked to the unit's adults by age band and by sex.

    Parameters
    ----------
    strata : mapping of (age band, sex) to TallySum
        Everybody who gave both. Groups that are not among the adults' do not count.
    adults : mapping of (age band, sex) to int
        The unit's adults in each group; empty where they are not known.

    Returns
    -------
    Weighted or None
        None for fewer than 50 persons, fewer than 5 in an age band or a sex, a group without anybody, or
        where the weights do not settle.

    Notes
    -----
    Weights are trimmed to 0.3 to 3 after raking. The variance is n / (n - 1) sum w^2 (x - m)^2 / (sum w)^2,
    as in `mean_with_error`, and the design effect is Kish's.
    """
    groups = sorted(adults)
    counts = np.array([strata[group].scored if group in strata else 0 for group in groups], dtype=float)
    n = int(counts.sum())
    if n < FEWEST or not counts.all() or not sum(adults.values()):
        return None
    margins = []
    for axis in (0, 1):
        names = sorted({group[axis] for group in groups})
        index = np.array([names.index(group[axis]) for group in groups])
        target = np.bincount(index, [adults[group] for group in groups])
        if np.bincount(index, counts).min() < MINIMUM_CELL:
            return None
        margins.append((index, target * (n / target.sum())))
    raked = rake(counts, margins)
    if not raked.converged:
        return None
    weight = np.clip(raked.weights / counts, *TRIMMED)
    sums = np.array([strata[group].composite_sum / MICRO for group in groups])
    squares = np.array([strata[group].composite_squares / MICRO**2 for group in groups])
    mean = float(weight @ sums / (weight @ counts))
    spread = float(weight**2 @ (squares - 2 * mean * sums + counts * mean**2))
    error = math.sqrt(n / (n - 1) * max(spread, 0.0)) / float(weight @ counts)
    effect = design_effect(np.repeat(weight, counts.astype(int)))
    return Weighted(n, mean, error, effect, dict(zip(groups, weight.tolist(), strict=True)))
