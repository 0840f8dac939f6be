"""From judges' marks to a component's score with its error.

Pure: the standard library, `core.disclosure` and the rule book. A judge without all criteria marked has
no mark here: the caller hands over complete marks only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from contest.rulebook import Component
from core.disclosure import EXACT, published


@dataclass(frozen=True, slots=True)
class MarkScore:
    """A component's score from `n` judges; all None where fewer than the rule book asks for marked."""

    value: Decimal | None
    error: Decimal | None
    n: int


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


def score_of_marks(judges: Sequence[Sequence[int]], component: Component, *, decimals: int) -> MarkScore:
    """The mean over the judges of each judge's score; the error is s / sqrt(n), unknown for one judge.

    >>> from core.words import Words
    >>> from contest.rulebook import MarkCriterion, Missing, Source
    >>> title = Words("а", "а", "a")
    >>> project = Component("project", Source.MARKS, title, Decimal("0.35"), Missing.NOT_ELIGIBLE,
    ...     lowest=0, highest=10, fewest_judges=2,
    ...     criteria=(MarkCriterion("need", title, 1), MarkCriterion("result", title, 1)))
    >>> score_of_marks([[8, 6], [9, 9], [7, 9]], project, decimals=2)
    MarkScore(value=Decimal('80.00'), error=Decimal('5.77'), n=3)
    >>> score_of_marks([[8, 6]], project, decimals=2)
    MarkScore(value=None, error=None, n=1)
    """
    scores = [judge_score(marks, component) for marks in judges]
    n = len(scores)
    if n < max(1, component.fewest_judges):
        return MarkScore(None, None, n)
    mean = sum(scores, Fraction(0)) / n
    if n == 1:
        return MarkScore(published(mean, decimals), None, n)
    variance = sum(((score - mean) ** 2 for score in scores), Fraction(0)) / (n - 1) / n
    root = EXACT.sqrt(EXACT.divide(Decimal(variance.numerator), Decimal(variance.denominator)))
    return MarkScore(published(mean, decimals), published(root, decimals), n)
