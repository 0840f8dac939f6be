"""Weights of persons: raking to known margins, and what unequal weights cost.

Pure: imports the standard library and NumPy. It refuses empty categories and margins that contradict each
other, and says so when the weights do not settle.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Raked:
    """Weights that meet the margins, whether they settled, and in how many rounds."""

    weights: Floats
    converged: bool
    iterations: int


def design_effect(weights: ArrayLike) -> float:
    """Kish's design effect n sum(w^2) / (sum w)^2: how much unequal weights cost.

    References
    ----------
    .. [1] L. Kish (1965), Survey Sampling, section 11.7.

    Examples
    --------
    >>> design_effect([1, 1, 1, 1]), design_effect([1, 3])
    (1.0, 1.25)
    """
    weight = np.asarray(weights, dtype=float)
    refuse_weights(weight)
    return float(weight.size * (weight**2).sum() / weight.sum() ** 2)


def rake(
    base_weights: ArrayLike,
    margins: Sequence[tuple[ArrayLike, ArrayLike]],
    *,
    tolerance: float = 1e-6,
    iterations: int = 100,
) -> Raked:
    """Raking (iterative proportional fitting): weights whose sums meet each margin's target totals.

    Parameters
    ----------
    base_weights : array_like, shape (n,)
    margins : list of (category index of each person, target total of each category)
        Categories count from 0; all the targets have one sum.
    tolerance : float
        Settled when no step of a whole round changes a weight by this share of it or more.
    iterations : int
        Rounds at most.

    Returns
    -------
    Raked
        `converged` is False where the rounds ran out, or a target cannot be met.

    Raises
    ------
    ValueError
        For an empty category, unequal totals, a category out of range, a negative number.

    References
    ----------
    .. [1] W. E. Deming and F. F. Stephan (1940), On a least squares adjustment of a sampled frequency
       table when the expected marginal totals are known, Annals of Mathematical Statistics 11, 427-444.

    Examples
    --------
    >>> raked = rake([1, 1, 1, 1], [([0, 0, 1, 1], [30, 10]), ([0, 1, 0, 1], [20, 20])])
    >>> raked.weights.round(6).tolist(), raked.converged
    ([15.0, 15.0, 5.0, 5.0], True)
    """
    weight = np.array(base_weights, dtype=float)
    if weight.ndim != 1:
        raise ValueError(f"base weights are one list, and the shape is {weight.shape}")
    refuse_weights(weight)
    if iterations < 1 or not tolerance > 0:
        raise ValueError(f"iterations = {iterations} and tolerance = {tolerance} must be above 0")
    checked = [_margin(number, *margin, weight) for number, margin in enumerate(margins)]
    for number, (_, target) in enumerate(checked):
        if not math.isclose(target.sum(), checked[0][1].sum(), rel_tol=1e-9):
            raise ValueError(
                f"the targets of margin {number} add up to {target.sum()},"
                f" those of margin 0 to {checked[0][1].sum()}; correct one of them"
            )
    for done in range(1, iterations + 1):
        change = 0.0
        for category, target in checked:
            total = np.bincount(category, weight, minlength=target.size)
            factor = np.divide(target, total, out=np.ones(target.size), where=total > 0)
            change = max(change, float(np.abs(factor - 1).max()))
            weight = weight * factor[category]
        if change < tolerance:
            return Raked(weight, True, done)
    return Raked(weight, False, iterations)


def _margin(
    number: int, category: ArrayLike, target: ArrayLike, weight: Floats
) -> tuple[NDArray[np.int64], Floats]:
    index, totals = np.asarray(category), np.asarray(target, dtype=float)
    if index.shape != weight.shape:
        raise ValueError(f"margin {number} places {index.size} persons, and there are {weight.size}")
    for value in totals[~(np.isfinite(totals) & (totals >= 0))]:
        raise ValueError(f"a target of margin {number} is {value}; it must be 0 or more")
    for value in index[~np.isin(index, np.arange(totals.size))]:
        last = totals.size - 1
        raise ValueError(f"margin {number} has a person in category {value}; its categories are 0 to {last}")
    index = index.astype(np.int64)
    for empty in np.flatnonzero(np.bincount(index, weight, minlength=totals.size) == 0):
        raise ValueError(f"category {empty} of margin {number} is empty; join it with another")
    return index, totals


def refuse_weights(weight: Floats) -> None:
    """Refuse weights that are negative, unknown or all 0."""
    for index in np.flatnonzero(~(np.isfinite(weight) & (weight >= 0))):
        raise ValueError(f"weight {index} is {weight[index]}; it must be 0 or more")
    if not weight.sum() > 0:
        raise ValueError(f"the weights add up to {weight.sum()}; one at least must be above 0")
