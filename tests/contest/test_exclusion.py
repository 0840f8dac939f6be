"""The rule book may name which flagged days are left out; a book that does not is the book it always was."""

from __future__ import annotations

import json

import pytest

from contest.contests import services as life
from contest.rulebook import Counting, Exclusion, Stage
from contest.rulebook_differences import differences
from contest.rulebook_parts import EXCLUDING_SIGNALS, LEAST_RARITY
from contest.rulebook_reading import BadRuleBook, read_rulebook, shipped_text
from core.storage import Storage
from surveys import rules
from surveys.queries import campaign_by_code
from surveys.signals.kinds import OF_A_DAY
from surveys.signals.models import SignalRun
from tests.conftest import NOW
from tests.contest import sample

TEXT = shipped_text("2026")
RULE = """counting = "without-flagged"
[[survey.excluding]]
signal = "burst"
rarer_than = 10000
"""


def with_rule(rule: str = RULE) -> str:
    return TEXT.replace('estimator = "shrunken"\n', f'estimator = "shrunken"\n{rule}', 1)


def test_a_rule_that_a_book_does_not_use_is_not_in_its_canonical_text():
    text = read_rulebook(TEXT).as_json()
    assert "excluding" not in text and "counting" not in text


def test_a_book_may_name_signals_and_the_variant_that_counts():
    before, after = read_rulebook(TEXT), read_rulebook(with_rule())
    assert (after.survey.excluding, after.survey.counting) == (
        (Exclusion("burst", 10_000),),
        Counting.WITHOUT_FLAGGED,
    )
    assert after.fingerprint != before.fingerprint
    assert differences(before, after) == (
        ("survey.counting", "", "without-flagged"),
        ("survey.excluding.order", "", "burst"),
        ("survey.excluding[burst].rarer_than", "", "10000"),
        ("survey.excluding[burst].signal", "", "burst"),
    )


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ('"burst"', '"fives"', "survey.excluding[1].signal: 'fives' points at no day; choose among burst"),
        ("10000", "99", "survey.excluding[1].rarer_than: is 99; give a whole number from 100 to"),
        ('"without-flagged"', '"some"', "survey.counting: is 'some'; choose one of all, without-flagged"),
        ("rarer_than = 10000", "", "survey.excluding[1].rarer_than: is missing"),
        (RULE[RULE.index("[[") :], "", "survey.counting: is without-flagged, but no signal excludes a day"),
    ],
)  # fmt: skip
def test_a_rule_that_cannot_be_followed_is_named(old: str, new: str, fault: str):
    with pytest.raises(BadRuleBook) as refused:
        read_rulebook(with_rule(RULE.replace(old, new)), place="book")
    assert [line for line in refused.value.faults if line.startswith(f"book, {fault}")]


def test_the_commission_and_the_survey_know_the_same_signals_and_limits():
    assert set(EXCLUDING_SIGNALS) == {signal.value for signal in OF_A_DAY}
    assert LEAST_RARITY == rules.LEAST_RARITY
    assert {counting.value for counting in Counting} == {counting.value for counting in rules.Counting}


def test_publishing_the_rules_hands_them_to_the_survey(settled: Storage):
    with settled.writing() as session:
        sample.published(session, rules=with_rule())
        kept = campaign_by_code(session, sample.CAMPAIGN).rules_json
        assert json.loads(kept)["excluding"] == [{"rarer_than": 10_000, "signal": "burst"}]
        assert rules.rules_from_json(kept).counting == "without-flagged"


def test_publishing_the_results_releases_the_flags_on_ratings(settled: Storage):
    with settled.writing() as session:
        sample.national(session)
        sample.waive_all(session, sample.freeze(session, None, stage=Stage.NATIONAL))
        campaign = campaign_by_code(session, sample.CAMPAIGN)
        run = SignalRun(campaign_id=campaign.id, computed_at=NOW, is_final=True, released_at=None)
        session.add(run)
        life.publish_results(session, contest=sample.contest(session), actor=sample.ACTOR, now=NOW)
        assert run.released_at == NOW
