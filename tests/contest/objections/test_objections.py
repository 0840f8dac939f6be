"""Objections and appeals: terms, recusals, what a granted one corrects, what waits for a final standing."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from contest.contests import services as life
from contest.meetings.models import Choice
from contest.meetings.queries import bench_for, recused_on
from contest.meetings.services import close_meeting
from contest.nominees.documents.models import DocumentKind
from contest.nominees.models import Nominee, NomineeState
from contest.nominees.services import exclude_nominee
from contest.objections.models import Objection, ObjectionKind
from contest.objections.queries import Verdict, handled_objection, is_final, objecting_until
from contest.objections.services import (
    ClaimedConflict,
    Filing,
    file_appeal,
    file_objection,
    put_on_agenda,
    waive,
    withdraw_objection,
)
from contest.rulebook import Stage
from contest.standings.models import Standing
from contest.standings.queries import latest_standing, rows_of
from core.access import Role
from core.clock import day_of
from core.errors import BadInput, Conflict, Forbidden, Gone
from core.storage import Storage
from tests.conftest import NOW
from tests.contest import sample
from tests.contest.sample import ACTOR, OBLASTS, contest

#: The standing is frozen on Monday 1 June: five days end on Saturday, so the term ends on Monday 8 June.
LAST = datetime.fromisoformat("2026-06-08T18:59:00+00:00")  # a minute before midnight in Kazakhstan
OVER = datetime.fromisoformat("2026-06-08T19:01:00+00:00")


@pytest.fixture
def territory(settled_sqlite: Storage):
    """On SQLite alone: terms and votes do not depend on the kind of database."""
    with settled_sqlite.writing() as opened:
        yield opened


@pytest.fixture
def frozen(territory: Session) -> sample.Sample:
    """A frozen regional standing: the nominees 2, 0, 1 of the oblast on places 1 to 3."""
    made = sample.marked(territory)
    sample.freeze(territory, OBLASTS[0])
    return made


def standing_of(session: Session) -> Standing:
    return latest_standing(session, contest(session), Stage.REGIONAL, OBLASTS[0])


def paper(made: sample.Sample) -> Filing:
    return Filing(made.secretaries[OBLASTS[0]], is_on_paper=True)


def objected(
    session: Session, made: sample.Sample, place: int = 0, *, now: datetime = NOW,
    kind: ObjectionKind = ObjectionKind.COMPUTATION, conflict: ClaimedConflict | None = None,
) -> Objection:  # fmt: skip
    return file_objection(
        session, contest=contest(session), standing=standing_of(session), kind=kind, conflict=conflict,
        nominee=session.get_one(Nominee, made.nominees[OBLASTS[0]][place]), claim=" The sum is wrong. ",
        by=paper(made), now=now,
    )  # fmt: skip


def decided(
    session: Session, objection: Objection, choice: Choice = Choice.YES, *, area: str | None = OBLASTS[0]
) -> None:
    meeting = sample.meeting(session, area)
    item = put_on_agenda(
        session, contest=contest(session), handled=handled(session, objection), meeting=meeting, actor=ACTOR,
        now=NOW,
    )  # fmt: skip
    sample.decide(session, item, choice=choice)
    close_meeting(session, meeting=meeting, actor=ACTOR, now=NOW)


def handled(session: Session, objection: Objection):
    return handled_objection(session, contest(session), objection.number)


def finality(session: Session, now: datetime = NOW):
    return is_final(session, standing_of(session), now)


def test_an_objection_is_taken_until_the_end_of_the_last_day(territory: Session, frozen: sample.Sample):
    assert objecting_until(territory, contest(territory), standing_of(territory)).isoformat() == "2026-06-08"
    assert (finality(territory, LAST).is_final, finality(territory, OVER).is_final) == (False, True)
    made = objected(territory, frozen, now=LAST)
    assert (made.number, made.claim, made.is_on_paper) == (1, "The sum is wrong.", True)
    with pytest.raises(Conflict, match="Objection number 1 waits for its decision"):
        objected(territory, frozen, now=LAST)
    with pytest.raises(Gone, match="The last day to object to this standing was 2026-06-08"):
        objected(territory, frozen, 1, now=OVER)
    assert objected(territory, frozen, 1, now=LAST).number == 2
    waits = finality(territory, OVER)
    assert (waits.is_final, waits.undecided) == (False, 2)


def test_only_whom_it_concerns_objects_and_with_a_claim_that_fits(territory: Session, frozen: sample.Sample):
    facts = {"contest": contest(territory), "standing": standing_of(territory), "now": NOW, "claim": "x"}
    own = territory.get_one(Nominee, frozen.nominees[OBLASTS[0]][0])
    stranger = territory.get_one(Nominee, frozen.nominees[OBLASTS[1]][0])
    with pytest.raises(Forbidden, match="does not concern"):
        file_objection(territory, nominee=stranger, kind=ObjectionKind.COMPUTATION, by=paper(frozen), **facts)
    given = {"nominee": own, "by": paper(frozen), **facts}
    with pytest.raises(BadInput, match="An excluded nominee objects to the exclusion"):
        file_objection(territory, kind=ObjectionKind.EXCLUSION, **given)
    with pytest.raises(BadInput, match="name the member, the nominee and the ground"):
        file_objection(territory, kind=ObjectionKind.CONFLICT, **given)
    with pytest.raises(BadInput, match="Say what is wrong"):
        file_objection(territory, kind=ObjectionKind.COMPUTATION, **{**given, "claim": " "})
    account = sample.account(territory, "nominee", Role.NOMINEE)
    login = {**given, "by": Filing(account), "kind": ObjectionKind.COMPUTATION}
    with pytest.raises(Forbidden, match="Only the nominee objects under this login"):
        file_objection(territory, **login)
    own.account_id = account
    assert file_objection(territory, **login).filed_by == account


def test_a_refused_objection_can_be_appealed_to_the_national_commission_at_another_meeting(
    territory: Session, frozen: sample.Sample
):
    first = objected(territory, frozen)
    decided(territory, first, Choice.NO)
    found = handled(territory, first)
    assert (found.verdict, found.appeal_until.isoformat()) == (Verdict.REFUSED, "2026-06-11")
    until = finality(territory).until
    assert until.isoformat() == "2026-06-11"
    late = NOW + timedelta(days=11)
    given = {"contest": contest(territory), "claim": "Still wrong.", "by": paper(frozen)}
    with pytest.raises(Gone, match="2026-06-11"):
        file_appeal(territory, handled=found, now=late, **given)
    appeal = file_appeal(territory, handled=found, now=NOW, **given)
    with pytest.raises(Conflict, match="only once"):
        file_appeal(territory, handled=handled(territory, first), now=NOW, **given)
    with pytest.raises(BadInput, match="by another commission"):
        decided(territory, appeal)
    decided(territory, appeal, area=None)
    assert finality(territory, late).uncorrected == 1
    second = sample.sign(territory, OBLASTS[0], reason="the appeal is granted", objection=appeal)
    assert (second.version, second.inputs_digest) == (2, territory.get_one(Standing, 1).inputs_digest)
    assert appeal.settled_by == second.id


def test_a_granted_conflict_strikes_the_marks_and_corrects_the_standing(
    territory: Session, frozen: sample.Sample
):
    judges, nominees = frozen.judges[OBLASTS[0]], frozen.nominees[OBLASTS[0]]
    claim = ClaimedConflict(judges[1], nominees[2], "kinship")
    with pytest.raises(BadInput, match="name the member"):
        objected(territory, frozen, kind=ObjectionKind.CONFLICT, conflict=ClaimedConflict(
            frozen.judges[OBLASTS[1]][0], nominees[2], "kinship"
        ))  # fmt: skip
    objection = objected(territory, frozen, kind=ObjectionKind.CONFLICT, conflict=claim)
    other = objected(territory, frozen, 1)
    meeting = sample.meeting(territory, OBLASTS[0])
    item = put_on_agenda(
        territory, contest=contest(territory), handled=handled(territory, objection), meeting=meeting,
        actor=ACTOR, now=NOW,
    )  # fmt: skip
    assert recused_on(territory, item) == {judges[1]: "kinship"}
    assert judges[1] not in bench_for(territory, item).entitled
    sample.decide(territory, item)
    given = {"reason": "marks of a member in conflict", "objection": objection}
    with pytest.raises(Conflict, match="Objection number 2 to the same standing waits"):
        sample.ask(territory, OBLASTS[0], **given)
    withdraw_objection(
        territory, contest=contest(territory), handled=handled(territory, other), by=paper(frozen), now=NOW
    )
    before = {row.nominee_id: row.components_json for row in rows_of(territory, standing_of(territory))}
    corrected = sample.sign(territory, OBLASTS[0], **given)
    after = {row.nominee_id: row.components_json for row in rows_of(territory, corrected)}
    assert [number for number in before if before[number] != after[number]] == [nominees[2]]
    assert (corrected.version, corrected.item_id, objection.settled_by) == (2, None, corrected.id)
    assert len(recused_on(territory, item)) == 1
    with pytest.raises(Conflict, match="has its corrected standing"):
        sample.ask(territory, OBLASTS[0], **given)
    assert finality(territory).until == objecting_until(territory, contest(territory), corrected)


def test_an_excluded_nominee_objects_and_is_back_with_the_marks(territory: Session):
    made = sample.marked(territory)
    number = made.nominees[OBLASTS[0]][2]
    sample.exclude(territory, number)
    sample.freeze(territory, OBLASTS[0])
    objection = objected(territory, made, 2, kind=ObjectionKind.EXCLUSION)
    with pytest.raises(Conflict, match="is not granted"):
        sample.ask(territory, OBLASTS[0], reason="x", objection=objection)
    decided(territory, objection)
    corrected = sample.sign(territory, OBLASTS[0], reason="the exclusion was wrong", objection=objection)
    assert [row.nominee_id for row in rows_of(territory, corrected)][0] == number
    nominee = territory.get_one(Nominee, number)
    assert (nominee.state, nominee.ground, nominee.is_finalist) == (NomineeState.REGISTERED, None, True)
    with pytest.raises(Conflict, match="a carried vote on this ground alone"):
        exclude_nominee(
            territory, nominee=nominee, ground="not-in-post", reason="again", actor=ACTOR, now=NOW
        )


def test_a_right_given_up_is_given_up_for_good_and_for_this_version(
    territory: Session, frozen: sample.Sample
):
    standing = standing_of(territory)
    given = {"contest": contest(territory), "standing": standing, "by": paper(frozen), "now": NOW}
    nominees = [territory.get_one(Nominee, one) for one in frozen.nominees[OBLASTS[0]]]
    objection = objected(territory, frozen)
    with pytest.raises(Conflict, match="waits for its decision"):
        waive(territory, nominee=nominees[0], **given)
    withdraw_objection(
        territory, contest=contest(territory), handled=handled(territory, objection), by=paper(frozen),
        now=NOW,
    )  # fmt: skip
    for nominee in nominees:
        assert not finality(territory).is_final
        sample.document(territory, nominee, DocumentKind.WAIVER)
        waive(territory, nominee=nominee, **given)
    assert (finality(territory).is_final, finality(territory).until) == (True, None)
    with pytest.raises(Conflict, match="was given up"):
        objected(territory, frozen)


def test_a_right_given_up_on_paper_needs_the_paper_of_this_very_version(
    territory: Session, frozen: sample.Sample
):
    standing = standing_of(territory)
    given = {"contest": contest(territory), "standing": standing, "by": paper(frozen), "now": NOW}
    first, second = (territory.get_one(Nominee, one) for one in frozen.nominees[OBLASTS[0]][:2])
    earlier = standing.frozen_at - timedelta(hours=1)
    sample.document(territory, first, DocumentKind.WAIVER, now=earlier)
    sample.document(territory, first, DocumentKind.OTHER)
    sample.document(territory, second, DocumentKind.WAIVER)
    with pytest.raises(Conflict, match=f"The signed paper of {first.name_kk} is not handed in"):
        waive(territory, nominee=first, **given)
    rests_on = sample.document(territory, first, DocumentKind.WAIVER, of="this version").id
    assert waive(territory, nominee=first, **given).document_id == rests_on
    waive(territory, nominee=second, **given).document_id = None
    with pytest.raises(IntegrityError, match="paper_is_there"):
        territory.flush()
    territory.rollback()


def test_nothing_goes_on_before_a_standing_is_final(territory: Session):
    sample.marked(territory)
    first, last = (sample.freeze(territory, oblast) for oblast in OBLASTS)
    sample.waive_all(territory, first)
    given = {"contest": contest(territory), "stage": Stage.NATIONAL, "actor": ACTOR}
    with pytest.raises(Conflict, match="nobody can object to the standing of Түркістан облысы any more"):
        life.open_stage(territory, now=LAST, **given)
    assert day_of(LAST) == objecting_until(territory, contest(territory), last)
    life.open_stage(territory, now=OVER, **given)


def test_two_objections_at_once_get_two_numbers(settled: Storage):
    with settled.write(now=NOW) as session:
        made = sample.marked(session)
        sample.freeze(session, OBLASTS[0])
    gate, faults = threading.Barrier(2), []

    def act(place: int) -> None:
        gate.wait()
        try:
            with settled.write(now=NOW) as session:
                objected(session, made, place)
        except Exception as fault:  # the main thread tells it
            faults.append(fault)

    threads = [threading.Thread(target=act, args=(place,)) for place in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    with settled.read() as session:
        assert sorted(session.scalars(select(Objection.number))) == [1, 2]
        assert session.scalar(select(func.count()).select_from(Objection)) == 2
