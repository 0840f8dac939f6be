"""The calendar of a rule book: which step is open on a day, and why another is not.

Pure: the standard library and the rule book. Both days of a step are open; a calendar changes by a
correction of the rules and by nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from contest.rulebook import CalendarStep, RuleBook, Step


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
