"""Arrivals on their way into the database: apart from answers, added up, kept through faults and the end."""

from __future__ import annotations

import re
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core import clock
from core.storage import Storage
from surveys.answers import Origin
from surveys.signals import arrivals
from surveys.signals.counting import REST
from surveys.signals.models import Arrival, ArrivalDay
from tests.conftest import NOW
from tests.surveys import sample

NINE = datetime(2026, 6, 1, 4, 0, tzinfo=UTC)  # 9:00 in Kazakhstan: bin 54
LATER = NINE + timedelta(days=1)


def rows(session: Session) -> list[tuple]:
    table = Arrival.__table__.c
    return [tuple(row) for row in session.execute(select(table.day, table.bin, table.n).order_by(table.bin))]


def note(number: int, kato: str, *, at: datetime = NINE, source: str = "hall", **how) -> None:
    for _ in range(number):
        arrivals.note(
            1, kato, Origin.WEB, source, how.get("has_script", True), at, how.get("is_trapped", False)
        )


def test_bins_and_days_are_written_when_they_are_over_and_add_up(settled: Storage):
    with settled.writing() as session:
        kato = sample.katos(session, 1)[0]
        sample.opened(session, [kato])
        note(7, kato)
        note(3, kato, at=NINE + timedelta(minutes=10), has_script=False)
        assert arrivals.flush(session, NINE) == 0
        assert arrivals.flush(session, NINE + timedelta(minutes=10)) == 1
        assert rows(session) == [(date(2026, 6, 1), 54, 7)]
        assert arrivals.flush(session, LATER) == 2
        assert rows(session) == [(date(2026, 6, 1), REST, 3), (date(2026, 6, 1), 54, 7)]
        note(6, kato, has_script=False)  # another process saw these
        arrivals.flush(session, LATER)
        assert rows(session)[1:] == [(date(2026, 6, 1), 54, 13)]
        day = session.scalars(select(ArrivalDay)).one()
        assert (day.n, day.sources, day.largest, day.unscripted, day.trapped) == (15, 0, 15, 5, 0)


def test_a_refused_write_is_counted_again(settled: Storage):
    with settled.writing() as session:
        sample.opened(session, sample.katos(session, 1))
        note(5, "000000000")
        with pytest.raises(IntegrityError):
            arrivals.flush(session, LATER)
        session.rollback()
    assert sum(count.n for count in arrivals._counter.take(date(2026, 6, 3), 0).bins) == 5


@pytest.mark.parametrize("changed", [{"n": 4}, {"bin": 144}, {"bin": -2}, {"n": 0, "bin": REST}])
def test_the_database_refuses_a_small_bin(settled: Storage, changed: dict):
    with settled.writing() as session:
        kato = sample.katos(session, 1)[0]
        campaign = sample.opened(session, [kato])
        row = {"campaign_id": campaign.id, "kato": kato, "origin": Origin.WEB, "day": NINE.date(), "bin": 54}
        session.add(Arrival(**{**row, "n": 5, **changed}))
        with pytest.raises(IntegrityError):
            session.flush()


def test_a_residents_answer_is_counted_in_memory_and_touches_no_counter(app, client, keep, monkeypatch):
    monkeypatch.setattr(clock, "present", lambda: NOW)
    kato = keep(lambda session: sample.katos(session, 1)[0])
    keep(lambda session: sample.opened(session, [kato]))
    for _ in range(6):
        page = client.get(f"/s/{sample.CODE}/{kato}?lang=en").text
        monkeypatch.setattr(clock, "present", lambda: NOW + timedelta(minutes=2))
        sent = dict.fromkeys(re.findall(r'id="([a-z]+)-4"', page), "4")
        form = {"ticket": sample.ticket(page), **sent}
        assert client.post(f"/s/{sample.CODE}/{kato}?lang=en", data=form).status_code == 200
        assert client.post(f"/s/{sample.CODE}/{kato}?lang=en", data=form).status_code == 200  # sent twice
        monkeypatch.setattr(clock, "present", lambda: NOW)
    with app.extensions["storage"].read() as session:
        assert session.scalar(select(func.count()).select_from(Arrival)) == 0
    keep(lambda session: arrivals.flush(session, NOW + timedelta(days=1)))
    with app.extensions["storage"].read() as session:
        assert [n for _, _, n in rows(session)] == [6]
        assert session.scalars(select(ArrivalDay.unscripted)).one() == 5


#: As a server does it: answers are given in daemon threads, and then the main thread ends.
PROCESS = """
import sys
import threading
from core.storage import open_storage
from datetime import UTC, datetime
from surveys.answers import Origin
from surveys.signals import arrivals
import wsgi
arrivals.keep_writing(open_storage(sys.argv[1]))


def answer():
    for _ in range(9):
        arrivals.note(1, sys.argv[2], Origin.WEB, "a", True, datetime.now(UTC))


served = threading.Thread(target=answer, daemon=True)
served.start()
served.join()
"""


def test_a_process_that_ends_writes_what_it_has_counted(settled: Storage):
    with settled.write(now=NOW) as session:
        kato = sample.katos(session, 1)[0]
        sample.opened(session, [kato])
    address = settled.engine.url.render_as_string(hide_password=False)
    subprocess.run([sys.executable, "-c", PROCESS, address, kato], check=True, timeout=600)
    with settled.read() as session:
        assert sum(n for _, _, n in rows(session)) == 9
