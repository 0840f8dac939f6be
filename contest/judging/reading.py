"""What a panel's marks say about its judges: agreement, severity, and who stands apart.

Pure: NumPy and `contest.agreement`. It points out and weighs nothing: which combination of the marks
counts is a rule of the rule book. NaN is a mark that does not exist.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from contest.agreement import kendalls_w, krippendorff_alpha, severity

Floats = NDArray[np.float64]

SEVERE = 3.0  # standard errors
APART = 0.3  # correlation with the mean of the others
FEWEST_PAIRS = 3


@dataclass(frozen=True, slots=True)
class JudgeReading:
    """One judge: the raw mean, the severity with its error, the correlation with the mean of the others.

    None where it cannot be told. `is_severe`: the effect is more than three standard errors from zero;
    `is_apart`: the correlation is under 0.3.
    """

    marked: int
    mean: float | None
    effect: float | None
    error: float | None
    correlation: float | None
    is_severe: bool
    is_apart: bool


@dataclass(frozen=True, slots=True)
class PanelReading:
    """The panel: agreement over all, and a reading of each judge in the order of the rows.

    `parts` holds the groups of judges who share no nominee, directly or through others; with more than
    one group no severity can be told. `complete` counts the nominees whom all the judges marked, on whom
    Kendall's W rests; `paired` those whom at least two did, on whom Krippendorff's alpha rests. `raw` and
    `adjusted` are each nominee's mean of the marks, as given and freed from severity.
    """

    kendalls_w: float | None
    alpha: float | None
    complete: int
    paired: int
    parts: tuple[tuple[int, ...], ...]
    judges: tuple[JudgeReading, ...]
    raw: tuple[float | None, ...]
    adjusted: tuple[float | None, ...]

    @property
    def is_connected(self) -> bool:
        return len(self.parts) <= 1


def read_panel(marks: ArrayLike) -> PanelReading:
    """Read a panel's marks.

    Parameters
    ----------
    marks : array_like, shape (judges, nominees)
        Each judge's score of each nominee; NaN where there is none.

    Notes
    -----
    The correlation is Pearson's, over the nominees whom the judge and somebody else marked, with the mean
    of the others' marks; it needs three of them and something that varies on both sides.

    Examples
    --------
    >>> panel = read_panel([[60, 70, 80, 90], [62, 71, 79, 92], [58, 72, 83, 88], [90, 70, 80, 55]])
    >>> [judge.is_apart for judge in panel.judges], panel.complete
    ([False, False, False, True], 4)
    """
    table = np.asarray(marks, dtype=float)
    there = ~np.isnan(table)
    w, alpha, parts = kendalls_w(table), krippendorff_alpha(table), connected_parts(table)
    effects, errors = (np.full(table.shape[0], np.nan) for _ in range(2))
    adjusted = np.full(table.shape[1], np.nan)
    if len(parts) <= 1:
        fitted = severity(table)
        effects, errors, adjusted = fitted.judge_effects, fitted.standard_errors, fitted.adjusted_scores
    return PanelReading(
        _known(w), _known(alpha), int(there.all(axis=0).sum()) if table.shape[0] else 0,
        int((there.sum(axis=0) >= 2).sum()), parts,
        tuple(_judge(table, there, row, effects[row], errors[row]) for row in range(table.shape[0])),
        tuple(_mean(column) for column in table.T),
        tuple(_known(score) for score in adjusted),
    )  # fmt: skip


def connected_parts(marks: ArrayLike) -> tuple[tuple[int, ...], ...]:
    """The groups of judges who can be compared with each other; judges without marks belong to none.

    >>> nan = float("nan")
    >>> connected_parts([[1, 2, nan, nan], [nan, 2, nan, nan], [nan, nan, 3, 4], [nan] * 4])
    ((0, 1), (2,))
    """
    there = ~np.isnan(np.asarray(marks, dtype=float))
    waiting = set(np.flatnonzero(there.any(axis=1)).tolist())
    parts = []
    while waiting:
        group = np.zeros(there.shape[0], dtype=bool)
        group[min(waiting)] = True
        while not (group == (wider := there[:, there[group].any(axis=0)].any(axis=1))).all():
            group = wider
        parts.append(tuple(np.flatnonzero(group).tolist()))
        waiting -= set(parts[-1])
    return tuple(parts)


def _judge(table: Floats, there: NDArray[np.bool_], row: int, effect: float, error: float) -> JudgeReading:
    own = there[row]
    correlation = _correlation(table, there, row)
    is_severe = bool(error == error and abs(effect) > SEVERE * error and abs(effect) > 1e-9)
    return JudgeReading(
        int(own.sum()), _mean(table[row]), _known(effect), _known(error),
        correlation, is_severe, correlation is not None and correlation < APART,
    )  # fmt: skip


def _correlation(table: Floats, there: NDArray[np.bool_], row: int) -> float | None:
    others = np.delete(np.arange(table.shape[0]), row)
    shared = there[row] & there[others].any(axis=0)
    if shared.sum() < FEWEST_PAIRS:
        return None
    own, mean = table[row, shared], np.nanmean(table[np.ix_(others, shared)], axis=0)
    if np.ptp(own) == 0 or np.ptp(mean) < 1e-9:
        return None
    return float(np.corrcoef(own, mean)[0, 1])


def _mean(marks: Floats) -> float | None:
    known = marks[~np.isnan(marks)]
    return float(known.mean()) if known.size else None


def _known(number: float) -> float | None:
    return None if number != number else float(number)
