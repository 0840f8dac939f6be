"""From scores with errors to places: shared places, rank intervals and the chance of the first k.

Imports NumPy and other pure modules only; `shrink` lives in `core.shrinkage` and is reached from here as
well. It refuses impossible numbers with a ValueError that names them, and gives the same answer for any
order of the rows: units are sorted before anything is summed or drawn.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from core.disclosure import published
from core.pairwise import Comparison, Floats, Integers
from core.shrinkage import FEWEST, Shrunken, checked_pairs, paule_mandel, shrink

__all__ = [
    "RankIntervals",
    "Shrunken",
    "paule_mandel",
    "places",
    "rank_intervals",
    "shrink",
    "top_probability",
]

CHUNK = 250
SEEDS = 2**32


@dataclass(frozen=True)
class RankIntervals:
    """Each unit's `rank`, and the best (`low`) and worst (`high`) that the data leave open; 0 if unknown."""

    rank: Integers
    low: Integers
    high: Integers


def places(scores: ArrayLike | Sequence[Decimal | None], *, decimals: int = 2) -> Integers:
    """Places from the highest score down; equal rounded scores share a place: 1, 2, 2, 4.

    Parameters
    ----------
    scores : sequence of float or Decimal, shape (p,)
        NaN or None has no place: 0.
    decimals : int
        Scores are rounded half up as decimals first. A float counts as the decimal it prints as, to nine
        places, so that 54.69499999999999, which is 54.695 in binary, becomes 54.70.

    Returns
    -------
    ndarray of int, shape (p,)

    Raises
    ------
    ValueError
        For an infinite score, scores that are no single row, or a number of decimals that is negative or
        not whole.

    Examples
    --------
    >>> places([54.7, 0.35 * 41.8 + 0.25 * 36.1 + 0.4 * 77.6, 90, float("nan"), 12]).tolist()
    [2, 2, 1, 0, 4]
    """
    if not decimals >= 0 or decimals % 1:
        raise ValueError(f"decimals must not be negative, a whole number, and is {decimals}")
    given = np.asarray(scores, dtype=object)
    if given.ndim != 1:
        raise ValueError(f"scores are one row of numbers, and the shape is {given.shape}")
    rounded = [
        published(score if score is None or isinstance(score, Decimal) else float(score), int(decimals))
        for score in given
    ]
    place: dict[Decimal, int] = {}
    for position, score in enumerate(sorted((s for s in rounded if s is not None), reverse=True), start=1):
        place.setdefault(score, position)
    return np.array([0 if score is None else place[score] for score in rounded], dtype=np.int64)


def rank_intervals(
    scores: ArrayLike,
    standard_errors: ArrayLike,
    *,
    coverage: float = 0.95,
    simultaneous: bool = True,
    kind: Literal["two-sided", "lower", "upper"] = "two-sided",
    stepdown: bool = True,
    draws: int = 1000,
    seed: int = 0,
) -> RankIntervals:
    """Confidence sets for the rank of every unit.

    Parameters
    ----------
    scores, standard_errors : array_like, shape (p,)
        Unshrunken estimates and their errors. NaN in either: rank, low and high are 0 and the unit is not
        in p. One unit may be without error; two cannot be compared.
    coverage : float
        The probability, above 0 and under 1, with which all the true ranks (`simultaneous`) or each one
        by itself lie inside their sets.
    kind : {"two-sided", "lower", "upper"}
        Which place number is bounded: `lower` bounds `low` (`high` is p), `upper` bounds `high` (`low` is
        1).
    stepdown : bool
        Repeat the test without the pairs already decided: never wider, same coverage.
    draws, seed : int
        Monte Carlo draws from the frozen stream `numpy.random.RandomState(seed)`.

    Returns
    -------
    RankIntervals
        rank = 1 + number of higher scores; low = 1 + number of units surely better; high = p - number
        surely worse.

    Raises
    ------
    ValueError
        For a negative error, two units both without error, an infinite number, arrays of different length,
        a coverage outside 0..1, another kind, fewer than one draw, or a seed that is no 32-bit number.

    Notes
    -----
    H_jk: theta_j <= theta_k is rejected where T_jk = (x_j - x_k) / sqrt(se_j^2 + se_k^2) exceeds the
    coverage quantile (linear interpolation) of the largest (Z_j - Z_k) / sqrt(se_j^2 + se_k^2) over the
    pairs that still stand. A critical value below zero, possible for two units and a coverage near one
    half, counts as zero. Units are sorted by score and error before the noise is laid on them, and units
    alike in both share one marginal set, so the order of the rows changes nothing.

    References
    ----------
    .. [1] M. Mogstad, J. P. Romano, A. M. Shaikh and D. Wilhelm (2024), Inference for ranks with
       applications to mobility across neighbourhoods and academic achievement across countries, Review of
       Economic Studies 91, 476-518, doi:10.1093/restud/rdad006.
    .. [2] J. P. Romano and M. Wolf (2005), Exact and approximate stepdown methods for multiple hypothesis
       testing, Journal of the American Statistical Association 100, 94-108.

    Examples
    --------
    >>> sets = rank_intervals([80, 60, 58, 30], [2, 2, 2, 2])
    >>> sets.rank.tolist(), sets.low.tolist(), sets.high.tolist()
    ([1, 2, 3, 4], [1, 2, 2, 4], [1, 3, 3, 4])
    """
    values, errors, known = checked_pairs(scores, standard_errors, positive=False)
    if not 0 < coverage < 1:
        raise ValueError(f"coverage must lie between 0 and 1, and is {coverage}")
    if kind not in ("two-sided", "lower", "upper"):
        raise ValueError(f"kind must be 'two-sided', 'lower' or 'upper', and is {kind!r}")
    _refuse_draws(draws, seed)
    exact = np.sort(known[errors[known] == 0])
    if exact.size > 1:
        raise ValueError(f"units {exact[0]} and {exact[1]} both have an error of 0 and cannot be compared")
    units = known.size
    rank, low, high = (np.zeros(values.shape, dtype=np.int64) for _ in range(3))
    if units > 1:
        noise = np.concatenate(list(_noise(seed, draws, units)))
        comparison = Comparison(values[known], errors[known], noise)
        if simultaneous:
            critical: float | Floats = comparison.critical_for_all(coverage, stepdown=stepdown)
        else:
            critical = np.empty(units)
            for members in _alike(values[known], errors[known]):
                critical[members] = comparison.critical_for_one(
                    members.start, coverage, stepdown=stepdown, above=kind != "lower", below=kind != "upper"
                )
        better, worse = comparison.rejections(critical)
    else:
        better = worse = np.zeros(units, dtype=np.int64)
    rank[known] = 1 + units - np.searchsorted(np.sort(values[known]), values[known], side="right")
    low[known] = 1 if kind == "upper" else 1 + better
    high[known] = units if kind == "lower" else units - worse
    return RankIntervals(rank, low, high)


