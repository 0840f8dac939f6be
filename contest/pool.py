"""The survey scores of a pool of units, an oblast's or the nation's, drawn to the pool's mean.

Pure: NumPy and other pure modules. It reads published numbers alone; the order of the units changes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from contest.rulebook import Estimator
from core.disclosure import published
from core.ranking import shrink

NAN = float("nan")
GUARD_DECIMALS = 9
#: A score of less reliability is shown as not firm enough to compare.
FIRM = Decimal("0.7")


@dataclass(frozen=True, slots=True)
class Measured:
    """A unit's published numbers, and beside them what enters a ranking.

    `used` is the score drawn to the mean, or the score itself where the rule book says so; `reliability` is
    the share of the score's variance that is the units' own.
    """

    n: int | None
    score: Decimal | None
    error: Decimal | None
    used: Decimal | None
    reliability: Decimal | None

    @property
    def is_firm(self) -> bool | None:
        """Whether units can be compared by it; None where that cannot be told."""
        return None if self.reliability is None else self.reliability >= FIRM


UNMEASURED = Measured(None, None, None, None, None)


def pool_of(units: Sequence[Sequence[Any]], estimator: Estimator) -> dict[str, Measured]:
    """Every unit of the pool by its КАТО code.

    :param units: rows that begin with [kato, n, score, error]; the numbers are decimal texts or None.

    >>> units = [["a", 40, "60", "5"], ["b", 40, "70", "5"], ["c", 10, "80", "10"]]
    >>> pool = pool_of(units, Estimator.SHRUNKEN)
    >>> str(pool["c"].score), round(pool["c"].used, 2), pool["c"].reliability
    ('80', Decimal('71.55'), Decimal('0.30'))
    """
    rows = sorted(units, key=lambda row: row[0])
    scores = [decimal_of(row[2]) for row in rows]
    # An error of zero, possible where a whole campaign answered alike, is no measured error.
    errors = [decimal_of(row[3]) or None for row in rows]
    known = [
        (float(score), float(error)) if score is not None and error is not None else (NAN, NAN)
        for score, error in zip(scores, errors, strict=True)
    ]
    shrunken = shrink([score for score, _ in known], [error for _, error in known])
    pool = {}
    for index, row in enumerate(rows):
        drawn = published(float(shrunken.estimates[index]), GUARD_DECIMALS)
        is_drawn = estimator is Estimator.SHRUNKEN and drawn is not None
        pool[row[0]] = Measured(
            row[1], scores[index], decimal_of(row[3]), drawn if is_drawn else scores[index],
            published(float(shrunken.reliability[index])),
        )  # fmt: skip
    return pool


def decimal_of(text: object) -> Decimal | None:
    """A number of published inputs; None where it is unknown."""
    return None if text is None else Decimal(str(text))
