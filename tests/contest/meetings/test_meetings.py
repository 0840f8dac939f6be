"""Meetings: agenda, quorum per item, votes under one's own login, decisions that read the same for ever."""

from __future__ import annotations

from fractions import Fraction

import pytest
from sqlalchemy.orm import Session

from contest.commissions.models import SeatRole
from contest.contests.queries import rulebook_of
from contest.meetings import incidents
from contest.meetings import services as meetings
from contest.meetings.models import Choice, ItemKind, ItemState
from contest.meetings.queries import decided, is_majority, outcome, votes_on
from contest.meetings.showing import Part, shown_meeting
from contest.rulebook import Stage
from core.errors import BadInput, Conflict, Forbidden
from tests.conftest import NOW
from tests.contest import sample
from tests.contest.meetings.acts import REASONS, attend, end, item, opened, recuse, start, vote
from tests.contest.sample import ACTOR, OBLASTS, contest


@pytest.fixture
def territory(settled_sqlite):
    with settled_sqlite.writing() as opened:
        yield opened


def test_a_carried_item_is_decided_with_its_counts(territory: Session):
    made = sample.regional(territory)
    found = start(territory, item(territory, opened(territory, made), reference="ask"))
    for judge, choice in zip(made.judges[OBLASTS[0]], (Choice.YES, Choice.ABSTAIN, Choice.YES), strict=True):
        vote(territory, found, judge, choice)
    end(territory, found)
    ((same, counts),) = decided(
        territory, contest(territory), Stage.REGIONAL, OBLASTS[0], ItemKind.OTHER, "ask"
    )
    assert same is found
    assert (counts.yes, counts.no, counts.abstained) == (2, 0, 1)
    assert (counts.present, counts.entitled, counts.recused, counts.needed) == (3, 3, 0, 2)
    assert (counts.is_quorate, counts.is_carried) == (True, True)
    elsewhere = decided(territory, contest(territory), Stage.REGIONAL, OBLASTS[1], ItemKind.OTHER)
    assert (
        elsewhere
        == decided(territory, contest(territory), Stage.REGIONAL, OBLASTS[0], ItemKind.OTHER, "other")
        == []
    )


@pytest.mark.parametrize(
    ("yes", "no", "share", "carried"),
    [
        (0, 0, "1/2", False), (1, 1, "1/2", False), (2, 1, "1/2", True), (1, 0, "1/2", True),
        (2, 1, "2/3", False),
    ],
)  # fmt: skip
def test_who_abstains_is_neither_a_yes_nor_a_no(yes: int, no: int, share: str, carried: bool):
    assert is_majority(yes, no, Fraction(share)) is carried


def test_without_a_quorum_no_vote_opens(territory: Session):
    made = sample.regional(territory)
    judges = made.judges[OBLASTS[0]]
    meeting = opened(territory, made, present=judges[:1])
    found = item(territory, meeting)
    with pytest.raises(Conflict, match="1 of 3 who may vote on this item are present and 2 are needed"):
        start(territory, found)
    attend(territory, meeting, judges[:2])
    start(territory, found)
    with pytest.raises(Conflict, match="nobody comes or leaves"):
        attend(territory, meeting, judges)


def test_the_quorum_is_counted_for_each_item_over_those_without_a_conflict(territory: Session):
    made = sample.regional(territory)
    judges, nominee = made.judges[OBLASTS[0]], made.nominees[OBLASTS[0]][0]
    meeting = opened(territory, made, present=judges[1:])
    recuse(territory, nominee, judges[0])
    about, other = item(territory, meeting, nominee), item(territory, meeting)
    assert (outcome(territory, about).entitled, outcome(territory, about).needed) == (2, 2)
    assert (outcome(territory, other).entitled, outcome(territory, other).needed) == (3, 2)
    start(territory, about)
    with pytest.raises(Forbidden, match="not registered as present"):
        vote(territory, about, judges[0])


