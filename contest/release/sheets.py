"""From collected rows to the files of a release: each table as CSV and, cell by cell the same, as JSON.

CSV goes through `core.tables`, which escapes what a spreadsheet would take for a formula. Everything here is
bytes from values; what stands in a table is for the collectors.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from contest.release.layout import DEMONSTRATION, tables
from core.tables import write_csv

Files = dict[str, bytes]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table by its name in the layout, with rows of values in the order of its columns."""

    name: str
    rows: Sequence[Sequence[object]]


def sheet_files(sheets: Iterable[Sheet], *, is_demo: bool) -> Files:
    """The two files of each table."""
    files: Files = {}
    for sheet in sheets:
        layout = tables()[sheet.name]
        codes = layout.codes(is_demo=is_demo)
        mark = (DEMONSTRATION,) if is_demo else ()
        rows = [tuple(_cell(value) for value in (*row, *mark)) for row in sheet.rows]
        for row in rows:
            if len(row) != len(codes):
                raise ValueError(f"{sheet.name}: {len(row)} cells for the columns {', '.join(codes)}")
        files[layout.csv] = write_csv(codes, rows)
        files[layout.json] = _as_json(codes, rows, is_demo=is_demo)
    return files


def plain_json(value: object) -> bytes:
    """A JSON file that people read: indented, in one order."""
    return (json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def _cell(value: object) -> object:
    """A value as it stands in a cell; numbers stay numbers, so that their sign is not escaped."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    return None if value == "" else value


def _as_json(codes: Sequence[str], rows: Sequence[Sequence[object]], *, is_demo: bool) -> bytes:
    """One row a line, numbers as texts, so that 54.70 stays 54.70."""
    lines = [json.dumps([None if c is None else str(c) for c in row], ensure_ascii=False) for row in rows]
    head = json.dumps({"demonstration": is_demo, "columns": list(codes)}, ensure_ascii=False)
    return (head[:-1] + ', "rows": [\n' + ",\n".join(lines) + "\n]}\n").encode()
