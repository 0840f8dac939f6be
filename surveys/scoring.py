"""Scores that add up: personal composites as whole numbers, and a unit's mean, variance and error from
their sums.

Pure: imports the standard library only. Tallies are exact integers, so the order in which batches were
added changes nothing; a tally that no ballots can have is refused.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

MICRO = 10**6
LOWEST, HIGHEST = 1, 5
POINTS_PER_STEP = 25
PRIOR_STRENGTH = 10


@dataclass(frozen=True, slots=True)
class ExactScore:
    """A unit's mean and sample variance (n - 1) in points, exact; None where n is too small for it."""

    n: int
    mean: Fraction | None
    variance: Fraction | None


@lru_cache(maxsize=1 << 17)
def person_composite_micro(
    ratings: tuple[int | None, ...],
    weights: tuple[int | Decimal, ...],
    minimum_answered: Decimal | Fraction | float = Decimal("0.5"),
) -> int | None:
    """A person's composite, exactly, in whole units of 10^-6 points, half up; None under the minimum.

    The same as `person_composites` for one person, for tallies that must add up. Answer patterns repeat,
    so each is computed once.

    >>> person_composite_micro((5, 4, None), (1, 2, 1)), person_composite_micro((5, None, None), (1, 1, 1))
    (83333333, None)
    """
    if len(ratings) != len(weights):
        raise ValueError(
            f"{len(ratings)} ratings and {len(weights)} weights do not match; each criterion needs both"
        )
    for rating in ratings:
        if rating is not None and (isinstance(rating, bool) or rating not in range(LOWEST, HIGHEST + 1)):
            raise ValueError(f"a rating is {rating!r}; it must be 1 to 5, or None for no answer")
    whole = _whole(weights)
    answered = [(weight, rating) for weight, rating in zip(whole, ratings, strict=True) if rating is not None]
    total = sum(weight for weight, _ in answered)
    if len(answered) < _least(minimum_answered, len(ratings)) or not total:
        return None
    points = sum(weight * (rating - LOWEST) for weight, rating in answered) * POINTS_PER_STEP
    return (2 * points * MICRO + total) // (2 * total)  # half up, in whole numbers


@lru_cache
def _whole(weights: tuple[int | Decimal, ...]) -> tuple[int, ...]:
    """The weights as whole numbers in the same proportion, or a ValueError naming the negative one."""
    exact = [Fraction(weight) for weight in weights]
    for weight in exact:
        if weight < 0:
            raise ValueError(f"a weight is {weight}; it must be 0 or more")
    scale = math.lcm(*(weight.denominator for weight in exact))
    return tuple(int(weight * scale) for weight in exact)


@lru_cache
def _least(minimum_answered: Decimal | Fraction | float, criteria: int) -> Fraction:
    """How many criteria must be answered, exactly: 0.1 means a tenth."""
    return Fraction(str(minimum_answered)) * criteria


def score_from_sums(n: int, total: int, total_squares: int) -> ExactScore:
    """Mean and sample variance from the sum and the sum of squares of micro-composites.

    Raises
    ------
    ValueError
        For sums that no n composites between 0 and 100 points can have: the tally is damaged.

    Examples
    --------
    >>> score = score_from_sums(2, 150_000_000, 12_500_000_000_000_000)
    >>> score.mean, score.variance
    (Fraction(75, 1), Fraction(1250, 1))
    """
    highest = 100 * MICRO
    if n < 0 or not 0 <= total <= n * highest or not total**2 <= n * total_squares <= n * total * highest:
        raise ValueError(
            f"a tally of n = {n}, sum = {total}, sum of squares = {total_squares} is impossible;"
            " recount the ballots"
        )
    if n == 0:
        return ExactScore(0, None, None)
    mean = Fraction(total, n * MICRO)
    if n == 1:
        return ExactScore(1, mean, None)
    return ExactScore(n, mean, Fraction(n * total_squares - total**2, n * (n - 1) * MICRO**2))


def pooled_variance(variances: Sequence[Fraction | float | None], ns: Sequence[int]) -> float:
    """Variance within units: the mean of the units' sample variances, weighted by n - 1.

    Units with n < 2 do not count; NaN where no unit has two answers. Exact summation, so the units' order
    is nothing.

    >>> pooled_variance([100, 400, None], [3, 2, 1])
    200.0
    """
    if len(variances) != len(ns):
        raise ValueError(f"one n for each variance is needed: {len(variances)} and {len(ns)} were given")
    pairs = [(float(v), n) for v, n in zip(variances, ns, strict=True) if n >= 2 and v is not None and v == v]
    for variance, n in pairs:
        if variance < 0:
            raise ValueError(f"the variance of a unit with n = {n} is {variance}; it cannot be negative")
    freedom = sum(n - 1 for _, n in pairs)
    return math.fsum(variance * (n - 1) for variance, n in pairs) / freedom if freedom else math.nan


def moderated_error(
    variance: Fraction | float | None, n: int, pooled_variance: float, d0: float = PRIOR_STRENGTH
) -> float:
    """Standard error of a unit's mean with the variance moderated towards the pooled one.

    Parameters
    ----------
    variance : number or None
        The unit's sample variance (n - 1); not read, and may be None or NaN, where n is 1.
    n : int
        Answers of the unit.
    pooled_variance : float
        See `pooled_variance`.
    d0 : float
        How many answers the pooled variance is worth.

    Returns
    -------
    float
        sqrt(((d0 s_pool^2 + (n - 1) s^2) / (d0 + n - 1)) / n); NaN for n = 0 or where what is needed is
        unknown.

    References
    ----------
    .. [1] G. K. Smyth (2004), Linear models and empirical Bayes methods for assessing differential
       expression in microarray experiments, Statistical Applications in Genetics and Molecular Biology 3,
       article 3.

    Examples
    --------
    >>> round(moderated_error(0.0, 5, 400.0), 4), moderated_error(None, 1, 400.0)
    (7.5593, 20.0)
    """
    if n < 0 or d0 < 0 or pooled_variance < 0:
        raise ValueError(f"n = {n}, d0 = {d0}, pooled variance {pooled_variance}: none may be negative")
    own = 0.0 if n <= 1 else math.nan if variance is None else float(variance)
    if own < 0:
        raise ValueError(f"the variance of a unit with n = {n} is {own}; it cannot be negative")
    if n == 0 or d0 + n - 1 == 0:
        return math.nan
    prior = d0 * pooled_variance if d0 else 0.0
    return math.sqrt((prior + (n - 1) * own) / (d0 + n - 1) / n)
