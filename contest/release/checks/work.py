"""Counts the work that a release asks for before any of it is done: a foreign one could ask for days of it.

Pure: the standard library and other pure modules. The bounds are many times what a contest of the whole
country needs; what the book itself bounds (draws, coverage) is refused where the book is read.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from contest.release.checks.rules import book_of
from contest.release.checks.standings import given_rows, inputs_of
from contest.release.layout import inputs_name
from contest.release.reading import Contents, Findings
from contest.release.report import Line
from contest.rulebook import Combine, RuleBook, Stage, StageRules

#: Of one pool, ranking or league; Kazakhstan has 2,319 rural units.
MOST_ROWS = 5_000
#: Of all standings and leagues together. A judge's severity costs what the judges' pairs and cubes are.
MOST_TOGETHER = {
    "draws for intervals, times rows": 60_000_000, "draws for the first places, times rows": 240_000_000,
    "units": 250_000, "marks": 2_000_000, "comparisons of judges": 2_000_000,
}  # fmt: skip
REMEDY = "a whole country needs far less: take the release that the contest's own page offers"
Work = Mapping[str, int]


def work_lines(contents: Contents, books: Mapping[str, RuleBook]) -> list[Line]:
    """Whether everything can be recomputed in a minute or two; if not, what asks for how much."""
    found, total = Findings(), Counter[str]()
    asked = dict(_asked(contents, books, found))
    for work in asked.values():
        total.update(work)
    for kind, most in MOST_TOGETHER.items():
        if total[kind] > most:
            file = max(asked, key=lambda name: asked[name].get(kind, 0))
            told = f"most of them by {file}; {REMEDY}"
            found.fault("the work", kind, total[kind], f"at most {most}", told)
    return found.done("the work", f"{len(asked)} standings and leagues, all of which can be recomputed")


def _asked(contents: Contents, books: Mapping[str, RuleBook], found: Findings) -> Iterator[tuple[str, Work]]:
    """What each standing and league asks for; whatever is no list is refused where it is read."""
    for row in given_rows(contents):
        inputs = inputs_of(contents, row["standing"])
        book, people = book_of(books, inputs["rulebook"]), _list(inputs["nominees"])
        file = inputs_name("standings", row["standing"] or "")
        _refuse_many(file, {"nominees": len(people), "units": len(_list(inputs["units"]))}, found)
        marks = _marks(people, book.stage(Stage(inputs["stage"])))
        yield file, {**_draws(book, len(people)), **marks, "units": len(_list(inputs["units"]))}
    for row in contents.by("league/leagues", "league").values():
        file = inputs_name("league", row["league"] or "")
        inputs = contents.json(file)
        units = len(_list(inputs["units"]))
        _refuse_many(file, {"units": units}, found)
        yield file, {**_draws(book_of(books, inputs["rulebook"]), units), "units": units}


def _refuse_many(file: str, rows: Mapping[str, int], found: Findings) -> None:
    for kind, count in rows.items():
        if count > MOST_ROWS:
            found.fault(file, kind, count, f"at most {MOST_ROWS}", REMEDY)


def _draws(book: RuleBook, rows: int) -> dict[str, int]:
    interval, top, *_rest = MOST_TOGETHER
    return {interval: book.ranking.interval_draws * rows, top: book.ranking.top_draws * rows}


def _marks(people: list[Any], rules: StageRules) -> dict[str, int]:
    marks = comparisons = 0
    for part in rules.marked:
        given = [_list(one["marks"].get(part.code)) for one in people]
        marks += sum(len(_list(each)) for one in given for each in one)
        if part.combine is Combine.ADJUSTED:
            judges = {str(judge) for one in people for judge in _list(one["judges"].get(part.code))}
            comparisons += len(judges) ** 3 + sum(len(one) ** 2 for one in given)
    return {"marks": marks, "comparisons of judges": comparisons}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
