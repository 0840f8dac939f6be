"""Exact sums of answers that add up: over batches, days, origins and databases, in whole numbers only.

Pure: the standard library and this room's pure modules only. A person's composite is kept in
millionths of a point, so that sums and sums of squares are integers and two ways of adding cannot
differ by a last bit.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain

from surveys.criteria import HARD_TO_SAY, POINTS, CriteriaSet
from surveys.scoring import ExactScore, person_composite_micro, score_from_sums

_FIELD = 12  # bytes of a packed number: the squares of a million million composites fit
ANSWERS = (*reversed(POINTS), HARD_TO_SAY)  # the order of the counts: 1, 2, 3, 4, 5, hard to say


@dataclass(frozen=True, slots=True)
class TallySum:
    """Sums over ballots of one kind.

    `n` counts all ballots; everything else is over the `scored` ones, which answered enough criteria.
    `counts` has for each criterion how often 1, 2, 3, 4, 5 and "hard to say" were given.
    `all_equal` counts ballots with at least two answers, all the same.
    """

    n: int
    scored: int
    all_equal: int
    composite_sum: int
    composite_squares: int
    counts: tuple[tuple[int, ...], ...]

    def __add__(self, other: TallySum) -> TallySum:
        if len(self.counts) != len(other.counts):
            raise ValueError(f"{len(self.counts)} and {len(other.counts)} criteria do not add up")
        return TallySum(
            n=self.n + other.n,
            scored=self.scored + other.scored,
            all_equal=self.all_equal + other.all_equal,
            composite_sum=self.composite_sum + other.composite_sum,
            composite_squares=self.composite_squares + other.composite_squares,
            counts=tuple(
                tuple(a + b for a, b in zip(own, their, strict=True))
                for own, their in zip(self.counts, other.counts, strict=True)
            ),
        )

    @property
    def score(self) -> ExactScore:
        """Mean and variance of the persons' composites, exactly."""
        return score_from_sums(self.scored, self.composite_sum, self.composite_squares)

    def answered(self, criterion: int) -> int:
        """How many scored ballots answered a criterion (by its position)."""
        return sum(self.counts[criterion][:-1])

    def criterion_mean(self, criterion: int) -> Fraction | None:
        """The linear mean of a criterion's ratings, 0 to 100."""
        answered = self.answered(criterion)
        if not answered:
            return None
        points = sum(25 * step * count for step, count in enumerate(self.counts[criterion][:-1]))
        return Fraction(points, answered)


def empty_tally(criteria: int) -> TallySum:
    """Nothing yet, for so many criteria."""
    return TallySum(0, 0, 0, 0, 0, ((0,) * len(ANSWERS),) * criteria)


def total_of(tallies: Iterable[TallySum], criteria: int) -> TallySum:
    """The sum of any number of tallies."""
    return sum(tallies, start=empty_tally(criteria))


def check_ratings(ratings: str, criteria: CriteriaSet) -> str:
    """The ratings, or a ValueError naming the first that is not 1 to 5 or `-`, and its criterion."""
    if len(ratings) != len(criteria.criteria):
        raise ValueError(f"{ratings!r} has {len(ratings)} ratings for {len(criteria.criteria)} criteria")
    for criterion, rating in zip(criteria.criteria, ratings, strict=True):
        if rating not in ANSWERS:
            raise ValueError(f"the rating {rating!r} of {criterion.code!r} is not 1 to 5 or {HARD_TO_SAY!r}")
    return ratings


def composite_of(ratings: str, criteria: CriteriaSet) -> int | None:
    """A person's composite in millionths of a point (0 to 100 points); None if too few are answered."""
    given = tuple(None if rating == HARD_TO_SAY else int(rating) for rating in ratings)
    return person_composite_micro(given, criteria.weights, criteria.minimum_answered)


def tally_of(ratings: Iterable[str] | Mapping[str, int], criteria: CriteriaSet) -> TallySum:
    """Count ballots, given one by one or as pattern and count (a mapping)."""
    patterns = ratings if isinstance(ratings, Mapping) else Counter(ratings)
    n = scored = all_equal = composite_sum = composite_squares = 0
    counts = [[0] * len(ANSWERS) for _ in criteria.criteria]
    for pattern, times in patterns.items():
        n += times
        composite = composite_of(pattern, criteria)
        if composite is None:
            continue
        scored += times
        given = pattern.replace(HARD_TO_SAY, "")
        all_equal += times * (len(given) > 1 and len(set(given)) == 1)
        composite_sum += times * composite
        composite_squares += times * composite**2
        for count, rating in zip(counts, pattern, strict=True):
            count[ANSWERS.index(rating)] += times
    return TallySum(
        n, scored, all_equal, composite_sum, composite_squares, tuple(tuple(count) for count in counts)
    )


def packed(total: TallySum) -> int:
    """A tally as one whole number; the numbers of tallies add up as the tallies do, and much faster."""
    sums = (total.n, total.scored, total.all_equal, total.composite_sum, total.composite_squares)
    fields = (number.to_bytes(_FIELD, "little") for number in (*sums, *chain(*total.counts)))
    return int.from_bytes(b"".join(fields), "little")


def unpacked(number: int, criteria: int) -> TallySum:
    """The tally of a sum of packed ones."""
    width, size = len(ANSWERS), 5 + len(ANSWERS) * criteria
    data, read = number.to_bytes(_FIELD * size, "little"), int.from_bytes
    fields = [read(data[start : start + _FIELD], "little") for start in range(0, len(data), _FIELD)]
    counts = [tuple(fields[start : start + width]) for start in range(5, size, width)]
    return TallySum(*fields[:5], tuple(counts))


def counts_text(counts: tuple[tuple[int, ...], ...]) -> str:
    """The counts as the database keeps them."""
    return json.dumps(counts, separators=(",", ":"))


def counts_from(text: str) -> tuple[tuple[int, ...], ...]:
    """The counts that the database keeps."""
    return tuple(tuple(count) for count in json.loads(text))
