"""How rare a unit looks among its peers: shares by a beta-binomial, amounts by a robust upper tail.

Pure: the standard library, NumPy and SciPy. Peers differ honestly, so what is rare is judged against how
much they really differ, never against equal coins; and a few dishonest ones must not set the scale.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import minimize
from scipy.special import betaln, expit, gammaln, logit, logsumexp
from scipy.stats import norm

FEWEST_PEERS = 30
FEWEST_ANSWERS = 20
LEAST_SCALE = 0.1  # for logarithms: a tenth more or less
_SET_APART = 1e-6  # rarer ones do not help to say what is usual
_ROUNDS = 4
_ORDINARY = 2.0  # deviations below which no tail is computed: it could not be rare
_UPPER = (0.75, 0.9, 0.95, 0.99)
_WIDER = 2.5  # standard errors, roughly, by which a tail is taken wider than it looks
_FEWEST_ABOVE = 10  # so few must not set a scale: they may be the dishonest ones


@dataclass(frozen=True, slots=True)
class Spread:
    """How shares are spread over peers: each one's mean, and the correlation of two answers of one peer."""

    means: NDArray[np.float64]
    correlation: float

    def shapes(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """The two shapes of each peer's beta distribution."""
        size = (1 - self.correlation) / self.correlation
        return self.means * size, (1 - self.means) * size


@dataclass(frozen=True, slots=True)
class Rarity:
    """For each of the values given: how often honest peers reach it (NaN where it is not tested), and what
    is usual for it."""

    p: NDArray[np.float64]
    expected: NDArray[np.float64]


def rare_shares(
    counts: ArrayLike,
    totals: ArrayLike,
    *,
    beside: ArrayLike | None = None,
    fewest: int = FEWEST_ANSWERS,
    step: int = 1,
) -> Rarity:
    """How rare so large a share is among peers.

    Parameters
    ----------
    counts, totals : array_like of int
        Of each peer, so many of so many. Peers with fewer than `fewest` in all are not tested.
    beside : array_like, optional
        A number of each peer that goes with the share honestly; the log odds of the mean are linear in it.
    step : int
        Numbers were rounded down to such steps: a count stands for itself up to the next step, a total for
        the middle of its step.

    Returns
    -------
    Rarity
        P(K >= count) under a beta-binomial fitted to the peers; 1 where the count is less than two
        deviations above the mean; NaN everywhere with fewer than 30 peers. `expected` is a count.

    Notes
    -----
    The fit is by maximum likelihood, at first without the highest hundredth; peers rarer than one in a
    million are set apart and it is fitted again, until nobody leaves or comes back.

    References
    ----------
    .. [1] J. G. Skellam (1948), A probability distribution derived from the binomial distribution by
       regarding the probability of success as variable between the sets of trials, Journal of the Royal
       Statistical Society B 10, 257-261.

    Examples
    --------
    >>> counts = [3, 4, 5, 6] * 10 + [40]
    >>> rare = rare_shares(counts, [50] * 41)
    >>> bool(rare.p[-1] < 1e-6), float(rare.p[0])
    (True, 1.0)
    """
    k, n = np.asarray(counts, float), np.asarray(totals, float)
    if np.any(k < 0) or np.any(k > n):
        raise ValueError("a count is negative or above its total; both are of the same answers")
    p, expected = np.full(k.shape, np.nan), np.full(k.shape, np.nan)
    tested = n >= fewest
    if tested.sum() < FEWEST_PEERS:
        return Rarity(p, expected)
    n, x = n + step // 2, np.zeros(k.shape) if beside is None else np.asarray(beside, float)
    # The highest hundredth does not say at first what is usual; whoever then is not too rare comes back.
    highest = np.sort(np.where(tested, k / np.maximum(n, 1), -1.0))[-max(1, tested.sum() // 100)]
    usual = tested & (k / np.maximum(n, 1) < highest)
    usual = usual if usual.sum() >= FEWEST_PEERS - 1 else tested
    for _ in range(_ROUNDS):
        spread = fit_spread(k, n, x, usual, step)
        p[tested] = _upper_share_tail(k, n, spread)[tested]
        left = tested & ~(p < _SET_APART)
        if left.sum() < FEWEST_PEERS or (left == usual).all():
            break
        usual = left
    expected[tested] = (spread.means * n)[tested]
    return Rarity(p, expected)


def fit_spread(
    counts: NDArray[np.float64],
    totals: NDArray[np.float64],
    beside: NDArray[np.float64],
    usual: NDArray[np.bool_],
    step: int = 1,
) -> Spread:
    """The beta-binomial of the greatest likelihood over the usual peers; see `rare_shares`."""
    rows, times = np.unique(np.stack([counts, totals, beside])[:, usual], axis=1, return_counts=True)
    k, n, x = rows[:, :, None]
    k = k + np.arange(step)
    possible, k = k <= n, np.minimum(k, n)
    log_choose = gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1)
    mean = (counts[usual].sum() + 0.5) / (totals[usual].sum() + 1)

    def minus_likelihood(guess: NDArray[np.float64]) -> float:
        a, b = Spread(_means(guess, x), float(expit(guess[0]))).shapes()
        logs = np.where(possible, log_choose + betaln(k + a, n - k + b) - betaln(a, b), -np.inf)
        return -float(np.sum(times * logsumexp(logs, axis=1)))

    slope = [] if np.ptp(x) == 0 else [0.5]
    found = minimize(
        minus_likelihood, [logit(0.02), logit(mean), *slope], method="Nelder-Mead",
        bounds=[(-16, 6), (-16, 16), *[(-5, 5)] * len(slope)], options={"maxiter": 1000},
    )  # fmt: skip
    return Spread(_means(found.x, beside), float(expit(found.x[0])))


def _means(guess: NDArray[np.float64], beside: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.clip(expit(guess[1] + (guess[2] * beside if len(guess) > 2 else 0 * beside)), 1e-9, 1 - 1e-9)


def _upper_share_tail(
    counts: NDArray[np.float64], totals: NDArray[np.float64], spread: Spread
) -> NDArray[np.float64]:
    """P(K >= count) for each peer's beta-binomial; 1 where it cannot be rare."""
    middle = spread.means * totals
    variance = middle * (1 - spread.means) * (1 + (totals - 1) * spread.correlation)
    shapes = np.stack(spread.shapes())
    p = np.ones(counts.shape)
    for place in np.flatnonzero(counts > middle + _ORDINARY * np.sqrt(variance)):
        n, (a, b) = totals[place], shapes[:, place]
        at = np.arange(counts[place], n + 1)
        log_choose = gammaln(n + 1) - gammaln(at + 1) - gammaln(n - at + 1)
        p[place] = min(1.0, float(np.exp(log_choose + betaln(at + a, n - at + b) - betaln(a, b)).sum()))
    return p


def rare_amounts(values: ArrayLike, *, least_scale: float = LEAST_SCALE, is_heavy: bool = False) -> Rarity:
    """How rare so large a value is among peers, for values that are roughly symmetric around the middle.

    Parameters
    ----------
    values : array_like
        One of each peer; NaN is not tested.
    least_scale : float
        Differences of this size are ordinary, however alike the peers are.
    is_heavy : bool
        Whether honest values have a heavier tail than a normal: then it is exponential above the 90 per
        cent quantile.

    Returns
    -------
    Rarity
        The upper tail in units of the peers' own scale; NaN everywhere with fewer than 30 peers.
        `expected` is the median.

    Notes
    -----
    The scale is the widest of those that the quartiles and the upper quantiles up to 99 per cent give, as
    far as ten peers lie above, so a heavy upper tail of honest peers widens it, and a few cannot.

    Examples
    --------
    >>> values = np.append(np.random.RandomState(1).normal(0, 1, 1500), 9.0)
    >>> rare = rare_amounts(values)
    >>> bool(rare.p[-1] < 1e-9), round(float(np.mean(rare.p < 0.01)), 2)
    (True, 0.01)
    """
    given = np.asarray(values, float)
    p, expected = np.full(given.shape, np.nan), np.full(given.shape, np.nan)
    tested = np.isfinite(given)
    if tested.sum() < FEWEST_PEERS:
        return Rarity(p, expected)
    middle, scale = middle_and_scale(given[tested])
    p[tested] = norm.sf((given[tested] - middle) / max(scale, least_scale))
    if is_heavy:
        p[tested] = np.maximum(p[tested], _exponential_tail(given[tested], least_scale))
    expected[tested] = middle
    return Rarity(p, expected)


def _exponential_tail(values: NDArray[np.float64], least: float) -> NDArray[np.float64]:
    """A tenth of the peers lie above their 90 per cent quantile, and ever fewer at a constant rate."""
    start, *further = np.quantile(values, (0.9, 0.95, 0.975))
    mean = max((further[0] - start) / np.log(2), (further[1] - start) / np.log(4), least)
    mean *= 1 + _WIDER / np.sqrt(values.size)
    return np.where(values > start, 0.1 * np.exp(-(values - start) / mean), 1.0)


def middle_and_scale(values: NDArray[np.float64]) -> tuple[float, float]:
    """The median and the widest of the scales that the quartiles and the upper quantiles give."""
    middle = float(np.median(values))
    low, high = np.quantile(values, (0.25, 0.75))
    scales = [(high - low) / (2 * norm.ppf(0.75))]
    scales += [
        (np.quantile(values, upper) - middle) / norm.ppf(upper)
        for upper in _UPPER
        if (1 - upper) * values.size >= _FEWEST_ABOVE
    ]
    return middle, float(max(scales))


def rare_beyond(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """The upper tail of a normal that is seen only from the smallest value on.

    Parameters
    ----------
    values : array
        At least thirty, none of them under some threshold that nobody needs to know.

    Notes
    -----
    Middle and scale are of the greatest likelihood, given the smallest value as the point of truncation; of
    the upper twentieth only is taken that it lies above, so that a few dishonest ones do not widen the scale.

    Examples
    --------
    >>> values = np.abs(np.random.RandomState(1).normal(0, 1, 400))
    >>> rare = rare_beyond(np.append(values, 9.0))
    >>> bool(rare[-1] < 1e-9), round(float(np.mean(rare < 0.1)), 1)
    (True, 0.1)
    """
    least, cut = float(values.min()), float(np.quantile(values, 0.95))
    known, above = values[values <= cut], int(np.sum(values > cut))

    def minus_likelihood(guess: NDArray[np.float64]) -> float:
        middle, scale = guess[0], np.exp(guess[1])
        seen = np.sum(norm.logpdf(known, middle, scale)) + above * norm.logsf(cut, middle, scale)
        return float(values.size * norm.logsf(least, middle, scale) - seen)

    start, spread = float(np.median(values)), float(np.std(values)) or 1.0
    bounds = [(start - 3 * spread, start + spread), (np.log(spread) - 2, np.log(spread) + 1)]
    found = minimize(minus_likelihood, [start, np.log(spread)], method="Nelder-Mead", bounds=bounds)
    # Half a bell tells little about its width.
    middle, scale = float(found.x[0]), float(np.exp(found.x[1])) * (1 + _WIDER / np.sqrt(values.size))
    return np.exp(norm.logsf(values, middle, scale) - norm.logsf(least, middle, scale))


def false_discovery(p: ArrayLike) -> NDArray[np.float64]:
    """The smallest false discovery rate at which each p is rejected; NaN is no test.

    References
    ----------
    .. [1] Y. Benjamini and Y. Hochberg (1995), Controlling the false discovery rate: a practical and
       powerful approach to multiple testing, Journal of the Royal Statistical Society B 57, 289-300.

    Examples
    --------
    >>> [round(float(q), 6) for q in false_discovery([0.01, 0.04, 0.03])]
    [0.03, 0.04, 0.04]
    """
    given = np.asarray(p, float)
    q = np.full(given.shape, np.nan)
    places = np.flatnonzero(np.isfinite(given))
    order = places[np.argsort(given[places], kind="stable")]
    if order.size:
        raised = given[order] * order.size / np.arange(1, order.size + 1)
        lowest = np.minimum.accumulate(raised[::-1])[::-1]
        q[order] = np.clip(lowest, given[order], 1.0)  # rounding must not put a rate below its own p
    return q
