from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from core.measures import Estimate
from surveys.statistics import (
    cronbach_alpha,
    design_effect,
    linear_mean,
    longest_run,
    mean_with_error,
    moderated_error,
    person_composite_micro,
    person_composites,
    pooled_variance,
    rake,
    score_from_sums,
)

NAN = np.nan
RATING = st.one_of(st.none(), st.integers(1, 5))


def test_linear_mean_maps_one_to_five_onto_a_hundred():
    for rating, points in enumerate((0, 25, 50, 75, 100)):
        assert linear_mean(np.eye(5)[rating]) == points
    # By hand: (0 x 2 + 25 x 1 + 50 x 0 + 75 x 3 + 100 x 4) / 10.
    assert linear_mean([2, 1, 0, 3, 4]) == 65.0


def test_linear_mean_works_over_any_leading_axes():
    counts = np.array([[[1, 0, 0, 0, 0], [0, 0, 0, 0, 0]], [[0, 0, 2, 0, 0], [0, 0, 0, 0, 9]]])
    np.testing.assert_array_equal(linear_mean(counts), [[0, NAN], [50, 100]])
    assert linear_mean(np.zeros((0, 5))).shape == (0,)


@pytest.mark.parametrize(
    ("counts", "message"),
    [([1, 2, 3], r"\(3,\)"), ([1, 0, 0, 0, -2], "-2"), ([1, 0, 0, 0, NAN], "nan"), (7, r"\(\)")],
)
def test_linear_mean_refuses_what_is_no_count(counts, message):
    with pytest.raises(ValueError, match=message):
        linear_mean(counts)


def test_person_composite_is_the_weighted_mean_of_what_was_answered():
    ratings = [[5, 1, NAN, NAN], [5, NAN, NAN, NAN], [1, 2, 3, 4], [NAN] * 4]
    np.testing.assert_allclose(person_composites(ratings), [50, NAN, 37.5, NAN])
    np.testing.assert_allclose(
        person_composites(ratings, [3, 1, 1, 1]), [75, NAN, (0 + 25 + 50 + 75) / 6, NAN], atol=1e-12
    )


def test_person_composite_needs_the_minimum_share_of_the_criteria_not_of_the_weights():
    ratings = [[5, 5, 5, NAN, NAN, NAN], [5, 5, NAN, NAN, NAN, NAN]]
    np.testing.assert_array_equal(person_composites(ratings), [100, NAN])
    np.testing.assert_array_equal(person_composites(ratings, [9, 9, 1, 1, 1, 1]), [100, NAN])
    np.testing.assert_array_equal(person_composites(ratings, minimum_answered=1 / 3), [100, 100])
    np.testing.assert_array_equal(person_composites(ratings, minimum_answered=1.0), [NAN, NAN])
    np.testing.assert_array_equal(person_composites([[NAN, NAN]], minimum_answered=0), [NAN])
    np.testing.assert_array_equal(person_composites([[5, NAN]], [0, 1]), [NAN])


@pytest.mark.parametrize(
    ("ratings", "options", "message"),
    [
        ([[1, 7]], {}, "rating 7.0 of respondent 0, criterion 1"),
        ([[1, 0]], {}, "rating 0.0"),
        ([[1, 2.5]], {}, "rating 2.5"),
        ([1, 2], {}, r"\(2,\)"),
        ([[1, 2]], {"weights": [1]}, "2 criteria need as many weights"),
        ([[1, 2]], {"weights": [1, -1]}, "weight 1 is -1.0"),
        ([[1, 2]], {"weights": [0, 0]}, "add up to 0.0"),
        ([[1, 2]], {"minimum_answered": 1.5}, "1.5"),
    ],
)
def test_person_composites_refuse_the_impossible_by_name(ratings, options, message):
    with pytest.raises(ValueError, match=message):
        person_composites(ratings, **options)


def test_micro_composite_is_exact_and_half_up():
    assert person_composite_micro((5, 4, 4), (1, 1, 1)) == 83_333_333  # 250 / 3
    assert person_composite_micro((5, 5, 4), (1, 1, 1)) == 91_666_667  # 275 / 3
    # 25 x 1 / 8000000 = 3.125 millionths: half a millionth goes up in the second.
    assert person_composite_micro((2, 1), (1, 7_999_999)) == 3
    assert person_composite_micro((2, 1), (1, 9_999_999)) == 3  # 2.5
    assert person_composite_micro((2, 1), (Decimal("0.1"), Decimal("0.9"))) == 2_500_000


