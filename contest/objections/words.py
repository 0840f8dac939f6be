"""The reader's words for objections: their kinds, what became of them, why a standing is not final."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from contest.objections.finality import Finality
from contest.objections.models import ObjectionKind
from contest.objections.queries import Verdict
from core.web.days import said_day

KINDS: dict[ObjectionKind, object] = {
    ObjectionKind.COMPUTATION: _l("An error of computation"),
    ObjectionKind.CONFLICT: _l("A conflict of interests of a member of the commission"),
    ObjectionKind.EXCLUSION: _l("My exclusion from the contest"),
}

#: The same where somebody else reads of it.
PUBLIC_KINDS: dict[ObjectionKind, object] = {
    **KINDS, ObjectionKind.EXCLUSION: _l("An exclusion from the contest"),
}  # fmt: skip

VERDICTS: dict[Verdict, object] = {
    Verdict.WAITING: _l("waits to be put on an agenda"),
    Verdict.ON_AGENDA: _l("on the agenda"),
    Verdict.GRANTED: _l("granted"),
    Verdict.REFUSED: _l("refused"),
    Verdict.WITHDRAWN: _l("taken back"),
}


def why_not_final(finality: Finality) -> object:
    """Why a standing is not final yet and what ends it; an empty text for one that is."""
    if finality.is_final:
        return ""
    if finality.undecided:
        return _l(
            "Objections that wait for their vote: %(count)s. Decide them at a meeting.",
            count=finality.undecided,
        )
    if finality.uncorrected:
        return _l(
            "Objections that are granted and wait for the corrected standing: %(count)s. Freeze it.",
            count=finality.uncorrected,
        )
    return _l(
        "The term runs until the end of %(day)s; %(waived)s of %(all)s nominees have given their right up.",
        day=said_day(finality.until), waived=finality.waived, all=finality.concerned,
    )  # fmt: skip
