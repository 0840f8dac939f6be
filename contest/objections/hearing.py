"""An objection before its commission: put on the agenda of one of its meetings, an appeal on another's.

Written like the services. Who stays away from it the meeting sees itself; the members vote.
"""

from __future__ import annotations

from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from contest.contests.models import Contest
from contest.meetings.models import AgendaItem, ItemKind, Meeting
from contest.meetings.services import add_item
from contest.nominees.models import Nominee
from contest.objections.models import Objection
from contest.objections.queries import Handled, Verdict, handled_objection, handled_objections
from contest.objections.services import lock_filing
from contest.objections.wording import agenda_title
from core.errors import BadInput, Conflict


def put_on_agenda(
    session: Session, *, contest: Contest, handled: Handled, meeting: Meeting, actor: str, now: datetime
) -> AgendaItem:
    """Put an objection on the agenda of the commission whose matter it is, an appeal on the national one's.

    Members whom it concerns stay away from it: those in conflict with the nominee who objects or with the
    nominee whom it is about, the member whose conflict is claimed, and on an appeal those who decided the
    objection.

    :raises BadInput: for a meeting of another commission, or an appeal in the meeting that refused.
    :raises Conflict: unless it waits.
    """
    lock_filing(session, contest)
    # As it stands under the lock: of two who put it on an agenda at once, the second finds it there.
    handled = handled_objection(session, contest, handled.objection.number)
    objection = handled.objection
    if handled.verdict is not Verdict.WAITING:
        raise Conflict(_l("Objection number %(number)s does not wait any more.", number=objection.number))
    if handled.is_appeal:
        _refuse_same_meeting(session, contest, objection, meeting)
    if (meeting.stage, meeting.oblast_kato) != handled.decided_by:
        raise BadInput(_l("This is decided by another commission: choose one of its meetings."))
    nominee = session.get_one(Nominee, objection.nominee_id)
    return add_item(
        session, meeting=meeting, kind=ItemKind.APPEAL if handled.is_appeal else ItemKind.OBJECTION,
        title=agenda_title(
            objection.number, objection.kind.value, nominee.name_kk, nominee.name_ru,
            is_appeal=handled.is_appeal,
        ),
        reference=str(objection.id), nominee=nominee, actor=actor,
    )  # fmt: skip


def _refuse_same_meeting(session: Session, contest: Contest, appeal: Objection, meeting: Meeting) -> None:
    for one in handled_objections(session, contest, nominee_ids=[appeal.nominee_id]):
        if one.objection.id == appeal.appeals_id and one.item.meeting_id == meeting.id:
            raise BadInput(_l("An appeal is heard at another meeting than the one that refused."))