def test_micro_composite_takes_the_minimum_as_number_decimal_or_fraction():
    ratings, weights = (5, None, None), (1, 1, 1)
    assert person_composite_micro(ratings, weights, Fraction(1, 3)) == 100_000_000
    assert person_composite_micro(ratings, weights, Decimal("0.34")) is None
    assert person_composite_micro(ratings, weights, 0.3) == 100_000_000
    assert person_composite_micro((None, None), (1, 1), 0) is None


@settings(deadline=None)
@given(st.lists(st.tuples(RATING, st.integers(0, 9)), min_size=1, max_size=8))
def test_micro_composite_is_the_composite(criteria):
    ratings, weights = zip(*criteria, strict=True)
    if not any(weights):
        return
    exact = person_composite_micro(ratings, weights)
    floats = person_composites([[NAN if r is None else r for r in ratings]], weights)[0]
    assert math.isnan(floats) if exact is None else abs(exact / 10**6 - floats) <= 0.51e-6


@pytest.mark.parametrize(
    ("ratings", "weights", "message"),
    [
        ((1, 7), (1, 1), "a rating is 7"),
        ((1, 0), (1, 1), "a rating is 0"),
        ((1, 2.5), (1, 1), "a rating is 2.5"),
        ((1, 2), (1,), "2 ratings and 1 weights"),
        ((1, 2), (1, -1), "a weight is -1"),
    ],
)
def test_micro_composite_refuses_the_impossible_by_name(ratings, weights, message):
    with pytest.raises(ValueError, match=message):
        person_composite_micro(ratings, weights)


@given(st.lists(st.integers(0, 100_000_000), min_size=2, max_size=30), st.integers(1, 29))
def test_score_from_sums_is_exact_and_adds_up_over_batches(micros, cut):
    batches = (micros[:cut], micros[cut:])
    n = sum(len(batch) for batch in batches)
    score = score_from_sums(n, sum(map(sum, batches)), sum(x * x for batch in batches for x in batch))
    points = [Fraction(x, 10**6) for x in micros]
    mean = sum(points) / n
    assert score.n == n
    assert score.mean == mean
    assert score.variance == sum((x - mean) ** 2 for x in points) / (n - 1)


def test_score_from_sums_of_few():
    nobody, one = score_from_sums(0, 0, 0), score_from_sums(1, 50_000_000, 50_000_000**2)
    assert (nobody.n, nobody.mean, nobody.variance) == (0, None, None)
    assert (one.n, one.mean, one.variance) == (1, 50, None)


@pytest.mark.parametrize(
    "sums", [(-1, 0, 0), (0, 1, 1), (2, 10, 49), (2, -10, 100), (1, 100_000_001, 10**17)]
)
def test_score_from_sums_refuses_a_damaged_tally(sums):
    with pytest.raises(ValueError, match=f"n = {sums[0]}, sum = {sums[1]}.*impossible; recount"):
        score_from_sums(*sums)


def test_mean_with_error_unweighted():
    # By hand: mean 50, s^2 = (50^2 + 0 + 50^2) / 2 = 2500, error sqrt(2500 / 3).
    assert mean_with_error([0, NAN, 50, 100]) == Estimate(50.0, math.sqrt(2500 / 3), 3)


def test_mean_with_error_weighted():
    # By hand: w = 1, 3: mean 75; 2/1 x (1 x 75^2 + 9 x 25^2) / 16 = 1406.25.
    got = mean_with_error([0, 100, NAN], [1, 3, 5])
    assert got.value == 75.0
    assert got.standard_error == pytest.approx(math.sqrt(1406.25), abs=1e-12)
    assert got.n == 2


@given(st.lists(st.floats(0, 100), min_size=2, max_size=20), st.floats(0.1, 50))
def test_equal_weights_are_no_weights(values, weight):
    plain, weighted = mean_with_error(values), mean_with_error(values, [weight] * len(values))
    assert weighted.value == pytest.approx(plain.value, abs=1e-9)
    assert weighted.standard_error == pytest.approx(plain.standard_error, abs=1e-6)
    assert plain.standard_error == pytest.approx(np.std(values, ddof=1) / math.sqrt(len(values)), abs=1e-9)


