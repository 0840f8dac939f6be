"""Checks the published numbers of the survey and of the ethics questionnaires against each other.

Pure: NumPy and other pure modules. Reliability is recomputed; the rest is held to the floors of disclosure
control and to the bounds that other numbers set. What nothing bounds is guarded by the signature alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from contest.release.reading import Contents, Findings, Row
from contest.release.report import Line
from contest.rulebook import RuleBook
from core.disclosure import MINIMUM_CELL, MINIMUM_SCORE, TURNOUT_STEP, published
from core.shrinkage import FEWEST, shrink

UNITS, MEANS, GROUPS = "survey/units", "survey/criterion_means", "survey/groups"
NORMAL = Decimal("1.959963984540054")
HALF = Decimal("0.005")


def survey_lines(contents: Contents, books: Mapping[str, RuleBook]) -> list[Line]:
    """The survey's units: floors, reliability, margins, modes."""
    found, units = Findings(), contents.table(UNITS)
    _floors(UNITS, units, MINIMUM_SCORE, found)
    _reliability(units, found)
    modes = {mode for book in books.values() for mode in book.survey.modes}
    for row in units:
        _margin(row, found)
        if row["mode"] not in modes or row["mode"] != units[0]["mode"]:
            found.cell(UNITS, row, "mode", units[0]["mode"], "one mode, and one that the rules count")
        if row["n"] and row["adults"] and int(row["n"]) > int(row["adults"]):
            found.cell(UNITS, row, "exceeds_adults", expected=True, why="more answers than adults")
    return found.done("survey units", f"{len(units)} units: floors, reliability recomputed, margins")


def breakdown_lines(contents: Contents) -> list[Line]:
    """Criterion means, groups, strata, variants and turnout: floors and bounds."""
    found, units = Findings(), contents.by(UNITS, "kato")
    criteria = contents.by("survey/criteria", "criterion")
    for row in contents.table(MEANS):
        if row["kato"] not in units or row["criterion"] not in criteria:
            found.fault(f"{MEANS}.csv", f"line {row.line}", f"{row['kato']} {row['criterion']}", None)
        elif units[row["kato"]]["score"] is None or not 0 <= Decimal(row["mean"] or "-1") <= 100:
            found.cell(MEANS, row, "mean", "0 to 100, of a unit with a score")
    for table in (GROUPS, "survey/strata", "survey/variants"):
        _floors(table, contents.table(table), MINIMUM_SCORE, found)
    for table in ("survey/strata", "survey/variants", "survey/turnout"):
        for row in contents.table(table):
            if row["kato"] not in units:
                found.cell(table, row, "kato", None, "the survey has no such unit")
    areas: dict[str | None, _Area] = {}
    for row in contents.table(GROUPS):
        _group(row, list(units.values()), areas, found)
    for row in contents.table("survey/turnout"):
        if int(row["answers_at_least"] or "-1") % TURNOUT_STEP or int(row["answers_at_least"] or "-1") < 0:
            found.cell("survey/turnout", row, "answers_at_least", f"a multiple of {TURNOUT_STEP}")
    return found.done("survey breakdowns", "criterion means, groups, strata, variants, turnout: bounds")


def ethics_lines(contents: Contents) -> list[Line]:
    """The ethics scores: floors, and steps of 5 under ten answers."""
    found, rows = Findings(), contents.table("ethics/officials")
    _floors("ethics/officials", rows, MINIMUM_CELL, found)
    people = {row["nominee"] for row in contents.table("standings/rows")}
    for row in rows:
        if row["nominee"] not in people:
            found.cell("ethics/officials", row, "nominee", None, "stands in no ranking of the release")
        if row["n"] is not None:
            is_coarse = int(row["n"]) < MINIMUM_SCORE
            found.cell("ethics/officials", row, "is_coarse", is_coarse)
            if is_coarse and Decimal(row["score"] or "") % 5:
                found.cell("ethics/officials", row, "score", "a step of 5", "fewer than 10 answers")
    return found.done("ethics", f"{len(rows)} officials: floors and steps")


