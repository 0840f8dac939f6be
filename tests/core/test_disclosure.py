from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import disclosure
from core.disclosure import (
    Cell,
    ethics_score,
    may_show_count,
    may_show_score,
    published,
    suppress_complementary,
    turnout_step,
)


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


def cells(total: int, *children: int) -> list[Cell]:
    return [Cell("all", total), *(Cell(f"c{i}", n, "all") for i, n in enumerate(children))]


@pytest.mark.parametrize(
    ("table", "hidden"),
    [
        (cells(30, 10, 20), set()),
        (cells(33, 3, 10, 20), {"c0", "c1"}),  # 3 would be 33 - 30
        (cells(36, 3, 3, 10, 20), {"c0", "c1"}),  # 6 together: enough
        (cells(34, 2, 2, 10, 20), {"c0", "c1", "c2"}),  # 4 together: not enough
        (cells(30, 0, 10, 20), {"c0", "c1"}),
        (cells(33, 10, 20), {"c0"}),  # three of no stratum would be isolated
        (cells(40, 10, 20), set()),  # ten of no stratum would not
        (cells(4, 1, 3), {"all", "c0", "c1"}),
        (cells(24, 4, 10, 10), {"c0", "c1"}),  # equal companions: by key
    ],
)
def test_suppression_hides_companions(table, hidden):
    assert suppress_complementary(table) == hidden
    assert suppress_complementary(reversed(table)) == hidden


def test_suppression_for_scores_uses_the_higher_floor():
    assert suppress_complementary(cells(47, 7, 15, 25), floor=10) == {"c0", "c1"}


@given(st.lists(st.integers(0, 12), min_size=1, max_size=6), st.integers(0, 6), st.sampled_from([5, 10]))
def test_no_total_less_its_shown_parts_isolates_fewer_than_the_floor(children, rest, floor):
    table = cells(sum(children) + rest, *children)
    hidden = suppress_complementary(table, floor=floor)
    for cell in table:
        assert cell.n >= floor or cell.key in hidden
    if "all" not in hidden:
        left = table[0].n - sum(cell.n for cell in table[1:] if cell.key not in hidden)
        nothing_hidden = not rest and not hidden
        assert nothing_hidden or left >= floor


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ([Cell("a", 9), Cell("a", 8)], "cell 'a' is given twice"),
        ([Cell("a", 9, "b")], "part of 'b', which is no total"),
        ([Cell("t", 9), Cell("a", 9, "t"), Cell("b", 9, "a")], "part of 'a', which is no total"),
        (cells(9, 8, 8), "count 7 persons more than its 9"),
        ([Cell("a", -1)], "cannot be negative"),
    ],
)
def test_suppression_refuses_tables_that_do_not_add_up(table, message):
    with pytest.raises(ValueError, match=message):
        suppress_complementary(table)


def test_no_floor_is_lower_than_the_one_in_code():
    with pytest.raises(ValueError, match="a floor of 4 is too low"):
        suppress_complementary(cells(9, 9), floor=4)
