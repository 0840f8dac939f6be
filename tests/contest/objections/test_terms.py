"""Terms: from the day after, every day or working days; a last day off moves to the next working day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contest.calendar import is_day_off
from contest.objections.terms import last_day
from contest.rulebook import Counted, DaysOff, RuleBook
from contest.rulebook_reading import read_rulebook, shipped_text

LAW = read_rulebook(shipped_text("2026"))
#: A book that lists no day off, as books before this rule.
BARE = replace(LAW, days_off=DaysOff())
KURBAN_AIT = replace(LAW, days_off=replace(LAW.days_off, others=("01-07", "2026-05-27")))


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
    assert last_day(BARE, since, days) == last


@pytest.mark.parametrize(
    ("book", "since", "days", "last"),
    [
        (LAW, date(2026, 7, 1), 5, date(2026, 7, 7)),  # 6 July, Capital Day, is a Monday
        (LAW, date(2026, 8, 25), 5, date(2026, 9, 1)),  # 30 August is a Sunday: Monday is free
        (BARE, date(2026, 8, 25), 5, date(2026, 8, 31)),
        (LAW, date(2026, 3, 16), 5, date(2026, 3, 26)),  # 21 to 23 March from a Saturday on: two more days
        (LAW, date(2022, 1, 1), 2, date(2022, 1, 5)),  # 1 and 2 January at a weekend
        (LAW, date(2024, 1, 5), 2, date(2024, 1, 8)),  # 7 January is a Sunday, and moves nothing
        (LAW, date(2026, 5, 25), 2, date(2026, 5, 27)),
        (KURBAN_AIT, date(2026, 5, 25), 2, date(2026, 5, 28)),
        (KURBAN_AIT, date(2027, 5, 25), 2, date(2027, 5, 27)),  # of that one year
    ],
)
def test_a_term_does_not_end_on_a_day_off(book: RuleBook, since: date, days: int, last: date):
    assert last_day(book, since, days) == last


@pytest.mark.parametrize(
    ("since", "days", "last"),
    [
        (date(2026, 7, 27), 5, date(2026, 8, 3)),
        (date(2026, 8, 27), 2, date(2026, 9, 1)),  # Friday, then Tuesday
        (date(2026, 3, 20), 1, date(2026, 3, 26)),
    ],
)
def test_working_days_alone_count_where_the_book_says_so(since: date, days: int, last: date):
    book = replace(LAW, terms=replace(LAW.terms, counted=Counted.WORKING))
    assert last_day(book, since, days) == last


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(1, 90), st.sampled_from([BARE, LAW]))
def test_a_term_is_never_shorter_and_never_ends_on_a_day_off(since: date, days: int, book: RuleBook):
    last = last_day(book, since, days)
    assert timedelta(days=days) <= last - since <= timedelta(days=days + 6)
    assert not is_day_off(book.days_off, last)
    assert all(
        is_day_off(book.days_off, last - timedelta(days=n)) for n in range(1, (last - since).days - days + 1)
    )


def test_a_negative_term_is_refused():
    with pytest.raises(ValueError, match="a term of -1 days"):
        last_day(LAW, date(2026, 1, 1), -1)
