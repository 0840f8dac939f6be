"""Checks that a release is whole: every file of the manifest and none besides, every table the same twice.

Pure: the standard library and other pure modules.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Mapping
from typing import Any

from contest.release.layout import FORMAT, MANIFEST, RECEIPTS, UNLISTED, TableLayout, tables
from contest.release.reading import Contents, Findings, csv_rows
from contest.release.report import Line
from core.disclosure import ORIGIN_STEP


def manifest_lines(contents: Contents) -> list[Line]:
    """Every file with its size and SHA-256."""
    body, found = contents.json(MANIFEST), Findings()
    if body["format"] != FORMAT:
        found.fault(MANIFEST, "format", body["format"], FORMAT)
    listed = {entry["name"]: entry for entry in body["files"]}
    if len(listed) != len(body["files"]):
        found.fault(MANIFEST, "files", "a name twice", "each once")
    for name in sorted(set(contents.files) - UNLISTED - set(listed)):
        found.fault(name, "the file", "in the ZIP", None, "the manifest does not list it")
    for name, entry in sorted(listed.items()):
        if name not in contents.files or name in UNLISTED:
            found.fault(name, "the file", None, "in the ZIP", "the manifest lists it")
            continue
        content = contents.files[name]
        if entry["size"] != len(content):
            found.fault(name, "size", len(content), entry["size"])
        if entry["sha256"] != (digest := hashlib.sha256(content).hexdigest()):
            found.fault(name, "SHA-256", digest, entry["sha256"])
    return found.done(MANIFEST, f"{len(listed)} files with their sizes and SHA-256, none besides")


def table_lines(contents: Contents) -> list[Line]:
    """Every table: its CSV says the same as its JSON in every cell, and no row stands there twice."""
    found, cells = Findings(), 0
    for layout in tables().values():
        cells += _compare(contents, layout, found)
        _refuse_twins(contents, layout, found)
    told = f"{len(tables())} tables, {cells} cells, the same in CSV and JSON, no row twice"
    return found.done("tables", told)


def receipt_lines(contents: Contents) -> list[Line]:
    """The list of receipts, if it was published: as many lines as told, sorted, with the journal's root."""
    told = contents.json(MANIFEST)["receipts"]
    is_enclosed = told is not None and told["is_enclosed"]
    if is_enclosed is not (RECEIPTS in contents.files):
        return [Line(RECEIPTS, False, "the manifest and the ZIP do not agree on whether there is a list")]
    if told is None:
        return [Line(RECEIPTS, True, "the list of receipts is not published")]
    found = Findings()
    _counts(told, found)
    if not is_enclosed:
        return found.done(RECEIPTS, f"{told['count']} receipts, on a page of their own; root {told['root']}")
    content = contents.files[RECEIPTS]
    count, before = 0, b""
    for line in io.BytesIO(content):  # one at a time: there may be millions
        count += 1
        if line < before:
            found.fault(RECEIPTS, f"line {count}", line.decode("ascii").strip(), "the lines sorted")
        before = line
    if count != told["count"]:
        found.fault(RECEIPTS, "number of receipts", count, told["count"], MANIFEST)
    if (root := hashlib.sha256(content).hexdigest()) != told["root"]:
        found.fault(RECEIPTS, "SHA-256", root, told["root"], "the root in the manifest and in the journal")
    return found.done(RECEIPTS, f"{count} receipts, sorted; root {root}")


def _counts(told: Mapping[str, Any], found: Findings) -> None:
    """As many receipts as answers by web and tablet, told in steps, and such as nobody could read."""
    shown = told["by_origin"]
    for origin, n in shown.items():
        if n < 0 or n % ORIGIN_STEP:
            found.fault(MANIFEST, f"receipts, by_origin, {origin}", n, f"a multiple of {ORIGIN_STEP}")
    answers, least = told["count"] - told["unreadable"], shown["web"] + shown["tablet"]
    if not 0 <= told["unreadable"] <= told["count"] or not least <= answers < least + 2 * ORIGIN_STEP - 1:
        expected = f"{least} to {least + 2 * ORIGIN_STEP - 2}"
        found.fault(MANIFEST, "receipts, count without unreadable", answers, expected, "by web and tablet")


def _refuse_twins(contents: Contents, layout: TableLayout, found: Findings) -> None:
    """Name rows about the same thing: of two, a reader may take one and the other checks the other."""
    first: dict[tuple[str | None, ...], int] = {}
    for row in contents.table(layout.name) if layout.key else ():
        key = tuple(row[column] for column in layout.key)
        if (line := first.setdefault(key, row.line)) != row.line:
            told = ", ".join(cell or "nothing" for cell in key)
            found.fault(layout.csv, f"line {row.line}", told, None, f"line {line} is about it already")


def _compare(contents: Contents, layout: TableLayout, found: Findings) -> int:
    rows = contents.table(layout.name)
    (_line, header), *lines = csv_rows(contents.files[layout.csv])
    columns = list(layout.codes(is_demo=contents.is_demo))
    if header != columns:
        found.fault(layout.csv, "line 1", ", ".join(header), ", ".join(columns))
        return 0
    if len(lines) != len(rows):
        found.fault(layout.csv, "number of rows", len(lines), len(rows), f"{layout.json} has so many")
    for (line, cells), row in zip(lines, rows, strict=False):
        if len(cells) != len(columns):
            found.fault(layout.csv, f"line {line}", f"{len(cells)} cells", f"{len(columns)} cells")
            continue
        for column, cell in zip(columns, cells, strict=True):
            other = row[column] or ""
            # Text that a spreadsheet would take for a formula stands behind an apostrophe.
            if cell not in (other, f"'{other}"):
                found.fault(
                    layout.csv, f"line {line}, column {column}", cell, other, f"{layout.json} says so"
                )
    return len(rows) * len(columns)