def test_finite_population_reduces_the_error_to_nothing():
    free = mean_with_error([0, 50, 100]).standard_error
    assert mean_with_error([0, 50, 100], population=12).standard_error == pytest.approx(
        free * math.sqrt(0.75)
    )
    assert mean_with_error([0, 50, 100], population=3).standard_error == 0
    with pytest.raises(ValueError, match="3 answers cannot come from a population of 2"):
        mean_with_error([0, 50, 100, NAN], population=2)


def test_mean_of_one_and_of_none():
    one, none = mean_with_error([70, NAN], population=1), mean_with_error([NAN])
    assert (one.value, one.n) == (70.0, 1)
    assert math.isnan(one.standard_error)
    assert (math.isnan(none.value), math.isnan(none.standard_error), none.n) == (True, True, 0)


@pytest.mark.parametrize(
    ("values", "weights", "message"),
    [
        ([1, 2], [1, -1], "weight 1 is -1.0"),
        ([1, 2], [1, NAN], "weight 1 is nan"),
        ([1, 2], [0, 0], "add up to 0.0"),
        ([1, 2], [1], r"\(2,\) and \(1,\)"),
        ([1, np.inf], None, "value 1 is inf"),
        ([[1, 2]], None, r"\(1, 2\)"),
    ],
)
def test_mean_with_error_refuses_the_impossible_by_name(values, weights, message):
    with pytest.raises(ValueError, match=message):
        mean_with_error(values, weights)


def test_pooled_variance_weighs_by_degrees_of_freedom_in_any_order():
    assert pooled_variance([100, 400, None], [3, 2, 1]) == 200.0
    assert pooled_variance([Fraction(1, 3), NAN], [4, 0]) == pytest.approx(1 / 3)
    assert math.isnan(pooled_variance([None], [1]))
    variances, ns = [0.1, 0.2, 0.3, 1e9, 7.7], [2, 30, 4, 5, 9]
    order = [3, 0, 4, 2, 1]
    assert pooled_variance([variances[i] for i in order], [ns[i] for i in order]) == pooled_variance(
        variances, ns
    )
    with pytest.raises(ValueError, match="n = 3 is -1.0"):
        pooled_variance([-1], [3])
    with pytest.raises(ValueError, match="2 and 1"):
        pooled_variance([1, 2], [3])


def test_moderated_error_draws_the_variance_towards_the_pooled_one():
    # By hand: (10 x 400 + 4 x 100) / 14 / 5.
    assert moderated_error(100, 5, 400) == pytest.approx(math.sqrt(4400 / 14 / 5), abs=1e-12)
    assert moderated_error(Fraction(100), 5, 400.0, d0=0) == pytest.approx(math.sqrt(20), abs=1e-12)
    assert moderated_error(None, 1, 400) == 20.0
    assert moderated_error(0, 5, 400) > 0
    assert math.isnan(moderated_error(None, 0, 400))
    assert math.isnan(moderated_error(100, 5, math.nan))
    assert math.isnan(moderated_error(None, 5, 400))
    with pytest.raises(ValueError, match="n = 5 is -1.0"):
        moderated_error(-1, 5, 400)
    with pytest.raises(ValueError, match="pooled variance -4"):
        moderated_error(1, 5, -4)


@given(st.lists(st.floats(0.1, 10), min_size=1, max_size=20))
def test_design_effect_lies_between_one_and_n(weights):
    effect = design_effect(weights)
    assert 1 - 1e-12 <= effect <= len(weights) + 1e-12
    assert design_effect([w * 8 for w in weights]) == pytest.approx(effect)


def test_cronbach_alpha_by_the_formula():
    ratings = np.array([[1, 2, 2], [2, 2, 3], [3, 5, 4], [5, 4, 5], [2, 3, 1]], dtype=float)
    # alpha = mean covariance x k / (mean variance + (k - 1) mean covariance).
    covariance = np.cov(ratings.T)
    between = (covariance.sum() - np.trace(covariance)) / 6
    expected = 3 * between / (np.trace(covariance) / 3 + 2 * between)
    assert cronbach_alpha(ratings) == pytest.approx(expected, abs=1e-12)
    with_gaps = np.vstack([ratings, [5, NAN, 1], [NAN, NAN, NAN]])
    assert cronbach_alpha(with_gaps) == cronbach_alpha(ratings)
    assert cronbach_alpha([[1, 1], [4, 4], [2, 2]]) == pytest.approx(1)


