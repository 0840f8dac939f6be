"""Marking: who may mark, drafts and confirmed marks, conflicts, quorum and closing."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from contest.commissions.models import SeatRole
from contest.contests.queries import rulebook_of
from contest.jury.models import Mark
from contest.jury.own import own_list
from contest.jury.queries import complete_marks, judging, panel, progress
from contest.jury.services import declare_conflict, open_marking
from contest.nominees.models import Nominee
from contest.rulebook import Stage
from core.access import Role
from core.accounts.models import Account
from core.errors import BadInput, Conflict, Forbidden
from tests.conftest import NOW
from tests.contest import sample
from tests.contest.sample import ACTOR, OBLASTS, contest

FULL = (8, 7, 9, 6)


@pytest.fixture
def territory(settled):
    with settled.writing() as opened:
        yield opened


def kept(session: Session) -> list[tuple[int, bool]]:
    return [
        (mark.value, mark.confirmed_at is not None)
        for mark in session.scalars(select(Mark).order_by(Mark.criterion))
    ]


def recuse(session: Session, nominee: int, judge: int, ground: str = "kinship") -> None:
    declare_conflict(
        session, contest=contest(session), stage=Stage.REGIONAL, nominee=session.get_one(Nominee, nominee),
        ground=ground, details=None, judge_account_id=judge, actor=f"account:{judge}", now=NOW,
    )  # fmt: skip


def test_a_draft_can_be_changed_and_confirmed_marks_stand(territory: Session):
    made = sample.regional(territory)
    nominee, judge = made.nominees[OBLASTS[0]][0], made.judges[OBLASTS[0]][0]
    sample.mark(territory, nominee, judge, (5, 5), confirm=False)
    sample.mark(territory, nominee, judge, (1,), confirm=False)
    assert kept(territory) == [(1, False)]
    with pytest.raises(BadInput, match="has no mark yet"):
        sample.mark(territory, nominee, judge, (5, 5))
    sample.mark(territory, nominee, judge, FULL)
    assert [confirmed for _, confirmed in kept(territory)] == [True] * 4
    with pytest.raises(Conflict, match="they stand"):
        sample.mark(territory, nominee, judge, FULL)


@pytest.mark.parametrize("value", [-1, 11])
def test_a_mark_off_the_scale_is_refused(territory: Session, value: int):
    made = sample.regional(territory)
    with pytest.raises(BadInput, match=f"{value} is off the scale; give a mark from 0 to 10"):
        sample.mark(
            territory, made.nominees[OBLASTS[0]][0], made.judges[OBLASTS[0]][0], (value,), confirm=False
        )
    assert kept(territory) == []


def test_only_the_oblasts_own_commission_marks(territory: Session):
    made = sample.regional(territory)
    nominee = made.nominees[OBLASTS[0]][0]
    outsiders = [
        made.judges[OBLASTS[1]][0], made.judges[None][0], made.secretaries[OBLASTS[0]],
        sample.account(territory, "without-a-seat", Role.MEMBER, OBLASTS[0]),
    ]  # fmt: skip
    for judge in outsiders:
        with pytest.raises(Forbidden):
            sample.mark(territory, nominee, judge, FULL)
    sample.mark(territory, nominee, made.judges[OBLASTS[0]][0], FULL)
    assert panel(territory, contest(territory), Stage.REGIONAL, OBLASTS[0]) == set(made.judges[OBLASTS[0]])


def test_a_conflict_takes_the_judge_out_for_good(territory: Session):
    made = sample.regional(territory)
    nominee, judges = made.nominees[OBLASTS[0]][0], made.judges[OBLASTS[0]]
    sample.mark(territory, nominee, judges[0], FULL)
    recuse(territory, nominee, judges[0])
    assert kept(territory) == []
    with pytest.raises(Conflict, match="conflict of interests"):
        sample.mark(territory, nominee, judges[0], FULL)
    with pytest.raises(Conflict, match="before"):
        recuse(territory, nominee, judges[0])
    with pytest.raises(BadInput, match="“weather” is none"):
        recuse(territory, nominee, judges[1], "weather")
    rules = rulebook_of(territory, contest(territory)).regional
    first = progress(territory, contest(territory), rules, Stage.REGIONAL, OBLASTS[0])[0]
    assert (first.confirmed, first.recused, first.eligible, first.needed) == (0, 1, 2, 2)


def test_closing_waits_for_the_quorum_of_those_not_recused(territory: Session):
    made = sample.regional(territory, nominees=1)
    nominee, judges = made.nominees[OBLASTS[0]][0], made.judges[OBLASTS[0]]
    sample.mark(territory, nominee, judges[0], FULL)
    sample.mark(territory, nominee, judges[1], FULL, confirm=False)
    with pytest.raises(Conflict, match="marks of 1 of 3 members without a conflict and 2 are needed"):
        sample.close(territory, OBLASTS[0])
    sample.mark(territory, nominee, judges[1], FULL)
    sample.close(territory, OBLASTS[0])
    with pytest.raises(Conflict, match="not open"):
        sample.mark(territory, nominee, judges[2], FULL)
    given = kept(territory)
    recuse(territory, nominee, judges[1])
    assert kept(territory) == given, "scores are visible: no mark may vanish any more"
    with pytest.raises(Conflict, match="opens once"):
        open_marking(
            territory, contest=contest(territory), stage=Stage.REGIONAL, oblast_kato=OBLASTS[0], actor=ACTOR,
            now=NOW,
        )  # fmt: skip


def test_where_conflicts_leave_one_judge_the_national_commission_judges(territory: Session):
    made = sample.regional(territory, nominees=1)
    nominee, judges = made.nominees[OBLASTS[0]][0], made.judges[OBLASTS[0]]
    sample.mark(territory, nominee, judges[2], FULL)
    recuse(territory, nominee, judges[0])
    recuse(territory, nominee, judges[1])
    with pytest.raises(Forbidden):
        sample.mark(territory, nominee, judges[2], FULL)
    with pytest.raises(Conflict, match="marks of 0 of 3 members without a conflict and 2 are needed"):
        sample.close(territory, OBLASTS[0])
    for judge in made.judges[None][:2]:
        sample.mark(territory, nominee, judge, FULL)
    sample.close(territory, OBLASTS[0])
    assert set(territory.scalars(select(Mark.judge_account_id))) == set(made.judges[None][:2])


def test_an_alternate_marks_in_the_place_of_whoever_has_a_conflict_and_nobody_else(territory: Session):
    made = sample.regional(territory)
    first, second = made.nominees[OBLASTS[0]][:2]
    alternate = sample.judge(territory, "alternate", OBLASTS[0], SeatRole.ALTERNATE)
    with pytest.raises(Forbidden):
        sample.mark(territory, first, alternate, FULL)
    recuse(territory, first, made.judges[OBLASTS[0]][1])
    sample.mark(territory, first, alternate, FULL)
    with pytest.raises(Forbidden):
        sample.mark(territory, second, alternate, FULL)


def test_only_confirmed_marks_count_and_nobody_can_tell_whose_they_are(territory: Session):
    made = sample.regional(territory, nominees=1)
    nominee, judges = territory.get_one(Nominee, made.nominees[OBLASTS[0]][0]), made.judges[OBLASTS[0]]
    sample.mark(territory, nominee.id, judges[0], (9, 9, 9, 9))
    sample.mark(territory, nominee.id, judges[1], (1, 2, 3, 4))
    sample.mark(territory, nominee.id, judges[2], (5, 5, 5, 5), confirm=False)
    rules = rulebook_of(territory, contest(territory)).regional
    facts = {"nominees": [nominee], "rules": rules, "stage": Stage.REGIONAL}
    found = complete_marks(territory, **facts, conflicts={})
    assert found == {nominee.id: {"project": {1: [1, 2, 3, 4], 2: [9, 9, 9, 9]}}}
    # A conflict that comes to light later: those marks cease to be.
    found = complete_marks(territory, **facts, conflicts={nominee.id: {judges[1]}})
    assert found == {nominee.id: {"project": {1: [9, 9, 9, 9]}}}


def test_a_disabled_account_is_no_judge(territory: Session):
    made = sample.regional(territory)
    territory.get_one(Account, made.judges[OBLASTS[0]][0]).disabled_at = NOW
    territory.flush()
    found = panel(territory, contest(territory), Stage.REGIONAL, OBLASTS[0])
    assert found == set(made.judges[OBLASTS[0]][1:])


def test_ones_own_list_shows_ones_own_state(territory: Session):
    made = sample.regional(territory)
    nominees = [territory.get_one(Nominee, number) for number in made.nominees[OBLASTS[0]]]
    first, other = made.judges[OBLASTS[0]][:2]
    sample.mark(territory, nominees[0].id, first, FULL)
    sample.mark(territory, nominees[1].id, first, (3,), confirm=False)
    recuse(territory, nominees[2].id, first)
    rules = rulebook_of(territory, contest(territory)).regional

    def lines(judge: int) -> list[tuple[int, bool, str | None]]:
        about = judging(territory, contest(territory), rules, Stage.REGIONAL, OBLASTS[0], nominees)
        found = own_list(
            territory, nominees=nominees, rules=rules, stage=Stage.REGIONAL, judging=about,
            judge_account_id=judge,
        )  # fmt: skip
        return [(line.given, line.is_confirmed, line.ground) for line in found]

    assert lines(first) == [(4, True, None), (1, False, None), (0, False, "kinship")]
    assert lines(other) == [(0, False, None)] * 3
