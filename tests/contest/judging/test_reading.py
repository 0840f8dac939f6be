"""What the marks say about judges: by numbers worked out by hand, and what cannot be told."""

from __future__ import annotations

import numpy as np
import pytest

from contest.judging.letters import letter_of
from contest.judging.reading import connected_parts, read_panel

NAN = float("nan")


def test_severity_stands_beside_the_raw_mean_with_its_error():
    # Judge B gives 10 less than A and C everywhere but once: additive but for one residual.
    panel = read_panel([[60, 70, 80, 90], [50, 60, 70, 80], [60, 70, 80, 90]])
    assert [judge.mean for judge in panel.judges] == [75, 65, 75]
    assert [judge.effect for judge in panel.judges] == pytest.approx([10 / 3, -20 / 3, 10 / 3])
    assert [judge.error for judge in panel.judges] == pytest.approx([0, 0, 0], abs=1e-9)
    assert (panel.kendalls_w, panel.complete, panel.paired) == (1, 4, 4)
    assert panel.raw == pytest.approx((170 / 3, 200 / 3, 230 / 3, 260 / 3))


def test_a_severe_judge_and_one_with_an_order_apart_are_pointed_out():
    stream = np.random.RandomState(1)
    truth = np.linspace(40, 90, 12)
    marks = truth + stream.normal(0, 2, (5, 12))
    marks[1] -= 20
    marks[3] = marks[3][::-1]
    panel = read_panel(marks)
    assert [judge.is_apart for judge in panel.judges] == [False, False, False, True, False]
    calm = read_panel(np.delete(marks, 3, axis=0))
    assert [judge.is_severe for judge in calm.judges] == [True, True, True, True]
    assert calm.judges[1].effect == pytest.approx(-15, abs=1)
    honest = read_panel(truth + stream.normal(0, 5, (5, 12)))
    assert not any(judge.is_severe or judge.is_apart for judge in honest.judges)


def test_correlation_is_with_the_mean_of_those_others_who_marked():
    # The others' means are 20, 30 (one of them alone), 50.
    panel = read_panel([[1, 2, 4, 9], [10, 30, 40, NAN], [30, NAN, 60, NAN]])
    assert panel.judges[0].correlation == pytest.approx(np.corrcoef([1, 2, 4], [20, 30, 50])[0, 1])
    assert panel.judges[2].correlation is None
    assert panel.judges[0].marked == 4


def test_what_does_not_vary_has_no_correlation_and_points_at_nobody():
    panel = read_panel([[50, 50, 50], [50, 50, 50]])
    assert (panel.kendalls_w, panel.alpha) == (None, None)
    assert [(judge.correlation, judge.is_severe, judge.is_apart) for judge in panel.judges] == [
        (None, False, False)
    ] * 2


def test_a_disconnected_panel_has_parts_and_no_severity():
    panel = read_panel([[5, 6, NAN, NAN], [6, NAN, NAN, NAN], [NAN, NAN, 7, 8], [NAN] * 4])
    assert panel.parts == ((0, 1), (2,))
    assert not panel.is_connected
    assert [judge.effect for judge in panel.judges] == [None] * 4
    assert [judge.mean for judge in panel.judges] == [5.5, 6, 7.5, None]
    assert panel.adjusted == (None,) * 4


def test_a_chain_of_shared_nominees_is_one_part():
    chain = [[1, 2, NAN, NAN], [NAN, 2, 3, NAN], [NAN, NAN, 3, 4]]
    assert connected_parts(chain) == ((0, 1, 2),)
    assert connected_parts(np.empty((0, 3))) == ()


def test_no_judges_or_no_nominees_is_an_empty_reading():
    assert read_panel(np.empty((0, 3))).judges == ()
    assert read_panel(np.empty((2, 0))).judges[0].mean is None


def test_letters_go_on_after_z():
    assert [letter_of(number) for number in (2, 28)] == ["B", "AB"]
