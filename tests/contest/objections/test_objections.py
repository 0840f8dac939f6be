"""Objections and appeals: terms, recusals, what a granted one corrects, what waits for a final standing."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from contest.commissions.models import SeatRole
from contest.commissions.queries import commission_of, seats_of
from contest.commissions.services import call_up, end_seat, give_seat, send_back
from contest.contests import services as life
from contest.contests.models import ContestState
from contest.decisions.publication import published_decisions
from contest.decisions.services import propose_exclusion
from contest.meetings.models import Choice, Meeting, Presence
from contest.meetings.protocol import protocol_of
from contest.meetings.queries import bench_for, roll_of
from contest.meetings.recusals import DECIDED_BEFORE, recused_on
from contest.meetings.services import close_meeting
from contest.nominees.documents.models import DocumentKind
from contest.nominees.leaving import exclude_all_who_left
from contest.nominees.models import Nominee, NomineeExclusion, NomineeState
from contest.objections.finality import finality_by_area, is_final, objecting_until
from contest.objections.hearing import put_on_agenda
from contest.objections.models import Objection, ObjectionKind
from contest.objections.queries import Verdict, exclusions_in_force, handled_objection
from contest.objections.services import (
    ClaimedConflict,
    Filing,
    file_appeal,
    file_objection,
    object_to_exclusion,
    withdraw_objection,
)
from contest.objections.waivers import waive, waive_exclusion
from contest.rulebook import Stage
from contest.standings.models import Standing
from contest.standings.queries import latest_standing, rows_of
from core.access import Role
from core.accounts.models import AccountScope
from core.clock import day_of
from core.errors import BadInput, Conflict, Forbidden, Gone
from core.places.models import Official
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


def signed(session: Session, made: sample.Sample, place: int = 0) -> Filing:
    """What the nominee of a place signed."""
    return sample.on_paper(session, made.nominees[OBLASTS[0]][place], made.secretaries[OBLASTS[0]])


def objected(
    session: Session, made: sample.Sample, place: int = 0, *, now: datetime = NOW,
    kind: ObjectionKind = ObjectionKind.COMPUTATION, conflict: ClaimedConflict | None = None,
) -> Objection:  # fmt: skip
    return file_objection(
        session, contest=contest(session), standing=standing_of(session), kind=kind, conflict=conflict,
        nominee=session.get_one(Nominee, made.nominees[OBLASTS[0]][place]), claim=" The sum is wrong. ",
        by=signed(session, made, place), now=now,
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
    given = {"nominee": own, "by": signed(territory, frozen), **facts}
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
    for missing in (paper(frozen), signed(territory, frozen, 1)):
        with pytest.raises(Conflict, match=f"The signed paper of {own.name_kk} is missing"):
            file_objection(territory, kind=ObjectionKind.COMPUTATION, **{**given, "by": missing})
    own.account_id = account
    filed = file_objection(territory, **login)
    assert (filed.filed_by, filed.document_id) == (account, None)
    filed.is_on_paper = True
    with pytest.raises(IntegrityError, match="paper_is_there"):
        territory.flush()
    territory.rollback()


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
    given = {"contest": contest(territory), "claim": "Still wrong.", "by": signed(territory, frozen)}
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


def excluded(session: Session, made: sample.Sample, place: int) -> NomineeExclusion:
    nominee = session.get_one(Nominee, made.nominees[OBLASTS[0]][place])
    sample.exclude(session, nominee.id)
    return exclusions_in_force(session, contest(session), nominee=nominee)[0]


def against(session: Session, made: sample.Sample, exclusion: NomineeExclusion, now: datetime = NOW):
    secretary = made.secretaries[OBLASTS[0]]
    return object_to_exclusion(
        session, contest=contest(session), exclusion=exclusion, claim="I am in the post.", now=now,
        by=sample.on_paper(session, exclusion.nominee_id, secretary),
    )  # fmt: skip


def test_an_excluded_nominee_objects_and_is_back_with_the_marks(territory: Session):
    made = sample.marked(territory)
    exclusion = excluded(territory, made, 2)
    sample.freeze(territory, OBLASTS[0])
    with pytest.raises(Forbidden, match="does not concern"):
        objected(territory, made, 2)
    objection = against(territory, made, exclusion)
    with pytest.raises(Conflict, match="waits for its decision"):
        against(territory, made, exclusion)
    with pytest.raises(Conflict, match="is not granted"):
        sample.ask(territory, OBLASTS[0], reason="x", objection=objection)
    decided(territory, objection)
    nominee = territory.get_one(Nominee, exclusion.nominee_id)
    assert (nominee.state, nominee.ground, exclusion.undone_at) == (NomineeState.REGISTERED, None, NOW)
    assert finality(territory).uncorrected == 1
    corrected = sample.sign(territory, OBLASTS[0], reason="the exclusion was wrong", objection=objection)
    assert [row.nominee_id for row in rows_of(territory, corrected)][0] == nominee.id
    assert (nominee.is_finalist, objection.settled_by, objection.settled_at) == (True, corrected.id, NOW)
    with pytest.raises(Conflict, match="This exclusion is undone"):
        against(territory, made, exclusion)


def test_what_an_appeal_undid_is_not_voted_again_on_the_same_ground(territory: Session):
    made = sample.marked(territory)
    nominee = territory.get_one(Nominee, made.nominees[OBLASTS[0]][2])
    # The commission's own second thoughts bind nobody: it may vote again, and an objection may follow again.
    own = against(territory, made, excluded(territory, made, 2))
    decided(territory, own)
    objection = against(territory, made, excluded(territory, made, 2))
    decided(territory, objection, Choice.NO)
    appeal = file_appeal(
        territory, contest=contest(territory), handled=handled(territory, objection), claim="I am there.",
        by=signed(territory, made, 2), now=NOW,
    )  # fmt: skip
    decided(territory, appeal, area=None)
    assert nominee.state is NomineeState.REGISTERED
    with pytest.raises(Conflict, match="An appeal has undone the exclusion of"):
        sample.exclude(territory, nominee.id)
    sample.exclude(territory, nominee.id, ground="false-information")
    assert nominee.state is NomineeState.EXCLUDED


def test_an_exclusion_can_be_objected_to_where_nobody_is_left_to_stand_in_a_standing(territory: Session):
    made = sample.marked(territory)
    own = [excluded(territory, made, place) for place in range(3)]
    sample.waive_all(territory, sample.freeze(territory, OBLASTS[1]))
    step = {"contest": contest(territory), "stage": Stage.NATIONAL, "actor": ACTOR}
    with pytest.raises(Conflict, match="nobody can object to an exclusion in Алматы облысы any more"):
        life.open_stage(territory, now=LAST, **step)
    found = finality_by_area(territory, contest(territory), [], LAST)
    assert list(found) == [(Stage.REGIONAL, OBLASTS[0])]
    with pytest.raises(Gone, match="object to this exclusion was 2026-06-08"):
        against(territory, made, own[0], OVER)
    refused, granted = (against(territory, made, one, LAST) for one in own[:2])
    decided(territory, refused, Choice.NO)
    decided(territory, granted)
    assert granted.settled_at == NOW and granted.settled_by is None
    states = [territory.get_one(Nominee, one.nominee_id).state for one in own]
    assert states == [NomineeState.EXCLUDED, NomineeState.REGISTERED, NomineeState.EXCLUDED]
    own_contest = contest(territory)
    own_contest.state, own_contest.published_at = ContestState.PUBLISHED, NOW
    told = published_decisions(territory, own_contest).areas[0]
    assert (told.unit.kato, told.is_frozen, len(told.exclusions), len(told.objections)) == (
        OBLASTS[0], False, 3, 2,
    )  # fmt: skip
    own_contest.state, own_contest.published_at = ContestState.REGIONAL, None
    territory.flush()
    with pytest.raises(Conflict, match="the regional standing of Алматы облысы is frozen"):
        life.open_stage(territory, now=OVER, **step)
    standing = sample.freeze(territory, OBLASTS[0])
    assert [row.nominee_id for row in rows_of(territory, standing)] == [own[1].nominee_id]
    assert finality(territory).until.isoformat() == "2026-06-11"  # the refusal can be appealed


def test_who_was_taken_out_by_rule_objects_and_is_not_taken_out_so_again(territory: Session):
    made = sample.opened(territory, nominees=1)
    sample.seat_commissions(territory, made)
    nominee = territory.get_one(Nominee, made.nominees[OBLASTS[0]][0])
    territory.get_one(Official, nominee.official_id).until_on = NOW.date() - timedelta(days=1)
    exclude_all_who_left(territory, NOW)
    (exclusion,) = exclusions_in_force(territory, contest(territory))
    assert (exclusion.stage, exclusion.oblast_kato, exclusion.item_id) == (Stage.REGIONAL, OBLASTS[0], None)
    decided(territory, against(territory, made, exclusion))
    exclude_all_who_left(territory, NOW)
    assert nominee.state is NomineeState.REGISTERED


def test_an_exclusion_after_freezing_keeps_the_standing_open_for_its_own_term(
    territory: Session, frozen: sample.Sample
):
    sample.waive_all(territory, standing_of(territory))
    assert finality(territory).is_final
    exclusion = excluded(territory, frozen, 0)
    assert (finality(territory).is_final, finality(territory).until.isoformat()) == (False, "2026-06-08")
    objection = against(territory, frozen, exclusion)
    decided(territory, objection)
    # The frozen standing still names the nominee: nothing has to be corrected.
    assert (objection.settled_at, finality(territory).is_final) == (NOW, True)
    again = excluded(territory, frozen, 0)
    sample.document(territory, territory.get_one(Nominee, again.nominee_id), DocumentKind.WAIVER, of="again")
    by = {"contest": contest(territory), "exclusion": again, "by": paper(frozen), "now": NOW}
    assert waive_exclusion(territory, **by) is waive_exclusion(territory, **by)
    assert finality(territory).is_final
    with pytest.raises(Conflict, match="was given up"):
        against(territory, frozen, again)


def test_the_exclusion_of_a_finalist_is_the_national_commissions_matter_once_its_stage_is_open(
    territory: Session,
):
    made = sample.national(territory)
    finalist = territory.get_one(Nominee, made.nominees[OBLASTS[0]][2])
    given = {"contest": contest(territory), "nominee": finalist, "ground": "not-in-post", "actor": ACTOR}
    with pytest.raises(BadInput, match="by another commission"):
        propose_exclusion(territory, meeting=sample.meeting(territory, OBLASTS[0]), now=NOW, **given)
    exclusion = excluded(territory, made, 2)
    standing = sample.freeze(territory, None, stage=Stage.NATIONAL)
    assert (exclusion.stage, is_final(territory, standing, LAST).until) == (Stage.NATIONAL, day_of(LAST))
    objection = against(territory, made, exclusion)
    decided(territory, objection, area=None)
    corrected = sample.sign(territory, None, reason="the exclusion was wrong", objection=objection)
    assert finalist.id in {row.nominee_id for row in rows_of(territory, corrected)}


def test_whom_a_correction_leaves_out_is_no_finalist_any_more(territory: Session, frozen: sample.Sample):
    best = territory.get_one(Nominee, frozen.nominees[OBLASTS[0]][2])
    assert best.is_finalist
    excluded(territory, frozen, 2)
    sample.decide(territory, sample.propose(territory, OBLASTS[0]))
    sample.sign(territory, OBLASTS[0], reason="one is excluded")
    territory.refresh(best)
    assert not best.is_finalist


def test_an_appeal_is_heard_at_another_meeting_by_others_than_those_who_refused(
    territory: Session, frozen: sample.Sample
):
    both = frozen.judges[OBLASTS[0]][1]
    territory.add(AccountScope(account_id=both, role=Role.MEMBER, oblast_kato=None))
    territory.flush()
    give_seat(
        territory, commission=commission_of(territory, contest(territory), Stage.NATIONAL, None),
        account_id=both, role=SeatRole.MEMBER, from_on=NOW.date(), order_number="1", actor=ACTOR, now=NOW,
    )  # fmt: skip
    first = objected(territory, frozen)
    decided(territory, first, Choice.NO)
    appeal = file_appeal(
        territory, contest=contest(territory), handled=handled(territory, first), claim="Still wrong.",
        by=signed(territory, frozen), now=NOW,
    )  # fmt: skip
    item = put_on_agenda(
        territory, contest=contest(territory), handled=handled(territory, appeal), actor=ACTOR, now=NOW,
        meeting=sample.meeting(territory, None),
    )  # fmt: skip
    assert recused_on(territory, item) == dict.fromkeys(sorted(frozen.judges[OBLASTS[0]]), DECIDED_BEFORE)
    sample.decide(territory, item)
    roll = roll_of(territory, item)
    assert (roll.presence[both], roll.grounds[both]) == (Presence.RECUSED, DECIDED_BEFORE)
    assert roll.present == set(frozen.judges[None])
    votes = protocol_of(territory, territory.get_one(Meeting, item.meeting_id), "ru").items[0].votes
    assert ("участвовал(а) в решении по обжалуемому возражению" in votes[-1][1], len(votes)) == (True, 4)


def test_an_appeal_against_the_national_commission_itself_waits_for_others_who_hear_it(territory: Session):
    made = sample.national(territory)
    standing = sample.freeze(territory, None, stage=Stage.NATIONAL)
    given = {"contest": contest(territory), "now": NOW, "claim": "The sum is wrong."}
    first = file_objection(
        territory, standing=standing, kind=ObjectionKind.COMPUTATION, **given, by=signed(territory, made, 2),
        nominee=territory.get_one(Nominee, made.nominees[OBLASTS[0]][2]),
    )  # fmt: skip
    decided(territory, first, Choice.NO, area=None)
    by = signed(territory, made, 2)
    appeal = file_appeal(territory, handled=handled(territory, first), by=by, **given)
    with pytest.raises(Conflict, match="Conflicts leave 0 who may vote on this item"):
        decided(territory, appeal, area=None)
    close_meeting(territory, meeting=sample.meeting(territory, None), actor=ACTOR, now=NOW)
    # The outcome is frozen, and yet alternates get seats, because an appeal waits.
    others = [sample.judge(territory, f"other-{one}", None, SeatRole.ALTERNATE) for one in range(2)]
    decided(territory, appeal, area=None)
    assert handled(territory, appeal).verdict is Verdict.GRANTED
    assert roll_of(territory, handled(territory, appeal).item).present == set(others)
    sample.sign(territory, None, reason="the appeal is granted", objection=appeal)
    commission = commission_of(territory, contest(territory), Stage.NATIONAL, None)
    seats = {account.id: seat for seat, account in seats_of(territory, commission)}
    order = {"order_number": "1", "actor": ACTOR, "now": NOW}
    alternate, member = seats[others[0]], seats[made.judges[None][1]]
    for late in (
        lambda: sample.judge(territory, "too-late", None, SeatRole.ALTERNATE),
        lambda: call_up(territory, alternate=alternate, member=member, **order),
        lambda: send_back(territory, alternate=alternate, **order),
        lambda: end_seat(territory, seat=member, **order),
    ):
        with pytest.raises(Conflict, match="The outcome is frozen: the commission stays as it was"):
            late()


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
