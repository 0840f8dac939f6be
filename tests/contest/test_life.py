"""The life of a contest: each step with its checklist, its journal, and what it refuses."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from contest.contests import services as life
from contest.contests.checklist import NEXT, checklist
from contest.contests.models import Contest, ContestState
from contest.contests.queries import edition_in_force, editions, rulebook_of
from contest.jury.services import open_marking
from contest.nominees.leaving import exclude_nominee, withdraw_nominee
from contest.nominees.models import Nominee, NomineeState
from contest.nominees.services import describe_project, propose_nominee
from contest.rulebook import Stage
from contest.standings.models import Standing
from core.audit import append_pending
from core.errors import BadInput, Conflict
from core.places.models import Official
from core.places.queries import post_units
from ethics.queries import round_by_code
from surveys.queries import campaign_by_code
from surveys.rules import Mode
from tests.conftest import NOW
from tests.contest import sample
from tests.contest.sample import ACTOR, OBLASTS, ORDER, contest


@pytest.fixture
def territory(settled):
    with settled.writing() as opened:
        yield opened


def journal(session: Session) -> list[str]:
    return [entry.action for entry in append_pending(session, now=NOW)]


def missing(session: Session) -> list[str]:
    return [str(item.label) for item in checklist(session, contest(session), now=NOW) if not item.done]


def test_a_contest_goes_through_its_life(territory: Session):
    made = sample.national(territory)
    sample.waive_all(territory, sample.freeze(territory, None, stage=Stage.NATIONAL))
    life.publish_results(territory, contest=contest(territory), actor=ACTOR, now=NOW)
    actions = journal(territory)
    own = ("contest.", "rules.", "stage.", "marking.", "standing.", "results.")
    assert [action for action in actions if action.startswith(own)] == [
        "contest.draft", "rules.publish", "contest.open", "stage.open", "marking.open", "marking.open",
        "marking.close", "marking.close", "standing.ask", "standing.freeze", "standing.ask",
        "standing.freeze", "stage.open", "marking.open", "marking.close", "standing.ask", "standing.freeze",
        "stage.close", "results.publish",
    ]  # fmt: skip
    found = contest(territory)
    assert (found.state, found.published_at) == (ContestState.PUBLISHED, NOW)
    assert NEXT[found.state] is None
    assert checklist(territory, found, now=NOW) == []
    assert {standing.published_at for standing in territory.scalars(select(Standing))} == {NOW}
    finalists = [one for one in territory.scalars(select(Nominee)) if one.is_finalist]
    assert sorted(one.id for one in finalists) == [made.nominees[oblast][2] for oblast in OBLASTS]


def test_every_step_has_its_turn(territory: Session):
    sample.drafted(territory)
    found = contest(territory)
    facts = {"contest": found, "actor": ACTOR, "now": NOW}
    for step in (
        lambda: life.open_contest(territory, **facts),
        lambda: life.open_stage(territory, stage=Stage.REGIONAL, **facts),
        lambda: life.open_stage(territory, stage=Stage.NATIONAL, **facts),
        lambda: life.publish_results(territory, **facts),
        lambda: open_marking(territory, stage=Stage.REGIONAL, oblast_kato=OBLASTS[0], **facts),
        lambda: sample.freeze(territory, OBLASTS[0]),
    ):
        with pytest.raises(Conflict):
            step()
    assert found.state is ContestState.DRAFT


def test_rules_admit_the_survey_and_the_round_and_are_published_once(territory: Session):
    sample.published(territory)
    mark = edition_in_force(territory, contest(territory)).fingerprint
    assert campaign_by_code(territory, sample.CAMPAIGN).admitted_by == mark
    assert round_by_code(territory, sample.ROUND).admitted_by == mark
    assert json.loads(campaign_by_code(territory, sample.CAMPAIGN).rules_json) == {
        "criteria_set": "2020-six", "modes": ["codes", "verified"], "minimum_n": 10, "prior_degrees": 10,
        "decimals": 2,
    }  # fmt: skip
    with pytest.raises(Conflict):
        life.publish_rules(territory, contest=contest(territory), actor=ACTOR, now=NOW, **ORDER)


def test_a_campaign_in_another_mode_is_refused_with_both_named(territory: Session):
    sample.drafted(territory, mode=Mode.OPEN)
    with pytest.raises(Conflict, match=r"codes, verified.*2026-main has the mode open"):
        life.publish_rules(territory, contest=contest(territory), actor=ACTOR, now=NOW, **ORDER)


def test_another_criteria_set_is_refused_with_both_named(territory: Session):
    other = sample.rules_text().replace('criteria_set = "2020-six"', 'criteria_set = "2030-nine"')
    sample.drafted(territory, rules=other)
    with pytest.raises(Conflict, match=r"“2030-nine”.*“2020-six”"):
        life.publish_rules(territory, contest=contest(territory), actor=ACTOR, now=NOW, **ORDER)


def test_a_nomination_by_a_criterion_that_nobody_is_asked_is_refused(territory: Session):
    other = sample.rules_text().replace('criterion = "employment"', 'criterion = "weather"')
    sample.drafted(territory, rules=other)
    with pytest.raises(BadInput, match=r"“weather”.*rights, services, families"):
        life.publish_rules(territory, contest=contest(territory), actor=ACTOR, now=NOW, **ORDER)


def test_other_ethics_items_are_refused_with_both_named(territory: Session):
    other = sample.rules_text().replace('items_set = "2026"', 'items_set = "1999"')
    sample.drafted(territory, rules=other)
    with pytest.raises(Conflict, match=r"“1999”.*“2026”"):
        life.publish_rules(territory, contest=contest(territory), actor=ACTOR, now=NOW, **ORDER)


def test_sources_of_another_contest_are_refused(territory: Session):
    sample.drafted(territory)
    campaign_by_code(territory, sample.CAMPAIGN).contest_code = "2019"
    with pytest.raises(Conflict, match="belongs to the contest 2019, not to 2026"):
        life.publish_rules(territory, contest=contest(territory), actor=ACTOR, now=NOW, **ORDER)


def test_rules_need_an_order_of_today_or_before(territory: Session):
    sample.drafted(territory)
    for order in (
        {"order_number": "  ", "order_on": ORDER["order_on"]},
        {"order_number": "1", "order_on": (NOW + timedelta(days=2)).date()},
    ):
        with pytest.raises(BadInput):
            life.publish_rules(territory, contest=contest(territory), actor=ACTOR, now=NOW, **order)


def test_the_checklist_names_what_is_not_drafted(territory: Session):
    life.create_contest(
        territory, code="2030", title=sample.TITLE, rules_text=sample.rules_text(), campaign_code="none",
        round_code="none", actor=ACTOR, now=NOW,
    )  # fmt: skip
    found = territory.scalars(select(Contest)).one()
    assert [str(item.label) for item in checklist(territory, found, now=NOW) if not item.done] == [
        "the survey none is drafted and not open yet",
        "the ethics round none is drafted and not open yet",
    ]
    with pytest.raises(Conflict, match="Missing: the survey none is drafted and not open yet"):
        life.publish_rules(territory, contest=found, actor=ACTOR, now=NOW, **ORDER)


def test_a_bad_rule_book_drafts_nothing(session: Session):
    with pytest.raises(BadInput, match="rule book, survey.minimum_n: is 3"):
        life.create_contest(
            session, code="2026", title=sample.TITLE, campaign_code="a", round_code="b", actor=ACTOR, now=NOW,
            rules_text=sample.rules_text().replace("minimum_n = 10", "minimum_n = 3"),
        )  # fmt: skip
    assert session.scalars(select(Contest)).all() == []


@pytest.mark.parametrize(
    "taken", [{"code": "2026"}, {"campaign_code": sample.CAMPAIGN}, {"round_code": sample.ROUND}]
)
def test_two_contests_share_neither_code_nor_sources(session: Session, taken: dict[str, str]):
    given = {"title": sample.TITLE, "rules_text": sample.rules_text(), "actor": ACTOR, "now": NOW}
    life.create_contest(session, code="2026", campaign_code=sample.CAMPAIGN, round_code=sample.ROUND, **given)
    other = {"code": "2027", "campaign_code": "c", "round_code": "r", **taken}
    with pytest.raises(Conflict, match="2026"):
        life.create_contest(session, **other, **given)


def test_a_correction_is_a_new_edition_with_a_reason(territory: Session):
    sample.opened(territory)
    found = contest(territory)
    text = sample.rules_text().replace("objection_days = 5", "objection_days = 7")
    facts = {"contest": found, "actor": ACTOR, "now": NOW, **ORDER}
    with pytest.raises(BadInput, match="Give the reason"):
        life.correct_rules(territory, rules_text=text, reason=" ", **facts)
    with pytest.raises(BadInput, match="nothing to correct"):
        life.correct_rules(territory, rules_text=sample.rules_text(), reason="typing error", **facts)
    edition = life.correct_rules(territory, rules_text=text, reason="the term was too short", **facts)
    assert [one.version for one in editions(territory, found)] == [2, 1]
    assert rulebook_of(territory, found).terms.objection_days == 7
    assert campaign_by_code(territory, sample.CAMPAIGN).admitted_by == edition.fingerprint


def test_a_correction_cannot_change_how_published_numbers_were_made(territory: Session):
    sample.regional(territory)
    sample.publish_survey(territory, {})
    sample.publish_ethics(territory, {})
    facts = {"contest": contest(territory), "actor": ACTOR, "now": NOW, "reason": "late", **ORDER}
    for before, after in (("minimum_n = 10", "minimum_n = 20"), ("minimum_n = 5", "minimum_n = 6")):
        with pytest.raises(Conflict, match="cannot change"):
            life.correct_rules(territory, rules_text=sample.rules_text().replace(before, after), **facts)


def test_nominees_are_proposed_while_nominations_are_open(territory: Session):
    made = sample.published(territory)
    official = made.officials[OBLASTS[0]][0]
    facts = {"contest": contest(territory), "actor": ACTOR, "now": NOW}
    with pytest.raises(Conflict, match="not open"):
        propose_nominee(territory, official_id=official, **facts)
    life.open_contest(territory, **facts)
    nominee = propose_nominee(territory, official_id=official, name_kk="Ерлан Ахметұлы", **facts)
    assert (nominee.name_kk, nominee.name_ru) == ("Ерлан Ахметұлы", "Ахметов Ерлан 0")
    assert (nominee.kato, nominee.oblast_kato) == (made.units[OBLASTS[0]][0], OBLASTS[0])
    with pytest.raises(Conflict, match="already"):
        propose_nominee(territory, official_id=official, **facts)
    with pytest.raises(BadInput, match="no official number 999999"):
        propose_nominee(territory, official_id=999999, **facts)


def test_only_officials_in_office_in_the_territory_can_be_proposed(territory: Session):
    made = sample.opened(territory)
    facts = {"contest": contest(territory), "actor": ACTOR, "now": NOW}
    gone = territory.get_one(Official, made.officials[OBLASTS[0]][4])
    gone.until_on = (NOW - timedelta(days=1)).date()
    with pytest.raises(BadInput, match="does not hold the post now"):
        propose_nominee(territory, official_id=gone.id, **facts)
    post, unit = post_units(territory, oblast=OBLASTS[0])[20]
    other = Official(post_id=post.id, surname="Омаров", given_name="Дәурен", since_on=gone.since_on)
    territory.add(other)
    territory.flush()
    with pytest.raises(BadInput, match=f"heads the unit {unit.kato}, which the survey"):
        propose_nominee(territory, official_id=other.id, **facts)


def test_a_nominee_describes_withdraws_and_is_excluded_with_a_reason(territory: Session):
    made = sample.opened(territory)
    first, second = (territory.get_one(Nominee, number) for number in made.nominees[OBLASTS[0]][:2])
    facts = {"actor": ACTOR, "now": NOW}
    with pytest.raises(BadInput):
        describe_project(territory, nominee=first, title_kk="Су", title_ru=" ", **facts)
    describe_project(territory, nominee=first, title_kk=" Таза  су ", title_ru="Чистая вода", **facts)
    assert first.project_title_kk == "Таза су"
    withdraw_nominee(territory, nominee=first, reason="own wish", **facts)
    sample.seat_commissions(territory, made)
    vote = sample.exclude(territory, second.id)
    third = territory.get_one(Nominee, made.nominees[OBLASTS[0]][2])
    with pytest.raises(Conflict, match="by a carried vote alone"):
        exclude_nominee(territory, nominee=third, item=vote, **facts)
    assert [first.state, second.state] == [NomineeState.WITHDRAWN, NomineeState.EXCLUDED]
    with pytest.raises(Conflict, match="does not take part any more"):
        withdraw_nominee(territory, nominee=second, reason="", **facts)
    left = [action for action in journal(territory) if action.startswith("nominee.")]
    assert left[-2:] == ["nominee.withdraw", "nominee.exclude"]


def test_the_regional_stage_waits_for_a_nominee_and_the_national_for_every_oblast(territory: Session):
    sample.opened(territory, nominees=0)
    assert missing(territory) == [
        "at least one nominee is registered",
        "the national commission has voted which signals leave a day out, or the survey is closed",
    ]


def test_the_national_stage_waits_for_every_oblast(territory: Session):
    sample.marked(territory)
    sample.waive_all(territory, sample.freeze(territory, OBLASTS[0]))
    assert len(missing(territory)) == 1
    with pytest.raises(Conflict, match="the regional standing of"):
        life.open_stage(territory, contest=contest(territory), stage=Stage.NATIONAL, actor=ACTOR, now=NOW)
    last = sample.freeze(territory, OBLASTS[1])
    assert missing(territory) == ["nobody can object to the standing of Түркістан облысы any more"]
    sample.waive_all(territory, last)
    assert missing(territory) == []
