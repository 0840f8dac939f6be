"""Empirical Bayes for small villages: the variance between units, and estimates drawn towards their mean.

Imports NumPy, SciPy and other pure modules only. It refuses an error that is not above zero, and sorts
the units before anything is summed, so that the order of the rows cannot show even in the last bit.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import brentq

from core.pairwise import Floats, Integers

FEWEST = 3
#: Beyond these no score and no error means anything, and their squares would leave a float.
LARGEST, SMALLEST = 1e50, 1e-50


@dataclass(frozen=True)
class Shrunken:
    """Estimates drawn towards their `mean`, the between-unit `variance` and each unit's `reliability`."""

    estimates: Floats
    standard_errors: Floats
    mean: float
    variance: float
    reliability: Floats


def paule_mandel(estimates: ArrayLike, standard_errors: ArrayLike) -> float:
    """Between-unit variance by the method of Paule and Mandel.

    Parameters
    ----------
    estimates, standard_errors : array_like, shape (p,)
        In points; NaN does not count, an error <= 0 is refused.

    Returns
    -------
    float
        The root tau^2 of sum (x - mu)^2 / (se^2 + tau^2) = p - 1, with mu the weighted mean; 0 where the
        left side is under p - 1 already at 0, or where there are fewer than three units.

    References
    ----------
    .. [1] R. C. Paule and J. Mandel (1982), Consensus values and weighting factors, Journal of Research
       of the National Bureau of Standards 87, 377-385, doi:10.6028/jres.087.022.

    Examples
    --------
    >>> round(paule_mandel([0, 10, 20], [1, 1, 1]), 6)
    99.0
    """
    scores, errors, known = checked_pairs(estimates, standard_errors, positive=True)
    return _between_variance(scores[known], errors[known])


def shrink(estimates: ArrayLike, standard_errors: ArrayLike) -> Shrunken:
    """Normal-normal empirical Bayes: draw each estimate towards the mean, the more so the larger its error.

    Parameters
    ----------
    estimates, standard_errors : array_like, shape (p,)
        In points. A unit with NaN in either passes through as NaN and does not count.

    Returns
    -------
    Shrunken
        `estimates` mu + B (x - mu); `standard_errors` the root of tau^2 (1 - B) + (1 - B)^2 Var(mu);
        `mean` mu; `variance` tau^2; `reliability` B = tau^2 / (tau^2 + se^2). With fewer than three units
        the variance between them cannot be told: it is 0, reliability with it, and estimates and errors
        come back as they were.

    Raises
    ------
    ValueError
        For an error <= 0, a number that is infinite or beyond all measure, or arrays of different length.

    References
    ----------
    .. [1] B. Efron and C. Morris (1975), Data analysis using Stein's estimator and its generalizations,
       Journal of the American Statistical Association 70, 311-319.
    .. [2] Paule and Mandel (1982), see `paule_mandel`.

    Examples
    --------
    >>> shrunken = shrink([60, 70, 80], [5, 5, 10])
    >>> shrunken.estimates.round(2).tolist(), round(shrunken.mean, 2), round(shrunken.variance, 2)
    ([62.89, 69.23, 71.55], 67.89, 43.3)
    """
    scores, errors, known = checked_pairs(estimates, standard_errors, positive=True)
    value, error = scores[known], errors[known]
    variance = _between_variance(value, error)
    estimate, posterior, reliability = (np.full(scores.shape, np.nan) for _ in range(3))
    mean = float("nan")
    if value.size:
        precision = 1.0 / (error**2 + variance)
        mean = float((precision * value).sum() / precision.sum())
        share = variance * precision
        reliability[known] = share
        if value.size < FEWEST:
            estimate[known], posterior[known] = value, error
        else:
            estimate[known] = mean + share * (value - mean)
            posterior[known] = np.sqrt(variance * (1 - share) + (1 - share) ** 2 / precision.sum())
    return Shrunken(estimate, posterior, mean, variance, reliability)


def checked_pairs(scores: ArrayLike, errors: ArrayLike, *, positive: bool) -> tuple[Floats, Floats, Integers]:
    """The arrays, and the indices of the units that have both numbers, sorted by score and error."""
    value, error = np.asarray(scores, dtype=float), np.asarray(errors, dtype=float)
    if value.ndim != 1 or value.shape != error.shape:
        raise ValueError(f"each score needs one error, and the shapes are {value.shape} and {error.shape}")
    for name, array in (("score", value), ("standard error", error)):
        for index in np.flatnonzero(np.abs(array) > LARGEST):
            raise ValueError(
                f"{name} {index} is {array[index]}; it must be finite, or NaN where unknown,"
                f" and no larger than {LARGEST:g}"
            )
    for index in np.flatnonzero(error <= 0 if positive else error < 0):
        needed = "above 0" if positive else "0 or more"
        raise ValueError(f"standard error {index} is {error[index]}; it must be {needed}")
    for index in np.flatnonzero((error > 0) & (error < SMALLEST)):
        raise ValueError(f"standard error {index} is {error[index]}; it must be at least {SMALLEST:g}")
    order = np.lexsort((error, -value))
    return value, error, order[~np.isnan(value[order]) & ~np.isnan(error[order])]


def _between_variance(value: Floats, error: Floats) -> float:
    if value.size < FEWEST:
        return 0.0

    def excess(variance: float) -> float:
        precision = 1.0 / (error**2 + variance)
        mean = (precision * value).sum() / precision.sum()
        return float((precision * (value - mean) ** 2).sum() - (value.size - 1))

    if excess(0.0) <= 0:
        return 0.0
    # At this variance every term is at most (p - 1) / p, so the left side cannot exceed p - 1.
    ceiling = value.size / (value.size - 1) * float(np.ptp(value)) ** 2
    return float(brentq(excess, 0.0, ceiling, xtol=1e-15 * ceiling, rtol=1e-14, maxiter=500))
