from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import disclosure
from core.disclosure import (
    ethics_score,
    fits_turnout,
    may_show_count,
    may_show_score,
    published,
    suppress,
    turnout_step,
    turnout_until,
)
from core.isolation import Figure, sum_over


def test_floors_stand_in_code():
    assert (disclosure.MINIMUM_CELL, disclosure.MINIMUM_SCORE) == (5, 10)
    assert (disclosure.ETHICS_STEP, disclosure.TURNOUT_STEP) == (5, 5)
    assert [may_show_count(n) for n in (0, 4, 5, 6)] == [False, False, True, True]
    assert [may_show_score(n) for n in (0, 9, 10, 11)] == [False, False, True, True]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (Decimal("54.695"), "54.70"),
        (Decimal("54.69499999999999"), "54.69"),
        (0.35 * 41.8 + 0.25 * 36.1 + 0.4 * 77.6, "54.70"),  # 54.69499999999999 in binary
        (Fraction(1, 8), "0.13"),
        (Fraction(-1, 8), "-0.13"),
        (Fraction(10**30, 3), "333333333333333333333333333333.33"),
        (7, "7.00"),
        (0.0, "0.00"),
    ],
)
def test_published_rounds_half_up_as_decimals(value, expected):
    assert str(published(value)) == expected


def test_published_keeps_the_unknown_and_refuses_the_infinite():
    assert published(None) is None
    assert published(float("nan")) is None
    with pytest.raises(ValueError, match="Infinity cannot be published"):
        published(float("inf"))


@given(st.fractions(min_value=-1000, max_value=1000), st.integers(0, 4))
def test_published_is_within_half_a_step_and_ties_go_up(value, decimals):
    step = Fraction(1, 10**decimals)
    off = Fraction(published(value, decimals)) - value
    assert abs(off) <= step / 2
    if abs(off) == step / 2:
        assert (off > 0) == (value > 0)


def test_turnout_goes_down_to_steps_of_five():
    assert [turnout_step(n) for n in (0, 4, 5, 9, 10, 1234)] == [0, 0, 5, 5, 10, 1230]
    with pytest.raises(ValueError, match="turnout of -1"):
        turnout_step(-1)


@pytest.mark.parametrize(
    ("score", "n", "unanimous", "expected"),
    [
        ("72.5", 4, False, None),
        ("72.49", 5, False, "70"),
        ("72.5", 9, False, "75"),
        ("100", 9, False, "100"),
        ("2.4", 5, False, "0"),
        ("75", 9, True, None),
        ("72.345", 10, False, "72.35"),
        ("75", 10, True, "75.00"),
    ],
)
def test_ethics_score_by_the_number_of_answers(score, n, unanimous, expected):
    shown = ethics_score(Decimal(score), n, unanimous=unanimous)
    assert shown == (None if expected is None else Decimal(expected))
    assert ethics_score(Fraction(score), n, unanimous=unanimous) == shown
    assert ethics_score(float(score), n, unanimous=unanimous) == shown


def test_ethics_score_of_nothing_is_nothing():
    assert ethics_score(None, 50) is None
    assert ethics_score(float("nan"), 7) is None


def split(whole: int, *parts: int) -> tuple[list[Figure], dict[str, int]]:
    """A total, its parts, and the rest of it that no figure names."""
    sizes = {f"c{i}": n for i, n in enumerate(parts)}
    figures = [sum_over(part, [part], rank=1) for part in sizes]
    if whole > sum(parts):
        sizes["rest"] = whole - sum(parts)
    return [sum_over("all", sizes), *figures], sizes


