"""The check of a release on site: what was published is recomputed from what it was made of, line by line.

Reads the database through `contest.sources`, and the ZIP as `contest.release.verification` does. It shows
what nobody else may see, single tallies among it, where they differ: so it is a command, and no page.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from contest.contests.models import Contest
from contest.release.collecting.decisions import decision_sheets
from contest.release.collecting.evidence import ethics_sheet, survey_sheets
from contest.release.collecting.jury import jury_rows
from contest.release.collecting.papers import rule_books
from contest.release.collecting.standings import (
    given_standings,
    league_sheets,
    published_nominees,
    standing_inputs,
    standing_sheets,
)
from contest.release.layout import CONTEST, HEADS, MANIFEST, RECEIPTS, tables
from contest.release.opening import NoRelease, read_release
from contest.release.reading import Contents, Findings, guarded
from contest.release.report import Line, Report
from contest.release.sheets import Sheet, sheet_files
from contest.sources.audits import Audited, audited_ballots, audited_ethics, audited_survey
from contest.sources.receipts import receipt_list
from core.audit import JournalEntry
from core.journal.queries import journal_faults, length
from core.settings import Settings
from core.storage import Storage

MOST_FAULTS = 20


def audit_database(
    storage: Storage, source: Path | bytes, *, settings: Settings, processes: int = 2
) -> Report:
    """Compare a release with the database that it came from, and that with itself, down to the ballots.

    A file that is no release gives a report with one line that says why.
    """
    try:
        contents = Contents(read_release(source))
        code = contents.json(CONTEST)["contest"]
    except (NoRelease, ValueError, KeyError, TypeError) as fault:
        return Report((Line("the file", False, str(fault)),))
    with storage.read() as session:
        contest = session.scalars(select(Contest).where(Contest.code == str(code))).first()
        if contest is None:
            return Report((Line("the file", False, f"this database has no contest {str(code)[:40]!r}"),))
        lines = guarded("database: journal", lambda: _journal(session, settings))
    campaign, secret = contest.campaign_code, settings.secret_key
    ballots = _audited(
        f"database: survey {campaign}",
        lambda: audited_ballots(
            storage, url=settings.database_url, campaign_code=campaign, processes=processes
        ),
    )
    with storage.read() as session:
        survey = _audited(
            f"database: survey {campaign}",
            lambda: audited_survey(session, campaign_code=campaign, secret=secret),
        )
        ethics = _audited(
            f"database: ethics {contest.round_code}",
            lambda: audited_ethics(session, round_code=contest.round_code),
        )
        return Report((*lines, *ballots, *survey, *ethics, *_release(session, contest, contents)))


def _journal(session: Session, settings: Settings) -> list[Line]:
    heads = settings.data_directory / "heads"
    faults = [
        f"entry {one.number}: {one.fault}"
        for one in journal_faults(session, heads=heads, keys=settings.key_directory)
    ]
    looked_at = f"{length(session)} entries, each follows the one before, as the signed heads say"
    return _lines("database: journal", [Audited("chain", looked_at, tuple(faults))])


def _audited(place: str, audit: Callable[[], Iterable[Audited]]) -> list[Line]:
    return guarded(place, lambda: _lines(place, audit()))


def _lines(place: str, found: Iterable[Audited]) -> list[Line]:
    """A line for each thing that agrees, and for each fault of one that does not."""
    lines: list[Line] = []
    for one in found:
        subject = f"{place}: {one.subject}"
        lines += [Line(subject, False, fault) for fault in one.faults[:MOST_FAULTS]]
        if len(one.faults) > MOST_FAULTS:
            lines.append(Line(subject, False, f"{len(one.faults) - MOST_FAULTS} more differences"))
        if not one.faults:
            lines.append(Line(subject, True, one.looked_at))
    return lines


def _release(session: Session, contest: Contest, contents: Contents) -> list[Line]:
    """What stands in the ZIP against what the database would put there now."""
    given = given_standings(session, contest)
    people = published_nominees(given)
    editions, books = rule_books(session, contest, is_demo=contents.is_demo)
    leagues, league_inputs = league_sheets(session, contest)
    sheets = [
        editions, *survey_sheets(session, contest), ethics_sheet(session, contest, people),
        *decision_sheets(session, contest, people), *standing_sheets(given), *leagues,
    ]  # fmt: skip
    unnamed = jury_rows(session, contest, given, people).sheets(str)
    return [
        line
        for subject, check in (
            *((sheet.name, lambda sheet=sheet: _table(contents, sheet)) for sheet in sheets),
            *((sheet.name, lambda sheet=sheet: _unnamed(contents, sheet)) for sheet in unnamed),
            ("files", lambda: _files(contents, books | league_inputs | standing_inputs(given))),
            (RECEIPTS, lambda: _receipts(session, contest, contents)),
            (HEADS, lambda: _heads(session, contents)),
        )
        for line in guarded(f"release: {subject}", check)
    ]


def _cells(sheet: Sheet) -> list[list[str | None]]:
    """The rows of a collected table as the texts of its cells, in the file's columns."""
    return json.loads(sheet_files([sheet], is_demo=False)[tables()[sheet.name].json])["rows"]


