"""What stands of receipts in the reader's language: which two numbers differ, and that there is no list."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from surveys.inclusion.reconciliation import Difference, Pair

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


def no_list(code: str) -> object:
    """There is no list of receipts of a survey (yet)."""
    return _l("There is no list of codes of the survey “%(code)s”.", code=code[:40])