def _floors(table: str, rows: Iterable[Row], floor: int, found: Findings) -> None:
    for row in rows:
        if row["n"] is not None and int(row["n"]) < MINIMUM_CELL:
            found.cell(table, row, "n", f"nothing under {MINIMUM_CELL}")
        if (row["score"] is None) is not (row["error"] is None):
            found.cell(table, row, "error", "a score with its error, or neither")
        if row["score"] is None:
            continue
        if row["n"] is None or int(row["n"]) < floor:
            found.cell(table, row, "score", f"nothing under {floor} answers")
        if not 0 <= Decimal(row["score"]) <= 100:
            found.cell(table, row, "score", "0 to 100")
        if Decimal(row["error"] or "-1") <= 0:
            found.cell(table, row, "error", "above 0")


def _reliability(units: tuple[Row, ...], found: Findings) -> None:
    scored = sorted((row for row in units if row["score"]), key=lambda row: str(row["kato"]))
    shares: Mapping[str | None, float] = {}
    if len(scored) >= FEWEST:
        drawn = shrink(
            [float(row["score"] or 0) for row in scored], [float(row["error"] or 0) for row in scored]
        )
        shares = dict(zip((row["kato"] for row in scored), drawn.reliability.tolist(), strict=True))
    for row in units:
        share = shares.get(row["kato"])
        found.cell(UNITS, row, "reliability", None if share is None else published(share), "recomputed")


def _margin(row: Row, found: Findings) -> None:
    """Half of the 95 % interval lies where the published, rounded error allows it."""
    if row["score"] is None:
        found.cell(UNITS, row, "margin", None, "there is no score")
        return
    n, error = Decimal(row["n"] or "0"), Decimal(row["error"] or "0")
    adults = Decimal(row["adults"]) if row["adults"] else None
    rest = (
        Decimal(1) if adults is None or row["exceeds_adults"] == "true" else max(Decimal(0), 1 - n / adults)
    )
    low, high = (NORMAL * max(Decimal(0), error + step) * rest.sqrt() for step in (-2 * HALF, HALF))
    margin = Decimal(row["margin"] or "-1")
    if not low - HALF <= margin <= high + HALF:
        found.cell(UNITS, row, "margin", f"{low:.2f} to {high:.2f}", "by error, n and adults")


@dataclass(frozen=True, slots=True)
class _Area:
    """What an area's units add up to: persons shown, units not shown, points and persons of those scored."""

    least: int
    hidden: int
    points: Decimal
    persons: int


def _area(units: Iterable[Row], oblast: str | None) -> _Area:
    own = [unit for unit in units if oblast is None or unit["oblast_kato"] == oblast]
    scored = [(int(unit["n"]), Decimal(unit["score"])) for unit in own if unit["n"] and unit["score"]]
    return _Area(
        sum(int(unit["n"]) for unit in own if unit["n"]), sum(unit["n"] is None for unit in own),
        sum((n * score for n, score in scored), Decimal(0)), sum(n for n, _score in scored),
    )  # fmt: skip


def _group(row: Row, units: list[Row], areas: dict[str | None, _Area], found: Findings) -> None:
    """A group counts everybody of its units; those that are not shown are fewer than five each."""
    if row["n"] is None or row["level"] == "district":
        return
    oblast = None if row["level"] == "nation" else row["area"] or ""
    own = areas[oblast] = areas.get(oblast) or _area(units, oblast)
    most = own.least + (MINIMUM_CELL - 1) * own.hidden
    n = int(row["n"])
    if not own.least <= n <= most:
        found.cell(GROUPS, row, "n", f"{own.least} to {most}", "by the units")
    if row["score"] is not None:
        rest = 100 * max(0, n - own.persons)
        low, high = (own.points - HALF * own.persons) / n, (own.points + HALF * own.persons + rest) / n
        if not low - HALF <= Decimal(row["score"]) <= high + HALF:
            found.cell(GROUPS, row, "score", f"{low:.2f} to {high:.2f}", "by the units")