def top_probability(
    scores: ArrayLike, standard_errors: ArrayLike, *, k: int, draws: int = 10000, seed: int = 0
) -> Floats:
    """Probability that each unit is truly among the first k.

    Parameters
    ----------
    scores, standard_errors : array_like, shape (p,)
        Unshrunken. NaN in either: probability 0.
    k : int
        From 1 to the number of units with a score.
    draws, seed : int
        Posterior draws from `numpy.random.RandomState(seed)`.

    Returns
    -------
    ndarray, shape (p,)
        Adds up to k. Tied places are shared evenly, and units alike in score and error get the same number.

    Raises
    ------
    ValueError
        For an error <= 0, a k that is no whole number from 1 to the units with a score, an infinite number,
        arrays of different length, fewer than one draw, or a seed that is no 32-bit number.

    Notes
    -----
    A draw takes the common mean once for all units, then each true score from the posterior of `shrink`.
    With fewer than three units there is no shrinkage: the draw is normal about the score with its error.

    References
    ----------
    .. [1] N. M. Laird and T. A. Louis (1989), Empirical Bayes ranking methods, Journal of Educational
       Statistics 14, 29-46.

    Examples
    --------
    >>> top_probability([90, 50, 50, 10], [1, 1, 1, 1], k=2, draws=100).tolist()
    [1.0, 0.5, 0.5, 0.0]
    """
    values, errors, known = checked_pairs(scores, standard_errors, positive=True)
    value, error, units = values[known], errors[known], known.size
    if not 1 <= k <= units or k % 1:
        raise ValueError(f"k must be a whole number from 1 to {units}, the units with a score, and is {k}")
    _refuse_draws(draws, seed)
    shrunken = shrink(value, error)
    share = shrunken.reliability if units >= FEWEST else np.ones(units)
    own = np.sqrt(shrunken.variance * (1 - share)) if units >= FEWEST else error
    mean_error = (1.0 / (error**2 + shrunken.variance)).sum() ** -0.5
    total = np.zeros(units)
    for noise in _noise(seed, draws, units + 1):
        mean = shrunken.mean + mean_error * noise[:, :1]
        theta = share * value + (1 - share) * mean + own * noise[:, 1:]
        last = np.partition(theta, units - k, axis=1)[:, units - k, None]
        inside, tied = theta > last, theta == last
        rest = (k - inside.sum(axis=1)) / tied.sum(axis=1)
        total += inside.sum(axis=0) + (tied * rest[:, None]).sum(axis=0)
    for members in _alike(value, error):
        total[members] = total[members].mean()
    probability = np.zeros(values.shape)
    probability[known] = total / draws
    return probability


def _refuse_draws(draws: int, seed: int) -> None:
    if not draws >= 1 or draws % 1:
        raise ValueError(f"draws must be at least 1, a whole number, and is {draws}")
    if not 0 <= seed < SEEDS or seed % 1:
        raise ValueError(f"seed must be a whole number from 0 to {SEEDS - 1}, and is {seed}")


def _noise(seed: int, draws: int, columns: int) -> Iterator[Floats]:
    """Standard normal draws in chunks; the stream of RandomState is frozen and runs on across chunks."""
    stream = np.random.RandomState(int(seed))
    for start in range(0, int(draws), CHUNK):
        yield stream.standard_normal((min(CHUNK, int(draws) - start), columns))


def _alike(value: Floats, error: Floats) -> list[slice]:
    """Runs of neighbours with the same score and error, in arrays that are sorted by both."""
    new = np.flatnonzero((np.diff(value) != 0) | (np.diff(error) != 0)) + 1
    edges = [0, *new.tolist(), value.size]
    return [slice(start, stop) for start, stop in zip(edges[:-1], edges[1:], strict=True)]
