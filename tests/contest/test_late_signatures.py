"""The second signature holds to what held at the first: the stage, the finalists, and who signed."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from contest.commissions.models import Seat, SeatRole
from contest.commissions.services import end_seat
from contest.contests import services as life
from contest.nominees.leaving import withdraw_nominee
from contest.nominees.models import Nominee
from contest.rulebook import Stage
from contest.standings.queries import rows_of
from core.errors import Conflict
from tests.conftest import NOW
from tests.contest import sample
from tests.contest.sample import ACTOR, OBLASTS, contest


@pytest.fixture
def territory(settled_sqlite):
    """On SQLite alone: what a signature holds to does not depend on the kind of database."""
    with settled_sqlite.writing() as session:
        yield session


def test_finalists_do_not_change_behind_the_national_stage(territory: Session):
    made = sample.marked(territory)
    for oblast in OBLASTS:
        sample.waive_all(territory, sample.freeze(territory, oblast))
    finalist = next(one for one in made.nominees[OBLASTS[0]] if territory.get_one(Nominee, one).is_finalist)
    nominee = territory.get_one(Nominee, finalist)
    withdraw_nominee(territory, nominee=nominee, reason="health", actor=ACTOR, now=NOW)
    item = sample.propose(territory, OBLASTS[0])
    sample.decide(territory, item)
    sample.ask(territory, OBLASTS[0], reason="the finalist withdrew")
    life.open_stage(territory, contest=contest(territory), stage=Stage.NATIONAL, actor=ACTOR, now=NOW)
    with pytest.raises(Conflict, match="the national stage has begun without it"):
        sample.confirm(territory, OBLASTS[0])
    assert territory.get_one(Nominee, finalist).is_finalist


def test_two_chairs_one_after_the_other_are_not_two_signatures(territory: Session):
    made = sample.marked(territory)
    sample.decide(territory, sample.propose(territory, OBLASTS[0]))
    chair = made.judges[OBLASTS[0]][0]
    sample.ask(territory, OBLASTS[0], by=chair)
    seat = territory.query(Seat).filter_by(account_id=chair).one()
    end_seat(territory, seat=seat, order_number="№ 2", actor=ACTOR, now=NOW)
    newcomer = sample.judge(territory, "newcomer", OBLASTS[0], SeatRole.CHAIR)
    with pytest.raises(Conflict, match="ask anew"):
        sample.confirm(territory, OBLASTS[0], by=newcomer)
    sample.ask(territory, OBLASTS[0])
    standing = sample.confirm(territory, OBLASTS[0], by=newcomer)
    assert (standing.asked_by, standing.confirmed_by) == (made.secretaries[OBLASTS[0]], newcomer)
    assert rows_of(territory, standing)
