from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contest.composition import Composite, break_ties, composite

D = Decimal
WEIGHTS = {"survey": D("0.35"), "ethics": D("0.25"), "project": D("0.4")}
ROW = {"survey": D("41.8"), "ethics": D("36.1"), "project": D("77.6")}
ERRORS = {"survey": D("2.00"), "ethics": D("4.00")}


def test_composite_is_decimal_where_binary_would_round_down():
    # 0.35 x 41.8 + 0.25 x 36.1 + 0.4 x 77.6 = 54.695; error sqrt(0.7^2 + 1.0^2) = 1.2206...
    assert composite(ROW, WEIGHTS, ERRORS) == Composite(D("54.70"), D("1.22"))
    assert composite(ROW, WEIGHTS, ERRORS, decimals=3).value == D("54.695")


def test_weights_in_percent_give_the_same():
    percent = {code: weight * 100 for code, weight in WEIGHTS.items()}
    assert composite(ROW, percent, ERRORS) == composite(ROW, WEIGHTS, ERRORS)


def test_missing_component_is_reweighed_and_flagged():
    row = ROW | {"ethics": None}
    # (14.63 + 31.04) / 0.75 = 60.8933...; 0.7 / 0.75 = 0.9333...
    assert composite(row, WEIGHTS, ERRORS) == Composite(D("60.89"), D("0.93"), ("ethics",), True)
    del row["ethics"]
    assert composite(row, WEIGHTS, ERRORS) == Composite(D("60.89"), D("0.93"), ("ethics",), True)


def test_missing_component_can_end_eligibility():
    result = composite(ROW | {"ethics": None}, WEIGHTS, ERRORS, missing="not eligible")
    assert result == Composite(None, None, ("ethics",), False)
    assert not result.eligible
    assert composite(ROW, WEIGHTS, ERRORS, missing="not eligible").eligible


def test_nothing_to_weigh_is_not_eligible():
    assert not composite(dict.fromkeys(WEIGHTS), WEIGHTS, {}).eligible
    assert not composite({"a": None, "b": D(5)}, {"a": D(1), "b": D(0)}, {}).eligible


def test_unknown_error_makes_the_composites_error_unknown_and_no_entry_means_none():
    assert composite(ROW, WEIGHTS, {"survey": None}).standard_error is None
    assert composite(ROW, WEIGHTS, {}).standard_error == D("0.00")


@pytest.mark.parametrize(
    ("row", "weights", "errors", "message"),
    [
        (ROW | {"essay": D(1)}, WEIGHTS, {}, "component 'essay' has no weight"),
        (ROW, WEIGHTS, {"essay": D(1)}, "component 'essay' has no weight"),
        (ROW | {"survey": D("100.01")}, WEIGHTS, {}, "component 'survey' is 100.01"),
        (ROW | {"survey": D("-1")}, WEIGHTS, {}, "component 'survey' is -1"),
        (ROW | {"survey": D("NaN")}, WEIGHTS, {}, "component 'survey' is NaN"),
        (ROW, WEIGHTS | {"ethics": D(-1)}, {}, "weight of 'ethics' is -1"),
        (ROW, dict.fromkeys(WEIGHTS, D(0)), {}, "weights add up to 0"),
        (ROW, WEIGHTS, {"survey": D(-1)}, "error of 'survey' is -1"),
    ],
)
def test_composite_refuses_the_impossible_by_name(row, weights, errors, message):
    with pytest.raises(ValueError, match=message):
        composite(row, weights, errors)


def test_composite_refuses_an_unknown_rule():
    with pytest.raises(ValueError, match="'guess'"):
        composite(ROW, WEIGHTS, ERRORS, missing="guess")


@given(st.permutations(list(WEIGHTS)))
def test_composite_does_not_depend_on_the_order_of_the_components(order):
    shuffled = {code: WEIGHTS[code] for code in order}
    assert composite({code: ROW[code] for code in order}, shuffled, ERRORS) == Composite(
        D("54.70"), D("1.22")
    )


def test_ties_are_parted_by_the_first_criterion_that_can():
    survey = [D(1), D(70), D(80), D(70), D(60)]
    project = [D(1), D(90), D(10), D(95), D(99)]
    assert break_ties((1, 2, 2, 2, 5), (survey, project)) == (1, 4, 2, 3, 5)
    assert break_ties((1, 2, 2, 2, 5), (survey,)) == (1, 3, 2, 3, 5)
    assert break_ties((1, 2, 2, 2, 5), ()) == (1, 2, 2, 2, 5)


def test_what_is_unknown_parts_nobody_and_the_next_criterion_is_asked():
    survey = [D(70), None, D(80)]
    assert break_ties((1, 1, 1), (survey,)) == (1, 1, 1)
    assert break_ties((1, 1, 1), (survey, [D(3), D(2), D(1)])) == (1, 2, 3)


def test_nobodys_place_stays_nobodys():
    assert break_ties((0, 1, 0, 1), ([D(9), D(1), D(8), D(2)],)) == (0, 2, 0, 1)


def test_cascade_refuses_a_criterion_of_another_length():
    with pytest.raises(ValueError, match="tie criterion 1 has 1 numbers for 2 nominees"):
        break_ties((1, 1), ([D(1), D(1)], [D(1)]))


@given(st.data())
def test_cascade_follows_the_rows_in_any_order_and_never_crosses_a_place(data):
    size = data.draw(st.integers(1, 7))
    scores = data.draw(st.lists(st.integers(0, 2), min_size=size, max_size=size))
    shared = [1 + sum(other > score for other in scores) for score in scores]
    value = st.one_of(st.none(), st.integers(0, 2).map(D))
    criteria = data.draw(st.lists(st.lists(value, min_size=size, max_size=size), max_size=3))
    result = break_ties(shared, criteria)
    order = data.draw(st.permutations(range(size)))
    mixed = break_ties([shared[i] for i in order], [[c[i] for i in order] for c in criteria])
    assert mixed == tuple(result[i] for i in order)
    for i in range(size):
        for j in range(size):
            assert shared[i] >= shared[j] or result[i] < result[j]
    assert all(place == 1 + sum(other < place for other in result) for place in result)
