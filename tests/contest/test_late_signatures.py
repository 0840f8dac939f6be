"""The second signature holds to what held at the first: the stage, the finalists, and who signed."""

from __future__ import annotations

import json

import pytest
from sqlalchemy.orm import Session

from contest.certificates.queries import due_of
from contest.certificates.record import AwardKind
from contest.commissions.models import Seat, SeatRole
from contest.commissions.services import end_seat
from contest.contests import services as life
from contest.contests.queries import rulebook_of
from contest.nominees.leaving import withdraw_nominee
from contest.nominees.models import Nominee
from contest.objections.finality import is_final
from contest.objections.hearing import put_on_agenda
from contest.objections.models import ObjectionKind
from contest.objections.queries import handled_objection
from contest.objections.services import ClaimedConflict, file_objection
from contest.rulebook import Stage
from contest.standings.computation import compute_rows
from contest.standings.models import Standing
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


def opened_national(session: Session, **changes) -> sample.Sample:
    """Both regional standings final and the national stage open."""
    made = sample.marked(session, **changes)
    for oblast in OBLASTS:
        sample.waive_all(session, sample.freeze(session, oblast))
    life.open_stage(session, contest=contest(session), stage=Stage.NATIONAL, actor=ACTOR, now=NOW)
    return made


def corrected_after_leaving(session: Session, nominee: Nominee) -> Standing:
    """Somebody withdraws when the national stage is open, and the commission corrects the standing."""
    withdraw_nominee(session, nominee=nominee, reason="health", actor=ACTOR, now=NOW)
    sample.decide(session, sample.propose(session, OBLASTS[0]))
    return sample.sign(session, OBLASTS[0], reason="somebody withdrew")


def finalists(session: Session, made: sample.Sample) -> list[int]:
    return [one for one in made.nominees[OBLASTS[0]] if session.get_one(Nominee, one).is_finalist]


def test_finalists_do_not_change_behind_the_national_stage(territory: Session):
    made = sample.marked(territory)
    for oblast in OBLASTS:
        sample.waive_all(territory, sample.freeze(territory, oblast))
    [finalist] = finalists(territory, made)
    nominee = territory.get_one(Nominee, finalist)
    withdraw_nominee(territory, nominee=nominee, reason="health", actor=ACTOR, now=NOW)
    item = sample.propose(territory, OBLASTS[0])
    sample.decide(territory, item)
    sample.ask(territory, OBLASTS[0], reason="the finalist withdrew")
    life.open_stage(territory, contest=contest(territory), stage=Stage.NATIONAL, actor=ACTOR, now=NOW)
    with pytest.raises(Conflict, match="numbers have changed since this was asked"):
        sample.confirm(territory, OBLASTS[0])
    assert finalists(territory, made) == [finalist]


def test_nobody_moves_up_to_the_nation_by_a_late_correction(territory: Session):
    made = opened_national(territory)
    [finalist] = finalists(territory, made)
    standing = corrected_after_leaving(territory, territory.get_one(Nominee, finalist))
    assert [
        (row.place, row.is_finalist, "finalists-kept" in json.loads(row.flags_json))
        for row in rows_of(territory, standing)
    ] == [(1, False, True), (2, False, False)]
    assert finalists(territory, made) == [finalist]


def test_a_late_objection_that_is_granted_is_followed_by_its_standing_and_who_went_on_stays(
    territory: Session,
):
    # The second judge alone lifts nominee 2 above nominee 0.
    marks = (((6, 6, 6, 6),) * 3, ((3, 3, 3, 3),) * 3,
             ((5, 5, 5, 5), (10, 10, 10, 10), (5, 5, 5, 5)))  # fmt: skip
    made = opened_national(territory, marks=marks)
    first, second, third = (territory.get_one(Nominee, one) for one in made.nominees[OBLASTS[0]])
    late = corrected_after_leaving(territory, second)
    assert not is_final(territory, late, NOW).is_final
    objection = file_objection(
        territory, contest=contest(territory), standing=late, nominee=first, claim="They are brothers.",
        kind=ObjectionKind.CONFLICT, by=sample.on_paper(territory, first.id, late.asked_by), now=NOW,
        conflict=ClaimedConflict(made.judges[OBLASTS[0]][1], third.id, "kinship"),
    )  # fmt: skip
    item = put_on_agenda(
        territory, contest=contest(territory), meeting=sample.meeting(territory, OBLASTS[0]), actor=ACTOR,
        handled=handled_objection(territory, contest(territory), objection.number), now=NOW,
    )  # fmt: skip
    sample.decide(territory, item)
    standing = sample.sign(territory, OBLASTS[0], reason="the objection is granted", objection=objection)
    kept = [(row.nominee_id, row.place, row.is_finalist) for row in rows_of(territory, standing)]
    assert kept == [(first.id, 1, False), (third.id, 2, True)]
    assert finalists(territory, made) == [third.id]
    assert is_final(territory, standing, NOW).uncorrected == 0
    inputs = json.loads(standing.inputs_json)
    assert inputs["went_on"] == [third.id]
    again = compute_rows(inputs, rulebook_of(territory, contest(territory)))
    assert [(row.nominee_id, row.place, row.is_finalist) for row in again] == kept
    # Who went on and has no place any more was a finalist all the same, and has the finalist's diploma.
    for one in inputs["nominees"]:
        if one["id"] == third.id:
            one["marks"], one["judges"] = {}, {}
    last = compute_rows(inputs, rulebook_of(territory, contest(territory)))[-1]
    assert (last.nominee_id, last.place, last.is_finalist) == (third.id, 0, True)
    assert {"not-eligible", "finalists-kept"} < {*last.flags}
    row = rows_of(territory, standing)[-1]
    row.place, row.composite, row.shown, row.award = last.place, last.composite, last.shown, last.award
    territory.flush()
    kinds = [one.kind for one in due_of(territory, standing) if one.row.nominee_id == third.id]
    assert kinds == [AwardKind.FINALIST]


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
