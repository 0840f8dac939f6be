"""Agreement and the profile beside the oblast, by hand: two camps, one voice, and the floors of both."""

from __future__ import annotations

from decimal import Decimal

import pytest

from ethics.conclusions.profile import agreement, middles, profile
from ethics.conclusions.wording import LONGEST_REASONS, type_size
from ethics.items import shipped
from ethics.scoring import tally_of
from tests.ethics.sample import BEST, WORST

ITEMS = shipped("2026")


def tally(best: int, worst: int = 0):
    return tally_of([BEST] * best + [WORST] * worst, ITEMS)


@pytest.mark.parametrize(
    ("best", "worst", "expected"),
    [
        (5, 5, 0),
        (6, 5, 0),
        # The squared deviations are 9 x 10^2 + 90^2 = 9,000 of at most 25,000: 1 - 0.6.
        (9, 1, 40),
        # One of fifty: 49 x 2^2 + 98^2 = 9,800 of 125,000: 1 - 0.28.
        (49, 1, 70),
    ],
)
def test_agreement_is_what_is_left_of_the_widest_spread(best: int, worst: int, expected: int):
    assert agreement(tally(best, worst)) == expected
    assert agreement(tally(worst, best)) == expected


def test_one_voice_is_told_as_nearly_one_so_that_no_single_answer_is_certain():
    assert agreement(tally(10)) == agreement(tally(0, 12)) == 95


def test_under_ten_answers_there_is_neither_agreement_nor_profile():
    assert agreement(tally(9)) is None
    assert profile(tally(9), [tally(10)] * 3, ITEMS) == ()


def test_statements_stand_beside_the_median_of_three_questionnaires():
    high, low, split = tally(10), tally(0, 10), tally(5, 5)
    rows = profile(high, [high, low, split], ITEMS)
    assert [row.item.code for row in rows] == list(ITEMS.codes)
    assert {(row.mean, row.middle, row.difference) for row in rows} == {
        (Decimal("100.00"), Decimal("50.00"), Decimal("50.00"))
    }
    assert {row.difference for row in profile(low, [high, low, split], ITEMS)} == {Decimal("-50.00")}


def test_two_questionnaires_have_no_middle_and_small_ones_do_not_make_up_for_it():
    high = tally(10)
    assert middles([high, high, tally(9), tally(5)], ITEMS) == ((None,) * 10, 2)
    (row, *_rest) = profile(high, [high, high], ITEMS)
    assert (row.mean, row.middle, row.difference) == (Decimal("100.00"), None, None)


def test_reasons_shrink_to_the_page_and_are_refused_before_the_type_is_too_small():
    word = "негіздеме "
    assert type_size(word * 20, word) == 11
    assert type_size(word * (LONGEST_REASONS // len(word)), word) == 8
    assert type_size("a\n" * (LONGEST_REASONS // 2), word) is None
