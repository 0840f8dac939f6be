"""Storage: durable settings, exact types, and commits that only an answer makes."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta, timezone

import pytest
from flask import Blueprint, abort
from sqlalchemy import Integer, literal, select, text
from sqlalchemy.exc import IntegrityError, StatementError

from core.access import public
from core.application import build_app, csrf
from core.audit import JournalEntry, record
from core.birth import Birth, WrongKind, birth_now, check_birth, mark_birth
from core.errors import Conflict
from core.room import Room
from core.storage import ExactInteger, Storage, UtcDateTime
from core.web.edge import database
from tests.conftest import NOW, Backend


def test_sqlite_is_durable_and_forgets_what_is_deleted(storage: Storage):
    if storage.engine.dialect.name != "sqlite":
        pytest.skip("pragmas are SQLite's")
    wanted = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "secure_delete": 1}
    with storage.engine.connect() as connection:
        assert {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in wanted} == wanted


def test_an_instant_comes_back_in_utc_and_a_naive_one_is_refused(storage: Storage):
    almaty = datetime(2026, 6, 1, 14, 0, 0, 123456, tzinfo=timezone(timedelta(hours=5)))
    with storage.write(now=NOW) as session:
        record(session, actor="system", action="test.do", subject="test:1")
    with storage.writing() as session:
        session.execute(text("UPDATE journal SET at = :at"), {"at": "2026-06-01 09:00:00.123456+00"})
        kept = session.get(Birth, 1)
        kept.born_at = almaty
        session.commit()
        session.expire_all()
        assert session.get(Birth, 1).born_at == datetime(2026, 6, 1, 9, 0, 0, 123456, tzinfo=UTC)
        assert session.get(Birth, 1).born_at.tzinfo is UTC
        kept.born_at = datetime(2026, 6, 1)  # noqa: DTZ001  (a naive one is the point)
        with pytest.raises(StatementError, match="no time zone"):
            session.flush()


@pytest.mark.parametrize("number", [0, -1, 10**6, 2**63, 10**40 + 1, -(10**40)])
def test_whole_numbers_of_any_size_come_back_exactly(storage: Storage, number: int):
    with storage.read() as session:
        assert session.scalar(select(literal(number, ExactInteger()))) == number


def test_types_are_reusable_by_the_statement_cache():
    assert UtcDateTime.cache_ok
    assert ExactInteger.cache_ok
    assert not isinstance(ExactInteger().impl, Integer)


def test_a_write_commits_at_the_end_and_not_after_an_error(storage: Storage):
    with pytest.raises(RuntimeError, match="broken"), storage.write(now=NOW) as session:
        record(session, actor="system", action="test.do", subject="test:1")
        raise RuntimeError("broken")
    with storage.write(now=NOW) as session:
        record(session, actor="system", action="test.do", subject="test:2")
    with storage.read() as session:
        assert session.scalars(select(JournalEntry.subject)).all() == ["test:2"]


def test_a_reading_session_changes_nothing(storage: Storage):
    with storage.read() as session:
        session.get(Birth, 1).kind = "live"
        session.flush()
    with storage.read() as session:
        assert session.scalar(select(Birth.kind)) == "demo"


def test_two_writers_at_once_both_succeed(storage: Storage):
    """A reader that turned writer would fail at once under WAL; writers lock from the start."""
    faults: list[BaseException] = []

    def write(name: str) -> None:
        try:
            for number in range(5):
                with storage.write(now=NOW) as session:
                    session.scalar(select(Birth.kind))
                    record(session, actor="system", action="test.do", subject=f"{name}:{number}")
        except BaseException as fault:
            faults.append(fault)

    threads = [threading.Thread(target=write, args=(name,)) for name in "abc"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    with storage.read() as session:
        assert session.scalars(select(JournalEntry.number).order_by(JournalEntry.number)).all() == [
            *range(1, 16)
        ]


def test_a_database_keeps_its_kind_for_ever(backend: Backend, empty: str, settings, storage: Storage):
    from dataclasses import replace

    check_birth(storage, settings)
    with pytest.raises(WrongKind, match="'demo'.*'live'"):
        check_birth(storage, replace(settings, kind="live"))
    with pytest.raises(WrongKind), storage.write(now=NOW) as session:
        mark_birth(session, kind="live", now=NOW)
    with storage.write(now=NOW) as session:
        mark_birth(session, kind="demo", now=NOW + timedelta(days=1))
    with storage.read() as session:
        assert session.get(Birth, 1).born_at == NOW
    with pytest.raises(IntegrityError), storage.write(now=NOW) as session:
        session.execute(text("INSERT INTO birth (id, kind, born_at) VALUES (2, 'live', '2026-06-01')"))
    birth_now(storage, settings)


def test_an_application_refuses_a_database_of_the_other_kind(backend: Backend, empty: str, settings):
    from dataclasses import replace

    with pytest.raises(WrongKind):
        build_app(replace(settings, kind="live", database_url=backend.copy(empty)), (), testing=True)


@pytest.fixture
def writing(settings, backend: Backend, empty: str):
    """An application whose views write and then answer, refuse or fail."""
    from dataclasses import replace

    blueprint = Blueprint("writing", __name__)

    @blueprint.post("/write/<string:how>")
    @public
    def write(how: str):
        record(database(), actor="system", action="test.do", subject=how)
        database().flush()
        if how == "conflict":
            raise Conflict("no")
        if how == "abort":
            abort(404)
        if how == "invalid":
            return "no", 422
        return ("", 303, {"Location": "/"}) if how == "redirect" else "done"

    @blueprint.get("/read")
    @public
    def read():
        record(database(), actor="system", action="test.do", subject="read")
        return "done"

    csrf.exempt(blueprint)
    made = build_app(
        replace(settings, database_url=backend.copy(empty)), (Room("writing", (blueprint,)),), testing=True
    )
    yield made
    csrf._exempt_blueprints.discard(blueprint)
    made.extensions["storage"].engine.dispose()


def test_an_answer_commits_and_a_refusal_does_not(writing):
    client = writing.test_client()
    statuses = [
        client.post(f"/write/{how}").status_code
        for how in ("done", "conflict", "abort", "invalid", "redirect")
    ]
    statuses.append(client.get("/read").status_code)
    assert statuses == [200, 409, 404, 422, 303, 200]
    with writing.extensions["storage"].read() as session:
        found = session.scalars(select(JournalEntry.subject).order_by(JournalEntry.number)).all()
    assert found == ["done", "redirect"]
