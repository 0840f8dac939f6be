"""How well the judges agree: Kendall's W, Krippendorff's alpha, and severity by least squares.

Pure: imports the standard library and NumPy. NaN is a mark that does not exist (a recused judge, an
abstention); it is never a zero. It refuses infinite marks and designs in which judges cannot be compared.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Severity:
    """How far each judge lies above (+) or below the others, its error, and the adjusted scores."""

    judge_effects: Floats
    standard_errors: Floats
    adjusted_scores: Floats


def kendalls_w(marks: ArrayLike) -> float:
    """Kendall's coefficient of concordance, corrected for ties.

    Parameters
    ----------
    marks : array_like, shape (judges, nominees)
        NaN where a judge did not mark. Only nominees whom all the judges marked count.

    Returns
    -------
    float
        0 (no agreement) to 1 (one order). NaN for fewer than two such nominees or two judges, or where
        every judge gave everybody the same mark.

    Notes
    -----
    W = 12 S / (m^2 (n^3 - n) - m sum T_j), S the squared deviations of the nominees' rank sums, T_j the
    sum of t^3 - t over judge j's groups of t tied marks, which share their middle rank.

    References
    ----------
    .. [1] M. G. Kendall and B. Babington Smith (1939), The problem of m rankings, Annals of Mathematical
       Statistics 10, 275-287.
    .. [2] S. Siegel and N. J. Castellan (1988), Nonparametric Statistics for the Behavioral Sciences, 2nd
       ed., section 9.6.

    Examples
    --------
    >>> kendalls_w([[1, 2, 3], [10, 20, 30]]), kendalls_w([[1, 2, 3], [3, 2, 1]])
    (1.0, 0.0)
    """
    table = _marks(marks)
    table = table[:, ~np.isnan(table).any(axis=0)]
    judges, nominees = table.shape
    if judges < 2 or nominees < 2:
        return math.nan
    below = (table[:, None, :] < table[:, :, None]).sum(axis=2)
    same = (table[:, None, :] == table[:, :, None]).sum(axis=2)
    sums = (below + (same + 1) / 2).sum(axis=0)
    # Each of t tied marks adds t^2 - 1, so the group adds t^3 - t.
    ties = int((same**2 - 1).sum())
    largest = judges**2 * (nominees**3 - nominees) - judges * ties
    return float(12 * ((sums - sums.mean()) ** 2).sum() / largest) if largest > 0 else math.nan


def krippendorff_alpha(
    marks: ArrayLike, level: Literal["nominal", "ordinal", "interval"] = "ordinal"
) -> float:
    """Krippendorff's alpha for any number of judges and missing marks.

    Parameters
    ----------
    marks : array_like, shape (judges, nominees)
        NaN where a judge did not mark. A nominee with a single mark cannot be paired and does not count.
    level : {"nominal", "ordinal", "interval"}
        How far apart two marks are.

    Returns
    -------
    float
        1 for perfect agreement, 0 for what chance gives, below 0 for less. NaN where nothing can be
        paired or all paired marks are the same.

    References
    ----------
    .. [1] K. Krippendorff (2011), Computing Krippendorff's alpha-reliability, University of Pennsylvania,
       https://repository.upenn.edu/asc_papers/43.

    Examples
    --------
    >>> round(krippendorff_alpha([[1, 2, 3, 3], [1, 2, 3, 4]], level="interval"), 4)
    0.8889
    """
    if level not in _DISTANCES:
        raise ValueError(f"level must be 'nominal', 'ordinal' or 'interval', and is {level!r}")
    table = _marks(marks)
    table = table[:, (~np.isnan(table)).sum(axis=0) >= 2]
    if table.size == 0:
        return math.nan
    levels = np.unique(table[~np.isnan(table)])
    counts = (table[None] == levels[:, None, None]).sum(axis=1)
    paired = counts / (counts.sum(axis=0) - 1)
    observed = paired @ counts.T - np.diag(paired.sum(axis=1))
    totals = counts.sum(axis=1)
    expected = np.outer(totals, totals) - np.diag(totals)
    distance = _DISTANCES[level](levels, totals)
    by_chance = float((expected * distance).sum())
    if by_chance == 0:
        return math.nan
    return float(1 - (totals.sum() - 1) * (observed * distance).sum() / by_chance)


def severity(marks: ArrayLike) -> Severity:
    """Judges' severity and nominees' scores freed from it, by additive least squares on whatever was marked.

    Parameters
    ----------
    marks : array_like, shape (judges, nominees)
        NaN where a judge did not mark.

    Returns
    -------
    Severity
        `judge_effects` add up to 0 (a negative effect is a severe judge); `adjusted_scores` are what each
        nominee would get from all the judges on average. NaN for a judge without marks, and for a nominee
        without marks. `standard_errors` of the effects are NaN where no degree of freedom is left.

    Raises
    ------
    ValueError
        Where the judges fall into parts that share no nominee, directly or through others; the parts are
        named.

    Notes
    -----
    y_ij = mu + nominee_i + judge_j + e, with sum judge_j = 0.

    References
    ----------
    .. [1] H. Scheffé (1959), The Analysis of Variance, chapter 4.

    Examples
    --------
    >>> nan = float("nan")
    >>> result = severity([[4, 3, nan], [5, 4, 2]])
    >>> result.judge_effects.round(6).tolist(), result.adjusted_scores.round(6).tolist()
    ([-0.5, 0.5], [4.5, 3.5, 1.5])
    """
    table = _marks(marks)
    marked = ~np.isnan(table)
    effects, errors = np.full(table.shape[0], np.nan), np.full(table.shape[0], np.nan)
    adjusted = np.full(table.shape[1], np.nan)
    judges, nominees = np.flatnonzero(marked.any(axis=1)), np.flatnonzero(marked.any(axis=0))
    if judges.size == 0:
        return Severity(effects, errors, adjusted)
    _refuse_parts(marked)
    judge, nominee = np.nonzero(marked[np.ix_(judges, nominees)])
    value = table[np.ix_(judges, nominees)][judge, nominee]
    # The last judge's effect is minus the sum of the others'.
    contrasts = np.vstack([np.eye(judges.size - 1), -np.ones(judges.size - 1)])
    design = np.hstack([np.eye(nominees.size)[nominee], contrasts[judge]])
    solution = np.linalg.lstsq(design, value, rcond=None)[0]
    adjusted[nominees] = solution[: nominees.size]
    effects[judges] = contrasts @ solution[nominees.size :]
    freedom = value.size - design.shape[1]
    if freedom > 0:
        residual = float(((value - design @ solution) ** 2).sum()) / freedom
        spread = np.linalg.inv(design.T @ design)[nominees.size :, nominees.size :]
        errors[judges] = np.sqrt(residual * np.einsum("ij,jk,ik->i", contrasts, spread, contrasts))
    return Severity(effects, errors, adjusted)


def _nominal(levels: Floats, totals: Floats) -> Floats:
    return 1.0 - np.eye(levels.size)


def _interval(levels: Floats, totals: Floats) -> Floats:
    return (levels[:, None] - levels) ** 2


def _ordinal(levels: Floats, totals: Floats) -> Floats:
    middle = np.cumsum(totals) - totals / 2
    return (middle[:, None] - middle) ** 2


_DISTANCES: dict[str, Callable[[Floats, Floats], Floats]] = {
    "nominal": _nominal,
    "ordinal": _ordinal,
    "interval": _interval,
}


def _marks(marks: ArrayLike) -> Floats:
    table = np.asarray(marks, dtype=float)
    if table.ndim != 2:
        raise ValueError(f"marks are judges by nominees, and the shape is {table.shape}")
    for judge, nominee in np.argwhere(np.isinf(table)):
        raise ValueError(
            f"the mark of judge {judge} for nominee {nominee} is {table[judge, nominee]};"
            " it must be finite, or NaN where there is none"
        )
    return table


def _refuse_parts(marked: NDArray[np.bool_]) -> None:
    """Refuse a design whose judges cannot all be compared; nominees tie judges together."""
    waiting = set(np.flatnonzero(marked.any(axis=1)).tolist())
    parts: list[str] = []
    while waiting:
        judges, nominees = np.zeros(marked.shape[0], bool), np.zeros(marked.shape[1], bool)
        judges[min(waiting)] = True
        while True:
            nominees = marked[judges].any(axis=0)
            wider = marked[:, nominees].any(axis=1)
            if (wider == judges).all():
                break
            judges = wider
        waiting -= set(np.flatnonzero(judges).tolist())
        parts.append(f"judges {_listed(judges)} with nominees {_listed(nominees)}")
    if len(parts) > 1:
        raise ValueError(
            f"the marks fall into {len(parts)} parts that cannot be compared ({'; '.join(parts)}; counting"
            " from 0); let a judge of one part mark a nominee of another"
        )


def _listed(chosen: NDArray[np.bool_]) -> str:
    return ", ".join(str(index) for index in np.flatnonzero(chosen))
