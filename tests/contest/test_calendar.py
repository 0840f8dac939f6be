"""The calendar: a step is open on its days and on no other, whoever asks, and the rules come before them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from contest.calendar import Closed, is_open, next_step, open_steps, why_closed
from contest.contests import services as life
from contest.contests.checklist import checklist
from contest.contests.models import ContestState
from contest.contests.queries import refuse_outside
from contest.rulebook import Stage, Step
from contest.rulebook_reading import read_rulebook, shipped_text
from core.errors import BadInput, Conflict
from surveys.queries import campaign_by_code
from tests.conftest import NOW
from tests.contest import sample
from tests.contest.sample import ACTOR, ORDER, contest

BOOK = read_rulebook(shipped_text("2026"))


def at(day: str) -> datetime:
    """Nine in the morning of a day in Kazakhstan."""
    return datetime.fromisoformat(f"{day}T04:00:00").replace(tzinfo=UTC)


@pytest.fixture
def territory(settled_sqlite):
    """Days and states do not depend on the kind of database."""
    with settled_sqlite.writing() as opened:
        yield opened


def test_both_days_of_a_step_are_open_and_the_days_around_are_not():
    first, last = date(2026, 7, 6), date(2026, 7, 31)
    assert [is_open(BOOK, Step.REGIONAL, day) for day in (first, last)] == [True, True]
    early, late = first - timedelta(days=1), last + timedelta(days=1)
    assert why_closed(BOOK, Step.REGIONAL, early) == Closed(Step.REGIONAL, first, last, is_over=False)
    assert why_closed(BOOK, Step.REGIONAL, late) == Closed(Step.REGIONAL, first, last, is_over=True)


def test_today_s_steps_and_the_next_one():
    assert [row.step for row in open_steps(BOOK, date(2026, 6, 10))] == [Step.SURVEY, Step.ETHICS]
    assert open_steps(BOOK, date(2026, 5, 30)) == ()
    assert next_step(BOOK, date(2026, 6, 10)).step is Step.REGIONAL
    assert next_step(BOOK, date(2026, 9, 28)) is None


def test_what_is_outside_its_days_is_refused_with_the_days_and_the_remedy(territory: Session):
    sample.published(territory)
    found = contest(territory)
    refuse_outside(territory, found, Step.NOMINATIONS, NOW)
    with pytest.raises(Conflict, match=r"“Regional stage” is open from 2026-06-01 .* Wait for its first day"):
        refuse_outside(territory, found, Step.REGIONAL, at("2026-05-31"))
    with pytest.raises(Conflict, match=r"today is 2100-01-01. Only a published correction of the calendar"):
        refuse_outside(territory, found, Step.REGIONAL, at("2100-01-01"))


def test_midnight_is_kazakhstan_s(territory: Session):
    sample.published(territory)
    refuse_outside(territory, contest(territory), Step.SURVEY, datetime(2026, 5, 31, 19, 0, tzinfo=UTC))
    with pytest.raises(Conflict):
        refuse_outside(territory, contest(territory), Step.SURVEY, datetime(2026, 5, 31, 18, 59, tzinfo=UTC))


def moved(step: str, days: str) -> str:
    """The sample's rules with other days of one step."""
    return sample.rules_text().replace(f"{step} = {sample.DAYS}", f"{step} = {days}")


def corrected(session: Session, text: str) -> None:
    life.correct_rules(
        session, contest=contest(session), rules_text=text, reason="other days", actor=ACTOR, now=NOW, **ORDER
    )


LATE = "{ from = 2026-09-01, until = 2099-12-31 }"


def test_nominations_do_not_open_before_their_first_day(territory: Session):
    sample.published(territory)
    found = contest(territory)
    facts = {"contest": found, "actor": ACTOR}
    with pytest.raises(Conflict, match="“Nominations” is open from 2026-06-01"):
        life.open_contest(territory, now=at("2026-05-31"), **facts)
    labels = [str(item.label) for item in checklist(territory, found, now=at("2026-05-31")) if not item.done]
    assert labels == ["today is a day of “Nominations” by the calendar"]
    life.open_contest(territory, now=at("2026-06-01"), **facts)
    assert found.state is ContestState.OPEN


def test_a_correction_of_the_calendar_closes_and_opens_a_stage(territory: Session):
    sample.opened(territory)
    found, label = contest(territory), "today is a day of “Regional stage” by the calendar"
    text = moved("results", LATE)
    for step in ("national", "regional"):
        text = text.replace(f"{step} = {sample.DAYS}", f"{step} = {LATE}")
    corrected(territory, text)
    with pytest.raises(Conflict):
        life.open_stage(territory, contest=found, stage=Stage.REGIONAL, actor=ACTOR, now=NOW)
    items = {str(item.label): item.done for item in checklist(territory, found, now=NOW)}
    assert items[label] is False
    corrected(territory, sample.rules_text())
    assert {str(item.label): item.done for item in checklist(territory, found, now=NOW)}[label] is True


