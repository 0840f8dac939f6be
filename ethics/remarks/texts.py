"""The words that a respondent may add: how long they may be, and who reads them.

Pure. Refuses nothing itself: whoever reads a form says that a text is too long.
"""

from __future__ import annotations

from core.disclosure import MINIMUM_SCORE

#: In units of UTF-16, as a form counts: three bytes each at most, so the inner seal always holds them.
LONGEST = 500
#: From how many answers on remarks are kept; below, they are destroyed unread.
FEWEST_ANSWERS = MINIMUM_SCORE


def are_kept(answers: int) -> bool:
    """Whether the remarks of a questionnaire are opened; otherwise they are destroyed unread.

    >>> are_kept(9), are_kept(10)
    (False, True)
    """
    return answers >= FEWEST_ANSWERS
