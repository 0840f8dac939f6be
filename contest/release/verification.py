"""The check of a release without database and network: whole, consistent, and recomputed line by line.

Pure: NumPy and other pure modules. Who signed it is checked in `contest.release.sealing`, which needs a
certificate; everything else is here.
"""

from __future__ import annotations

import platform
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path

from contest.release.checks.evidence import breakdown_lines, ethics_lines, survey_lines
from contest.release.checks.inputs import input_lines
from contest.release.checks.league import league_lines
from contest.release.checks.people import decision_lines, jury_lines
from contest.release.checks.rules import rule_books, rule_lines
from contest.release.checks.standings import index_lines, standing_lines
from contest.release.checks.whole import manifest_lines, receipt_lines, table_lines
from contest.release.checks.work import work_lines
from contest.release.layout import CONTEST, MANIFEST, VERSIONS
from contest.release.opening import NoRelease, read_release
from contest.release.reading import BROKEN, Contents, Findings, guarded
from contest.release.report import Line, Report
from contest.rulebook import RuleBook


def verify_release(source: Path | bytes) -> Report:
    """Check everything in a release but who signed it.

    A file that is no release gives a report with one line that says why.
    """
    try:
        files = read_release(source)
    except NoRelease as fault:
        return Report((Line("the file", False, str(fault)),))
    return Report(tuple(content_lines(files)))


def content_lines(files: Mapping[str, bytes]) -> list[Line]:
    """The lines of the check of the files of a release."""
    contents = Contents(files)
    lines = guarded(MANIFEST, lambda: manifest_lines(contents))
    lines += guarded(CONTEST, lambda: _contest_lines(contents))
    lines += guarded("tables", lambda: table_lines(contents))
    lines += guarded("rules", lambda: rule_lines(contents))
    try:
        books = rule_books(contents)
    except BROKEN as fault:
        return [*lines, Line("everything that follows from the rules", False, f"cannot be checked: {fault}")]
    work = guarded("the work", lambda: work_lines(contents, books))
    lines += work
    lines += guarded("survey units", lambda: survey_lines(contents, books))
    lines += guarded("survey breakdowns", lambda: breakdown_lines(contents))
    lines += guarded("ethics", lambda: ethics_lines(contents))
    lines += guarded("jury", lambda: jury_lines(contents, books))
    lines += guarded("decisions", lambda: decision_lines(contents, books))
    lines += guarded("standings", lambda: index_lines(contents))
    if all(line.agrees for line in work):
        lines += _recomputed(contents, books)
    lines += guarded("receipts", lambda: receipt_lines(contents))
    return lines


def _recomputed(contents: Contents, books: Mapping[str, RuleBook]) -> list[Line]:
    lines = guarded("inputs", lambda: input_lines(contents, books))
    lines += guarded("standings", lambda: standing_lines(contents, books))
    lines += guarded("league", lambda: league_lines(contents, books))
    return lines + guarded(VERSIONS, lambda: _version_lines(contents))


def _contest_lines(contents: Contents) -> list[Line]:
    found, manifest, facts = Findings(), contents.json(MANIFEST), contents.json(CONTEST)
    if facts["contest"] != manifest["contest"]:
        found.fault(CONTEST, "contest", facts["contest"], manifest["contest"], MANIFEST)
    if bool(facts["demonstration"]) is not manifest["demonstration"]:
        found.fault(CONTEST, "demonstration", facts["demonstration"], manifest["demonstration"], MANIFEST)
    mark = ", DEMONSTRATION" if manifest["demonstration"] else ""
    return found.done("contest", f"{facts['contest']}, published {facts['published_at']}{mark}")


def _version_lines(contents: Contents) -> list[Line]:
    """What computed the numbers, and what checks them; another version alone is no fault."""
    there = contents.json(VERSIONS)
    here = {
        "python": platform.python_version(), "numpy": version("numpy"), "scipy": version("scipy"),
    }  # fmt: skip
    told = ", ".join(f"{name} {there[name]} (here {here[name]})" for name in here)
    return [Line(VERSIONS, True, f"made with {told}")]
