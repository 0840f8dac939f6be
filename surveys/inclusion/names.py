"""What stands of receipts in the reader's language: which two numbers differ, and by how much."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from surveys.inclusion.reconciliation import Difference, Pair

PAIR_NAMES = {
    Pair.RECEIPTS: _l("The codes of receipt are not as many as the answers by web and tablet."),
    Pair.PAPER: _l("The answers on paper are not as many as the sheets that both operators read alike."),
    Pair.IMPORT: _l("The imported answers are not as many as the rows of the files that were taken in."),
    Pair.UNREADABLE: _l("The journal names answers that could not be read, and none is missing."),
}
#: With the numbers, which may be small: for staff.
_DIFFERENCES = {
    Pair.RECEIPTS: _l("Codes of receipt: %(came_in)s. Answers by web and tablet: %(counted)s."),
    Pair.PAPER: _l("Sheets that both operators read alike: %(came_in)s. Answers on paper: %(counted)s."),
    Pair.IMPORT: _l("Rows of imported files: %(came_in)s. Imported answers: %(counted)s."),
    Pair.UNREADABLE: _l("Unreadable answers by the journal: %(came_in)s. Missing: %(counted)s."),
}


def difference_words(difference: Difference) -> str:
    """A pair of numbers that does not agree, as a sentence."""
    numbers = {"came_in": difference.came_in, "counted": difference.counted}
    return str(_DIFFERENCES[difference.pair]) % numbers
