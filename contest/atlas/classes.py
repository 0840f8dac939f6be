"""What the map may show of an oblast, and into which of a few classes it falls.

Pure: the standard library. Only counts: an oblast's mean score is no quantity here, since who applied and
which villages answered were not drawn to stand for their oblast.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

#: Classes go from 0, for nothing, to this.
HIGHEST = 4
#: From how many answers on the next class begins.
ANSWERS_FROM = (1, 100, 1_000, 10_000)
#: From which share of the villages on the next class begins, in hundredths.
SHARE_FROM = (0, 25, 50, 75)


class Quantity(StrEnum):
    """A published quantity that the map can be coloured by."""

    RESULTS = "results"
    VILLAGES = "villages"
    ANSWERS = "answers"


@dataclass(frozen=True, slots=True)
class OblastFigures:
    """The published figures of an oblast.

    :param nominees: how many stand in its published ranking; None where none is published.
    :param awards: how many of its nominees were awarded at the national stage.
    :param asked: how many villages the survey asked.
    :param scored: how many of them have a published score.
    :param answers: the sum of their published numbers of answers.
    """

    nominees: int | None
    awards: int
    asked: int
    scored: int
    answers: int

    @property
    def share(self) -> int | None:
        """The share of asked villages with a score in hundredths, rounded half up; None where none was."""
        return (200 * self.scored + self.asked) // (2 * self.asked) if self.asked else None


def class_of(quantity: Quantity, figures: OblastFigures) -> int:
    """The class of an oblast, 0 to 4; the results have 0, 2 and 4 alone."""
    if quantity is Quantity.RESULTS:
        return 0 if figures.nominees is None else 4 if figures.awards else 2
    if quantity is Quantity.ANSWERS:
        return sum(figures.answers >= least for least in ANSWERS_FROM)
    if not figures.asked:
        return 0
    # The exact share, so that a rounded one never lifts an oblast over a bound.
    return sum(100 * figures.scored >= least * figures.asked for least in SHARE_FROM)
