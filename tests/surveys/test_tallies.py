"""Tallies: they add up exactly, in any order, and agree with plain arithmetic on the ratings."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from surveys.criteria import shipped
from surveys.statistics import person_composites
from surveys.tallies import (
    check_ratings,
    composite_of,
    counts_from,
    counts_text,
    empty_tally,
    tally_of,
    total_of,
)

SIX = shipped("2020-six")
RATINGS = st.text("12345-", min_size=6, max_size=6)
BALLOTS = st.lists(RATINGS, max_size=30)


def test_tally_of_a_few_ballots_by_hand():
    tally = tally_of(["555555", "5-4321", "-----5", "11--1-"], SIX)
    # Composites: 100, (100 + 75 + 50 + 25 + 0) / 5 = 50, too few answers, 0.
    assert (tally.n, tally.scored, tally.all_equal) == (4, 3, 2)
    assert tally.composite_sum == 150_000_000
    assert tally.composite_squares == 100_000_000**2 + 50_000_000**2
    assert tally.counts[0] == (1, 0, 0, 0, 2, 0)
    assert tally.counts[1] == (1, 0, 0, 0, 1, 1)
    assert tally.score.mean == 50
    assert tally.score.variance == 2500
    assert (tally.criterion_mean(0), tally.answered(1)) == (Fraction(200, 3), 2)


@given(BALLOTS, BALLOTS, st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_tallies_add_up_whatever_the_batches_and_their_order(one: list[str], two: list[str], random):
    together = [*one, *two]
    random.shuffle(together)
    assert tally_of(one, SIX) + tally_of(two, SIX) == tally_of(together, SIX)
    assert total_of((tally_of([ballot], SIX) for ballot in together), 6) == tally_of(together, SIX)


@given(RATINGS)
@settings(max_examples=100, deadline=None)
def test_composite_is_the_floating_one_in_millionths(ratings: str):
    numbers = [[np.nan if rating == "-" else float(rating) for rating in ratings]]
    expected = person_composites(np.array(numbers))[0]
    found = composite_of(ratings, SIX)
    assert (found is None) == bool(np.isnan(expected))
    assert found is None or abs(found - expected * 1e6) <= 0.5001


def test_counts_keep_their_text():
    counts = tally_of(["5-4321", "111111"], SIX).counts
    assert counts_from(counts_text(counts)) == counts


def test_no_ballots_have_no_mean():
    assert empty_tally(6).score.mean is None
    assert empty_tally(6).criterion_mean(0) is None


@pytest.mark.parametrize(
    ("ratings", "fault"),
    [("55555", "5 ratings for 6"), ("555557", "'7' of 'community'"), ("0-----", "'0' of 'rights'"),
     ("5 5555", "' '")],
)  # fmt: skip
def test_ratings_outside_the_scale_are_refused_by_name(ratings: str, fault: str):
    with pytest.raises(ValueError, match=fault):
        check_ratings(ratings, SIX)


def test_tallies_of_different_sets_do_not_add_up():
    with pytest.raises(ValueError, match="6 and 5 criteria"):
        empty_tally(6) + empty_tally(5)
