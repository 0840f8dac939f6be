"""Compares what the standings were computed from with what was published: survey, ethics, marks, votes.

Pure: the standard library and other pure modules. Each number of the inputs has its second place elsewhere in
the release; where both differ, both places are named.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from contest.release.checks.rules import book_of
from contest.release.checks.standings import given_rows, inputs_of, regional_scores
from contest.release.layout import inputs_name
from contest.release.reading import Contents, Findings, Row, guarded, text_of
from contest.release.report import Line
from contest.rulebook import RuleBook, Source, Stage

UNITS, ETHICS, MARKS = "survey/units", "ethics/officials", "jury/marks"


def input_lines(contents: Contents, books: Mapping[str, RuleBook]) -> Iterator[Line]:
    """Every standing's inputs beside the published files."""
    for row in given_rows(contents):
        code = str(row["standing"])
        yield from guarded(f"inputs of {code}", lambda row=row: _inputs(contents, row, books))


def compare_units(
    contents: Contents, file: str, units: Iterable[list[Any]], oblast: str | None, found: Findings
) -> None:
    """The pool of units: all that were published of the oblast (or of the nation), with the same numbers."""
    published = {
        kato: row for kato, row in contents.by(UNITS, "kato").items()
        if oblast is None or row["oblast_kato"] == oblast
    }  # fmt: skip
    for kato, *numbers in units:
        row = published.pop(kato, None)
        if row is None:
            found.fault(file, f"unit {kato}", "in the pool", None, f"{UNITS}.csv has no such unit here")
            continue
        for column, value in zip(("n", "score", "error"), numbers, strict=False):
            if text_of(value) != row[column]:
                why = f"{UNITS}.csv, line {row.line}, column {column}, says so"
                found.fault(file, f"unit {kato}, {column}", value, row[column], why)
    for kato, row in published.items():
        found.fault(file, f"unit {kato}", None, "in the pool", f"{UNITS}.csv, line {row.line}, has it")


def _inputs(contents: Contents, index: Row, books: Mapping[str, RuleBook]) -> list[Line]:
    found, code = Findings(), str(index["standing"])
    inputs, file = inputs_of(contents, code), inputs_name("standings", code)
    book = book_of(books, inputs["rulebook"])
    contest = contents.json("contest.json")["contest"]
    if inputs["contest"] != contest:
        found.fault(file, "contest", inputs["contest"], contest)
    compare_units(contents, file, inputs["units"], inputs["oblast"], found)
    rules = book.stage(Stage(inputs["stage"]))
    if any(part.source is Source.ETHICS for part in rules.components):
        _ethics(contents, file, inputs, found)
    if index["is_in_force"] == "true":
        _marks(contents, code, inputs, book, found)
    _went_on(contents, index, file, inputs, found)
    if inputs["stage"] == Stage.NATIONAL.value:
        _nominations(contents, file, inputs, book, found)
        _votes(contents, file, inputs, is_in_force=index["is_in_force"] == "true", found=found)
    told = f"{len(inputs['units'])} units and {len(inputs['nominees'])} nominees as they were published"
    return found.done(f"inputs of {code}", told)


def _went_on(contents: Contents, index: Row, file: str, inputs: Mapping[str, Any], found: Findings) -> None:
    """Whoever is said to have gone on before a correction was a finalist of a version before it."""
    before = [
        row for row in contents.table("standings/standings")
        if (row["stage"], row["oblast_kato"]) == (index["stage"], index["oblast_kato"])
        and int(row["version"] or 0) < int(index["version"] or 0)
    ]  # fmt: skip
    if any(row["is_withheld"] == "true" for row in before):
        return
    finalists = {
        row["nominee"] for one in before
        for row in contents.rows_of("standings/rows", "standing", one["standing"])
        if row["is_finalist"] == "true"
    }  # fmt: skip
    for nominee in inputs.get("went_on", ()):
        if str(nominee) not in finalists:
            found.fault(file, "went_on", nominee, None, "standings/rows.csv has no such finalist before")


