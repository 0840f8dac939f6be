"""Places under many scenarios: against the standing's own decimal rules, and what must always hold."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contest.composition import break_ties, composite
from contest.robustness.scenarios import scenario_places, steadiness, weight_draws
from core.ranking import places

# Few values, so that equal composites, equal components and missing ones are frequent.
number = st.sampled_from([None, "41.80", "36.10", "77.60", "50.00", "50.01", "54.70", "60.00"])
tables = st.integers(1, 6).flatmap(
    lambda nominees: st.lists(st.tuples(number, number, number), min_size=nominees, max_size=nominees)
)
weights = st.tuples(*[st.sampled_from(["0.35", "0.25", "0.40", "0"])] * 3).filter(
    lambda drawn: any(Decimal(one) for one in drawn)
)


def by_decimals(table, drawn, cascade) -> list[int]:
    """The same places by the composition and the rounding of a standing, one nominee after the other."""
    codes = ("a", "b", "c")
    rows = [{c: None if x is None else Decimal(x) for c, x in zip(codes, row, strict=True)} for row in table]
    by_code = {code: Decimal(one) for code, one in zip(codes, drawn, strict=True)}
    scores = [composite(row, by_code, {}).value for row in rows]
    shared = [int(place) for place in places(scores)]
    return list(break_ties(shared, [[row[codes[index]] for row in rows] for index in cascade]))


@settings(max_examples=150, deadline=None)
@given(tables, weights, st.sampled_from([(), (0,), (2, 0, 1)]))
def test_places_are_those_of_the_standings_own_decimal_rules(table, drawn, cascade):
    floats = [[np.nan if x is None else float(x) for x in row] for row in table]
    found = scenario_places(floats, [[float(one) for one in drawn]], cascade=cascade)
    assert found.tolist() == [by_decimals(table, drawn, cascade)]


def test_half_a_hundredth_is_rounded_up_before_places_are_read():
    # 0.35 x 41.8 + 0.25 x 36.1 + 0.4 x 77.6 is 54.695, and less than that in binary.
    assert scenario_places([[41.8, 36.1, 77.6], [54.7, 54.7, 54.7]], [[0.35, 0.25, 0.4]]).tolist() == [[1, 1]]


def test_the_order_of_nominees_and_further_scenarios_change_nothing():
    stream = np.random.RandomState(5)
    table = np.round(stream.uniform(40, 60, (30, 4)))
    drawn = weight_draws([0.4, 0.2, 0.2, 0.2], draws=50, seed=9)
    found = scenario_places(table, drawn, cascade=(1, 3))
    shuffled = stream.permutation(30)
    assert (scenario_places(table[shuffled], drawn, cascade=(1, 3)) == found[:, shuffled]).all()
    assert (scenario_places(table, drawn[:7], cascade=(1, 3)) == found[:7]).all()
    one_table_each = np.broadcast_to(table, (50, 30, 4))
    assert (scenario_places(one_table_each, drawn, cascade=(1, 3)) == found).all()


def test_a_dominating_nominee_is_first_and_a_dominated_one_last_whatever_the_weights():
    table = [[90, 80, 85], [60, 79, 50], [10, 20, 30]]
    found = scenario_places(table, weight_draws([0.4, 0.3, 0.3], draws=300, spread=0.9, seed=1))
    assert found[:, 0].tolist() == [1] * 300
    assert found[:, 2].tolist() == [3] * 300


def test_weights_are_drawn_from_the_frozen_stream_within_the_spread():
    drawn = weight_draws([0.4, 0.6], draws=1000, seed=20260601)
    assert (drawn == weight_draws([0.4, 0.6], draws=1000, seed=20260601)).all()
    assert (drawn != weight_draws([0.4, 0.6], draws=1000, seed=20260602)).any()
    factors = drawn / [0.4, 0.6]
    # Uniform on [0.75, 1.25]: mean 1, standard deviation 0.5 / sqrt(12) = 0.1443.
    assert 0.75 <= factors.min() < 0.751 and 1.249 < factors.max() <= 1.25
    assert factors.mean() == pytest.approx(1, abs=0.01)
    assert factors.std() == pytest.approx(0.1443, abs=0.005)
    assert abs(np.corrcoef(factors.T)[0, 1]) < 0.1


def test_steadiness_counts_a_lost_place_as_the_last_one():
    found = steadiness([[1, 2, 0], [2, 1, 3]], [1, 2, 3], first=2)
    assert found.worst.tolist() == [2, 2, 3]
    assert found.same.tolist() == [0.5, 0.5, 1.0]
    assert found.among_first.tolist() == [1, 1, 0]


@pytest.mark.parametrize(
    ("table", "drawn", "said"),
    [
        ([[1, 2]], [[1]], "the shapes are"),
        ([[1, 2]], [1, 1], "the shapes are"),
        ([[[1, 2]]], [[1, 1], [1, 1]], "1 tables of scores and 2 rows of weights"),
        ([[1, 2]], [[1, -0.5]], "component 1 in scenario 0 is -0.5"),
        ([[1, 2]], [[1, float("nan")]], "component 1 in scenario 0 is nan"),
    ],
)
def test_what_cannot_be_is_refused_by_name(table, drawn, said: str):
    with pytest.raises(ValueError, match=said):
        scenario_places(table, drawn)


def test_a_spread_of_one_or_a_place_too_many_is_refused():
    with pytest.raises(ValueError, match="the spread is 1"):
        weight_draws([1], spread=1)
    with pytest.raises(ValueError, match="one decided place each"):
        steadiness([[1, 2]], [1], first=1)
