"""The judges' page in the reader's words: how marks are combined, what stands apart, the agreement."""

from __future__ import annotations

from decimal import Decimal

from flask_babel import format_decimal
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from contest.judging.reading import JudgeReading
from contest.rulebook import Combine

COMBINED = {
    Combine.MEAN: _l("The rules count the mean of the judges' marks, as they were given."),
    Combine.TRIMMED: _l(
        "The rules count the mean of the judges' marks without the highest and the lowest fifth."
    ),
    Combine.MEDIAN: _l("The rules count the middle one of the judges' marks."),
    Combine.ADJUSTED: _l("The rules count the marks freed from the judges' severity."),
}


def combined_words(combine: Combine) -> str:
    """How a component's marks become its score."""
    return str(COMBINED[combine])


def remarks(judge: JudgeReading) -> list[str]:
    """Why a judge is pointed out; nothing for most."""
    found = []
    if judge.is_severe and judge.effect is not None:
        found.append(
            _("far more severe than the others") if judge.effect < 0 else _("far milder than the others")
        )
    if judge.is_apart:
        found.append(_("orders the nominees unlike the others"))
    return found


def signed(number: float) -> str:
    """A number with two decimals and its sign."""
    rounded = Decimal(str(number)).quantize(Decimal("0.01"))
    return format_decimal(rounded, format="+0.00;−0.00") if rounded else "0"
