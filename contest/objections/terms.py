"""The days of a term for objecting or appealing.

Pure: the standard library only. Days are calendar days in Kazakhstan's time, counted from the day after;
a term whose last day is a Saturday or a Sunday ends with the Monday after. Other holidays move nothing,
because no list of them is part of the rules.
"""

from __future__ import annotations

from datetime import date, timedelta

SATURDAY = 5
WEEK = 7


def last_day(since: date, days: int) -> date:
    """The last day of a term of `days` days that begins the day after `since`; 0 days give no term.

    >>> last_day(date(2026, 7, 28), 5)  # a Tuesday; the fifth day is a Sunday
    datetime.date(2026, 8, 3)
    >>> last_day(date(2026, 7, 28), 2)
    datetime.date(2026, 7, 30)
    >>> last_day(date(2026, 7, 25), 0)
    datetime.date(2026, 7, 25)

    :raises ValueError: for a negative number of days.
    """
    if days < 0:
        raise ValueError(f"a term of {days} days cannot be: give 0 or more")
    last = since + timedelta(days=days)
    if days and last.weekday() >= SATURDAY:
        last += timedelta(days=WEEK - last.weekday())
    return last
