from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import friedmanchisquare

from contest.agreement import kendalls_w, krippendorff_alpha, severity

NAN = np.nan

# Krippendorff (2011), Computing Krippendorff's alpha-reliability, section E: four observers, twelve units.
KRIPPENDORFF_2011 = [
    [1, 2, 3, 3, 2, 1, 4, 1, 2, NAN, NAN, NAN],
    [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, NAN, 3],
    [NAN, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, NAN],
    [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, NAN],
]

MARKS = arrays(float, (4, 6), elements=st.sampled_from([1.0, 2.0, 3.0, 4.0, 5.0, NAN]))


@pytest.mark.parametrize(("level", "alpha"), [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849)])
def test_alpha_of_the_published_example(level, alpha):
    assert round(krippendorff_alpha(KRIPPENDORFF_2011, level=level), 3) == alpha


def alpha_from_pairs(marks: np.ndarray, level: str) -> float:
    """The definition, pair by pair: 1 - observed over expected disagreement."""
    columns = [c[~np.isnan(c)] for c in marks.T]
    columns = [c for c in columns if c.size >= 2]
    if not columns:
        return NAN
    pooled = np.concatenate(columns)

    def far(a: float, b: float) -> float:
        if level == "nominal":
            return float(a != b)
        if level == "interval":
            return (a - b) ** 2
        low, high = min(a, b), max(a, b)
        between = np.sum((pooled >= low) & (pooled <= high))
        return (between - (np.sum(pooled == a) + np.sum(pooled == b)) / 2) ** 2 if a != b else 0.0

    observed = sum(sum(far(a, b) for a, b in itertools.permutations(c, 2)) / (c.size - 1) for c in columns)
    expected = sum(far(a, b) for a, b in itertools.permutations(pooled, 2)) / (pooled.size - 1)
    return 1 - observed / expected if expected else NAN


@settings(deadline=None, max_examples=60)
@given(MARKS, st.sampled_from(["nominal", "ordinal", "interval"]))
def test_alpha_equals_its_definition_over_pairs(marks, level):
    np.testing.assert_allclose(krippendorff_alpha(marks, level), alpha_from_pairs(marks, level), atol=1e-12)


def test_alpha_is_unknown_without_pairs_or_variation_and_one_for_agreement():
    assert np.isnan(krippendorff_alpha([[1, NAN], [NAN, 2]]))
    assert np.isnan(krippendorff_alpha([[3, 3], [3, 3]]))
    assert krippendorff_alpha([[1, 2, 5], [1, 2, 5]]) == 1.0
    with pytest.raises(ValueError, match="'ratio'"):
        krippendorff_alpha([[1, 2], [1, 2]], level="ratio")


def test_w_of_a_worked_example_with_ties():
    # By hand. Ranks: (1, 2.5, 2.5, 4), (1, 2, 3, 4), (2, 1, 3, 4): sums 4, 5.5, 8.5, 12, mean 7.5, S = 37.5;
    # T = 2^3 - 2 = 6; W = 12 * 37.5 / (9 * 60 - 3 * 6) = 450 / 522.
    assert kendalls_w([[1, 2, 2, 3], [10, 20, 30, 40], [2, 1, 3, 4]]) == pytest.approx(450 / 522, abs=1e-15)


@settings(deadline=None, max_examples=60)
@given(arrays(float, (5, 4), elements=st.integers(1, 5)))
def test_w_is_friedmans_statistic_scaled(marks):
    if all(np.ptp(judge) == 0 for judge in marks):
        assert np.isnan(kendalls_w(marks))
    else:
        chi_square = friedmanchisquare(*marks.T).statistic
        assert kendalls_w(marks) == pytest.approx(chi_square / (5 * 3), abs=1e-9)


