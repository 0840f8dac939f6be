"""Preparing a round beside others who do the same, or who open it meanwhile."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from core.errors import Conflict
from core.storage import Storage
from ethics import services
from ethics.queries import questionnaire_lines
from tests.conftest import NOW
from tests.ethics import sample
from tests.ethics.sample import ACTOR


def test_what_is_prepared_while_a_round_opens_comes_too_late(settled: Storage):
    """Otherwise an open round would have a questionnaire without a key, or without slips."""
    with settled.write(now=NOW) as session:
        prepared = sample.prepare(session, [5], is_open=False)
        official, kato = sample.new_official(session, 1)
        given = {"official_id": official.id, "kato": kato, "positions": sample.staff_of(5), "actor": ACTOR}
    is_read = threading.Event()

    def add() -> None:
        with settled.write(now=NOW) as session:
            asked = prepared.round(session)
            is_read.set()
            services.add_questionnaire(session, round=asked, now=NOW, **given)

    with ThreadPoolExecutor() as others:
        with settled.write(now=NOW) as session:
            services.open_round(session, round=prepared.round(session), actor=ACTOR, now=NOW)
            added = others.submit(add)
            # On SQLite the other writer cannot even begin before this one ends.
            if session.get_bind().dialect.name == "postgresql":
                assert is_read.wait(60)
        with pytest.raises(Conflict, match="is no draft any more"):
            added.result()
    with settled.read() as session:
        assert len(questionnaire_lines(session)) == 1