@pytest.mark.parametrize("ratings", [[[1, 2]], [[1], [2]], [[1, NAN], [2, 3]], [[3, 3], [3, 3]]])
def test_cronbach_alpha_is_unknown_where_it_is_not_defined(ratings):
    assert math.isnan(cronbach_alpha(ratings))


def test_cronbach_alpha_refuses_the_infinite_by_name():
    with pytest.raises(ValueError, match="rating inf of respondent 1, criterion 0"):
        cronbach_alpha([[1, 2], [math.inf, 3], [4, 4]])


def test_longest_run_is_broken_by_another_answer_and_by_nan():
    ratings = [
        [4, 4, 4, 4, 4, 4],
        [1, 2, 3, 4, 5, 1],
        [3, 3, NAN, 3, 3, 3],
        [NAN, NAN, NAN, NAN, NAN, NAN],
        [1, 1, 2, 2, 2, 1],
    ]
    assert longest_run(ratings).tolist() == [6, 1, 3, 0, 3]
    assert longest_run(np.empty((2, 0))).tolist() == [0, 0]


def test_rake_of_a_two_by_two_table_has_its_closed_form():
    # One person in each cell: raked weights are row total x column total / total.
    raked = rake([1, 1, 1, 1], [([0, 0, 1, 1], [60, 40]), ([0, 1, 0, 1], [30, 70])])
    np.testing.assert_allclose(raked.weights, [18, 42, 12, 28], atol=1e-9)
    assert raked.converged
    assert raked.iterations == 2


@settings(deadline=None, max_examples=40)
@given(arrays(float, (3, 4), elements=st.floats(0.5, 5)), arrays(float, (3, 4), elements=st.floats(0.5, 5)))
def test_rake_meets_its_margins_and_keeps_the_odds_ratios(base, other):
    # Targets from a table of the same total exist, so the margins can be met.
    rows, columns = np.divmod(np.arange(12), 4)
    other = other / other.sum() * 100
    raked = rake(base.ravel(), [(rows, other.sum(axis=1)), (columns, other.sum(axis=0))], tolerance=1e-9)
    assert raked.converged
    got = raked.weights.reshape(3, 4)
    np.testing.assert_allclose(got.sum(axis=1), other.sum(axis=1), rtol=1e-6)
    np.testing.assert_allclose(got.sum(axis=0), other.sum(axis=0), rtol=1e-6)
    odds = got[0, 0] * got[1, 1] / (got[0, 1] * got[1, 0])
    assert odds == pytest.approx(base[0, 0] * base[1, 1] / (base[0, 1] * base[1, 0]))


def test_rake_says_when_it_does_not_settle():
    # The two margins contradict each other: a whole round ends where it began, and the first is not met.
    raked = rake([1, 1], [([0, 1], [30, 10]), ([0, 1], [10, 30])], iterations=20)
    assert (raked.converged, raked.iterations) == (False, 20)
    assert not rake([1, 1], [([0, 1], [0, 40]), ([0, 1], [10, 30])]).converged


@pytest.mark.parametrize(
    ("base", "margins", "message"),
    [
        ([1, 1], [([0, 0], [10, 5])], "category 1 of margin 0 is empty"),
        ([1, 0], [([0, 1], [10, 5])], "category 1 of margin 0 is empty"),
        (
            [1, 1],
            [([0, 1], [10, 5]), ([0, 1], [10, 6])],
            "margin 1 add up to 16.0, those of margin 0 to 15.0",
        ),
        ([1, 1], [([0, 2], [10, 5])], "category 2; its categories are 0 to 1"),
        ([1, 1], [([0, -1], [10, 5])], "category -1"),
        ([1, 1], [([0, 1], [10, -5])], "target of margin 0 is -5.0"),
        ([1, 1], [([0], [10])], "places 1 persons, and there are 2"),
        ([1, -1], [([0, 1], [10, 5])], "weight 1 is -1.0"),
    ],
)
def test_rake_refuses_the_impossible_by_name(base, margins, message):
    with pytest.raises(ValueError, match=message):
        rake(base, margins)


def test_rake_leaves_the_given_weights_alone():
    base = np.array([1.0, 1.0])
    rake(base, [([0, 1], [30, 10])])
    assert base.tolist() == [1, 1]
