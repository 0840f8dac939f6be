"""What every step of a meeting needs: its locks, its states with their refusals, the agenda's next line."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from contest.meetings.models import AgendaItem, ItemKind, ItemState, Meeting, MeetingState
from contest.rulebook import Stage
from core import audit
from core.errors import Conflict
from core.storage import lock_row
from core.words import Words


def meeting_subject(meeting: Meeting) -> str:
    """How the journal refers to a meeting."""
    return f"meeting:{meeting.id}"


def item_subject(item: AgendaItem) -> str:
    """How the journal refers to an item of an agenda."""
    return f"item:{item.id}"


def put_item(
    session: Session,
    meeting: Meeting,
    *,
    kind: ItemKind,
    title: Words,
    reference: str,
    nominee_id: int | None,
    stage: Stage,
    oblast_kato: str | None,
    actor: str,
) -> AgendaItem:
    last = select(func.max(AgendaItem.position)).where(AgendaItem.meeting_id == meeting.id)
    item = AgendaItem(
        meeting_id=meeting.id, position=(session.scalar(last) or 0) + 1, kind=kind, stage=stage,
        oblast_kato=oblast_kato, title_kk=title.kk.strip(), title_ru=title.ru.strip(),
        nominee_id=nominee_id, reference=reference, state=ItemState.WAITING,
    )  # fmt: skip
    session.add(item)
    session.flush()
    audit.record(
        session, actor=actor, action="item.add", subject=item_subject(item), meeting=meeting.id,
        kind=kind.value, reference=reference,
    )  # fmt: skip
    return item


def lock_meeting(session: Session, meeting: Meeting) -> None:
    """Let one change of a meeting's course at a time in."""
    lock_row(session, meeting)


def lock_item(session: Session, item: AgendaItem) -> Meeting:
    """The item's meeting, both locked against others until this transaction ends."""
    meeting = session.get_one(Meeting, item.meeting_id)
    lock_meeting(session, meeting)
    lock_row(session, item)
    return meeting


def refuse_unless(meeting: Meeting, *allowed: MeetingState) -> None:
    if meeting.state not in allowed:
        raise Conflict(
            {
                MeetingState.PLANNED: _l("This meeting is not open yet."),
                MeetingState.OPEN: _l("This meeting is open already."),
                MeetingState.CLOSED: _l("This meeting is closed: what it decided stands."),
                MeetingState.CALLED_OFF: _l("This meeting was called off: plan another one."),
            }[meeting.state]
        )


def refuse_item_unless(item: AgendaItem, *allowed: ItemState) -> None:
    if item.state not in allowed:
        raise Conflict(
            {
                ItemState.WAITING: _l("The vote on this item is not open."),
                ItemState.VOTING: _l("The vote on this item is open already."),
                ItemState.DECIDED: _l("This item is decided: its vote is closed."),
                ItemState.REFERRED: _l("This item was referred to the national commission."),
                ItemState.DROPPED: _l("This item was taken from the agenda."),
            }[item.state]
        )
