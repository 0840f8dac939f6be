"""From ratings to scores: linear means, personal composites, a mean with its error, and the
questionnaire's quality.

Pure: imports the standard library, NumPy and pure modules. It refuses impossible input with a ValueError
that names the value. What is exact lives in `surveys.scoring`, weights in `surveys.raking`; both are
reached from here as well.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.measures import Estimate
from surveys.raking import Floats, Raked, design_effect, rake, refuse_weights
from surveys.scoring import (
    HIGHEST,
    LOWEST,
    POINTS_PER_STEP,
    ExactScore,
    moderated_error,
    person_composite_micro,
    pooled_variance,
    score_from_sums,
)

__all__ = [
    "Estimate",
    "ExactScore",
    "Raked",
    "cronbach_alpha",
    "design_effect",
    "linear_mean",
    "longest_run",
    "mean_with_error",
    "moderated_error",
    "person_composite_micro",
    "person_composites",
    "pooled_variance",
    "rake",
    "score_from_sums",
]


def linear_mean(counts: ArrayLike) -> Floats:
    """Linear mean score of counted ratings: 1..5 become 0, 25, 50, 75, 100.

    Parameters
    ----------
    counts : array_like, shape (..., 5)
        How many rated 1, 2, 3, 4, 5. Not negative; weighted counts are allowed.

    Returns
    -------
    ndarray, shape (...)
        0..100; NaN where nobody rated.

    References
    ----------
    .. [1] Centers for Medicare & Medicaid Services, Technical Notes for HCAHPS Star Ratings (linear mean
       scores).

    Examples
    --------
    >>> linear_mean([[1, 0, 0, 0, 1], [0, 0, 0, 0, 0], [0, 0, 0, 3, 1]]).tolist()
    [50.0, nan, 81.25]
    """
    table = np.asarray(counts, dtype=float)
    if table.ndim == 0 or table.shape[-1] != HIGHEST:
        raise ValueError(f"the last axis counts the ratings 1 to 5, and the shape is {table.shape}")
    wrong = ~(np.isfinite(table) & (table >= 0))
    if wrong.any():
        raise ValueError(f"a count is {table[wrong][0]}; it must be 0 or more")
    total = table.sum(axis=-1)
    points = table @ (np.arange(HIGHEST) * float(POINTS_PER_STEP))
    return np.divide(points, total, out=np.full(np.shape(total), np.nan), where=total > 0)[()]


def person_composites(
    ratings: ArrayLike, weights: ArrayLike | None = None, minimum_answered: float = 0.5
) -> Floats:
    """Each person's weighted mean over the criteria that the person answered.

    Parameters
    ----------
    ratings : array_like, shape (respondents, criteria)
        1..5, NaN for no answer or "hard to say".
    weights : array_like, shape (criteria,), optional
        Not negative; equal by default.
    minimum_answered : float
        The least share of the criteria that must be answered.

    Returns
    -------
    ndarray, shape (respondents,)
        0..100; NaN for a person who answered less than the minimum.

    Examples
    --------
    >>> nan = float("nan")
    >>> person_composites([[5, 3, nan, nan], [5, nan, nan, nan], [1, 1, 1, 5]], [1, 3, 1, 1]).tolist()
    [62.5, nan, 16.666666666666668]
    """
    table = _ratings(ratings)
    share = np.ones(table.shape[1]) if weights is None else np.asarray(weights, dtype=float)
    if share.shape != (table.shape[1],):
        raise ValueError(f"{table.shape[1]} criteria need as many weights, and the shape is {share.shape}")
    refuse_weights(share)
    if not 0 <= minimum_answered <= 1:
        raise ValueError(f"minimum_answered is a share from 0 to 1, and is {minimum_answered}")
    answered = ~np.isnan(table)
    points = (np.where(answered, table, LOWEST) - LOWEST) * POINTS_PER_STEP
    total = answered @ share
    enough = (answered.sum(axis=1) >= minimum_answered * table.shape[1] - 1e-9) & (total > 0)
    return np.divide(points @ share, total, out=np.full(table.shape[0], np.nan), where=enough)


def mean_with_error(
    values: ArrayLike, weights: ArrayLike | None = None, population: float | None = None
) -> Estimate:
    """Mean with its standard error.

    Parameters
    ----------
    values : array_like, shape (n,)
        NaN is dropped, together with its weight.
    weights : array_like, shape (n,), optional
        Not negative. The variance is then n / (n - 1) sum w^2 (x - m)^2 / (sum w)^2.
    population : float, optional
        N, for the factor 1 - n / N on the variance. Only for the descriptive margin of a unit's own page.

    Returns
    -------
    Estimate
        Without a value NaN, NaN, 0; with a single one the error is NaN.

    Raises
    ------
    ValueError
        Where n exceeds the population, or a weight is negative or unknown.

    References
    ----------
    .. [1] W. G. Cochran (1977), Sampling Techniques, 3rd ed., sections 2.6 and 6.

    Examples
    --------
    >>> mean_with_error([0, 50, 100, float("nan")], population=6)
    Estimate(value=50.0, standard_error=20.412414523193153, n=3)
    """
    given = np.asarray(values, dtype=float)
    if given.ndim != 1:
        raise ValueError(f"values are one list, and the shape is {given.shape}")
    known = ~np.isnan(given)
    value = given[known]
    for index in np.flatnonzero(np.isinf(given)):
        raise ValueError(f"value {index} is {given[index]}; it must be finite, or NaN where it is unknown")
    weight = np.ones(given.shape) if weights is None else np.asarray(weights, dtype=float)
    if weight.shape != given.shape:
        raise ValueError(f"each value needs one weight: the shapes are {given.shape} and {weight.shape}")
    weight = weight[known]
    n = value.size
    if population is not None and not n <= population < math.inf:
        raise ValueError(f"{n} answers cannot come from a population of {population}; correct the population")
    if n == 0:
        return Estimate(math.nan, math.nan, 0)
    refuse_weights(weight)
    total = weight.sum()
    mean = float(weight @ value / total)
    if n == 1:
        return Estimate(mean, math.nan, 1)
    variance = n / (n - 1) * float((weight**2) @ (value - mean) ** 2) / total**2
    return Estimate(mean, math.sqrt(variance * (1.0 if population is None else 1 - n / population)), n)


def cronbach_alpha(ratings: ArrayLike) -> float:
    """Cronbach's alpha over the persons who answered everything.

    Parameters
    ----------
    ratings : array_like, shape (respondents, criteria)
        NaN for no answer; such a person is left out (listwise).

    Returns
    -------
    float
        NaN for fewer than two criteria or two complete persons, or where the totals do not vary.

    Raises
    ------
    ValueError
        For an infinite rating, or ratings that are no table.

    References
    ----------
    .. [1] L. J. Cronbach (1951), Coefficient alpha and the internal structure of tests, Psychometrika 16,
       297-334.

    Examples
    --------
    >>> round(cronbach_alpha([[1, 2], [2, 2], [3, 5], [5, 4]]), 4)
    0.8077
    """
    table = np.asarray(ratings, dtype=float)
    if table.ndim != 2:
        raise ValueError(f"ratings are respondents by criteria, and the shape is {table.shape}")
    for row, column in np.argwhere(np.isinf(table)):
        raise ValueError(f"rating {table[row, column]} of respondent {row}, criterion {column} is impossible")
    table = table[~np.isnan(table).any(axis=1)]
    persons, items = table.shape
    if persons < 2 or items < 2:
        return math.nan
    total = table.sum(axis=1).var(ddof=1)
    if not total > 0:
        return math.nan
    return float(items / (items - 1) * (1 - table.var(axis=0, ddof=1).sum() / total))


def longest_run(ratings: ArrayLike) -> NDArray[np.int64]:
    """The longest run of one answer, for each person; NaN breaks a run.

    >>> nan = float("nan")
    >>> longest_run([[3, 3, 3, 1], [4, nan, 4, 4], [nan, nan, nan, nan]]).tolist()
    [3, 2, 0]
    """
    table = np.asarray(ratings, dtype=float)
    if table.ndim != 2:
        raise ValueError(f"ratings are respondents by criteria, and the shape is {table.shape}")
    longest, current = (np.zeros(table.shape[0], dtype=np.int64) for _ in range(2))
    for column in range(table.shape[1]):
        same = table[:, column] == table[:, column - 1] if column else np.zeros(table.shape[0], dtype=bool)
        current = np.where(np.isnan(table[:, column]), 0, np.where(same, current + 1, 1))
        longest = np.maximum(longest, current)
    return longest


def _ratings(ratings: ArrayLike) -> Floats:
    table = np.asarray(ratings, dtype=float)
    if table.ndim != 2:
        raise ValueError(f"ratings are respondents by criteria, and the shape is {table.shape}")
    for row, column in np.argwhere(~np.isnan(table) & ~np.isin(table, np.arange(LOWEST, HIGHEST + 1))):
        raise ValueError(
            f"rating {table[row, column]} of respondent {row}, criterion {column}"
            " is impossible; it must be 1 to 5, or NaN for no answer"
        )
    return table
