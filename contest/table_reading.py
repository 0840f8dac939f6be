"""Reads a parsed TOML table value by value and collects every fault with its path.

Pure: the standard library and `core.words` only. Nothing is raised while reading: whoever reads asks
for the faults at the end, and throws away what was read when there are any.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import TypeVar

from core.words import Words, words_from

#: How long a share may be.
MOST_DECIMALS, LONGEST_FRACTION = 6, 12
Kind = TypeVar("Kind", bound=StrEnum)


class TableReader:
    """A table that is being read: every value is asked for by name, and faults are collected."""

    def __init__(self, table: object, place: str, path: str, faults: list[str]) -> None:
        self.place, self.path, self.faults = place, path, faults
        self.table: Mapping[str, object] = table if isinstance(table, Mapping) else {}
        self.asked: set[str] = set()
        if not isinstance(table, Mapping):
            self.fault("", f"is {table!r}; give a table")

    def fault(self, key: str, message: str) -> None:
        path = ".".join(part for part in (self.path, key) if part)
        self.faults.append(f"{self.place}, {path}: {message}" if path else f"{self.place}: {message}")

    def take(self, key: str) -> object:
        self.asked.add(key)
        if key not in self.table:
            self.fault(key, "is missing")
        return self.table.get(key)

    def has(self, key: str) -> bool:
        """Whether an optional value is given."""
        self.asked.add(key)
        return key in self.table

    def done(self) -> None:
        for key in sorted(set(self.table) - self.asked):
            self.fault(key, f"is not known here; known are {', '.join(sorted(self.asked))}")

    def inside(self, key: str) -> TableReader:
        value = self.take(key)
        return TableReader({} if value is None else value, self.place, self._path(key), self.faults)

    def rows(self, key: str, *, optional: bool = False) -> list[TableReader]:
        if optional and not self.has(key):
            return []
        value = self.take(key)
        if value is not None and not isinstance(value, list):
            self.fault(key, f"is {value!r}; give a list of tables")
        rows = value if isinstance(value, list) else []
        return [
            TableReader(row, self.place, f"{self._path(key)}[{number}]", self.faults)
            for number, row in enumerate(rows, 1)
        ]

    def _path(self, key: str) -> str:
        return f"{self.path}.{key}" if self.path else key

    def code(self, key: str) -> str:
        value = self.take(key)
        if value is None:
            return ""
        if not isinstance(value, str) or not value.replace("-", "").isalnum() or len(value) > 32:
            self.fault(key, f"is {value!r}; give up to 32 letters, digits and dashes")
            return ""
        return value

    def codes(self, key: str) -> tuple[str, ...]:
        value = self.take(key)
        if value is not None and (
            not isinstance(value, list) or not value or not all(isinstance(item, str) for item in value)
        ):
            self.fault(key, f"is {value!r}; give a list of codes")
            return ()
        return tuple(value or ())

    def flag(self, key: str) -> bool:
        value = self.take(key)
        if value is not None and type(value) is not bool:
            self.fault(key, f"is {value!r}; give true or false")
        return value is True

    def words(self, key: str) -> Words:
        value = self.take(key)
        try:
            if value is not None:
                return words_from(value, f"{self.place}, {self._path(key)}")
        except ValueError as fault:
            self.faults.append(str(fault))
        return Words("?", "?", "?")

    def whole(self, key: str, low: int, high: int) -> int:
        value = self.take(key)
        if value is None:
            return low
        if type(value) is not int or not low <= value <= high:
            self.fault(key, f"is {value!r}; give a whole number from {low} to {high}")
            return low
        return value

    def share(self, key: str) -> Decimal:
        """A number above 0 and up to 1, exact as it is written."""
        value = self.take(key)
        if value is None:
            return Decimal(0)
        made = Decimal(value) if type(value) in (int, Decimal) else Decimal("NaN")
        if not made.is_finite() or not 0 < made <= 1:
            self.fault(key, f"is {value}; give a number above 0 and up to 1")
            return Decimal(0)
        if round(made, MOST_DECIMALS) != made:
            # They would be lost where shares are added up.
            self.fault(key, f"is {value}; give at most {MOST_DECIMALS} decimals")
        return made

    def fraction(self, key: str) -> Fraction:
        value = self.take(key)
        try:
            # A power of ten can be too large to write out: no share needs one.
            is_short = isinstance(value, str) and len(value) <= LONGEST_FRACTION and "e" not in value.lower()
            made = Fraction(value) if is_short else Fraction(-1)
        except (ValueError, ZeroDivisionError):
            made = Fraction(-1)
        if value is not None and not 0 < made <= 1:
            self.fault(key, f'is {value!r}; give a share as text, such as "2/3"')
        return made

    def choice(self, key: str, kind: type[Kind]) -> Kind:
        value = self.take(key)
        try:
            return kind(value)
        except ValueError:
            if value is not None:
                self.fault(key, f"is {value!r}; choose one of {', '.join(kind)}")
            return next(iter(kind))

    def yearly(self, key: str, *, or_dated: bool = False) -> tuple[str, ...]:
        """Days of every year as "MM-DD", or of one year as a date where that is allowed; in their order."""
        value = self.take(key)
        rows = value if isinstance(value, list) else []
        found = [_yearly(row, or_dated=or_dated) for row in rows]
        if (value is not None and not isinstance(value, list)) or None in found:
            wrong = value if None not in found else rows[found.index(None)]
            example = 'such as "08-30"' + (" or 2026-05-27" if or_dated else "")
            self.fault(key, f"has {wrong!r}; give a list of days, {example}")
        return tuple(sorted({one for one in found if one is not None}))

    def dated(self, key: str) -> tuple[str, ...]:
        """Days of one year each, as dates; in their order."""
        value = self.take(key)
        rows = value if isinstance(value, list) else [value]
        if not all(isinstance(row, date) and not isinstance(row, datetime) for row in rows):
            self.fault(key, f"has {value!r}; give a list of dates, such as [2026-05-23]")
            return ()
        return tuple(sorted({row.isoformat() for row in rows}))

    def day(self, key: str) -> date:
        value = self.take(key)
        if value is not None and (not isinstance(value, date) or isinstance(value, datetime)):
            self.fault(key, f"is {value!r}; give a day, such as 2026-06-01")
        return value if isinstance(value, date) and not isinstance(value, datetime) else date.min


def _yearly(value: object, *, or_dated: bool) -> str | None:
    if or_dated and isinstance(value, date) and not isinstance(value, datetime):
        return value.isoformat()
    try:
        return date.fromisoformat(f"2001-{value}").strftime("%m-%d") if isinstance(value, str) else None
    except ValueError:
        return None
