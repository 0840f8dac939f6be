"""The calendar of a rule book: which step is open on a day, why another is not, and which days are off.

Pure: the standard library and the rule book. Both days of a step are open; a calendar changes by a
correction of the rules and by nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from contest.rulebook import CalendarStep, DaysOff, RuleBook, Step

SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Closed:
    """A step that is closed on a day: not begun yet, or over."""

    step: Step
    from_on: date
    until_on: date
    is_over: bool


def days_of(book: RuleBook, step: Step) -> CalendarStep:
    """The days of a step; every book gives each of them."""
    return next(row for row in book.calendar if row.step is step)


def is_open(book: RuleBook, step: Step, day: date) -> bool:
    """Whether a step is open on a day."""
    return why_closed(book, step, day) is None


def why_closed(book: RuleBook, step: Step, day: date) -> Closed | None:
    """Why a step is closed on a day; None while it is open."""
    row = days_of(book, step)
    if row.from_on <= day <= row.until_on:
        return None
    return Closed(step, row.from_on, row.until_on, is_over=day > row.until_on)


def open_steps(book: RuleBook, day: date) -> tuple[CalendarStep, ...]:
    """The steps that are open on a day, in their order."""
    return tuple(row for row in book.calendar if row.from_on <= day <= row.until_on)


def next_step(book: RuleBook, day: date) -> CalendarStep | None:
    """The step that begins next after a day; None after the last one has begun."""
    return min((row for row in book.calendar if row.from_on > day), key=lambda row: row.from_on, default=None)


def is_day_off(days_off: DaysOff, day: date) -> bool:
    """Whether nobody works on a day; Saturdays and Sundays are days off unless made working ones.

    >>> law = DaysOff(holidays=("03-21", "03-22", "03-23"))
    >>> [day for day in range(20, 27) if is_day_off(law, date(2026, 3, day))]  # the 21st is a Saturday
    [21, 22, 23, 24, 25]
    """
    if day.isoformat() in days_off.working:
        return False
    return _is_named(days_off, day) or day in _moved(days_off, day.year)


def _is_named(days_off: DaysOff, day: date) -> bool:
    named = (*days_off.holidays, *days_off.others)
    return day.weekday() >= SATURDAY or f"{day:%m-%d}" in named or day.isoformat() in named


@lru_cache(maxsize=64)
def _moved(days_off: DaysOff, year: int) -> frozenset[date]:
    """The working days that are free in a year because a holiday falls on a weekend."""
    found: set[date] = set()
    for text in sorted(days_off.holidays):
        day = date.fromisoformat(f"{year}-{text}")
        if day.weekday() >= SATURDAY:
            while _is_named(days_off, day) or day in found or day.isoformat() in days_off.working:
                day += timedelta(days=1)
            found.add(day)
    return frozenset(found)
