"""The sums of a reconciliation: where every printed sheet is, and what does not add up.

Pure: the standard library only. Whoever shows a fault says it in the reader's language.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Sum(StrEnum):
    """The three sums that must hold."""

    PRINTED = "printed"
    GIVEN_OUT = "given_out"
    RETURNED = "returned_filled"


@dataclass(frozen=True, slots=True)
class Counts:
    """What people counted by hand, in sheets; what was not returned holds the lost ones too."""

    given_out: int
    spoiled: int
    unused: int
    returned_filled: int
    returned_empty: int
    not_returned: int


@dataclass(frozen=True, slots=True)
class Known:
    """What the system counted: sheets printed, entered, read as spoilt, and entered but not settled.

    :param is_late: the survey is closed, so that what was not settled stays out.
    """

    printed: int
    entered: int
    illegible: int
    unsettled: int
    is_late: bool = False


@dataclass(frozen=True, slots=True)
class SumFault:
    """A sum that does not hold: what should be, and what its parts give."""

    sum: Sum
    whole: int
    parts: int


def faults_of(counts: Counts, known: Known) -> tuple[SumFault, ...]:
    """Every sum that does not hold; none means that each sheet is accounted for."""
    settled = known.entered + known.illegible
    sums = [
        (Sum.PRINTED, known.printed, counts.given_out + counts.spoiled + counts.unused),
        (
            Sum.GIVEN_OUT, counts.given_out,
            counts.returned_filled + counts.returned_empty + counts.not_returned,
        ),
    ]  # fmt: skip
    if not known.is_late or counts.returned_filled < settled:
        sums.append((Sum.RETURNED, counts.returned_filled, settled))
    return tuple(SumFault(name, whole, parts) for name, whole, parts in sums if whole != parts)


def late_of(counts: Counts, known: Known) -> int:
    """The filled sheets that came back and were not settled before the survey was closed."""
    return counts.returned_filled - known.entered - known.illegible