def _ethics(contents: Contents, file: str, inputs: Mapping[str, Any], found: Findings) -> None:
    published = contents.by(ETHICS, "nominee")
    for one in inputs["nominees"]:
        row, given = published.get(str(one["id"])), one["ethics"]
        if row is None or row["score"] is None:
            if given is not None:
                found.fault(file, f"nominee {one['id']}, ethics", given, None, f"{ETHICS}.csv has no score")
            continue
        told = [text_of(value) for value in given or [None] * 4]
        for column, value in zip(("n", "score", "error", "is_coarse"), told, strict=True):
            if value != row[column]:
                why = f"{ETHICS}.csv, line {row.line}, column {column}, says so"
                found.fault(file, f"nominee {one['id']}, ethics {column}", value, row[column], why)
        for column, value in (("official", one["official"]), ("kato", one["kato"])):
            found.cell(ETHICS, row, column, value, f"{file} says so")


def _marks(contents: Contents, code: str, inputs: Mapping[str, Any], book: RuleBook, found: Findings) -> None:
    """Mark by mark: nominee, component, the judge's number in the inputs, criterion."""
    expected: dict[tuple[str, ...], str] = {}
    for part in book.stage(Stage(inputs["stage"])).marked:
        for one in inputs["nominees"]:
            given = one["marks"].get(part.code, [])
            for judge, marks in zip(one["judges"].get(part.code, []), given, strict=True):
                for criterion, mark in zip(part.criteria, marks, strict=True):
                    expected[str(judge), str(one["id"]), part.code, criterion.code] = str(mark)
    names: dict[str, str] = {}
    for row in contents.rows_of(MARKS, "standing", code):
        key = tuple(str(row[column]) for column in ("number", "nominee", "component", "criterion"))
        why = f"the inputs of {code} say so"
        if key not in expected:
            found.fault(f"{MARKS}.csv", f"line {row.line}", " ".join(key), None, why)
            continue
        found.cell(MARKS, row, "mark", expected.pop(key), why)
        known = names.setdefault(key[0], str(row["judge"]))
        found.cell(MARKS, row, "judge", known, f"number {key[0]} has this name in another line")
    for key, mark in expected.items():
        found.fault(f"{MARKS}.csv", f"{code}, {' '.join(key)}", None, mark, "the inputs have this mark")


def _nominations(
    contents: Contents, file: str, inputs: Mapping[str, Any], book: RuleBook, found: Findings
) -> None:
    means = contents.by("survey/criterion_means", "kato", "criterion")
    katos = {one["id"]: one["kato"] for one in inputs["nominees"]}
    for nomination in book.nominations:
        given = inputs["nominations"].get(nomination.code, [])
        regional = regional_scores(contents, nomination.component) if given else {}
        for nominee, value in given:
            where = f"nomination {nomination.code}, nominee {nominee}"
            if nomination.criterion is not None:
                row = means.get((katos.get(nominee), nomination.criterion))
                wanted = None if row is None else row["mean"]
                if text_of(value) != wanted:
                    line = "" if row is None else f", line {row.line}"
                    found.fault(file, where, value, wanted, f"survey/criterion_means.csv{line}, says so")
            else:
                scores = regional.get(str(nominee), {None})
                if text_of(value) not in scores:
                    told = " or ".join(sorted(map(str, scores)))
                    found.fault(file, where, value, told, "the regional standing has it")


def _votes(
    contents: Contents, file: str, inputs: Mapping[str, Any], *, is_in_force: bool, found: Findings
) -> None:
    """The votes on nominations; an earlier version may know fewer of them."""
    table = {
        (row["nomination"], row["nominee"], row["yes"], row["is_carried"])
        for row in contents.table("decisions/nominations")
    }
    given = {
        (code, *map(text_of, vote)): None for code, votes in inputs.get("votes", {}).items() for vote in votes
    }
    for vote in given:
        if vote not in table:
            found.fault(file, "votes", " ".join(map(str, vote)), None, "decisions/nominations.csv has none")
    if is_in_force:
        for row in contents.table("decisions/nominations"):
            vote = (row["nomination"], row["nominee"], row["yes"], row["is_carried"])
            if vote not in given:
                where = f"line {row.line}"
                found.fault("decisions/nominations.csv", where, " ".join(map(str, vote)), None, file)
