"""Judges' severity taken out of the marks, in exact fractions, for a rule book that counts adjusted marks.

Pure: the standard library only. The model is that of `contest.agreement.severity`, which shows it to people;
here the scores enter a ranking, so not even a last bit may hang on the machine. A design in which some
judges cannot be compared with others is given up for all, never for some.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

Judge = int | str
Judged = Sequence[Mapping[Judge, Fraction]]
Square = list[list[Fraction]]


@dataclass(frozen=True, slots=True)
class Adjusted:
    """A nominee's score from all the judges on average, and the variance of its error where it is known."""

    score: Fraction
    variance: Fraction | None


def adjusted_scores(judged: Judged) -> tuple[Adjusted | None, ...] | None:
    """Every nominee's score freed from the judges' severity, by additive least squares.

    Parameters
    ----------
    judged : sequence of mappings of judge to score
        One mapping a nominee; a judge who gave no marks is not in it.

    Returns
    -------
    tuple of Adjusted or None
        None for a nominee without marks. None instead of the whole where the judges fall into parts that
        share no nominee: then nobody's severity can be told. The variance is None where no degree of freedom
        is left.

    Notes
    -----
    y_ij = mu + nominee_i + judge_j + e with sum judge_j = 0. Nominees are eliminated: the judges' effects b
    solve L b = r with L = D - sum_i (1/n_i) J_i J_i', a matrix whose rows add up to 0, and r_j the sum of
    judge j's distances from the nominees' means. The score of i is mean_i - mean of b over its judges, its
    variance s^2 (1/n_i + c' L^+ c), c = J_i / n_i, s^2 the residual variance. With J the matrix of ones over
    the number of judges, (L + J)^-1 = L^+ + J.

    References
    ----------
    .. [1] H. Scheffé (1959), The Analysis of Variance, chapter 4.

    Examples
    --------
    >>> found = adjusted_scores([{0: Fraction(4), 1: Fraction(5)}, {0: Fraction(3), 1: Fraction(4)},
    ...     {1: Fraction(2)}])
    >>> [str(one.score) for one in found]
    ['9/2', '7/2', '3/2']
    """
    judges = sorted({judge for given in judged for judge in given})
    place = {judge: index for index, judge in enumerate(judges)}
    rows = [{place[judge]: score for judge, score in given.items()} for given in judged]
    if not _is_connected([set(row) for row in rows], len(judges)):
        return None
    means = [sum(row.values(), Fraction(0)) / len(row) if row else None for row in rows]
    inverse = _inverse(_laplacian(rows, len(judges)))
    distance = [Fraction(0)] * len(judges)
    for row, mean in zip(rows, means, strict=True):
        for judge, score in row.items():
            distance[judge] += score - mean
    effects = [sum(a * b for a, b in zip(line, distance, strict=True)) for line in inverse]
    scores = [
        None if mean is None else mean - sum((effects[judge] for judge in row), Fraction(0)) / len(row)
        for row, mean in zip(rows, means, strict=True)
    ]
    residual = _residual_variance(rows, scores, effects)
    return tuple(
        None if score is None else Adjusted(score, _variance(row, inverse, residual))
        for row, score in zip(rows, scores, strict=True)
    )


def _is_connected(sets: list[set[int]], judges: int) -> bool:
    """Whether all the judges hang together by nominees whom they share."""
    if judges == 0:
        return True
    reached, waiting = {0}, [one for one in sets if one]
    while near := [one for one in waiting if one & reached]:
        reached.update(*near)
        waiting = [one for one in waiting if not one <= reached]
    return len(reached) == judges


def _laplacian(rows: list[dict[int, Fraction]], judges: int) -> Square:
    """L + J, which has an inverse where the design is connected."""
    matrix = [[Fraction(1, judges)] * judges for _ in range(judges)]
    for row in rows:
        for judge in row:
            matrix[judge][judge] += 1
            for other in row:
                matrix[judge][other] -= Fraction(1, len(row))
    return matrix


def _inverse(matrix: Square) -> Square:
    """By Gauss and Jordan; the matrix is positive definite, so no pivot is 0."""
    size = len(matrix)
    wide = [[*line, *(Fraction(i == j) for j in range(size))] for i, line in enumerate(matrix)]
    for pivot in range(size):
        divisor = wide[pivot][pivot]
        wide[pivot] = [value / divisor for value in wide[pivot]]
        for other in range(size):
            if other != pivot and (factor := wide[other][pivot]):
                wide[other] = [
                    value - factor * top for value, top in zip(wide[other], wide[pivot], strict=True)
                ]
    return [line[size:] for line in wide]


def _residual_variance(
    rows: list[dict[int, Fraction]], scores: list[Fraction | None], effects: list[Fraction]
) -> Fraction | None:
    squares = sum(
        (
            (value - score - effects[judge]) ** 2
            for row, score in zip(rows, scores, strict=True)
            for judge, value in row.items()
        ),
        Fraction(0),
    )
    marked = [row for row in rows if row]
    freedom = sum(map(len, marked)) - len(marked) - len(effects) + 1
    return squares / freedom if freedom > 0 else None


def _variance(row: dict[int, Fraction], inverse: Square, residual: Fraction | None) -> Fraction | None:
    if residual is None:
        return None
    inside = sum(inverse[judge][other] for judge in row for other in row) / len(row) ** 2
    return residual * (Fraction(1, len(row)) + inside - Fraction(1, len(inverse)))
