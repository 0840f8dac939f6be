"""The only reader and writer of CSV and XLSX: rows of text in, bytes out.

A table is taken whole or refused by name: the encoding, the delimiter and the header are checked
here, the meaning of a cell by whoever asked for the table. Nothing here knows a room or a database.
"""

from __future__ import annotations

import csv
import hashlib
import io
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

from flask_babel import lazy_gettext as _l

from core.errors import BadInput, BadTable, RowFault
from core.workbooks import BrokenWorkbook, VastWorkbook, read_workbook

DELIMITERS = (";", ",", "\t")
LARGEST_UNPACKED = 256 * 1024 * 1024
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_ZIP = b"PK\x03\x04"
#: What Russian text in the code page 1251 has above ASCII besides letters: Ё ё « » № – — and so on.
_CP1251_SIGNS = frozenset(b"\xa8\xb8\xab\xbb\xb9\x96\x97\x85\x93\x94\x91\x92\xa0\xb0\xb2\xb3\xa7")


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its line in the file (the header's is usually 1) and its cells by column."""

    line: int
    values: dict[str, str]


@dataclass(frozen=True, slots=True)
class Table:
    """A table of text: every row has every column, empty cells are empty strings.

    `sha256` is that of the file, so that the journal can say which one was taken.
    """

    filename: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    sha256: str = ""

    def require(self, needed: Iterable[str], *, optional: Iterable[str] = ()) -> None:
        """Refuse the table unless it has the needed columns and none besides the optional ones."""
        needed = tuple(needed)
        known = dict.fromkeys((*needed, *optional))
        names = ", ".join(known)
        faults = [
            RowFault(1, name, _l("this column is missing")) for name in needed if name not in self.columns
        ]
        faults += [
            RowFault(1, name, _l("this column is not known; known are: %(names)s", names=names))
            for name in self.columns
            if name not in known
        ]
        self.refuse(faults)

    def refuse(self, faults: Sequence[RowFault]) -> None:
        """Refuse the table when there are faults; whoever checks the cells calls this last."""
        if faults:
            message = _l("Nothing was taken from this file: correct the places named and send it again.")
            raise BadTable(message, faults, place=self.filename)


def read_table(source: Path | str | bytes, *, filename: str | None = None) -> Table:
    """Read a CSV (UTF-8, UTF-16 or code page 1251; `;`, `,` or tab) or the first sheet of an XLSX.

    :param source: a path, or the bytes of an upload.
    :param filename: what messages call it; the path's own name by default.
    :raises BadInput: the file is missing, empty or of no known kind or encoding.
    :raises BadTable: the header or some lines are broken.
    """
    content, name = _content(source, filename)
    if not content.strip(b"\xef\xbb\xbf \t\r\n\x00"):
        raise BadInput(_l("This file is empty: give one with a header and at least one row."), place=name)
    lines = _xlsx_lines(content, name) if content.startswith(_ZIP) else _csv_lines(content, name)
    return replace(_tabulate(lines, name), sha256=hashlib.sha256(content).hexdigest())


def write_csv(columns: Sequence[object], rows: Iterable[Sequence[object]]) -> bytes:
    """A CSV in UTF-8 with a mark that spreadsheets need; text that looks like a formula is escaped."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow([_safe(name) for name in columns])
    writer.writerows([_safe(cell) for cell in row] for row in rows)
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def write_xlsx(
    sheet_title: str, columns: Sequence[object], rows: Iterable[Sequence[object]], *, note: object = None
) -> bytes:
    """A workbook of one sheet; a note, if any, stands in the first row above the header.

    The same input gives the same bytes, so that a release can be made again and compared.
    """
    import xlsxwriter

    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as book:
        book.set_properties({"created": datetime(2026, 1, 1, tzinfo=UTC)})
        bold, day = book.add_format({"bold": True}), book.add_format({"num_format": "yyyy-mm-dd"})
        sheet = book.add_worksheet(sheet_title[:31])
        top = 0
        if note is not None:
            sheet.write_string(0, 0, str(note), bold)
            top = 1
        for place, name in enumerate(columns):
            sheet.write_string(top, place, str(name), bold)
            sheet.set_column(place, place, max(10, min(48, len(str(name)) + 2)))
        sheet.freeze_panes(top + 1, 0)
        for line, row in enumerate(rows, start=top + 1):
            for place, cell in enumerate(row):
                _write_cell(sheet, line, place, cell, day)
    return out.getvalue()


def _content(source: Path | str | bytes, filename: str | None) -> tuple[bytes, str]:
    if isinstance(source, bytes):
        return source, filename or "table"
    path = Path(source)
    try:
        return path.read_bytes(), filename or path.name
    except OSError:
        raise BadInput(_l("This file cannot be read: check its name and place."), place=str(path))


def _decode(content: bytes, name: str) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = "utf-16"
    else:
        encoding = "utf-8-sig"
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as fault:
        line = content.count(b"\n", 0, fault.start) + 1
    high = [byte for byte in content if byte >= 0x80]
    # Broken UTF-8 is full of bytes that Russian text in the old code page hardly ever has.
    strange = sum(byte < 0xC0 and byte not in _CP1251_SIGNS for byte in high)
    if encoding == "utf-8-sig" and strange <= len(high) * 0.1 and b"\x98" not in content:
        return content.decode("cp1251")
    raise BadTable(
        _l("The letters of this file are broken: save it as “CSV UTF-8” or XLSX and send it again."),
        [RowFault(line, "-", _l("here the first unreadable letter stands"))],
        place=name,
    )


def _csv_lines(content: bytes, name: str) -> list[tuple[int, list[str]]]:
    text = _decode(content, name)
    if "\x00" in text:
        raise BadInput(_l("This is neither a CSV nor an XLSX file."), place=name)
    header = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(DELIMITERS, key=lambda mark: header.count(mark))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    lines, before = [], 0
    try:
        for cells in reader:
            lines.append((before + 1, [_plain(cell) for cell in cells]))
            before = reader.line_num
    except csv.Error as fault:
        reason = _l(
            "this line is not CSV (%(fault)s); look for a quotation mark that is not closed", fault=str(fault)
        )
        raise BadTable(
            _l("This file is broken."), [RowFault(before + 1, "-", reason)], place=name
        )  # fmt: skip
    return lines


def _xlsx_lines(content: bytes, name: str) -> list[tuple[int, list[str]]]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            size = sum(member.file_size for member in packed.infolist())
        if size > LARGEST_UNPACKED:
            raise VastWorkbook
        cells = read_workbook(content)
    except VastWorkbook:
        raise BadInput(
            _l(
                "This workbook unpacks to too much: delete what stands far from the table, or send it in "
                "parts."
            ),
            place=name,
        )
    except (BrokenWorkbook, zipfile.BadZipFile):
        raise BadInput(_l("This XLSX file is broken: open it, save it anew and send it again."), place=name)
    return [(line, [_plain(cell) for cell in row]) for line, row in enumerate(cells, start=1)]


def _tabulate(lines: list[tuple[int, list[str]]], name: str) -> Table:
    lines = [(line, cells) for line, cells in lines if any(cells)]
    if len(lines) < 2:
        raise BadInput(_l("This file is empty: give one with a header and at least one row."), place=name)
    top, header = lines[0]
    while header and not header[-1]:
        header = header[:-1]
    faults = [
        RowFault(top, column or f"№ {place}", _l("this column has no name, or one that stands twice"))
        for place, column in enumerate(header, start=1)
        if not column or column in header[: place - 1]
    ]
    rows = []
    for line, cells in lines[1:]:
        if any(cells[len(header) :]) or len(cells) < len(header):
            reason = _l("%(found)s cells instead of %(needed)s", found=len(cells), needed=len(header))
            faults.append(RowFault(line, "-", reason))
        rows.append(Row(line, dict(zip(header, cells, strict=False))))
    table = Table(name, tuple(header), tuple(rows))
    table.refuse(faults)
    return table


def _plain(cell: str) -> str:
    """A cell without the blanks around it and without the mark that keeps a formula from running."""
    cell = cell.strip()
    return cell[1:] if cell[:1] == "'" and cell[1:2] in _FORMULA_STARTS else cell


def _safe(cell: object) -> object:
    if cell is None:
        return ""
    # Numbers keep their minus; only text can pretend to be a formula.
    if isinstance(cell, (int, float)) or type(cell).__name__ == "Decimal":
        return str(cell)
    text = str(cell)
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def _write_cell(sheet, line: int, place: int, cell: object, day) -> None:
    if cell is None or cell == "":
        return
    if isinstance(cell, bool):
        sheet.write_boolean(line, place, cell)
    elif isinstance(cell, (int, float)) or type(cell).__name__ == "Decimal":
        sheet.write_number(line, place, cell)
    elif isinstance(cell, date) and not isinstance(cell, datetime):
        sheet.write_datetime(line, place, cell, day)
    else:
        sheet.write_string(line, place, str(cell))