def test_a_vote_is_refused_to_the_recused_the_absent_the_stranger_and_the_secretary(territory: Session):
    made = sample.regional(territory)
    judges, nominee = made.judges[OBLASTS[0]], made.nominees[OBLASTS[0]][0]
    recuse(territory, nominee, judges[0])
    meeting = opened(territory, made, present=[*judges, made.secretaries[OBLASTS[0]]])
    found = start(territory, item(territory, meeting, nominee))
    with pytest.raises(Forbidden, match="conflict of interests"):
        vote(territory, found, judges[0])
    for stranger in (made.judges[OBLASTS[1]][0], made.judges[None][0], made.secretaries[OBLASTS[0]]):
        with pytest.raises(Forbidden, match="Only members of this commission"):
            vote(territory, found, stranger)
    assert votes_on(territory, found) == {}


def test_a_vote_sent_twice_is_one_vote_and_another_choice_is_refused(territory: Session):
    made = sample.regional(territory)
    judges = made.judges[OBLASTS[0]]
    found = start(territory, item(territory, opened(territory, made)))
    vote(territory, found, judges[0])
    vote(territory, found, judges[0])
    with pytest.raises(Conflict, match="a vote is not changed"):
        vote(territory, found, judges[0], Choice.NO)
    assert votes_on(territory, found) == {judges[0]: Choice.YES}


def test_no_vote_is_cast_before_opening_or_after_closing(territory: Session):
    made = sample.regional(territory)
    judges = made.judges[OBLASTS[0]]
    found = item(territory, opened(territory, made))
    with pytest.raises(Conflict, match="not open"):
        vote(territory, found, judges[0])
    start(territory, found)
    vote(territory, found, judges[0], Choice.NO)
    end(territory, found)
    with pytest.raises(Conflict, match="its vote is closed"):
        vote(territory, found, judges[1])
    with pytest.raises(Conflict, match="its vote is closed"):
        end(territory, found)
    assert (outcome(territory, found).no, outcome(territory, found).is_carried) == (1, False)


def test_a_conflict_declared_late_voids_the_vote_and_may_take_the_quorum(territory: Session):
    made = sample.regional(territory)
    judges, nominee = made.judges[OBLASTS[0]], made.nominees[OBLASTS[0]][0]
    found = start(territory, item(territory, opened(territory, made, present=judges[:2]), nominee))
    vote(territory, found, judges[0])
    recuse(territory, nominee, judges[0])
    counts = outcome(territory, found)
    assert (counts.yes, counts.present, counts.entitled, counts.is_quorate) == (0, 1, 2, False)
    with pytest.raises(Conflict, match="quorum was lost"):
        end(territory, found)
    incidents.set_vote_aside(territory, item=found, actor=ACTOR)
    assert (found.state, votes_on(territory, found)) == (ItemState.WAITING, {})


def test_what_takes_from_somebody_is_decided_with_reasons(territory: Session):
    made = sample.regional(territory)
    nominee = made.nominees[OBLASTS[0]][0]
    found = start(territory, item(territory, opened(territory, made), nominee, kind=ItemKind.EXCLUSION))
    with pytest.raises(BadInput, match="reasons"):
        end(territory, found)
    end(territory, found, REASONS)
    assert (found.reasons_kk, found.reasons_ru) == (REASONS.kk, REASONS.ru)


def test_a_decision_reads_the_same_after_the_commission_has_changed(territory: Session):
    made = sample.regional(territory)
    judges, nominee = made.judges[OBLASTS[0]], made.nominees[OBLASTS[0]][0]
    found = start(territory, item(territory, opened(territory, made), nominee))
    for judge in judges:
        vote(territory, found, judge)
    end(territory, found)
    before = outcome(territory, found)
    recuse(territory, nominee, judges[0])
    sample.judge(territory, "newcomer", OBLASTS[0])
    assert outcome(territory, found) == before


def test_alternates_stand_in_for_conflicts_and_for_the_absent_only_where_the_quorum_asks(territory: Session):
    made = sample.regional(territory)
    judges, nominee = made.judges[OBLASTS[0]], made.nominees[OBLASTS[0]][0]
    alternate = sample.judge(territory, "alternate", OBLASTS[0], SeatRole.ALTERNATE)
    meeting = opened(territory, made, present=[*judges[:2], alternate])
    plain = start(territory, item(territory, meeting))
    with pytest.raises(Forbidden, match="nobody's place is free"):
        vote(territory, plain, alternate)
    end(territory, plain)
    recuse(territory, nominee, judges[0])
    about = start(territory, item(territory, meeting, nominee))
    vote(territory, about, alternate)
    vote(territory, about, judges[1])
    end(territory, about)
    counts = outcome(territory, about)
    assert (counts.yes, counts.entitled, counts.recused, counts.is_carried) == (2, 3, 1, True)
    attend(territory, meeting, [judges[0], alternate])
    third = start(territory, item(territory, meeting))
    vote(territory, third, alternate)


