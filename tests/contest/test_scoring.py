"""Marks to scores: each way of combining against other means, and marks that do not exist."""

from __future__ import annotations

import statistics
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import trim_mean

from contest.agreement import severity
from contest.jury.adjustment import adjusted_scores
from contest.jury.scoring import judge_score, scores_of_marks
from contest.rulebook import Combine
from contest.rulebook_reading import read_rulebook, shipped_text

D = Decimal
PROJECT = read_rulebook(shipped_text("2026")).regional.component("project")
WAYS = {way: replace(PROJECT, combine=way, fewest_judges=1) for way in Combine}
NAN = np.nan


def even(*marks: int) -> dict[int, list[int]]:
    """Judges 0, 1, ... who give the same mark in all four criteria: 10 points of 100 a mark."""
    return {judge: [mark] * 4 for judge, mark in enumerate(marks)}


def score(way: Combine, *marks: int):
    (found,) = scores_of_marks([even(*marks)], WAYS[way], decimals=2)
    return found


def test_one_stray_mark_moves_the_mean_and_neither_the_trimmed_mean_nor_the_median():
    honest, stray = (8, 8, 7, 9, 8), (8, 8, 7, 9, 0)
    assert (score(Combine.MEAN, *honest).value, score(Combine.MEAN, *stray).value) == (D("80.00"), D("64.00"))
    assert score(Combine.TRIMMED, *stray).value == D("76.67")
    assert score(Combine.MEDIAN, *stray).value == D("80.00")
    # Whatever counts, the plain mean stands beside it.
    assert {score(way, *stray).mean for way in Combine} == {D("64.00")}


@settings(deadline=None)
@given(st.lists(st.integers(0, 10), min_size=1, max_size=16))
def test_trimmed_mean_and_median_equal_those_of_other_libraries(marks):
    points = [10 * mark for mark in marks]
    assert float(score(Combine.TRIMMED, *marks).value) == pytest.approx(trim_mean(points, 0.2), abs=0.0051)
    assert float(score(Combine.MEDIAN, *marks).value) == statistics.median(points)
    assert score(Combine.MEAN, *marks).value == score(Combine.MEAN, *marks).mean


def test_errors_of_trimmed_mean_and_median_follow_their_formulas():
    # Scores 10, 50, 60, 70, 100: one left out at each end, those replaced give 50, 50, 60, 70, 70 about 60:
    # squares 100 + 100 + 0 + 100 + 100 = 400, h = 3, 400 / (3 x 2) = 66.67, root 8.16.
    assert score(Combine.TRIMMED, 1, 5, 6, 7, 10).error == D("8.16")
    # Fewer than five: nothing is left out, s / sqrt(n) of 50 and 70 is 10.
    assert score(Combine.TRIMMED, 5, 7).error == D("10.00")
    # sqrt(pi / 2) = 1.2533
    assert score(Combine.MEDIAN, 5, 7).error == D("12.53")
    assert {score(way, 5).error for way in Combine} == {None}


def test_rounding_is_half_up_of_the_exact_number():
    # Eight judges: (7 x 80 + 79.9...)... a mean of 81.25 and one of 81.125 as decimals, never binary noise.
    marks = {judge: [8, 8, 8, 8] for judge in range(7)} | {7: [9, 8, 8, 8]}
    (found,) = scores_of_marks([marks], WAYS[Combine.MEAN], decimals=2)
    assert sum(judge_score(one, PROJECT) for one in marks.values()) / 8 == Fraction(803125, 10000)
    assert found.value == D("80.31")
    (found,) = scores_of_marks([marks], WAYS[Combine.MEAN], decimals=3)
    assert found.value == D("80.313")


def test_a_mark_that_does_not_exist_is_no_zero_and_too_few_have_no_score():
    complete, abstained = even(8, 9, 10), {0: [8] * 4, 2: [10] * 4}
    found = scores_of_marks([complete, abstained, {}], PROJECT, decimals=2)
    assert [(one.value, one.mean, one.n) for one in found] == [
        (D("90.00"), D("90.00"), 3), (D("90.00"), D("90.00"), 2), (None, None, 0)
    ]  # fmt: skip
    (alone,) = scores_of_marks([even(8)], PROJECT, decimals=2)
    assert (alone.value, alone.error, alone.n) == (None, None, 1)


