"""The conditions of taking part: met or not, with a reason in three languages; and whose the answers are."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contest.eligibility import Facts, full_months, held_throughout, look_at, unmet
from contest.rulebook import EligibilityKind, EligibilityRule
from core.words import Words

DAY = date(2026, 5, 29)
GOOD = Facts(
    on=DAY, since_on=date(2024, 1, 1), until_on=None, is_manner_known=True, has_consented=True,
    penalties_declared=True, penalty_on=None, documents=2,
)  # fmt: skip
TITLE = Words("шарт", "условие", "condition")
RULES = tuple(
    EligibilityRule(kind.value, TITLE, kind, value)
    for kind, value in (
        (EligibilityKind.MONTHS_IN_POST, 12), (EligibilityKind.NO_PENALTY_MONTHS, 12),
        (EligibilityKind.CONSENT, 1), (EligibilityKind.DOCUMENTS, 2),
        (EligibilityKind.ELECTED_OR_APPOINTED, 1),
    )
)  # fmt: skip


def test_who_meets_everything_is_refused_nothing():
    assert unmet(RULES, GOOD) == ()
    assert [one.is_met for one in look_at(RULES, GOOD)] == [True] * 5
    assert unmet((), replace(GOOD, has_consented=False)) == ()


@pytest.mark.parametrize(
    ("changes", "code", "reason"),
    [
        ({"since_on": date(2025, 5, 30)}, "months-in-post", "On 2026-05-29 in the post for 11 months;"),
        ({"until_on": date(2026, 5, 28)}, "months-in-post", "Left the post on 2026-05-28."),
        ({"penalties_declared": False}, "no-penalty-months", "Nothing is declared"),
        ({"penalty_on": date(2025, 5, 30)}, "no-penalty-months", "The last penalty is of 2025-05-30;"),
        ({"has_consented": False}, "consent", "has not consented"),
        ({"documents": 1}, "documents", "Documents handed in: 1; at least 2"),
        ({"is_manner_known": False}, "elected-or-appointed", "does not say whether elected"),
    ],
)  # fmt: skip
def test_each_condition_names_its_reason(changes: dict, code: str, reason: str):
    (found,) = unmet(RULES, replace(GOOD, **changes))
    assert found.rule.code == code
    assert reason in found.reason.en


@pytest.mark.parametrize(
    "changes", [{"since_on": date(2025, 5, 29)}, {"penalty_on": date(2025, 5, 29)}, {"until_on": DAY}]
)
def test_a_condition_is_met_on_its_very_day(changes: dict):
    assert unmet(RULES, replace(GOOD, **changes)) == ()


@pytest.mark.parametrize(
    ("since", "until", "months"),
    [
        (date(2024, 2, 29), date(2025, 2, 28), 12), (date(2026, 1, 31), date(2026, 4, 30), 3),
        (date(2026, 1, 31), date(2026, 4, 29), 2), (date(2026, 5, 1), date(2026, 4, 1), 0),
        (date(2025, 12, 31), date(2026, 12, 30), 11),
    ],
)  # fmt: skip
def test_months_are_full_months(since: date, until: date, months: int):
    assert full_months(since, until) == months


DAYS = st.dates(date(2020, 1, 1), date(2030, 12, 31))


@given(DAYS, DAYS, DAYS)
def test_months_never_grow_less_with_time(since: date, first: date, second: date):
    assert full_months(since, min(first, second)) <= full_months(since, max(first, second))


@given(since=DAYS, until=st.none() | DAYS, opens=DAYS, length=st.integers(0, 60))
def test_answers_are_about_who_held_the_post_on_every_day(since, until, opens, length):
    days = [opens + timedelta(days=number) for number in range(length + 1)]
    every_day = all(since <= day and (until is None or day <= until) for day in days)
    assert held_throughout(since, until, opens_on=opens, closes_on=days[-1]) is every_day
