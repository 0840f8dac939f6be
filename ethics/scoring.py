"""From answers to an ethics score: a person's composite, exact sums, and what may be published of them.

Pure: the standard library and pure modules only. All sums are whole numbers, a composite in millionths of
a point, so two ways of adding cannot differ. Numbers below the floors of `core.disclosure` do not come out.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from core.disclosure import (
    DECIMALS,
    EXACT,
    MINIMUM_SCORE,
    ethics_score,
    may_show_count,
    may_show_score,
    published,
)
from ethics.items import HARD_TO_SAY, POINTS, TURNED, ItemSet

MICRO = 1_000_000
PRIOR_DEGREES = 10
ANSWERS = (*reversed(POINTS), HARD_TO_SAY)  # the order of the counts: 1, 2, 3, 4, hard to say
#: Rounding to steps of 5 adds the variance of a uniform error of that width.
COARSE_VARIANCE = Fraction(25, 12)


@dataclass(frozen=True, slots=True)
class TallySum:
    """Sums over the answers to one questionnaire.

    `n` counts all answers, everything else the `scored` ones. `counts` has for each item how often
    1, 2, 3, 4 and "hard to say" were given, as they were given: reversed items are not turned there.
    """

    n: int
    scored: int
    composite_sum: int
    composite_squares: int
    counts: tuple[tuple[int, ...], ...]

    @property
    def mean(self) -> Fraction | None:
        """The mean of the persons' composites, 0 to 100."""
        return Fraction(self.composite_sum, self.scored * MICRO) if self.scored else None

    @property
    def squared_deviations(self) -> Fraction:
        """The sum of squared deviations of the persons' composites from their mean."""
        if not self.scored:
            return Fraction(0)
        return Fraction(self.scored * self.composite_squares - self.composite_sum**2, self.scored * MICRO**2)

    @property
    def is_unanimous(self) -> bool:
        """Whether all scored persons came to the same composite, so that the mean tells each one's."""
        return self.scored > 0 and self.squared_deviations == 0


@dataclass(frozen=True, slots=True)
class Score:
    """What is published of one questionnaire; all None where it is kept back."""

    n: int | None
    score: Decimal | None
    error: Decimal | None
    is_coarse: bool


KEPT_BACK = Score(None, None, None, False)


def check_answer(given: str, items: ItemSet) -> str:
    """The answer, or a ValueError naming the first point that is not 1 to 4 or `-`, and its item."""
    if len(given) != len(items.items):
        raise ValueError(f"{given!r} has {len(given)} points for {len(items.items)} items")
    for item, point in zip(items.items, given, strict=True):
        if point not in ANSWERS:
            raise ValueError(f"the point {point!r} of {item.code!r} is not 1 to 4 or {HARD_TO_SAY!r}")
    return given


def turned(given: str, items: ItemSet) -> str:
    """The answer with reversed items turned, so that 4 always speaks for the official."""
    return "".join(
        TURNED.get(point, point) if item.is_reversed else point
        for item, point in zip(items.items, given, strict=True)
    )


def composite_of(given: str, items: ItemSet) -> int | None:
    """A person's composite in millionths of a point (0 to 100), half up; None if too few were rated.

    Points 1 to 4 map to 0, 33 1/3, 66 2/3 and 100 after turning; "hard to say" is missing.
    """
    steps = [int(point) - 1 for point in turned(given, items) if point != HARD_TO_SAY]
    if not steps or len(steps) < items.fewest_answered:
        return None
    top = 3 * len(steps)
    return (2 * 100 * MICRO * sum(steps) + top) // (2 * top)


def tally_of(answers: Iterable[str], items: ItemSet) -> TallySum:
    """Add up the answers to one questionnaire."""
    n = scored = composite_sum = composite_squares = 0
    counts = [[0] * len(ANSWERS) for _ in items.items]
    for given in answers:
        n += 1
        composite = composite_of(check_answer(given, items), items)
        if composite is None:
            continue
        scored += 1
        composite_sum += composite
        composite_squares += composite**2
        for count, point in zip(counts, given, strict=True):
            count[ANSWERS.index(point)] += 1
    return TallySum(n, scored, composite_sum, composite_squares, tuple(tuple(count) for count in counts))


def pooled_variance(tallies: Sequence[TallySum]) -> Fraction | None:
    """The variance within questionnaires, over all of a round; None where nothing can be said."""
    degrees = sum(tally.scored - 1 for tally in tallies if tally.scored)
    if degrees < 1:
        return None
    return sum((tally.squared_deviations for tally in tallies), Fraction(0)) / degrees


def moderated_error(
    tally: TallySum, pooled: Fraction | None, *, prior_degrees: int = PRIOR_DEGREES
) -> Decimal | None:
    """The standard error of a mean whose own variance leans on the round's.

    The moderated variance is (d0 s_pool^2 + sum of squared deviations) / (d0 + n - 1), after Smyth
    (2004), doi 10.2202/1544-6115.1027; so a few like answers do not claim an error of zero.
    """
    if not tally.scored or pooled is None:
        return None
    variance = (prior_degrees * pooled + tally.squared_deviations) / (prior_degrees + tally.scored - 1)
    return _root(variance / tally.scored)


def score_of(tally: TallySum, pooled: Fraction | None, *, minimum_n: int) -> Score:
    """What may be published: nothing under the floor, a coarse score from 5 to 9, two decimals from 10 on.

    A coarse score's error contains its rounding and stands in whole points. What is kept back is kept
    back whole: a count beside a missing score would say that everybody answered alike. Without a pooled
    variance (the round is not complete yet) the error is missing.
    """
    n = tally.scored
    score = ethics_score(tally.mean, n, unanimous=tally.is_unanimous)
    if score is None or n < minimum_n:
        return KEPT_BACK
    is_coarse = n < MINIMUM_SCORE
    error = moderated_error(tally, pooled)
    if error is not None and is_coarse:
        error = _root(Fraction(error) ** 2 + COARSE_VARIANCE)
    return Score(n, score, published(error, 0 if is_coarse else DECIMALS), is_coarse)


def may_tell(answers: int, *, is_scored: bool) -> bool:
    """Whether it may be seen how many answered: from ten on, and from five on beside a score.

    Seven answers without a score would say that all seven were alike.
    """
    return may_show_score(answers) or (is_scored and may_show_count(answers))


def item_means(tally: TallySum, items: ItemSet) -> tuple[Decimal | None, ...]:
    """Each item's mean, 0 to 100 and turned; None where fewer than ten persons rated it."""
    means = []
    for item, counts in zip(items.items, tally.counts, strict=True):
        rated = counts[:-1]
        total = sum(rated)
        steps = sum(step * count for step, count in enumerate(rated))
        mean = Fraction(100 * steps, 3 * total) if may_show_score(total) else None
        means.append(published(100 - mean if item.is_reversed and mean is not None else mean))
    return tuple(means)


def counts_text(counts: tuple[tuple[int, ...], ...]) -> str:
    """The counts as the database keeps them."""
    return json.dumps(counts, separators=(",", ":"))


def counts_from(text: str) -> tuple[tuple[int, ...], ...]:
    """The counts that the database keeps."""
    return tuple(tuple(count) for count in json.loads(text))


def _root(value: Fraction) -> Decimal:
    return EXACT.sqrt(EXACT.divide(Decimal(value.numerator), Decimal(value.denominator)))
