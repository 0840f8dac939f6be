"""A release as it is checked: its files, its tables with the line of each row, and the faults that are found.

Pure: the standard library and other pure modules. A table is read from its JSON; the CSV beside it must say
the same in every cell.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from functools import cached_property
from typing import Any

from contest.release.layout import TableLayout, tables
from contest.release.report import Line

#: So many faults of one file are named one by one.
MOST_FAULTS = 20
#: What reading a foreign file can break with.
BROKEN = (
    ValueError, KeyError, TypeError, IndexError, AttributeError, ArithmeticError, RecursionError, csv.Error,
)  # fmt: skip
csv.field_size_limit(1024 * 1024)
#: Of tables whose rows are compared with many others: some times as many as a whole country has.
MOST_ROWS = {
    "rules/editions": 50, "survey/units": 5_000, "survey/groups": 5_000, "standings/standings": 1_000,
    "league/leagues": 100, "decisions/votes": 50_000, "decisions/nominations": 5_000,
}  # fmt: skip
#: A number with a larger exponent, or as many digits, would fill the memory when computed with exactly.
ENDLESS = 300


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table with its line in the CSV (the header's is 1)."""

    line: int
    cells: Mapping[str, str | None]

    def __getitem__(self, column: str) -> str | None:
        return self.cells[column]


@dataclass(slots=True)
class Findings:
    """The lines of one part of a check, the first faults of each file one by one."""

    lines: list[Line] = field(default_factory=list)
    _counts: dict[str, int] = field(default_factory=dict)

    def fault(self, file: str, where: str, found: object, expected: object, why: str = "") -> None:
        """Something that differs: where it stands, what is there and what should be."""
        self._counts[file] = self._counts.get(file, 0) + 1
        if self._counts[file] <= MOST_FAULTS:
            told = f"found {_shown(found)}, expected {_shown(expected)}"
            self.lines.append(Line(f"{file}, {where}", False, f"{told}{f' ({why})' if why else ''}"))

    def cell(self, table: str, row: Row, column: str, expected: object, why: str = "") -> None:
        """A cell of a table, if it is not what it should be."""
        wanted = text_of(expected)
        if row[column] != wanted:
            self.fault(f"{table}.csv", f"line {row.line}, column {column}", row[column], wanted, why)

    def done(self, subject: str, detail: str) -> list[Line]:
        """All lines; where nothing differs, one that says what was looked at."""
        more = [
            Line(file, False, f"{count - MOST_FAULTS} more differences")
            for file, count in self._counts.items()
            if count > MOST_FAULTS
        ]
        return [*self.lines, *more] or [Line(subject, True, detail)]


@dataclass(frozen=True)
class Contents:
    """The files of a release, and what was read from them."""

    files: Mapping[str, bytes]

    def json(self, name: str) -> Any:
        """A JSON file.

        :raises ValueError: naming the file, when it is missing or broken.
        """
        try:
            value = json.loads(self.files[name])
            _refuse_endless(value)
        except KeyError:
            raise ValueError(f"{name} is missing") from None
        except (ValueError, RecursionError) as fault:
            raise ValueError(f"{name} is no JSON of a release: {fault}") from None
        return value

    def table(self, name: str) -> tuple[Row, ...]:
        """The rows of a table."""
        return self._tables[name]

    def by(self, name: str, *columns: str) -> dict[Any, Row]:
        """The rows of a table by one column, or by several together."""
        if len(columns) == 1:
            return {row[columns[0]]: row for row in self.table(name)}
        return {tuple(row[column] for column in columns): row for row in self.table(name)}

    def rows_of(self, name: str, column: str, value: str | None) -> list[Row]:
        """The rows of a table with this value in a column; the table is gone through once."""
        if (name, column) not in self._grouped:
            groups: dict[str | None, list[Row]] = {}
            for row in self.table(name):
                groups.setdefault(row[column], []).append(row)
            self._grouped[name, column] = groups
        return self._grouped[name, column].get(value, [])

    @cached_property
    def _grouped(self) -> dict[tuple[str, str], dict[str | None, list[Row]]]:
        return {}

    @cached_property
    def is_demo(self) -> bool:
        return bool(self.json("manifest.json")["demonstration"])

    @cached_property
    def _tables(self) -> dict[str, tuple[Row, ...]]:
        return {name: self._read(layout) for name, layout in tables().items()}

    def _read(self, layout: TableLayout) -> tuple[Row, ...]:
        body = self.json(layout.json)
        columns = list(layout.codes(is_demo=self.is_demo))
        if body["columns"] != columns or body["demonstration"] is not self.is_demo:
            raise ValueError(f"{layout.json} has the columns {body['columns']}, not {columns}")
        if len(body["rows"]) > (most := MOST_ROWS.get(layout.name, len(body["rows"]))):
            raise ValueError(f"{layout.json} has {len(body['rows'])} rows; no release has more than {most}")
        lines = [line for line, _cells in csv_rows(self.files[layout.csv])][1:]
        rows = []
        for place, cells in enumerate(body["rows"]):
            if len(cells) != len(columns) or not all(cell is None or isinstance(cell, str) for cell in cells):
                raise ValueError(f"{layout.json}, row {place + 1}: not one text for each column")
            line = lines[place] if place < len(lines) else place + 2
            rows.append(Row(line, dict(zip(columns, cells, strict=True))))
        return tuple(rows)


def csv_rows(content: bytes) -> list[tuple[int, list[str]]]:
    """The rows of a CSV, the header too, each with the line in which it begins."""
    reader = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True)
    rows, before = [], 0
    for cells in reader:
        rows.append((before + 1, cells))
        before = reader.line_num
    return rows


def text_of(value: object) -> str | None:
    """A computed value as it stands in a cell."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return None if value is None or value == "" else str(value)


def guarded(subject: str, check: Callable[[], Iterable[Line]]) -> list[Line]:
    """The lines of a check; what cannot be read at all is a line of its own."""
    try:
        return list(check())
    except BROKEN as fault:
        return [Line(subject, False, f"cannot be checked: {type(fault).__name__}: {fault}")]


def _shown(value: object) -> str:
    return "nothing" if value is None or value == "" else str(value)[:200]


def _refuse_endless(value: Any) -> None:
    """Refuse a text in plain JSON that is a number too long to be computed with."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            _refuse_endless(one)
    elif isinstance(value, str) and _is_endless(value):
        raise ValueError(f"{value[:20]} is no number of a release")


def _is_endless(text: str) -> bool:
    """Whether a text would be read as such a number; blanks, underscores and other digits do not hide it."""
    if "e" not in text and "E" not in text and len(text) < ENDLESS:
        return False
    try:
        _sign, digits, exponent = Decimal(text).as_tuple()
    except InvalidOperation:
        return False
    return isinstance(exponent, int) and (abs(exponent) >= ENDLESS or len(digits) >= ENDLESS)