def test_where_conflicts_leave_too_few_the_national_commission_decides(territory: Session):
    made = sample.regional(territory)
    judges, nominee = made.judges[OBLASTS[0]], made.nominees[OBLASTS[0]][0]
    meeting, above = opened(territory, made), opened(territory, made, None)
    found = item(territory, meeting, nominee, kind=ItemKind.EXCLUSION, reference="x")
    with pytest.raises(Conflict, match="decides the item itself"):
        incidents.refer_item(territory, item=found, to=above, actor=ACTOR)
    for judge in judges[:2]:
        recuse(territory, nominee, judge)
    with pytest.raises(Conflict, match="Conflicts leave 1 who may vote on this item and 2 are needed"):
        start(territory, found)
    referred = incidents.refer_item(territory, item=found, to=above, actor=ACTOR)
    with pytest.raises(Conflict, match="was referred"):
        start(territory, found)
    start(territory, referred)
    for judge in made.judges[None]:
        vote(territory, referred, judge)
    end(territory, referred, REASONS)
    rows = decided(territory, contest(territory), Stage.REGIONAL, OBLASTS[0], ItemKind.EXCLUSION, "x")
    assert [(one.id, counts.is_carried) for one, counts in rows] == [(referred.id, True)]


def test_a_member_stays_away_from_one_item(territory: Session):
    made = sample.regional(territory)
    judges = made.judges[OBLASTS[0]]
    found = start(territory, item(territory, opened(territory, made)))
    vote(territory, found, judges[0])
    facts = {"item": found, "actor": ACTOR, "now": NOW}
    incidents.recuse_from_item(territory, account_id=judges[0], ground="kinship", **facts)
    assert (outcome(territory, found).yes, outcome(territory, found).recused) == (0, 1)
    with pytest.raises(Forbidden, match="conflict of interests"):
        vote(territory, found, judges[0])
    with pytest.raises(BadInput, match="none of the rule book's grounds"):
        incidents.recuse_from_item(territory, account_id=judges[1], ground="weather", **facts)
    with pytest.raises(Forbidden):
        incidents.recuse_from_item(
            territory, account_id=made.secretaries[OBLASTS[0]], ground="kinship", **facts
        )


def test_a_meeting_has_its_course(territory: Session):
    made = sample.regional(territory)
    meeting = opened(territory, made)
    found = start(territory, item(territory, meeting))
    closing = {"meeting": meeting, "actor": ACTOR, "now": NOW}
    with pytest.raises(Conflict, match="A vote is open"):
        meetings.close_meeting(territory, **closing)
    end(territory, found)
    second = item(territory, meeting)
    incidents.drop_item(territory, item=second, actor=ACTOR)
    meetings.close_meeting(territory, **closing)
    for step in (
        lambda: meetings.open_meeting(territory, **closing),
        lambda: meetings.close_meeting(territory, **closing),
        lambda: item(territory, meeting),
        lambda: attend(territory, meeting, []),
    ):
        with pytest.raises(Conflict, match="This meeting is closed"):
            step()
    assert opened(territory, made).number == 2


def test_the_sample_book_asks_for_two_thirds(territory: Session):
    sample.regional(territory)
    assert str(rulebook_of(territory, contest(territory)).regional.quorum) == "2/3"


def test_while_a_vote_is_open_nobody_is_told_who_voted_how(territory: Session):
    made = sample.regional(territory)
    judges, meeting = made.judges[OBLASTS[0]], opened(territory, made)
    found = start(territory, item(territory, meeting))
    vote(territory, found, judges[0], Choice.NO)
    (shown,) = shown_meeting(territory, meeting, reader=judges[1]).items
    assert ({line.choice for line in shown.lines}, shown.voted, shown.own_choice) == ({None}, 1, None)
    (own,) = shown_meeting(territory, meeting, reader=judges[0]).items
    assert (own.part, own.own_choice) == (Part.VOTED, Choice.NO)
    end(territory, found)
    (over,) = shown_meeting(territory, meeting).items
    assert [line.account_id for line in over.named(Choice.NO)] == [judges[0]]
