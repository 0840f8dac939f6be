"""How far respondents agree, and where an official's statements stand beside those of the oblast.

Pure: the standard library and pure modules only. Nothing comes out below ten scored answers, and no middle
from fewer than three questionnaires.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from statistics import median

from core.disclosure import EXACT, may_show_score, published
from ethics.items import Item, ItemSet
from ethics.scoring import TallySum, item_means

FEWEST_BESIDE = 3
#: Agreement is told in steps, and never as complete: that would say what each person answered.
AGREEMENT_STEP, MOST_AGREEMENT = 5, 95


@dataclass(frozen=True, slots=True)
class Beside:
    """One statement of an official beside the oblast's middle; None where either is kept back."""

    item: Item
    mean: Decimal | None
    middle: Decimal | None

    @property
    def difference(self) -> Decimal | None:
        """By how many points the official stands above the middle, or below it."""
        return None if self.mean is None or self.middle is None else self.mean - self.middle


def agreement(tally: TallySum) -> int | None:
    """How far respondents agree, in steps of 5 up to 95 per cent; None under ten scored answers.

    Notes
    -----
    It is 1 - s / s_max, where s is the standard deviation of the persons' composites and s_max the largest
    that n persons can have: one half at 0, the other at 100. So it is 0 when the office is split into two
    camps, and near 1 when everybody says much the same, whatever they say.

    >>> from ethics.scoring import MICRO
    >>> agreement(TallySum(10, 10, 500 * MICRO, 50_000 * MICRO**2, ()))
    0
    >>> agreement(TallySum(9, 9, 450 * MICRO, 22_500 * MICRO**2, ()))
    """
    n = tally.scored
    if not may_show_score(n):
        return None
    largest = Fraction(100**2 * (n // 2) * (n - n // 2), n)
    share = tally.squared_deviations / largest
    spread = EXACT.sqrt(EXACT.divide(Decimal(share.numerator), Decimal(share.denominator)))
    steps = published((1 - spread) * 100 / AGREEMENT_STEP, 0)
    return min(int(steps) * AGREEMENT_STEP, MOST_AGREEMENT)


def middles(tallies: Sequence[TallySum], items: ItemSet) -> tuple[tuple[Decimal | None, ...], int]:
    """The median of each statement over questionnaires with ten scored answers, and over how many of them.

    A statement has a middle only where three of them have a mean for it.
    """
    rows = [item_means(tally, items) for tally in tallies if may_show_score(tally.scored)]
    found = []
    for place in range(len(items.items)):
        known = [Fraction(row[place]) for row in rows if row[place] is not None]
        found.append(published(median(known)) if len(known) >= FEWEST_BESIDE else None)
    return tuple(found), len(rows)


def profile(tally: TallySum, oblast: Sequence[TallySum], items: ItemSet) -> tuple[Beside, ...]:
    """Each statement beside the middle of the oblast's questionnaires; empty under ten scored answers.

    :param oblast: all opened questionnaires of the oblast in the round, this one among them.
    """
    if not may_show_score(tally.scored):
        return ()
    means, (middle, _over) = item_means(tally, items), middles(oblast, items)
    return tuple(Beside(*row) for row in zip(items.items, means, middle, strict=True))