def _table(contents: Contents, sheet: Sheet) -> list[Line]:
    """A table, row by row: by as many of its first columns as tell its rows apart."""
    found, wanted = Findings(), _cells(sheet)
    columns, rows = tables()[sheet.name].codes(is_demo=False), contents.table(sheet.name)
    there = [tuple(row[column] for column in columns) for row in rows]
    width = next(
        (n for n in range(1, len(columns)) if _are_apart(there, n) and _are_apart(wanted, n)), len(columns)
    )
    if len(rows) != len(wanted):
        found.fault(f"{sheet.name}.csv", "number of rows", len(rows), len(wanted), "the database")
    lines = {cells[:width]: row for cells, row in zip(there, rows, strict=True)}
    expected = {tuple(cells[:width]): cells for cells in wanted}
    for key in sorted(lines.keys() | expected.keys(), key=str):
        if key not in lines or key not in expected:
            named, told = ", ".join(map(str, key)), ("a row", None)
            found.fault(
                f"{sheet.name}.csv", f"row {named}", *(told if key in lines else told[::-1]), "the database"
            )
            continue
        for column, cell in zip(columns, expected[key], strict=True):
            found.cell(sheet.name, lines[key], column, cell, "the database")
    return found.done(f"release: {sheet.name}", f"{len(rows)} rows, the same in the database")


def _are_apart(rows: Sequence[Sequence[str | None]], width: int) -> bool:
    return len({tuple(row[:width]) for row in rows}) == len(rows)


def _unnamed(contents: Contents, sheet: Sheet) -> list[Line]:
    """A table of the jury without the pseudonyms, in any order."""
    columns, found = tables()[sheet.name].codes(is_demo=False), Findings()
    there = _without_names([row[column] for column in columns] for row in contents.table(sheet.name))
    wanted = _without_names(_cells(sheet))
    for row in sorted((there - wanted) | (wanted - there)):
        found.fault(
            f"{sheet.name}.csv", f"rows with {', '.join(row)}", there[row], wanted[row], "the database"
        )
    return found.done(f"release: {sheet.name}", f"{wanted.total()} rows, the same in the database")


def _without_names(rows: Iterable[Sequence[str | None]]) -> Counter[tuple[str, ...]]:
    return Counter(tuple(str(cell) for place, cell in enumerate(row) if place != 1) for row in rows)


def _files(contents: Contents, wanted: dict[str, bytes]) -> list[Line]:
    found = Findings()
    for name, content in sorted(wanted.items()):
        if contents.files.get(name) != content:
            there = "another content" if name in contents.files else None
            found.fault(name, "the file", there, "what the database holds")
    return found.done("release: files", f"{len(wanted)} rule books and inputs, the same in the database")


def _receipts(session: Session, contest: Contest, contents: Contents) -> list[Line]:
    """The ZIP's list of receipts and its numbers against the published list."""
    told, found = contents.json(MANIFEST)["receipts"], Findings()
    kept = receipt_list(session, contest.campaign_code)
    if kept is None:
        if told is not None or RECEIPTS in contents.files:
            found.fault(RECEIPTS, "the file", "in the ZIP", None, "no list is published")
        return found.done(f"release: {RECEIPTS}", "no list is published")
    wanted = {
        "root": kept.root, "count": kept.count, "unreadable": kept.unreadable,
        "by_origin": dict(kept.by_origin),
    }  # fmt: skip
    for name, value in wanted.items():
        if (told or {}).get(name) != value:
            found.fault(MANIFEST, f"receipts, {name}", (told or {}).get(name), value, "the database")
    if not (told or {}).get("is_enclosed", True):
        return found.done(f"release: {RECEIPTS}", f"{kept.count} lines, on a page of their own")
    lines = contents.files.get(RECEIPTS, b"").decode("ascii").splitlines()
    if len(lines) != kept.count:
        found.fault(RECEIPTS, "number of lines", len(lines), kept.count, "the database")
    for number, (line, hashed) in enumerate(zip(lines, kept.hashes, strict=False), start=1):
        if line != hashed:
            found.fault(RECEIPTS, f"line {number}", line, hashed, "the database")
    return found.done(f"release: {RECEIPTS}", f"{len(lines)} lines, the same in the database")


def _heads(session: Session, contents: Contents) -> list[Line]:
    """The journal heads in the ZIP against the entries of the journal; and the one of the publication."""
    heads = [json.loads(line) for line in contents.files[HEADS].decode().splitlines()]
    published = contents.json(CONTEST)["journal"]
    found = Findings()
    for name, head in (*((HEADS, head) for head in heads), *((CONTEST, published) for _ in [0] if published)):
        entry = session.get(JournalEntry, head["number"])
        if entry is None or entry.digest != head["digest"]:
            there = None if entry is None else entry.digest
            found.fault(name, f"journal entry {head['number']}", head["digest"], there, "the journal")
    return found.done(f"release: {HEADS}", f"{len(heads)} signed heads, as the journal has them")
