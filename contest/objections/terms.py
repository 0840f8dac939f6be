"""The days of a term for objecting or appealing.

Pure: the standard library and the rule book. Days are counted in Kazakhstan's time from the day after: each
of them, or working days alone, as the book says; a term whose last day is a day off ends with the next
working day.
"""

from __future__ import annotations

from datetime import date, timedelta

from contest.calendar import is_day_off
from contest.rulebook import Counted, RuleBook

DAY = timedelta(days=1)


def last_day(book: RuleBook, since: date, days: int) -> date:
    """The last day of a term of `days` days that begins the day after `since`; 0 days give no term.

    :raises ValueError: for a negative number of days.
    """
    if days < 0:
        raise ValueError(f"a term of {days} days cannot be: give 0 or more")
    last, left = since, days
    while left:
        last += DAY
        left -= book.terms.counted is Counted.CALENDAR or not is_day_off(book.days_off, last)
    while days and is_day_off(book.days_off, last):
        last += DAY
    return last
