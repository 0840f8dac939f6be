"""The audit on site of the demonstration's release: everything agrees, and each tampering is named.

On SQLite alone: it only reads. All tamperings are made at once, each on a unit of its own, since one audit
costs seconds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from sqlalchemy import text

from contest.certificates.press import press_of
from contest.contests.queries import contest_by_code
from contest.release import collection
from contest.release.auditing import audit_database
from contest.release.collection import Maker, build_release
from contest.release.opening import read_release
from contest.release.packing import packed
from contest.release.report import Report
from tests.conftest import NOW
from tests.demonstration import loaded

CODE = "2026"
#: The demonstration has another survey beside the one that counts.
OF_SURVEY = f"campaign_id = (SELECT id FROM survey_campaigns WHERE code = '{CODE}')"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    app = loaded(tmp_path_factory)
    yield app
    app.extensions["storage"].engine.dispose()


@pytest.fixture(scope="module")
def release(site: Flask) -> bytes:
    return built(site)


def built(site: Flask) -> bytes:
    chosen = site.extensions["settings"]
    with site.app_context(), site.extensions["storage"].read() as session:
        maker = Maker(
            press_of(chosen, now=NOW).key, chosen.secret_key, chosen.data_directory / "heads", is_demo=True
        )
        return build_release(session, contest_by_code(session, CODE), maker).zip


def audited(site: Flask, release: bytes) -> Report:
    """The audit by one process: two are worth their start only with many ballots."""
    with site.app_context():
        return audit_database(
            site.extensions["storage"], release, settings=site.extensions["settings"], processes=1
        )


def changed(release: bytes, file: str, change: Callable[[str], str]) -> bytes:
    """The release with one file changed."""
    files = read_release(release)
    before = files[file].decode()
    files[file] = change(before).encode()
    assert files[file].decode() != before
    return packed(files)


def test_the_demonstration_s_release_agrees_with_its_database_down_to_the_ballots(site, release):
    report = audited(site, release)
    assert [line for line in report.lines if not line.agrees] == []
    looked_at = {line.subject: line.detail for line in report.lines}
    with site.extensions["storage"].read() as session:
        ballots = session.scalar(text(f"SELECT count(*) FROM survey_ballots WHERE {OF_SURVEY}"))
    assert looked_at["database: survey 2026: ballots"] == f"{ballots} ballots"
    assert len(looked_at) > 30


def test_what_is_no_release_or_of_another_contest_is_said_so(site, release):
    [line] = audited(site, b"PK nothing").lines
    assert (line.subject, line.agrees) == ("the file", False)
    foreign = changed(
        release, "contest.json", lambda text: text.replace('"contest": "2026"', '"contest": "1"')
    )
    [line] = audited(site, foreign).lines
    assert line.detail == "this database has no contest '1'"


def test_a_long_list_of_receipts_is_not_missed_in_the_zip(site, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(collection, "MOST_RECEIPTS", -1)
    report = audited(site, built(site))
    assert {line.subject: line.detail for line in report.lines}["release: receipts.txt"] == (
        "0 lines, on a page of their own"
    )
    assert report.agrees


def test_each_tampering_is_named(site, release):
    with site.extensions["storage"].writing() as session:
        katos = session.scalars(
            text(f"SELECT kato FROM survey_statistics WHERE score IS NOT NULL AND {OF_SURVEY} ORDER BY kato")
        ).all()
        ballot, tally, statistic, missing, in_zip, stratum = (*katos[:5], _large(session))

        def do(statement: str, **values: object) -> None:
            assert session.execute(text(statement), values).rowcount == 1, statement

        one = f"(SELECT {{0}} FROM {{1}} WHERE kato = :kato AND {OF_SURVEY} ORDER BY {{0}} LIMIT 1)"
        do(f"DELETE FROM survey_ballots WHERE key = {one.format('key', 'survey_ballots')}", kato=ballot)
        day = one.format("day", "survey_tallies")
        do(
            f"UPDATE survey_tallies SET n = n + 1 WHERE kato = :kato AND day = {day} AND {OF_SURVEY}",
            kato=tally,
        )
        do(f"UPDATE survey_statistics SET score = '99.99' WHERE kato = :kato AND {OF_SURVEY}", kato=statistic)
        do(f"DELETE FROM survey_statistics WHERE kato = :kato AND {OF_SURVEY}", kato=missing)
        do(f"UPDATE survey_group_statistics SET n = n + 1 WHERE level = 'nation' AND {OF_SURVEY}")
        do(
            "UPDATE survey_stratum_statistics SET n = n + 1 WHERE kato = :kato AND age_band = '60+' "
            f"AND sex = 'f' AND {OF_SURVEY}", kato=stratum,
        )  # fmt: skip
        do("UPDATE ethics_statistics SET score = '1.00' WHERE questionnaire_id = 1")
        do("UPDATE ethics_tallies SET n = n + 1 WHERE questionnaire_id = 2")
        do(
            "UPDATE survey_receipt_lists SET receipts = receipts + 1, unreadable = unreadable + 1 "
            f"WHERE {OF_SURVEY}"
        )
        do("UPDATE standing_rows SET award = 'first' WHERE id = (SELECT max(id) FROM standing_rows)")
        do("UPDATE journal SET details = '{}' WHERE number = 7")
        session.commit()
    forged = changed(release, "survey/units.json", lambda text: text.replace(f'["{in_zip}"', '["999999999"'))
    report = audited(site, forged)
    told = "\n".join(f"{line.subject} | {line.detail}" for line in report.differing)
    for expected in (
        f"tallies by day and origin | tally {ballot} ",
        "batches in the journal | journal: the digests of its batches",
        f"tallies by day and origin | tally {tally} ",
        f"statistics: units | {statistic}: score is 99.99, the tallies give ",
        f"statistics: units | {missing}: missing",
        "statistics: districts, oblasts and the nation | nation ",
        f"statistics: age and sex | {stratum} 60+ f: n is ",
        "ethics 2026: scores | questionnaire 1: score is 1.00",
        "ethics 2026: tallies | questionnaire 2: the journal has ",
        "number of receipts | receipts: counted now 0, kept 1, in the journal 0",
        "column award | found ",
        "journal: chain | entry 7: its content does not match its digest",
        f"survey/units.csv, row {in_zip} | found nothing, expected a row (the database)",
        "survey/units.csv, row 999999999 | found a row, expected nothing (the database)",
    ):
        assert expected in told, f"{expected}\n{told}"
    agreeing = {line.subject for line in report.lines if line.agrees}
    assert {"release: jury/marks", "release: league/rows", "release: survey/criteria"} <= agreeing


def _large(session) -> str:
    """The last of the units with a published number of an age group and a sex: none of the first ones."""
    found = text(
        "SELECT max(kato) FROM survey_stratum_statistics "
        f"WHERE age_band = '60+' AND sex = 'f' AND n > 5 AND {OF_SURVEY}"
    )
    return session.scalars(found).one()