def test_nobody_marks_outside_the_days_of_the_stage(territory: Session):
    made = sample.regional(territory)
    nominee, judge = made.nominees[sample.OBLASTS[0]][0], made.judges[sample.OBLASTS[0]][0]
    sample.mark(territory, nominee, judge, (5, 5, 5, 5), confirm=False)
    text = moved("results", LATE)
    for step in ("national", "regional"):
        text = text.replace(f"{step} = {sample.DAYS}", f"{step} = {LATE}")
    corrected(territory, text)
    with pytest.raises(Conflict, match="“Regional stage” is open from 2026-09-01"):
        sample.mark(territory, nominee, judge, (6, 6, 6, 6))


def test_rules_are_published_before_the_nominations_are_over(territory: Session):
    text = moved("nominations", "{ from = 2026-05-01, until = 2026-05-29 }")
    sample.drafted(territory)
    found = contest(territory)
    life.redraft_rules(territory, contest=found, rules_text=text, actor=ACTOR, now=NOW)
    with pytest.raises(Conflict, match="the days of the nominations are not over"):
        life.publish_rules(territory, contest=found, actor=ACTOR, now=NOW, **ORDER)


def test_a_survey_asks_on_the_calendar_s_days_only(territory: Session):
    sample.drafted(territory)
    campaign = campaign_by_code(territory, sample.CAMPAIGN)
    campaign.opens_on = date(2026, 5, 20)
    with pytest.raises(Conflict, match=r"2026-main asks on days of “Residents' survey” \(2026-06-01"):
        life.publish_rules(territory, contest=contest(territory), actor=ACTOR, now=NOW, **ORDER)
    campaign.opens_on = date(2026, 6, 2)
    life.publish_rules(territory, contest=contest(territory), actor=ACTOR, now=NOW, **ORDER)
    # The ethics round asks until 20 June, so its step cannot be corrected to end before.
    text = moved("ethics", "{ from = 2026-06-01, until = 2099-12-31 }").replace(
        "from = 2026-06-01", "from = 2026-06-05"
    )
    with pytest.raises(Conflict, match="asks on days of"):
        corrected(territory, text)


def test_a_draft_s_rules_are_rewritten_and_published_ones_are_not(territory: Session):
    sample.drafted(territory)
    found = contest(territory)
    facts = {"contest": found, "actor": ACTOR, "now": NOW}
    text = sample.rules_text().replace("objection_days = 5", "objection_days = 7")
    with pytest.raises(BadInput, match="terms.objection_days: is 99"):
        life.redraft_rules(territory, rules_text=text.replace("days = 7", "days = 99"), **facts)
    life.redraft_rules(territory, rules_text=text, **facts)
    edition = life.publish_rules(territory, **facts, **ORDER)
    assert edition.text == text
    with pytest.raises(Conflict, match="this step is not possible now"):
        life.redraft_rules(territory, rules_text=sample.rules_text(), **facts)


def test_once_scores_can_be_seen_only_the_calendar_is_corrected_and_nothing_after_the_results(
    territory: Session,
):
    sample.marked(territory)
    with pytest.raises(Conflict, match="only the calendar can still be corrected"):
        corrected(territory, sample.rules_text().replace("appeal_days = 10", "appeal_days = 3"))
    corrected(territory, moved("results", LATE))
    found = contest(territory)
    found.state, found.published_at = ContestState.PUBLISHED, NOW
    with pytest.raises(Conflict, match="The results are published"):
        corrected(territory, sample.rules_text())


def test_what_members_mark_is_not_corrected_once_the_marking_is_opened(territory: Session):
    sample.regional(territory)
    text = sample.rules_text()

    def correct(rules: str) -> int:
        return life.correct_rules(
            territory, contest=contest(territory), rules_text=rules, reason="a slip", actor=ACTOR, now=NOW,
            **ORDER,
        ).version  # fmt: skip

    for before, after in (("highest = 10", "highest = 5"), ('code = "thrift"', 'code = "saving"')):
        with pytest.raises(Conflict, match="The marking is opened: what members mark"):
            correct(text.replace(before, after, 1))
    # The national marking is not opened yet, and a title is only a word.
    assert correct(text.replace("highest = 10", "highest = 5").replace("highest = 5", "highest = 10", 1)) == 2
    assert correct(text.replace("Money was used with thrift", "Money was spent with thrift")) == 3
