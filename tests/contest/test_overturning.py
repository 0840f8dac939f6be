"""What somebody would try who wants to overturn or to steer a result: each way there is is closed."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from contest.certificates.queries import Status, status_of
from contest.certificates.services import reissue_certificate
from contest.commissions.models import SeatRole
from contest.commissions.queries import commission_of, seats_of
from contest.commissions.services import end_seat, give_seat
from contest.contests import services as life
from contest.contests.checklist import checklist
from contest.contests.models import ContestState
from contest.contests.queries import rulebook_of
from contest.decisions.publication import published_decisions
from contest.decisions.services import propose_exclusion
from contest.jury.services import declare_conflict
from contest.jury.sight import is_kept_from
from contest.meetings.models import Choice
from contest.nominees.documents.models import DocumentKind
from contest.nominees.leaving import withdraw_nominee
from contest.nominees.models import Nominee, NomineeState
from contest.objections.finality import exclusion_until, is_final
from contest.objections.hearing import put_on_agenda
from contest.objections.models import ObjectionKind
from contest.objections.queries import Verdict, exclusions_in_force, handled_objection
from contest.objections.services import (
    Filing,
    file_appeal,
    file_objection,
    object_to_exclusion,
    withdraw_objection,
)
from contest.rulebook import Stage
from contest.standings.queries import rows_of
from core.access import Role, Scope
from core.accounts.queries import Staff
from core.clock import day_of
from core.errors import Conflict
from tests.conftest import NOW
from tests.contest import sample
from tests.contest.certificates.sample import frozen, issue
from tests.contest.certificates.test_register import REISSUE
from tests.contest.sample import ACTOR, OBLASTS, contest

FACTS = {"actor": ACTOR, "now": NOW}


@pytest.fixture
def territory(settled_sqlite):
    """On SQLite alone: none of these ways depends on the kind of database."""
    with settled_sqlite.writing() as session:
        yield session


def at_the_national_stage(session: Session) -> sample.Sample:
    made = sample.marked(session)
    for oblast in OBLASTS:
        sample.waive_all(session, sample.freeze(session, oblast))
    life.open_stage(session, contest=contest(session), stage=Stage.NATIONAL, **FACTS)
    return made


def test_a_secretary_takes_nobody_out_without_the_signed_paper(territory: Session):
    made = sample.opened(territory)
    nominee = territory.get_one(Nominee, made.nominees[OBLASTS[0]][0])
    with pytest.raises(Conflict, match="Add the signed withdrawal"):
        withdraw_nominee(territory, nominee=nominee, reason="as agreed", is_on_paper=True, **FACTS)
    assert nominee.state is NomineeState.REGISTERED
    sample.document(territory, nominee, DocumentKind.WITHDRAWAL)
    withdraw_nominee(territory, nominee=nominee, reason="own wish", is_on_paper=True, **FACTS)
    assert nominee.state is NomineeState.WITHDRAWN


def test_a_correction_of_the_rules_ends_no_term_that_runs(territory: Session):
    made = sample.regional(territory)
    sample.exclude(territory, made.nominees[OBLASTS[0]][0])
    shorter = sample.rules_text().replace("objection_days = 5", "objection_days = 2")
    longer = sample.rules_text().replace("objection_days = 5", "objection_days = 9")
    given = {"contest": contest(territory), "reason": "x", "actor": ACTOR, **sample.ORDER}
    with pytest.raises(Conflict, match="cannot end a term earlier"):
        life.correct_rules(territory, rules_text=shorter, now=NOW, **given)
    life.correct_rules(territory, rules_text=longer, now=NOW, **given)
    (exclusion,) = exclusions_in_force(territory, contest(territory))
    last = exclusion_until(territory, contest(territory), exclusion)
    assert last == day_of(NOW + timedelta(days=9))
    # Once it is over it is not shortened any more.
    life.correct_rules(territory, rules_text=shorter, now=NOW + timedelta(days=10), **given)
    assert rulebook_of(territory, contest(territory)).terms.objection_days == 2


def test_an_oblast_does_not_exclude_a_finalist_by_an_item_it_kept_back(territory: Session):
    made = sample.marked(territory)
    for oblast in OBLASTS:
        sample.waive_all(territory, sample.freeze(territory, oblast))
    finalist = territory.get_one(Nominee, made.nominees[OBLASTS[0]][2])
    item = propose_exclusion(
        territory, contest=contest(territory), meeting=sample.meeting(territory, OBLASTS[0]),
        nominee=finalist, ground="not-in-post", **FACTS,
    )  # fmt: skip
    life.open_stage(territory, contest=contest(territory), stage=Stage.NATIONAL, **FACTS)
    sample.decide(territory, item)
    assert (item.is_carried, finalist.state) == (True, NomineeState.REGISTERED)
    assert exclusions_in_force(territory, contest(territory)) == []
    found = contest(territory)
    found.state, found.published_at = ContestState.PUBLISHED, NOW
    told = published_decisions(territory, found)
    assert [one.exclusions for one in told.areas] == [(), ()]


def test_the_national_stage_does_not_open_for_finalists_who_have_left(territory: Session):
    made = sample.marked(territory)
    for oblast in OBLASTS:
        sample.waive_all(territory, sample.freeze(territory, oblast))
        best = territory.get_one(Nominee, made.nominees[oblast][2])
        assert best.is_finalist
        withdraw_nominee(territory, nominee=best, reason="own wish", **FACTS)
    missing = [str(one.label) for one in checklist(territory, contest(territory), now=NOW) if not one.done]
    assert missing == ["there is at least one finalist who takes part"]
    sample.decide(territory, sample.propose(territory, OBLASTS[0]))
    sample.waive_all(territory, sample.sign(territory, OBLASTS[0], reason="the best has left"))
    life.open_stage(territory, contest=contest(territory), stage=Stage.NATIONAL, **FACTS)


def test_an_exclusion_that_is_heard_shows_nobody_the_regional_scores(territory: Session):
    made = at_the_national_stage(territory)
    finalist = made.nominees[OBLASTS[0]][2]
    sample.exclude(territory, finalist)
    (exclusion,) = exclusions_in_force(territory, contest(territory))
    by = sample.on_paper(territory, finalist, made.secretaries[None])
    objection = object_to_exclusion(
        territory, contest=contest(territory), exclusion=exclusion, claim="I am in the post.", by=by, now=NOW
    )
    put_on_agenda(
        territory, contest=contest(territory), meeting=sample.meeting(territory, None),
        handled=handled_objection(territory, contest(territory), objection.number), **FACTS,
    )  # fmt: skip
    member = Staff(made.judges[None][1], "member", "Member", 1, (Scope(Role.MEMBER),))
    assert is_kept_from(territory, contest(territory), OBLASTS[0], member)


def test_what_a_correction_took_away_is_not_given_back_by_a_new_copy(territory: Session, tmp_path: Path):
    first = frozen(territory)
    issued = issue(territory, first, tmp_path)
    winner = rows_of(territory, first)[0].nominee_id
    own = next(one for one in issued if one.nominee_id == winner)
    sample.exclude(territory, winner)
    with pytest.raises(Conflict, match="not borne out by the standing in force"):
        reissue_certificate(territory, certificate=own, directory=tmp_path, **REISSUE)
    sample.decide(territory, sample.propose(territory, OBLASTS[0]))
    sample.sign(territory, OBLASTS[0], reason="excluded")
    with pytest.raises(Conflict, match="not borne out by the standing in force"):
        reissue_certificate(territory, certificate=own, directory=tmp_path, **REISSUE)
    assert status_of(own) is Status.REVOKED


def test_a_granted_objection_carries_no_change_that_nobody_voted_on(territory: Session):
    made = sample.marked(territory)
    standing, later = sample.freeze(territory, OBLASTS[0]), NOW + timedelta(hours=1)
    judge, nominees = made.judges[OBLASTS[0]][1], made.nominees[OBLASTS[0]]
    given = {"contest": contest(territory), "now": NOW}
    objection = file_objection(
        territory, standing=standing, kind=ObjectionKind.COMPUTATION, claim="The sum is wrong.",
        nominee=territory.get_one(Nominee, nominees[0]),
        by=sample.on_paper(territory, nominees[0], standing.asked_by), **given,
    )  # fmt: skip
    item = put_on_agenda(
        territory, meeting=sample.meeting(territory, OBLASTS[0]), actor=ACTOR,
        handled=handled_objection(territory, contest(territory), objection.number), **given,
    )  # fmt: skip
    sample.decide(territory, item)
    # Scores are seen by now: who declares a conflict takes no mark out of the numbers.
    declare_conflict(
        territory, contest=contest(territory), stage=Stage.REGIONAL, details=None, ground="kinship",
        nominee=territory.get_one(Nominee, nominees[2]), judge_account_id=judge, actor=ACTOR, now=later,
    )  # fmt: skip
    correction = {"reason": "the sum", "objection": objection}
    corrected = sample.sign(territory, OBLASTS[0], now=later, **correction)
    assert (corrected.version, objection.settled_by) == (2, corrected.id)
    assert corrected.inputs_digest == standing.inputs_digest


def test_an_appeal_that_is_taken_back_uses_up_no_right(territory: Session):
    made = sample.marked(territory)
    standing = sample.freeze(territory, OBLASTS[0])
    nominee = territory.get_one(Nominee, made.nominees[OBLASTS[0]][0])
    given = {"contest": contest(territory), "now": NOW}

    def on_paper() -> Filing:
        return sample.on_paper(territory, nominee.id, standing.asked_by)

    def handled(objection):
        return handled_objection(territory, contest(territory), objection.number)

    refused = file_objection(
        territory, standing=standing, kind=ObjectionKind.COMPUTATION, claim="The sum is wrong.",
        nominee=nominee, by=on_paper(), **given,
    )  # fmt: skip
    item = put_on_agenda(
        territory, contest=contest(territory), meeting=sample.meeting(territory, OBLASTS[0]),
        handled=handled(refused), **FACTS,
    )  # fmt: skip
    sample.decide(territory, item, choice=Choice.NO)
    first = file_appeal(territory, handled=handled(refused), claim="x", by=on_paper(), **given)
    with pytest.raises(Conflict, match="only once"):
        file_appeal(territory, handled=handled(refused), claim="y", by=on_paper(), **given)
    withdraw_objection(territory, handled=handled(first), by=on_paper(), **given)
    assert not is_final(territory, standing, NOW + timedelta(days=9)).is_final
    said = {"claim": "Two marks are missing.", "by": on_paper()}
    second = file_appeal(territory, handled=handled(refused), **said, **given)
    assert (handled(first).verdict, handled(refused).appeal) == (Verdict.WITHDRAWN, second)


def test_nothing_is_published_while_somebody_excluded_holds_an_award(territory: Session):
    sample.national(territory)
    standing = sample.freeze(territory, None, stage=Stage.NATIONAL)
    winner = next(row.nominee_id for row in rows_of(territory, standing) if row.award)
    sample.exclude(territory, winner)
    sample.waive_all(territory, standing)
    with pytest.raises(Conflict, match="nobody who was excluded holds an award"):
        life.publish_results(territory, contest=contest(territory), **FACTS)
    # Who signs is replaced, where somebody has left.
    made = commission_of(territory, contest(territory), Stage.NATIONAL, None)
    (chair,) = (one for one, _person in seats_of(territory, made) if one.role is SeatRole.CHAIR)
    end_seat(territory, seat=chair, order_number="№ 8", **FACTS)
    give_seat(
        territory, commission=made, account_id=chair.account_id, role=SeatRole.CHAIR, order_number="№ 9",
        from_on=day_of(NOW), **FACTS,
    )  # fmt: skip
    sample.decide(territory, sample.propose(territory, None))
    corrected = sample.sign(territory, None, reason="the winner was excluded")
    sample.waive_all(territory, corrected)
    life.publish_results(territory, contest=contest(territory), **FACTS)
    assert contest(territory).state is ContestState.PUBLISHED
    assert winner not in {row.nominee_id for row in rows_of(territory, corrected)}
