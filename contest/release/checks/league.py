"""Recomputes every version of the league from its inputs and rule book, and compares each cell.

Pure: NumPy and other pure modules.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping

from contest.league.computation import LeagueEntry, compute_league
from contest.release.checks.inputs import compare_units
from contest.release.checks.rules import book_of
from contest.release.layout import inputs_name
from contest.release.reading import Contents, Findings, Row, guarded
from contest.release.report import Line
from contest.rulebook import RuleBook
from contest.standings.computation import canonical_inputs

INDEX, ROWS = "league/leagues", "league/rows"


def league_lines(contents: Contents, books: Mapping[str, RuleBook]) -> Iterator[Line]:
    """Every version of the league."""
    known = set()
    for index in contents.by(INDEX, "league").values():
        known.add(index["league"])
        yield from guarded(f"{index['league']}", lambda index=index: _league(contents, index, books))
    found = Findings()
    for row in contents.table(ROWS):
        if row["league"] not in known:
            found.cell(ROWS, row, "league", None, "there is no such version")
    for name in sorted(name for name in contents.files if name.startswith("league/inputs/")):
        if name not in {inputs_name("league", str(code)) for code in known}:
            found.fault(name, "the file", "in the ZIP", None, "no league has it")
    yield from found.done("league", f"{len(known)} versions")


def _league(contents: Contents, index: Row, books: Mapping[str, RuleBook]) -> list[Line]:
    found, code = Findings(), str(index["league"])
    file = inputs_name("league", code)
    inputs, content = contents.json(file), contents.files[file]
    found.cell(INDEX, index, "league", f"league-v{index['version']}")
    found.cell(INDEX, index, "inputs_digest", hashlib.sha256(content).hexdigest(), f"{file} has it")
    found.cell(INDEX, index, "rulebook_fingerprint", inputs["rulebook"], f"{file} says so")
    if canonical_inputs(inputs).encode() != content:
        found.fault(file, "the text", "another", "the canonical one")
    contest = contents.json("contest.json")["contest"]
    if inputs["contest"] != contest:
        found.fault(file, "contest", inputs["contest"], contest)
    book = book_of(books, inputs["rulebook"])
    compare_units(contents, file, inputs["units"], None, found)
    computed = {one.kato: one for one in compute_league(inputs, book)}
    rows = contents.rows_of(ROWS, "league", code)
    for row in rows:
        one = computed.pop(str(row["kato"]), None)
        if one is None:
            found.cell(ROWS, row, "kato", None, "not in the inputs, or twice")
        else:
            _row(row, one, found)
    for kato in computed:
        found.fault(f"{ROWS}.csv", code, None, f"unit {kato}", "the inputs have it")
    return found.done(code, f"{len(rows)} rows: drawn scores, places, intervals, probabilities recomputed")


def _row(row: Row, one: LeagueEntry, found: Findings) -> None:
    measured = one.measured
    expected = {
        "size": one.size, "position": one.position.value, "adults": one.adults, "n": measured.n,
        "score": measured.score, "error": measured.error, "reliability": measured.reliability,
        "used": one.used, "place": one.place, "low": one.low, "high": one.high,
        "top_probability": one.top_probability,
    }  # fmt: skip
    for column, value in expected.items():
        found.cell(ROWS, row, column, value, "recomputed")
