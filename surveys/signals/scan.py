"""Bursts: more arrivals in ten to sixty minutes than a unit's own days and other gatherings explain.

Pure: the standard library, NumPy, SciPy and `surveys.signals.peers`. Where residents meet, many answer
within half an hour, and that is honest: so a burst must be rare twice, against the unit's own hours and
against the gatherings of other units.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import nbinom, norm, poisson

from surveys.signals.counting import BINS, SMALLEST
from surveys.signals.peers import FEWEST_PEERS, rare_beyond

WIDTHS = (1, 2, 3, 4, 5, 6)  # windows in bins of ten minutes
GATHERING = 1e-3  # from this rarity on, against the unit's own hours, people came together
DRAWS = 1999
#: What is taken for usual before thirty gatherings were seen: the middle and spread of their log sizes.
USUAL_SIZE, USUAL_SPREAD = float(np.log(20.0)), 0.7


@dataclass(frozen=True, slots=True)
class Burst:
    """The most striking window of a unit's day, and how rare it is against the unit's own hours."""

    first_bin: int
    bins: int
    seen: int
    expected: float
    p: float
    sizes: tuple[float, ...]


def scan_day(
    counts: NDArray[np.float64],
    baseline: NDArray[np.float64],
    dispersion: float,
    random: np.random.RandomState,
) -> Burst:
    """The window of 10 to 60 minutes that exceeds a baseline most, and its rarity over all windows.

    Parameters
    ----------
    counts : array of 144
        Arrivals by ten minutes; bins under five are not recorded and stand as 0.
    baseline : array of 144
        What the unit's own other days lead to expect.
    dispersion : float
        phi of the negative binomial, variance mu + phi mu^2 of a day; 0 is Poisson.
    random : RandomState
        For the Monte Carlo rarity, which is computed where it decides; see Notes.

    Returns
    -------
    Burst
        `sizes` has the largest excess for each width.

    Notes
    -----
    The statistic is the largest Poisson log likelihood ratio over the windows (Kulldorff). Its rarity is
    bounded by the sum of the windows' tails; only a bound between the threshold of a gathering and a hundred
    times that is replaced by a Monte Carlo rarity, with days drawn from the baseline and recorded likewise.

    References
    ----------
    .. [1] J. I. Naus (1965), The distribution of the size of the maximum cluster of points on a line,
       Journal of the American Statistical Association 60, 532-538.
    .. [2] M. Kulldorff (1997), A spatial scan statistic, Communications in Statistics: Theory and Methods
       26, 1481-1496.

    Examples
    --------
    >>> counts = np.zeros(BINS); counts[60:62] = 40
    >>> burst = scan_day(counts, np.full(BINS, 0.1), 0.0, np.random.RandomState(0))
    >>> burst.first_bin, burst.bins, burst.seen, burst.p < 1e-12
    (60, 2, 80, True)
    """
    best, at, sizes, bound = -1.0, (0, 1), [], 0.0
    for width in WIDTHS:
        seen, expected = _windows(counts, width), _windows(baseline, width)
        sizes.append(float(np.max(seen - expected)))
        ratio = _ratio(seen, expected)
        place = int(np.argmax(ratio))
        if ratio[place] > best:
            best, at = float(ratio[place]), (place, width)
    first, width = at
    seen, expected = float(counts[first : first + width].sum()), float(baseline[first : first + width].sum())
    bound = min(1.0, len(WIDTHS) * BINS * _tail(seen, expected, dispersion))
    if GATHERING < bound < 100 * GATHERING:
        bound = min(bound, _monte_carlo(best, baseline, dispersion, random))
    return Burst(first, width, int(seen), expected, bound, tuple(sizes))


def rare_gatherings(sizes: NDArray[np.float64]) -> NDArray[np.float64]:
    """How rare each gathering's size is among all of them.

    Parameters
    ----------
    sizes : array of [gatherings, widths]
        The largest excess for each width of window.

    Returns
    -------
    array of [gatherings]
        The smallest of the widths' upper tails times their number. Sizes are log-normal from the smallest
        one on; fewer than thirty gatherings are judged by a stated usual one (20 people, spread 0.7).
    """
    logs = np.log(np.maximum(sizes, 1.0))
    if len(logs) < FEWEST_PEERS:
        tails = norm.sf((logs - USUAL_SIZE) / USUAL_SPREAD)
    else:
        tails = np.stack([rare_beyond(column) for column in logs.T], axis=1)
    return np.minimum(1.0, tails.min(axis=1) * logs.shape[1])


def day_dispersion(totals: NDArray[np.float64], means: NDArray[np.float64]) -> float:
    """phi of the negative binomial that days follow around their units' means, in the middle of the units.

    Parameters
    ----------
    totals : array of [units, days]
    means : array of [units]
    """
    busy = means >= 1
    if not busy.any():
        return 1.0
    variance = np.var(totals[busy], axis=1, ddof=1) if totals.shape[1] > 1 else means[busy]
    return float(max(0.0, np.median((variance - means[busy]) / means[busy] ** 2)))


def _windows(values: NDArray[np.float64], width: int) -> NDArray[np.float64]:
    sums = np.concatenate([np.zeros((*values.shape[:-1], 1)), np.cumsum(values, axis=-1)], axis=-1)
    return sums[..., width:] - sums[..., :-width]


def _ratio(seen: NDArray[np.float64], expected: NDArray[np.float64]) -> NDArray[np.float64]:
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = seen * np.log(seen / expected) - (seen - expected)
    return np.where(seen > expected, ratio, 0.0)


def _tail(seen: float, expected: float, dispersion: float) -> float:
    if dispersion <= 0:
        return float(poisson.sf(seen - 1, expected))
    size = 1 / dispersion
    return float(nbinom.sf(seen - 1, size, size / (size + expected)))


def _monte_carlo(
    best: float, baseline: NDArray[np.float64], dispersion: float, random: np.random.RandomState
) -> float:
    level = random.gamma(1 / dispersion, dispersion, (DRAWS, 1)) if dispersion > 0 else np.ones((DRAWS, 1))
    days = random.poisson(baseline * level).astype(float)
    days[days < SMALLEST] = 0
    reached = np.zeros(DRAWS, bool)
    for width in WIDTHS:
        reached |= _ratio(_windows(days, width), _windows(baseline, width)).max(axis=1) >= best
    return (1 + int(reached.sum())) / (DRAWS + 1)
