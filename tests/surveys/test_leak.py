"""What an answer leaves behind: no path, no time, no order; and the check that could find one does."""

from __future__ import annotations

import sqlite3
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Date, inspect, select, text

from core.audit import JournalEntry
from core.storage import Storage
from core.urn.keys import KeyRing
from core.urn.queries import ledger_traces
from core.urn.services import mix_box
from surveys.models import Ballot
from surveys.queries import box_of
from tests.conftest import NOW
from tests.surveys import sample

# Each leaves one criterion out: a dash stands in no hash, so none of them is there by chance.
RATINGS = ["54321-", "4-4321", "34543-", "23-543", "1234-4", "11-345", "5-1234"]


@pytest.fixture
def keys(tmp_path: Path) -> KeyRing:
    return KeyRing(tmp_path / "keys")


def filled(settled: Storage, keys: KeyRing) -> str:
    with settled.write(now=NOW) as session:
        kato = sample.katos(session, 1)[0]
        sample.population(session, {kato: 900})
        sample.opened(session, [kato])
    for number, ratings in enumerate(RATINGS):
        now = NOW + timedelta(minutes=number)
        with settled.write(now=now) as session:
            sample.put(
                session, keys, kato, [sample.answer(ratings, band="60+", sex="f")], first=number, now=now
            )
    return kato


def test_before_mixing_no_readable_answer_is_in_the_database(settled: Storage, keys: KeyRing):
    filled(settled, keys)
    with settled.read() as session:
        assert session.scalars(select(Ballot)).all() == []
        for name in inspect(settled.engine).get_table_names():
            if name.startswith(("urn_", "survey_ballots", "survey_tallies", "journal")):
                rows = session.execute(text(f"SELECT * FROM {name}")).all()
                assert not [row for row in rows if any(one in repr(row) for one in RATINGS)], name


def test_a_ballot_holds_a_day_and_no_more_than_it_must(settled: Storage, keys: KeyRing):
    filled(settled, keys)
    columns = {
        column["name"]: column["type"] for column in inspect(settled.engine).get_columns("survey_ballots")
    }
    assert set(columns) == {
        "key", "campaign_id", "kato", "ratings", "origin", "mode", "age_band", "sex", "day",
    }  # fmt: skip
    assert isinstance(columns["day"], Date)
    with settled.write(now=NOW) as session:
        mix_box(session, keys=keys, box=box_of(sample.CODE), takers=sample.TAKERS, now=NOW)
    with settled.read() as session:
        found = session.scalars(select(Ballot)).all()
        assert sorted(ballot.ratings for ballot in found) == sorted(RATINGS)
        assert {ballot.day for ballot in found} == {date(2026, 6, 1)}
        assert len({ballot.key for ballot in found}) == len(RATINGS)
        # The traces stay apart, and say nothing of the keys.
        traces = ledger_traces(session, box_of(sample.CODE))
        assert len(traces) == len(RATINGS)
        assert not {ballot.key for ballot in found} & {trace[:16] for trace in traces}


def test_ballots_stand_in_the_order_of_their_random_keys(settled: Storage, keys: KeyRing):
    """PostgreSQL shows a row's place (ctid), SQLite without rowid its key: neither may follow arrival."""
    filled(settled, keys)
    with settled.write(now=NOW) as session:
        mix_box(session, keys=keys, box=box_of(sample.CODE), takers=sample.TAKERS, now=NOW)
    order = "ctid" if settled.engine.dialect.name == "postgresql" else "key"
    with settled.read() as session:
        stored = session.execute(text(f"SELECT key FROM survey_ballots ORDER BY {order}")).scalars().all()
        assert [bytes(key) for key in stored] == sorted(bytes(key) for key in stored)
        if settled.engine.dialect.name == "sqlite":
            with pytest.raises(Exception, match="no such column"):
                session.execute(text("SELECT rowid FROM survey_ballots"))


def test_the_journal_tells_of_a_batch_no_more_than_count_and_digest(settled: Storage, keys: KeyRing):
    filled(settled, keys)
    with settled.write(now=NOW) as session:
        mix_box(session, keys=keys, box=box_of(sample.CODE), takers=sample.TAKERS, now=NOW)
    with settled.read() as session:
        entries = session.scalars(select(JournalEntry).where(JournalEntry.action == "urn.mix")).all()
        assert len(entries) == 1
        assert not [one for one in RATINGS if one in entries[0].details]


def test_a_mixed_answer_is_not_left_in_the_file_of_the_intake(settled: Storage, keys: KeyRing):
    """`secure_delete` overwrites the sealed rows; the same search finds them before mixing."""
    if settled.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL keeps dead rows until vacuum; their seal is what protects them")
    kato = filled(settled, keys)
    path = settled.engine.url.database
    trace = f"{kato}{0:07d}".encode()

    def sealed_rows() -> int:
        with sqlite3.connect(path) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()
        with sqlite3.connect(path) as connection:
            sealed = connection.execute("SELECT count(*) FROM urn_intake").fetchone()[0]
        connection.close()
        return sealed

    assert sealed_rows() == len(RATINGS)
    assert Path(path).read_bytes().count(trace) >= 1
    with settled.read() as session:
        sealed = [bytes(one) for one in session.execute(text("SELECT sealed FROM urn_intake")).scalars()]
    assert Path(path).read_bytes().count(sealed[0]) == 1
    with settled.write(now=NOW) as session:
        mix_box(session, keys=keys, box=box_of(sample.CODE), takers=sample.TAKERS, now=NOW)
    assert sealed_rows() == 0
    assert [Path(path).read_bytes().count(one) for one in sealed] == [0] * len(RATINGS)