def test_w_counts_completely_marked_nominees_and_needs_two():
    marks = [[1, 2, 3, NAN], [1, 2, 3, 9], [1, 3, 2, 9]]
    assert kendalls_w(marks) == kendalls_w([row[:3] for row in marks])
    assert np.isnan(kendalls_w([[1, NAN, 2], [1, 2, NAN]]))
    assert np.isnan(kendalls_w([[1, 2, 3]]))
    assert np.isnan(kendalls_w([[2, 2, 2], [3, 3, 3]]))


def test_severity_finds_the_judges_and_frees_the_nominees_exactly():
    judges, nominees = np.array([-2.0, 0.5, 1.5]), np.array([60.0, 70.0, 85.0, 90.0])
    marks = nominees + judges[:, None]
    marks[0, 3] = marks[2, 0] = marks[1, 1] = NAN
    result = severity(marks)
    np.testing.assert_allclose(result.judge_effects, judges, atol=1e-10)
    np.testing.assert_allclose(result.adjusted_scores, nominees, atol=1e-10)
    np.testing.assert_allclose(result.standard_errors, 0, atol=1e-10)


def test_severity_of_a_complete_table_has_its_closed_form():
    marks = np.array([[3.0, 5.0, 4.0, 1.0], [4.0, 5.0, 5.0, 3.0], [2.0, 4.0, 4.0, 2.0]])
    result = severity(marks)
    effects = marks.mean(axis=1) - marks.mean()
    np.testing.assert_allclose(result.judge_effects, effects, atol=1e-12)
    np.testing.assert_allclose(result.adjusted_scores, marks.mean(axis=0), atol=1e-12)
    # Two-way analysis of variance: Var(effect) = sigma^2 (m - 1) / (m n), with (m - 1)(n - 1) degrees.
    residual = marks - effects[:, None] - marks.mean(axis=0)
    error = np.sqrt((residual**2).sum() / 6 * 2 / 12)
    np.testing.assert_allclose(result.standard_errors, error, atol=1e-12)


def test_severity_is_unmoved_by_a_recused_judge_and_by_an_unmarked_nominee():
    marks = np.array([[3.0, 5.0, NAN], [4.0, 6.0, NAN], [NAN, NAN, NAN]])
    result = severity(marks)
    np.testing.assert_allclose(result.judge_effects, [-0.5, 0.5, NAN], atol=1e-12)
    np.testing.assert_allclose(result.adjusted_scores, [3.5, 5.5, NAN], atol=1e-12)
    assert np.isnan(severity(np.full((2, 2), NAN)).judge_effects).all()


def test_severity_without_degrees_of_freedom_knows_no_error():
    result = severity([[4, 3, NAN], [NAN, 4, 2]])
    np.testing.assert_allclose(result.judge_effects, [-0.5, 0.5], atol=1e-12)
    assert np.isnan(result.standard_errors).all()
    assert np.isnan(severity([[4, 3, 5]]).standard_errors).all()


def test_severity_refuses_a_disconnected_design_and_names_its_parts():
    with pytest.raises(ValueError) as refusal:
        severity([[4, NAN, 3], [NAN, 2, NAN], [5, NAN, NAN]])
    assert "2 parts" in str(refusal.value)
    assert "judges 0, 2 with nominees 0, 2" in str(refusal.value)
    assert "judges 1 with nominees 1" in str(refusal.value)


@settings(deadline=None, max_examples=60)
@given(MARKS)
def test_severity_effects_add_up_to_zero_or_the_design_is_refused(marks):
    try:
        result = severity(marks)
    except ValueError as refusal:
        assert "parts that cannot be compared" in str(refusal)
    else:
        assert np.nansum(result.judge_effects) == pytest.approx(0, abs=1e-9)
        np.testing.assert_array_equal(np.isnan(result.adjusted_scores), np.isnan(marks).all(axis=0))


@pytest.mark.parametrize("function", [kendalls_w, krippendorff_alpha, severity])
def test_marks_are_a_table_of_finite_numbers(function):
    with pytest.raises(ValueError, match="mark of judge 1 for nominee 0 is inf"):
        function([[1, 2], [np.inf, 2]])
    with pytest.raises(ValueError, match="judges by nominees"):
        function([1, 2, 3])
