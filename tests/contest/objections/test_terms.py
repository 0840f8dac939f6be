"""Terms: calendar days from the day after; a last day on a weekend moves to the Monday."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contest.objections.terms import last_day


@pytest.mark.parametrize(
    ("since", "days", "last"),
    [
        (date(2026, 7, 27), 4, date(2026, 7, 31)),  # Monday to Friday
        (date(2026, 7, 27), 5, date(2026, 8, 3)),  # would end on a Saturday
        (date(2026, 7, 27), 6, date(2026, 8, 3)),  # would end on a Sunday
        (date(2026, 7, 27), 7, date(2026, 8, 3)),
        (date(2026, 12, 30), 3, date(2027, 1, 4)),  # over the turn of a year
        (date(2026, 8, 1), 0, date(2026, 8, 1)),  # no term, also on a Saturday
    ],
)
def test_the_last_day_is_counted_from_the_day_after(since: date, days: int, last: date):
    assert last_day(since, days) == last


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(1, 90))
def test_a_term_is_never_shorter_and_never_ends_on_a_weekend(since: date, days: int):
    last = last_day(since, days)
    assert timedelta(days=days) <= last - since <= timedelta(days=days + 2)
    assert last.weekday() < 5


def test_a_negative_term_is_refused():
    with pytest.raises(ValueError, match="a term of -1 days"):
        last_day(date(2026, 1, 1), -1)
