"""The reader's words for meetings: kinds of items, states, votes."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from contest.commissions.models import SeatRole
from contest.meetings.models import Choice, ItemKind, ItemState, MeetingState

KINDS = {
    ItemKind.SIGNALS: _l("Which days the survey leaves out"),
    ItemKind.STANDING: _l("Approval of the computed standing"),
    ItemKind.EXCLUSION: _l("Exclusion of a nominee"),
    ItemKind.NOMINATION: _l("A nomination"),
    ItemKind.OBJECTION: _l("An objection"),
    ItemKind.APPEAL: _l("An appeal"),
    ItemKind.OTHER: _l("Another matter"),
}
MEETING_STATES = {
    MeetingState.PLANNED: _l("planned"),
    MeetingState.OPEN: _l("in session"),
    MeetingState.CLOSED: _l("the meeting is over"),
    MeetingState.CALLED_OFF: _l("called off"),
}
ITEM_STATES = {
    ItemState.WAITING: _l("to be voted"),
    ItemState.VOTING: _l("the vote is open"),
    ItemState.DECIDED: _l("decided"),
    ItemState.REFERRED: _l("referred to the national commission"),
    ItemState.DROPPED: _l("taken from the agenda"),
}
VOTES = {Choice.YES: _l("for"), Choice.NO: _l("against"), Choice.ABSTAIN: _l("abstained")}
SEATS = {
    SeatRole.CHAIR: _l("Chair of the commission"),
    SeatRole.SECRETARY: _l("Secretary of the commission"),
    SeatRole.MEMBER: _l("Member of the commission"),
    SeatRole.ALTERNATE: _l("Alternate member"),
}
