"""The reader's words for the states of a nomination and the kinds of its documents."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from contest.nominees.documents.models import DocumentKind
from contest.nominees.models import NomineeState

STATES: dict[NomineeState, object] = {
    NomineeState.PROPOSED: _l("proposed"),
    NomineeState.REGISTERED: _l("takes part"),
    NomineeState.DECLINED: _l("declined"),
    NomineeState.WITHDRAWN: _l("withdrawn"),
    NomineeState.EXCLUDED: _l("excluded"),
}

#: What a state means for the nominee who reads it.
MEANINGS: dict[NomineeState, object] = {
    NomineeState.PROPOSED: _l(
        "The application waits. Do what is missing below; then the secretary registers you."
    ),
    NomineeState.REGISTERED: _l("You take part in the contest."),
    NomineeState.DECLINED: _l("The application was declined. The reason stands below."),
    NomineeState.WITHDRAWN: _l("You have withdrawn and do not take part."),
    NomineeState.EXCLUDED: _l("You were excluded. The ground stands below; it can be appealed."),
}

DOCUMENTS: dict[DocumentKind, object] = {
    DocumentKind.RESUME: _l("About the work in the post"),
    DocumentKind.PROJECT: _l("The project"),
    DocumentKind.AWARD: _l("Award or letter of thanks"),
    DocumentKind.CONSENT: _l("Signed consent"),
    DocumentKind.WAIVER: _l("Signed paper that gives up the right to object"),
    DocumentKind.WITHDRAWAL: _l("Signed withdrawal from the contest"),
    DocumentKind.OBJECTION: _l("Signed objection or appeal"),
    DocumentKind.OTHER: _l("Another document"),
}