@pytest.mark.parametrize(
    ("table", "hidden"),
    [
        (split(30, 10, 20), set()),
        (split(33, 3, 10, 20), {"c0", "c1"}),  # 3 would be 33 - 30
        (split(36, 3, 3, 10, 20), {"c0", "c1"}),  # 6 together: enough
        (split(34, 2, 2, 10, 20), {"c0", "c1", "c2"}),  # 4 together: not enough
        (split(30, 0, 10, 20), {"c0", "c1"}),
        (split(33, 10, 20), {"c0"}),  # three of no stratum would be isolated
        (split(40, 10, 20), set()),  # ten of no stratum would not
        (split(4, 1, 3), {"all", "c0", "c1"}),
        (split(24, 4, 10, 10), {"c0", "c2"}),  # equal companions: the last by key
    ],
)
def test_suppression_hides_companions(table, hidden):
    figures, sizes = table
    assert suppress(figures, sizes) == hidden
    assert suppress(figures[::-1], sizes) == hidden


def test_suppression_for_scores_uses_the_higher_floor():
    assert suppress(*split(47, 7, 15, 25), floor=10) == {"c0", "c1"}


def test_units_stay_and_their_districts_give_way():
    sizes = {"a": 30, "b": 3, "c": 40, "d": 2, "e": 50}
    figures = [sum_over(unit, unit) for unit in sizes]
    figures += [
        sum_over("north", "ab", rank=3),
        sum_over("south", "cd", rank=3),
        sum_over("oblast", "abcde", rank=2),
    ]
    # 3 of the north and 2 of the south are 5 together, which the oblast may show.
    assert suppress(figures, sizes) == {"b", "d", "north", "south"}
    assert suppress(figures, {**sizes, "d": 1}) == {"b", "d", "north", "south", "oblast"}
    assert suppress(figures, {**sizes, "d": 9}) == {"b", "north", "oblast"}


def test_a_crossed_table_hides_a_rectangle():
    sizes = {"fy": 3, "my": 12, "fo": 9, "mo": 20}
    figures = [sum_over("all", sizes)]
    figures += [sum_over(margin, [cell for cell in sizes if margin in cell], rank=1) for margin in "fmyo"]
    figures += [sum_over(cell, [cell], rank=2) for cell in sizes]
    assert suppress(figures, sizes) == set(sizes)


def test_a_weighted_sum_counts_as_an_equation_of_its_own():
    """Margins leave one unknown in a square; the weighted score would solve it, so it gives way."""
    sizes = {"fy": 7, "my": 20, "fo": 20, "mo": 20}
    figures = [sum_over("all", sizes)]
    figures += [sum_over(margin, [cell for cell in sizes if margin in cell], rank=1) for margin in "fmyo"]
    assert suppress(figures, sizes, floor=10) == set()
    weighted = Figure("weighted", {"fy": 1.4, "my": 0.9, "fo": 1.1, "mo": 0.7}, rank=3)
    assert suppress([*figures, weighted], sizes, floor=10) == {"weighted"}


@pytest.mark.parametrize(
    ("figures", "sizes", "message"),
    [
        ([sum_over("a", "x"), sum_over("a", "y")], {"x": 9, "y": 9}, "figure 'a' is given twice"),
        ([sum_over("a", "xy")], {"x": 9}, "figure 'a' adds up 'y', which has no size"),
        ([sum_over("a", "x")], {"x": -1}, "group 'x' counts -1 persons; it cannot be negative"),
    ],
)
def test_suppression_refuses_tables_that_make_no_sense(figures, sizes, message):
    with pytest.raises(ValueError, match=message):
        suppress(figures, sizes)


def test_no_floor_is_lower_than_the_one_in_code():
    with pytest.raises(ValueError, match="a floor of 4 is too low"):
        suppress([], {}, floor=4)


def test_the_last_day_of_turnout_is_never_shown():
    last = date(2026, 6, 20)
    assert turnout_until(yesterday=date(2026, 6, 1), last_day=last) == date(2026, 6, 1)
    assert turnout_until(yesterday=date(2026, 6, 20), last_day=last) == date(2026, 6, 19)


def test_exact_numbers_beside_turnout_leave_room_for_its_steps():
    assert fits_turnout(9, shown_growth=5, figures=1)
    assert not fits_turnout(10, shown_growth=5, figures=1)
    assert fits_turnout(13, shown_growth=5, figures=2)
