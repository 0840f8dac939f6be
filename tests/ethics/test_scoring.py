"""Scores: reversed statements turned, exact sums, moderated errors, and the floors for small offices."""

from __future__ import annotations

import math
import statistics
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ethics.items import shipped
from ethics.scoring import (
    KEPT_BACK,
    Score,
    composite_of,
    item_means,
    moderated_error,
    pooled_variance,
    score_of,
    tally_of,
)
from tests.ethics.sample import BEST, WORST

ITEMS = shipped("2026")
ANSWER = st.text(alphabet="1234-", min_size=10, max_size=10)


def test_agreeing_with_everything_says_nothing_in_particular():
    assert composite_of(BEST, ITEMS) == 100_000_000
    assert composite_of(WORST, ITEMS) == 0
    # Six of ten statements speak for the official, four against.
    assert composite_of("4444444444", ITEMS) == 60_000_000


def test_hard_to_say_is_missing_and_half_must_be_rated():
    assert composite_of("44114-----", ITEMS) == 100_000_000
    assert composite_of("4411------", ITEMS) is None
    # Two points of 66 2/3, three turned ones of 33 1/3: 46.666667, half up.
    assert composite_of("3333-3----", ITEMS) == 46_666_667


@given(st.lists(ANSWER, max_size=12))
@settings(max_examples=60)
def test_a_tally_equals_the_plain_way_of_computing(answers: list[str]):
    persons = []
    for given_ in answers:
        points = [
            (4 - int(p) if item.is_reversed else int(p) - 1) / 3 * 100
            for item, p in zip(ITEMS.items, given_, strict=True)
            if p != "-"
        ]
        if len(points) >= 5:
            persons.append(statistics.fmean(points))
    tally = tally_of(answers, ITEMS)
    assert (tally.n, tally.scored) == (len(answers), len(persons))
    if persons:
        assert float(tally.mean) == pytest.approx(np.mean(persons), abs=1e-6)
        assert float(tally.squared_deviations) == pytest.approx(np.var(persons) * len(persons), abs=1e-3)


def test_moderated_error_equals_the_formula_of_the_method():
    wide, narrow = tally_of([BEST] * 6 + [WORST] * 6, ITEMS), tally_of(["3322323233"] * 6, ITEMS)
    pooled = pooled_variance([wide, narrow])
    # Within sums of squares: 12 * 50^2 and 0; degrees 11 + 5.
    assert pooled == Fraction(30_000, 16)
    expected = math.sqrt((10 * 30_000 / 16 + 30_000) / (10 + 11) / 12)
    assert float(moderated_error(wide, pooled)) == pytest.approx(expected, rel=1e-12)
    # Six like answers: the round's variance keeps the error away from zero.
    assert float(moderated_error(narrow, pooled)) == pytest.approx(math.sqrt(10 * 1875 / 15 / 6), rel=1e-12)
    assert pooled_variance([tally_of([BEST], ITEMS)]) is None


def spread(n: int):
    return tally_of([BEST] * (n - 1) + [WORST], ITEMS)


def test_fewer_than_five_have_no_number_and_five_to_nine_only_steps_of_five():
    pooled = Fraction(400)
    assert score_of(spread(4), pooled, minimum_n=5) == KEPT_BACK
    # 8 of 9 at 100, one at 0: 88.9 is 90; the error is whole and holds its rounding.
    assert score_of(spread(9), pooled, minimum_n=5) == Score(9, Decimal(90), Decimal(9), True)
    assert score_of(spread(10), pooled, minimum_n=5) == Score(10, Decimal("90.00"), Decimal("8.27"), False)


def test_a_unanimous_small_office_is_too_small_and_says_not_even_its_count():
    pooled = Fraction(400)
    assert score_of(tally_of([BEST] * 9, ITEMS), pooled, minimum_n=5) == KEPT_BACK
    assert score_of(tally_of([BEST] * 10, ITEMS), pooled, minimum_n=5).score == Decimal("100.00")


def test_the_rule_book_may_ask_for_more_and_the_error_waits_for_the_round():
    assert score_of(spread(9), Fraction(400), minimum_n=10) == KEPT_BACK
    assert score_of(spread(10), None, minimum_n=5) == Score(10, Decimal("90.00"), None, False)


def test_item_means_are_turned_and_need_ten_answers():
    assert item_means(spread(9), ITEMS) == (None,) * 10
    assert item_means(spread(10), ITEMS) == (Decimal("90.00"),) * 10
