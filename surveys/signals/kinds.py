"""What can be flagged: the kinds of signals, which of them tell about scores, and which point at a day.

Pure: the standard library only. A flag never weighs anything by itself; whether flagged days are left
out is a rule of the rule book, decided before any score is visible.
"""

from __future__ import annotations

from enum import StrEnum


class Signal(StrEnum):
    """A way in which answers may look made; the order is that of the tables."""

    BURST = "burst"
    ONE_SOURCE = "one-source"
    NO_SCRIPT = "no-script"
    TRAP = "trap"
    BUSY_DAY = "busy-day"
    LATE_SURGE = "late-surge"
    ORIGIN = "origin"
    OVER_ADULTS = "over-adults"
    TURNOUT = "turnout"
    PRESSURE = "pressure"
    STRAIGHT_LINES = "straight-lines"
    PATTERN = "pattern"
    FIVES = "fives"
    ONES = "ones"
    THIRDS = "thirds"


#: What these say follows from the ratings, so it would tell scores: a unit where half of the answers are
#: all fives is a unit with a high score. They are computed at closing only, and shown after the results.
SCORE_LIKE = frozenset(
    {Signal.STRAIGHT_LINES, Signal.PATTERN, Signal.FIVES, Signal.ONES, Signal.THIRDS}
)  # fmt: skip

#: Signals that point at a day of a unit; only these can leave a day out.
OF_A_DAY = frozenset(
    {
        Signal.BURST, Signal.ONE_SOURCE, Signal.NO_SCRIPT, Signal.TRAP, Signal.BUSY_DAY,
        Signal.STRAIGHT_LINES,
    }
)  # fmt: skip

#: The declared rate: each signal, over all the units of an honest campaign at once, is a false alarm in at
#: most one campaign of twenty; and of the flags of a signal at most one in twenty is expected to be false.
DECLARED_RATE = 0.05
