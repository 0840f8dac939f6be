"""What stands of paper in the reader's language: reasons, counts, and sums that do not add up."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from surveys.paper.services import Outcome
from surveys.paper.sheets import Spoilt
from surveys.paper.sums import Sum, SumFault

SPOILT_NAMES = {
    Spoilt.ILLEGIBLE: _l("The marks cannot be read"),
    Spoilt.DAMAGED: _l("The sheet is torn or wet"),
    Spoilt.COPY: _l("It is not one of our sheets, or a copy of one"),
}
OUTCOME_NAMES = {
    Outcome.WAITS: _l("Kept. The other oblast enters this sheet, too."),
    Outcome.AGREED: _l("Both entries agree. The sheet is counted."),
    Outcome.SPOILT: _l("Both of you call this sheet spoilt. It is not counted."),
    Outcome.DIFFERS: _l("The two entries differ. Both of you will look at this sheet again."),
}
COUNT_NAMES = {
    "given_out": _l("Given out"),
    "spoiled": _l("Spoiled before they were given out"),
    "unused": _l("Left over, not given out"),
    "returned_filled": _l("Came back filled in"),
    "returned_empty": _l("Came back empty"),
    "not_returned": _l("Did not come back, or were lost"),
}
_SENTENCES = {
    Sum.PRINTED: _l(
        "Printed: %(whole)s. Given out, spoiled and left over make %(parts)s: the difference is "
        "%(difference)s."
    ),
    Sum.GIVEN_OUT: _l(
        "Given out: %(whole)s. Filled in, empty and not come back make %(parts)s: the difference is "
        "%(difference)s."
    ),
    Sum.RETURNED: _l(
        "Came back filled in: %(whole)s. Entered and called spoilt by both make %(parts)s: the difference "
        "is %(difference)s. Enter what is left, or settle what differs."
    ),
}


def sum_sentence(fault: SumFault) -> str:
    """What a sum lacks, with its numbers."""
    numbers = {"whole": fault.whole, "parts": fault.parts, "difference": abs(fault.whole - fault.parts)}
    return str(_SENTENCES[fault.sum]) % numbers
