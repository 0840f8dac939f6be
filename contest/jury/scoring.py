"""From judges' marks to a component's score with its error, as the rule book combines them.

Pure: the standard library, `core.disclosure` and the rule book. A mark that does not exist (a recused
judge's, an abstention) is not in what the caller hands over, and nobody puts a zero in its place; a judge
without all criteria marked has no mark here either.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from contest.jury.adjustment import Judge, adjusted_scores
from contest.rulebook import Combine, Component
from core.disclosure import EXACT, published

#: The part of the judges' scores that a trimmed mean leaves out at each end.
TRIMMED_SHARE = Fraction(1, 5)
PI = Decimal("3.14159265358979323846264338327950288")
HIGHEST = Fraction(100)


@dataclass(frozen=True, slots=True)
class MarkScore:
    """A component's score from `n` judges; None where fewer than the rule book asks for marked.

    `mean` is the plain mean of the same judges, shown beside whatever counts. `is_fallback` says that the
    rule book adjusts for severity and the marks did not allow it, so that the mean counts.
    """

    value: Decimal | None
    error: Decimal | None
    n: int
    mean: Decimal | None = None
    is_fallback: bool = False


def judge_score(marks: Sequence[int], component: Component) -> Fraction:
    """One judge's weighted mean over the criteria, on 0..100.

    :raises ValueError: for a mark off the scale, or not one mark for each criterion.
    """
    if len(marks) != len(component.criteria):
        raise ValueError(
            f"{component.code}: {len(marks)} marks for {len(component.criteria)} criteria; give one for each"
        )
    for mark in marks:
        if not component.lowest <= mark <= component.highest:
            raise ValueError(
                f"{component.code}: the mark {mark} is off the scale"
                f" {component.lowest} to {component.highest}"
            )
    weights = [criterion.weight for criterion in component.criteria]
    points = sum(
        weight * Fraction(mark - component.lowest, component.highest - component.lowest)
        for weight, mark in zip(weights, marks, strict=True)
    )
    return 100 * points / sum(weights)


def scores_of_marks(
    judged: Sequence[Mapping[Judge, Sequence[int]]], component: Component, *, decimals: int
) -> tuple[MarkScore, ...]:
    """Every nominee's score of a component, from the marks of its judges.

    Parameters
    ----------
    judged : sequence of mappings of judge to marks
        One mapping a nominee; numbers or letters of judges say only who is the same one, for severity.
    component : Component
        Its `combine` says what counts: the mean, the trimmed mean, the median, or the adjusted score.
    decimals : int
        Scores and errors are rounded half up.

    Returns
    -------
    tuple of MarkScore
        In the order of the nominees. The error is None where it is unknown, as for a single judge.

    Raises
    ------
    ValueError
        For a mark off the scale, or not one mark for each criterion.

    Notes
    -----
    Of n judges' scores: the mean, with s / sqrt(n). The trimmed mean leaves out g = floor(n / 5) scores at
    each end, so none of fewer than five; its error is sqrt(SSD_w / (h (h - 1))), h = n - 2 g, SSD_w the
    squared deviations of the scores in which those left out are replaced by the last that stay [1]_. The
    median, with the error of the mean times sqrt(pi / 2), its ratio for normal scores. The adjusted score of
    `contest.jury.adjustment`, held within 0..100; it reads all marks, also of nominees with too few judges.

    References
    ----------
    .. [1] J. W. Tukey and D. H. McLaughlin (1963), Less vulnerable confidence and significance procedures for
       location based on a single sample, Sankhya A 25, 331-352.

    Examples
    --------
    >>> from core.words import Words
    >>> from contest.rulebook import MarkCriterion, Missing, Source
    >>> title = Words("а", "а", "a")
    >>> project = Component("project", Source.MARKS, title, Decimal("0.35"), Missing.NOT_ELIGIBLE,
    ...     lowest=0, highest=10, fewest_judges=2,
    ...     criteria=(MarkCriterion("need", title, 1), MarkCriterion("result", title, 1)))
    >>> three, one = scores_of_marks([{1: [8, 6], 2: [9, 9], 3: [7, 9]}, {2: [8, 6]}], project, decimals=2)
    >>> three.value, three.error, three.n
    (Decimal('80.00'), Decimal('5.77'), 3)
    >>> one.value, one.n
    (None, 1)
    """
    scores = [{judge: judge_score(marks, component) for judge, marks in given.items()} for given in judged]
    adjusted = adjusted_scores(scores) if component.combine is Combine.ADJUSTED else None
    is_fallback = component.combine is Combine.ADJUSTED and adjusted is None
    made = []
    for place, given in enumerate(scores):
        values = sorted(given.values())
        if len(values) < max(1, component.fewest_judges):
            made.append(MarkScore(None, None, len(values)))
            continue
        mean = _mean(values)
        if adjusted is not None:
            value = min(max(adjusted[place].score, Fraction(0)), HIGHEST)
            error = _root(adjusted[place].variance)
        else:
            value, error = _combined(values, component.combine)
        made.append(
            MarkScore(
                published(value, decimals), published(error, decimals), len(values),
                published(mean, decimals), is_fallback,
            )
        )  # fmt: skip
    return tuple(made)


def _combined(values: list[Fraction], combine: Combine) -> tuple[Fraction, Decimal | None]:
    """What counts of sorted scores, with its error."""
    n = len(values)
    if combine is Combine.MEDIAN:
        error = _root(_spread(values, n))
        middle = (values[(n - 1) // 2] + values[n // 2]) / 2
        return middle, error and error * EXACT.sqrt(PI / 2)
    cut = int(n * TRIMMED_SHARE) if combine is Combine.TRIMMED else 0
    kept = values[cut : n - cut]
    return _mean(kept), _root(_spread([kept[0]] * cut + kept + [kept[-1]] * cut, len(kept)))


def _mean(values: list[Fraction]) -> Fraction:
    return sum(values, Fraction(0)) / len(values)


def _spread(values: list[Fraction], kept: int) -> Fraction | None:
    """The variance of a mean of `kept` values, from the squared deviations of all; None of a single one."""
    if kept < 2:
        return None
    mean = _mean(values)
    return sum(((value - mean) ** 2 for value in values), Fraction(0)) / (kept * (kept - 1))


def _root(variance: Fraction | None) -> Decimal | None:
    if variance is None:
        return None
    return EXACT.sqrt(EXACT.divide(Decimal(variance.numerator), Decimal(variance.denominator)))
