"""Recomputes every standing of a release from its inputs and rule book, and compares each cell of its rows.

Pure: NumPy and other pure modules. It uses the product's own arithmetic; whether the inputs are what was
published is checked in `contest.release.checks.inputs`.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from contest.release.checks.rules import book_of
from contest.release.layout import inputs_name, standing_code
from contest.release.reading import Contents, Findings, Row, guarded
from contest.release.report import Line
from contest.rulebook import RuleBook, Stage
from contest.standings.computation import ComputedRow, canonical_inputs, compute_rows

INDEX, ROWS, PARTS = "standings/standings", "standings/rows", "standings/components"


def given_rows(contents: Contents) -> list[Row]:
    """The standings whose numbers are in the release, each once."""
    return [row for row in contents.by(INDEX, "standing").values() if row["is_withheld"] == "false"]


def inputs_of(contents: Contents, code: str | None) -> dict[str, Any]:
    """What a standing was computed from."""
    return contents.json(inputs_name("standings", code or ""))


def index_lines(contents: Contents) -> list[Line]:
    """The list of standings: names, versions, digests of the inputs, and no rows of others."""
    found, last = Findings(), {}
    for row in contents.table(INDEX):
        version = int(row["version"] or "")
        found.cell(INDEX, row, "standing", standing_code(row["stage"] or "", row["oblast_kato"], version))
        last[row["stage"], row["oblast_kato"]] = max(version, last.get((row["stage"], row["oblast_kato"]), 0))
    for row in contents.table(INDEX):
        is_last = last[row["stage"], row["oblast_kato"]] == int(row["version"] or "")
        found.cell(INDEX, row, "is_in_force", is_last, "the last version is in force")
    withheld = [row for row in contents.table(INDEX) if row["is_withheld"] == "true"]
    for row in withheld:
        if row["is_published"] == "true" or row["is_in_force"] == "true":
            found.cell(INDEX, row, "is_withheld", expected=False, why="only unpublished ones are withheld")
    given = given_rows(contents)
    for row in given:
        _digest(contents, row, found)
    codes = {row["standing"] for row in given}
    for table in (ROWS, PARTS):
        for row in contents.table(table):
            if row["standing"] not in codes:
                found.cell(table, row, "standing", None, "no such standing is given")
    named = {inputs_name("standings", code or "") for code in codes}
    for name in sorted(name for name in contents.files if name.startswith("standings/inputs/")):
        if name not in named:
            found.fault(name, "the file", "in the ZIP", None, "no standing has it")
    more = f", {len(withheld)} withheld" if withheld else ""
    return found.done("standings", f"{len(given)} versions with the digests of their inputs{more}")


def standing_lines(contents: Contents, books: Mapping[str, RuleBook]) -> Iterator[Line]:
    """Every standing, recomputed."""
    for row in given_rows(contents):
        code = str(row["standing"])
        yield from guarded(f"standing {code}", lambda row=row: _standing(contents, row, books))


def _digest(contents: Contents, row: Row, found: Findings) -> None:
    name = inputs_name("standings", row["standing"] or "")
    inputs = contents.json(name)
    content = contents.files[name]
    found.cell(INDEX, row, "inputs_digest", hashlib.sha256(content).hexdigest(), f"{name} has it")
    if canonical_inputs(inputs).encode() != content:
        found.fault(name, "the text", "another", "the canonical one")
    told = {"stage": inputs["stage"], "oblast_kato": inputs["oblast"],
            "rulebook_fingerprint": inputs["rulebook"]}  # fmt: skip
    for column, value in told.items():
        found.cell(INDEX, row, column, value, f"{name} says so")


def _standing(contents: Contents, index: Row, books: Mapping[str, RuleBook]) -> list[Line]:
    found, inputs = Findings(), inputs_of(contents, index["standing"])
    book = book_of(books, inputs["rulebook"])
    given = {str(one["id"]): one for one in inputs["nominees"]}
    if len(given) != len(inputs["nominees"]):
        raise ValueError("a nominee stands in its inputs twice")
    computed = {str(row.nominee_id): row for row in compute_rows(inputs, book)}
    rows = contents.rows_of(ROWS, "standing", index["standing"])
    _same_people(index, rows, computed, found)
    for row in rows:
        if row["nominee"] in computed:
            _row(row, computed[row["nominee"]], given[row["nominee"]], found)
    parts = {
        (row["nominee"], row["component"]): row
        for row in contents.rows_of(PARTS, "standing", index["standing"])
    }
    for nominee, one in computed.items():
        for code, part in one.parts.items():
            row = parts.pop((nominee, code), None)
            if row is None:
                found.fault(f"{PARTS}.csv", f"{index['standing']}, nominee {nominee}", None, code)
                continue
            for column, value in ({"mean": None} | part.as_dict()).items():
                if column != "code":
                    found.cell(PARTS, row, column, value, "recomputed")
    for row in parts.values():
        found.cell(PARTS, row, "component", None, "this nominee has no such component")
    told = f"{len(rows)} rows: components, composites, places, intervals, probabilities, awards recomputed"
    return found.done(f"standing {index['standing']}", told)


def _same_people(index: Row, rows: list[Row], computed: Mapping[str, ComputedRow], found: Findings) -> None:
    names = Counter(str(row["nominee"]) for row in rows)
    for row in rows:
        if row["nominee"] not in computed or names[str(row["nominee"])] > 1:
            found.cell(ROWS, row, "nominee", None, "not in the inputs, or twice")
    for missing in sorted(set(computed) - set(names)):
        found.fault(f"{ROWS}.csv", str(index["standing"]), None, f"nominee {missing}", "the inputs have it")


def _row(row: Row, one: ComputedRow, given: Mapping[str, Any], found: Findings) -> None:
    expected = {
        "kato": one.kato, "place": one.place, "composite": one.composite, "error": one.error,
        "points": one.shown, "low": one.low, "high": one.high, "top_probability": one.top_probability,
        "is_finalist": one.is_finalist, "award": one.award, "flags": ";".join(one.flags),
        "official": given["official"], "oblast_kato": given["oblast"],
    }  # fmt: skip
    for column, value in expected.items():
        found.cell(ROWS, row, column, value, "recomputed")


def regional_scores(contents: Contents, component: str) -> dict[str, set[str | None]]:
    """Every nominee's score of a component in any version of the regional standings."""
    regional = {row["standing"] for row in given_rows(contents) if row["stage"] == Stage.REGIONAL.value}
    found: dict[str, set[str | None]] = {}
    for row in contents.table(PARTS):
        if row["standing"] in regional and row["component"] == component:
            found.setdefault(str(row["nominee"]), set()).add(row["score"])
    return found
