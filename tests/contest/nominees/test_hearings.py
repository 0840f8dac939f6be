"""Hearings: one at a time before a commission, within the stage's days, for those who are heard."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYet
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from contest.contests.queries import rulebook_of
from contest.nominees.hearings.models import Slot
from contest.nominees.hearings.queries import heard_parts, hearings, hearings_of
from contest.nominees.hearings.services import drop_slot, set_slot
from contest.nominees.leaving import withdraw_nominee
from contest.nominees.models import Nominee
from contest.rulebook import Stage
from contest.rulebook_reading import read_rulebook, shipped_text
from core.errors import BadInput, Conflict
from core.storage import Storage
from tests.conftest import NOW
from tests.contest import sample
from tests.contest.sample import ACTOR, OBLASTS, contest

NINE = NOW + timedelta(days=2)


@pytest.fixture
def made(territory: Session) -> sample.Sample:
    return sample.opened(territory)


def hear(session: Session, number: int, starts_at: datetime = NINE, **changes) -> Slot:
    given = {
        "stage": Stage.REGIONAL, "component": "project", "minutes": 30, "place": "Мәжіліс залы", "link": None,
        **changes,
    }  # fmt: skip
    return set_slot(
        session, nominee=session.get_one(Nominee, number), starts_at=starts_at, actor=ACTOR, now=NOW, **given
    )


@pytest.mark.parametrize(
    ("minutes", "is_taken"), [(-30, False), (-29, True), (0, True), (29, True), (30, False)]
)
def test_a_commission_hears_one_at_a_time(territory: Session, made, minutes: int, is_taken: bool):
    first, second, _ = made.nominees[OBLASTS[0]]
    hear(territory, first)
    other = NINE + timedelta(minutes=minutes)
    if is_taken:
        with pytest.raises(Conflict, match="hears another nominee from 2026-06-03, 14:00 to 14:30"):
            hear(territory, second, other)
    else:
        hear(territory, second, other)
    hear(territory, made.nominees[OBLASTS[1]][0], other)


def test_a_long_hearing_that_began_long_before_is_seen(territory: Session, made):
    first, second, _ = made.nominees[OBLASTS[0]]
    hear(territory, first, minutes=480)
    with pytest.raises(Conflict, match="hears another nominee"):
        hear(territory, second, NINE + timedelta(minutes=479))


def test_set_again_a_hearing_moves(territory: Session, made):
    first = made.nominees[OBLASTS[0]][0]
    hear(territory, first)
    hear(territory, first, NINE + timedelta(minutes=10), link=" https://meet.example.kz/a ", place="")
    (slot,) = territory.scalars(select(Slot))
    assert (slot.starts_at, slot.place, slot.link) == (
        NINE + timedelta(minutes=10), None, "https://meet.example.kz/a",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"component": "survey"}, "Nobody is heard for “survey”"),
        ({"starts_at": NOW}, "that has not passed"),
        ({"starts_at": datetime(2100, 1, 2, tzinfo=NOW.tzinfo)}, "from 2026-06-01 to 2099-12-31"),
        ({"minutes": 4}, "from 5 to 480 minutes"),
        ({"place": "  "}, "Say where"),
        ({"link": "http://meet.example.kz"}, "begins with https://"),
        ({"link": "https://meet example.kz"}, "begins with https://"),
        ({"link": "javascript:alert(1)"}, "begins with https://"),
    ],
)
def test_what_cannot_be_a_hearing_is_refused(territory: Session, made, changes: dict, fault: str):
    with pytest.raises(BadInput, match=fault):
        hear(territory, made.nominees[OBLASTS[0]][0], **changes)


def test_only_those_of_the_stage_are_heard(territory: Session, made):
    first, second, _ = made.nominees[OBLASTS[0]]
    with pytest.raises(Conflict, match="does not take part in this stage"):
        hear(territory, first, stage=Stage.NATIONAL, component="cases")
    nominee = territory.get_one(Nominee, second)
    withdraw_nominee(territory, nominee=nominee, reason="x", actor=ACTOR, now=NOW)
    with pytest.raises(Conflict, match="does not take part in this stage"):
        hear(territory, second)


def test_a_nominee_sees_the_own_and_a_commission_all_of_its_hearings(territory: Session, made):
    first, second, _ = made.nominees[OBLASTS[0]]
    elsewhere = made.nominees[OBLASTS[1]][0]
    for number, place in ((second, 1), (first, 0), (elsewhere, 0)):
        hear(territory, number, NINE + timedelta(hours=place))
    book = rulebook_of(territory, contest(territory))
    own = hearings_of(territory, territory.get_one(Nominee, first), book)
    assert [(one.nominee.id, one.part.code) for one in own] == [(first, "project")]
    seen = hearings(territory, contest(territory), book, oblasts=[OBLASTS[0]])
    assert [one.nominee.id for one in seen] == [first, second]
    assert len(hearings(territory, contest(territory), book, oblasts=None)) == 3


def test_a_hearing_that_has_begun_stays(territory: Session, made):
    slot = hear(territory, made.nominees[OBLASTS[0]][0])
    with pytest.raises(Conflict, match="has begun"):
        drop_slot(territory, slot=slot, actor=ACTOR, now=NINE)
    drop_slot(territory, slot=slot, actor=ACTOR, now=NOW)
    assert territory.scalars(select(Slot)).all() == []


def test_of_two_that_are_set_at_once_one_is_taken(settled: Storage):
    """On both databases: the second waits for the first, and then sees it."""
    with settled.write(now=NOW) as session:
        first, second, _ = sample.opened(session).nominees[OBLASTS[0]]

    def other() -> str:
        with settled.writing() as session:
            try:
                hear(session, second)
            except Conflict as fault:
                return str(fault)
            session.commit()
            return "set"

    with ThreadPoolExecutor(1) as pool, settled.writing() as session:
        hear(session, first)
        waiting = pool.submit(other)
        with pytest.raises(NotYet):
            waiting.result(timeout=0.5)
        session.commit()
        assert "hears another nominee" in waiting.result(timeout=120)


def test_nobody_is_heard_for_what_is_marked_without_a_name():
    book = read_rulebook(shipped_text("2020"))
    anonymous = {part.code for stage in Stage for part in book.stage(stage).marked if part.is_anonymous}
    heard = {part.code for stage in Stage for part in heard_parts(book, stage)}
    assert "essay" in anonymous
    assert heard & anonymous == set()
    assert "interview" in heard
