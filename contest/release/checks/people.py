"""Checks judges and decisions: nobody in conflict marked, votes add up, nobody unpublished is spoken of.

Pure: the standard library and other pure modules.
"""

from __future__ import annotations

from collections.abc import Mapping

from contest.release.reading import Contents, Findings, Row
from contest.release.report import Line
from contest.rulebook import RuleBook, Stage

MARKS, CONFLICTS, ABSTENTIONS = "jury/marks", "jury/conflicts", "jury/abstentions"
VOTES = "decisions/votes"


def jury_lines(contents: Contents, books: Mapping[str, RuleBook]) -> list[Line]:
    """Marks, conflicts and abstentions: of known nominees, by codes of the rules, none against a conflict."""
    found, people = Findings(), {row["nominee"] for row in contents.table("standings/rows")}
    stages = [(stage, book.stage(stage)) for book in books.values() for stage in Stage]
    codes = {
        (stage.value, part.code, criterion.code)
        for stage, rules in stages for part in rules.marked for criterion in part.criteria
    }  # fmt: skip
    for table in (MARKS, CONFLICTS, ABSTENTIONS):
        for row in contents.table(table):
            if row["nominee"] not in people:
                found.cell(table, row, "nominee", None, "stands in no ranking of the release")
    stage_of = {row["standing"]: row["stage"] for row in contents.table("standings/standings")}
    judged = {(stage_of.get(row["standing"]), row["nominee"]) for row in contents.table("standings/rows")}
    for row in contents.table(CONFLICTS):
        if (row["stage"], row["nominee"]) not in judged:
            found.cell(CONFLICTS, row, "stage", None, "this stage does not judge this nominee")
    for row in contents.table(ABSTENTIONS):
        if (row["stage"], row["component"], row["criterion"]) not in codes:
            found.cell(ABSTENTIONS, row, "criterion", None, "the rules have no such criterion")
    _no_mark_against_a_conflict(contents, found)
    counts = {table: len(contents.table(table)) for table in (MARKS, CONFLICTS, ABSTENTIONS)}
    told = "{} marks, {} conflicts, {} abstentions; nobody marked against a conflict".format(*counts.values())
    return found.done("jury", told)


def decision_lines(contents: Contents, books: Mapping[str, RuleBook]) -> list[Line]:
    """Votes: counts that fit each other, and outcomes that follow from them."""
    found, rows = Findings(), contents.table(VOTES)
    for row in rows:
        if row["yes"] is not None:
            _vote(row, books, found)
    people = {row["nominee"] for row in contents.table("standings/rows")}
    for row in contents.table("decisions/changes"):
        if row["nominee"] not in people:
            found.cell("decisions/changes", row, "nominee", None, "stands in no ranking of the release")
    return found.done("decisions", f"{len(rows)} decisions: counts and outcomes")


def _no_mark_against_a_conflict(contents: Contents, found: Findings) -> None:
    stages = {row["standing"]: row["stage"] for row in contents.table("standings/standings")}
    barred = {(row["stage"], row["judge"], row["nominee"]) for row in contents.table(CONFLICTS)}
    for row in contents.table(MARKS):
        if row["standing"] not in stages:
            found.cell(MARKS, row, "standing", None, "there is no such standing")
        elif (stages[row["standing"]], row["judge"], row["nominee"]) in barred:
            found.cell(MARKS, row, "mark", None, "this judge is in conflict with this nominee")


def _vote(row: Row, books: Mapping[str, RuleBook], found: Findings) -> None:
    yes, no, abstained, present, entitled, needed = (
        int(row[name] or "") for name in ("yes", "no", "abstained", "present", "entitled", "needed")
    )
    if yes + no + abstained > present:
        found.cell(VOTES, row, "present", f"at least {yes + no + abstained}", "so many voted")
    if present > entitled:
        found.cell(VOTES, row, "entitled", f"at least {present}", "so many were present")
    outcomes = {
        present >= needed and yes > book.decision.majority * (yes + no) for book in books.values()
    }  # fmt: skip
    if (row["is_carried"] == "true") not in outcomes:
        found.cell(VOTES, row, "is_carried", row["is_carried"] != "true", "by the votes")
