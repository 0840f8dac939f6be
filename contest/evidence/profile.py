"""How a published number lies among those of the oblast, and how far its error lets it reach.

Pure: NumPy and `core.disclosure`. Only published numbers come in; where fewer than five villages have one,
no middle is drawn, since it would tell about single others.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from core.disclosure import MINIMUM_CELL, published

NORMAL_97_5 = Decimal("1.959963984540054")  # half the width of a 95 % interval, in standard errors
LOWEST, HIGHEST = Decimal(0), Decimal(100)


@dataclass(frozen=True, slots=True)
class Among:
    """The middle half of the published numbers of an oblast: quartiles and median over `units`."""

    low: Decimal
    middle: Decimal
    high: Decimal
    units: int


def among(numbers: Iterable[Decimal | None]) -> Among | None:
    """Quartiles and median (linear interpolation) of what is published; None for fewer than five.

    >>> among([Decimal(n) for n in (50, 60, 70, 80, 90)])
    Among(low=Decimal('60.00'), middle=Decimal('70.00'), high=Decimal('80.00'), units=5)
    >>> among([Decimal(50), None, Decimal(60)])
    """
    known = [float(number) for number in numbers if number is not None]
    if len(known) < MINIMUM_CELL:
        return None
    low, middle, high = (published(float(each)) for each in np.percentile(known, (25, 50, 75)))
    return Among(low, middle, high, len(known))  # type: ignore[arg-type]


def reach(score: Decimal | None, error: Decimal | None) -> tuple[Decimal, Decimal] | None:
    """The 95 % interval of a score, within 0 and 100; None where the error is unknown.

    >>> reach(Decimal("97.00"), Decimal("2.00"))
    (Decimal('93.08'), Decimal('100.00'))
    """
    if score is None or error is None:
        return None
    half = NORMAL_97_5 * error
    low, high = max(score - half, LOWEST), min(score + half, HIGHEST)
    return published(low), published(high)  # type: ignore[return-value]