def test_severity_taken_out_neither_lifts_nor_lowers_whom_a_judge_is_recused_from():
    # Judge 0 gives two marks less than judge 1 to everybody; the third nominee's judge 0 is recused.
    judged = [even(6, 8), even(4, 6), {1: [7] * 4}]
    mean = scores_of_marks(judged, WAYS[Combine.MEAN], decimals=2)
    adjusted = scores_of_marks(judged, WAYS[Combine.ADJUSTED], decimals=2)
    assert [one.value for one in mean] == [D("70.00"), D("50.00"), D("70.00")]
    assert [one.value for one in adjusted] == [D("70.00"), D("50.00"), D("60.00")]
    assert [one.mean for one in adjusted] == [one.mean for one in mean]
    assert not any(one.is_fallback for one in adjusted)


def test_adjusted_scores_stay_on_the_scale():
    judged = [even(2, 10), even(0, 8), {1: [10] * 4}, {0: [0] * 4}, {0: [10] * 4}]
    adjusted = scores_of_marks(judged, WAYS[Combine.ADJUSTED], decimals=2)
    assert [one.value for one in adjusted] == [D("60.00"), D("40.00"), D("60.00"), D("40.00"), D("100.00")]


def test_judges_who_cannot_be_compared_leave_the_mean_to_all():
    judged = [{0: [8] * 4}, {1: [6] * 4}, {0: [4] * 4}]
    found = scores_of_marks(judged, WAYS[Combine.ADJUSTED], decimals=2)
    assert [(one.value, one.is_fallback) for one in found] == [
        (D("80.00"), True), (D("60.00"), True), (D("40.00"), True)
    ]  # fmt: skip


@st.composite
def tables(draw):
    judges, nominees = draw(st.integers(1, 5)), draw(st.integers(1, 6))
    mark = st.one_of(st.none(), st.integers(0, 10))
    return [draw(st.lists(mark, min_size=nominees, max_size=nominees)) for _ in range(judges)]


@settings(deadline=None, max_examples=120)
@given(tables())
def test_adjusted_scores_equal_least_squares(table):
    marks = np.array([[NAN if mark is None else float(mark) for mark in row] for row in table])
    judged = [
        {judge: Fraction(row[nominee]) for judge, row in enumerate(table) if row[nominee] is not None}
        for nominee in range(marks.shape[1])
    ]
    found = adjusted_scores(judged)
    try:
        expected = severity(marks).adjusted_scores
    except ValueError:
        assert found is None
        return
    got = [NAN if one is None else float(one.score) for one in found]
    np.testing.assert_allclose(got, expected, atol=1e-9)
    _check_variances(marks, found)


def _check_variances(marks: np.ndarray, found) -> None:
    """Against the whole design's own: nominees and judges as columns, the effects held to a sum of 0."""
    judge, nominee = np.nonzero(~np.isnan(marks))
    judges, nominees = np.unique(judge), np.unique(nominee)
    if judges.size == 0:
        return
    design = np.zeros((judge.size + 1, nominees.size + judges.size))
    design[np.arange(judge.size), np.searchsorted(nominees, nominee)] = 1
    design[np.arange(judge.size), nominees.size + np.searchsorted(judges, judge)] = 1
    design[-1, nominees.size :] = 1
    value = np.r_[marks[judge, nominee], 0.0]
    inverse = np.linalg.pinv(design.T @ design)
    rest = value - design @ (inverse @ design.T @ value)
    # The last row holds the effects to their sum and is no observation.
    spread = inverse @ design[:-1].T @ design[:-1] @ inverse
    freedom = judge.size - nominees.size - judges.size + 1
    for place, index in enumerate(nominees):
        variance = found[index].variance
        if freedom == 0:
            assert variance is None
        else:
            residual = float(rest[:-1] @ rest[:-1]) / freedom
            assert float(variance) == pytest.approx(residual * spread[place, place], abs=1e-9)


@settings(deadline=None, max_examples=40)
@given(st.lists(st.lists(st.integers(0, 10), min_size=3, max_size=3), min_size=1, max_size=4), st.data())
def test_the_order_of_nominees_and_judges_changes_nothing(rows, data):
    judged = [even(*row) for row in rows]
    way = WAYS[data.draw(st.sampled_from(list(Combine)))]
    expected = scores_of_marks(judged, way, decimals=2)
    order = data.draw(st.permutations(range(len(rows))))
    names = data.draw(st.permutations(range(3)))
    mixed = [{names[judge]: marks for judge, marks in reversed(judged[index].items())} for index in order]
    assert scores_of_marks(mixed, way, decimals=2) == tuple(expected[index] for index in order)


@pytest.mark.parametrize(
    ("marks", "fault"),
    [([11, 1, 1, 1], "the mark 11 is off the scale 0 to 10"), ([1, 1, 1], "3 marks for 4")],
)
def test_impossible_marks_are_refused(marks: list[int], fault: str):
    with pytest.raises(ValueError, match=fault):
        scores_of_marks([{1: marks}], PROJECT, decimals=2)
