"""The shapes in which evidence reaches the commission: periods, estimates, measurements and their tables.

Imports the standard library and NumPy only. Published numbers are `Decimal`, already rounded, or None
where they are unknown; a table refuses two rows about one subject and rows about another measure or
period.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """Days from `start_on` to `end_on`, both included."""

    start_on: date
    end_on: date

    def __post_init__(self) -> None:
        if self.end_on < self.start_on:
            raise ValueError(f"a period cannot end on {self.end_on}, before its start on {self.start_on}")


@dataclass(frozen=True, slots=True)
class Estimate:
    """A statistic with its standard error and the number of persons behind it; NaN where unknown."""

    value: float
    standard_error: float
    n: int


@dataclass(frozen=True, slots=True, order=True)
class Subject:
    """What a number is about: a unit by its KATO code, or an official by reference.

    >>> Subject("unit", "751110000") < Subject("unit", "751210000")
    True
    """

    kind: Literal["unit", "official"]
    reference: str

    def __post_init__(self) -> None:
        if self.kind not in ("unit", "official"):
            raise ValueError(f"a subject is a 'unit' or an 'official', not {self.kind!r}")
        if not isinstance(self.reference, str) or not self.reference:
            raise ValueError(f"a subject's reference is a text that is not empty, not {self.reference!r}")


@dataclass(frozen=True, slots=True)
class Measurement:
    """One published number about one subject; `source` says where it comes from, such as `survey:codes`."""

    subject: Subject
    measure: str
    period: Period
    value: Decimal | None
    standard_error: Decimal | None
    n: int | None
    source: str

    def __post_init__(self) -> None:
        where = f"{self.measure} of {self.subject.kind} {self.subject.reference}"
        for name, number in (("value", self.value), ("standard error", self.standard_error)):
            if number is None:
                continue
            if not isinstance(number, Decimal) or not number.is_finite():
                raise ValueError(f"{where}: the {name} is a finite Decimal or None, not {number!r}")
        if self.standard_error is not None and self.standard_error < 0:
            raise ValueError(f"{where}: the standard error is {self.standard_error}; it cannot be negative")
        if self.n is not None and self.n < 0:
            raise ValueError(f"{where}: n is {self.n}; it cannot be negative")


@dataclass(frozen=True, slots=True)
class MeasureArrays:
    """A table as parallel arrays for NumPy; an unknown number is NaN."""

    subjects: tuple[Subject, ...]
    values: NDArray[np.float64]
    standard_errors: NDArray[np.float64]
    n: NDArray[np.float64]


class MeasureTable:
    """Measurements of one measure in one period, one for each subject, in the order of the subjects.

    >>> year = Period(date(2026, 1, 1), date(2026, 12, 31))
    >>> village = Subject("unit", "751110000")
    >>> row = Measurement(village, "survey", year, Decimal("71.25"), None, 40, "survey:codes")
    >>> table = MeasureTable("survey", year, [row])
    >>> table.get(village).value, len(table)
    (Decimal('71.25'), 1)
    """

    __slots__ = ("_rows", "measure", "period")

    measure: str
    period: Period
    _rows: Mapping[Subject, Measurement]

    def __init__(self, measure: str, period: Period, rows: Iterable[Measurement] = ()) -> None:
        by_subject: dict[Subject, Measurement] = {}
        for row in sorted(rows, key=lambda row: row.subject):
            where = f"{row.subject.kind} {row.subject.reference}"
            if row.subject in by_subject:
                raise ValueError(f"{where} is twice in the table of {measure}; keep one row")
            if row.measure != measure or row.period != period:
                raise ValueError(
                    f"{where}: a row of {row.measure} from {row.period.start_on} to {row.period.end_on}"
                    f" does not belong to {measure} from {period.start_on} to {period.end_on}"
                )
            by_subject[row.subject] = row
        object.__setattr__(self, "measure", measure)
        object.__setattr__(self, "period", period)
        object.__setattr__(self, "_rows", MappingProxyType(by_subject))

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"a MeasureTable cannot be changed; build a new one instead of setting {name}")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"a MeasureTable cannot be changed; {name} stays")

    def __iter__(self) -> Iterator[Measurement]:
        return iter(self._rows.values())

    def __len__(self) -> int:
        return len(self._rows)

    def __contains__(self, subject: object) -> bool:
        return subject in self._rows

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, MeasureTable):
            return NotImplemented
        return (self.measure, self.period, tuple(self)) == (other.measure, other.period, tuple(other))

    def __hash__(self) -> int:
        return hash((self.measure, self.period, tuple(self)))

    def __repr__(self) -> str:
        return f"MeasureTable({self.measure!r}, {self.period!r}, {len(self)} rows)"

    @property
    def subjects(self) -> tuple[Subject, ...]:
        return tuple(self._rows)

    def get(self, subject: Subject) -> Measurement | None:
        """The subject's row, or None where it was not measured."""
        return self._rows.get(subject)

    def as_arrays(self) -> MeasureArrays:
        """Values, errors and n as floats in the order of the subjects."""
        return MeasureArrays(
            self.subjects,
            np.array([_float(row.value) for row in self], dtype=float),
            np.array([_float(row.standard_error) for row in self], dtype=float),
            np.array([_float(row.n) for row in self], dtype=float),
        )


@dataclass(frozen=True, slots=True)
class Evidence:
    """Something for the commission to read, never for the ranking: a conclusion, flags or a profile."""

    subject: Subject
    kind: Literal["conclusion", "flags", "profile"]
    payload: Mapping[str, Any]

    def __post_init__(self) -> None:
        if self.kind not in ("conclusion", "flags", "profile"):
            raise ValueError(f"evidence is a 'conclusion', 'flags' or a 'profile', not {self.kind!r}")
        object.__setattr__(self, "payload", MappingProxyType(dict(self.payload)))


def _float(number: Decimal | int | None) -> float:
    return float("nan") if number is None else float(number)
