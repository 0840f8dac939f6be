"""Meetings, step by step: planned, opened, attended, given their items, closed.

How an item is voted on stands in `voting`, what goes beside the plain course in `incidents`.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from contest.commissions.queries import commission_of, people_of
from contest.contests.models import Contest
from contest.meetings.course import (
    lock_meeting,
    meeting_subject,
    put_item,
    refuse_unless,
)
from contest.meetings.models import (
    COMING,
    AgendaItem,
    Attendance,
    ItemKind,
    ItemState,
    KnownConflict,
    Meeting,
    MeetingState,
    Sitting,
)
from contest.meetings.queries import (
    agenda_of,
    attendance_of,
    sitting_at,
)
from contest.meetings.recusals import conflicts_before
from contest.nominees.models import Nominee
from contest.rulebook import Stage
from core import audit
from core.accounts.queries import names_of
from core.clock import day_of
from core.errors import BadInput, Conflict
from core.storage import lock_row
from core.web.days import said_day
from core.words import Words

LONGEST_TITLE, LONGEST_PLACE = 500, 200


def plan_meeting(
    session: Session,
    *,
    contest: Contest,
    stage: Stage,
    oblast_kato: str | None,
    held_on: date,
    actor: str,
    now: datetime,
    place: str = "",
) -> Meeting:
    """Plan a meeting of a commission for a day; it gets the next number.

    :raises BadInput: for a day that is over.
    :raises Conflict: where there is no commission.
    """
    commission = commission_of(session, contest, stage, oblast_kato)
    if commission is None:
        raise Conflict(_l("There is no commission here yet: the agency makes it first."))
    _refuse_past(held_on, now)
    # One number at a time.
    lock_row(session, commission)
    last = select(func.max(Meeting.number)).where(
        Meeting.contest_id == contest.id, Meeting.stage == stage, Meeting.oblast_kato == oblast_kato
    )
    meeting = Meeting(
        contest_id=contest.id, stage=stage, oblast_kato=oblast_kato,
        number=(session.scalar(last) or 0) + 1, held_on=held_on, place=place.strip()[:LONGEST_PLACE],
        state=MeetingState.PLANNED,
    )  # fmt: skip
    session.add(meeting)
    session.flush()
    audit.record(
        session, actor=actor, action="meeting.plan", subject=meeting_subject(meeting), contest=contest.code,
        stage=stage.value, oblast=oblast_kato, number=meeting.number, held_on=held_on.isoformat(),
    )  # fmt: skip
    return meeting


def move_meeting(
    session: Session, *, meeting: Meeting, held_on: date, place: str, actor: str, now: datetime
) -> None:
    """Give a planned meeting another day or place.

    :raises BadInput: for a day that is over.
    :raises Conflict: once it is opened or called off.
    """
    lock_meeting(session, meeting)
    if meeting.opened_at is not None:
        raise Conflict(_l("This meeting was opened: its day and place stay in the record."))
    refuse_unless(meeting, MeetingState.PLANNED)
    _refuse_past(held_on, now)
    meeting.held_on, meeting.place = held_on, place.strip()[:LONGEST_PLACE]
    session.flush()
    audit.record(
        session, actor=actor, action="meeting.move", subject=meeting_subject(meeting),
        held_on=held_on.isoformat(),
    )  # fmt: skip


def open_meeting(session: Session, *, meeting: Meeting, actor: str, now: datetime) -> None:
    """Open a planned meeting on its day.

    :raises Conflict: unless it is planned, before its day, without a chair and a secretary, or while
        another meeting of this commission is open.
    """
    lock_meeting(session, meeting)
    refuse_unless(meeting, MeetingState.PLANNED)
    if day_of(now) < meeting.held_on:
        raise Conflict(
            _l("This meeting is planned for %(day)s: it opens on its day.", day=said_day(meeting.held_on))
        )
    contest = session.get_one(Contest, meeting.contest_id)
    people = people_of(session, contest, meeting.stage, meeting.oblast_kato)
    if people.chair is None or people.secretary is None:
        raise Conflict(_l("The commission needs a chair and a secretary: ask the agency to seat them."))
    other = session.scalars(
        select(Meeting.number).where(
            Meeting.contest_id == contest.id, Meeting.stage == meeting.stage,
            Meeting.oblast_kato == meeting.oblast_kato, Meeting.state == MeetingState.OPEN,
        )
    ).first()  # fmt: skip
    if other is not None:
        raise Conflict(_l("Meeting number %(number)s is still open: close it first.", number=other))
    meeting.state, meeting.opened_at = MeetingState.OPEN, now
    session.flush()
    audit.record(session, actor=actor, action="meeting.open", subject=meeting_subject(meeting))


def register_attendance(
    session: Session, *, meeting: Meeting, present: Collection[int], actor: str, now: datetime
) -> None:
    """Say who of the commission is there now; somebody who came and is not named has left.

    :raises BadInput: for somebody who has no seat in this commission.
    :raises Conflict: unless the meeting is open, or when somebody would leave while a vote is open.
    """
    lock_meeting(session, meeting)
    refuse_unless(meeting, MeetingState.OPEN)
    contest = session.get_one(Contest, meeting.contest_id)
    strangers = set(present) - people_of(session, contest, meeting.stage, meeting.oblast_kato).everyone
    if strangers:
        name = names_of(session, strangers).get(min(strangers), str(min(strangers)))
        raise BadInput(_l("%(name)s has no seat in this commission: leave the tick out.", name=name))
    known = attendance_of(session, meeting)
    leaving = {one for one, row in known.items() if row.left_at is None} - set(present)
    if any(item.state is ItemState.VOTING for item in agenda_of(session, meeting)):
        raise Conflict(_l("A vote is open: nobody comes or leaves before it is closed."))
    for account_id in sorted(set(present) - known.keys()):
        session.add(Attendance(meeting_id=meeting.id, account_id=account_id, came_at=now))
    for account_id, row in known.items():
        if account_id in leaving:
            row.left_at = now
        elif account_id in present:
            row.left_at = None
    session.flush()
    audit.record(
        session, actor=actor, action="meeting.attendance", subject=meeting_subject(meeting),
        present=sorted(present),
    )  # fmt: skip


def add_item(
    session: Session,
    *,
    meeting: Meeting,
    kind: ItemKind,
    title: Words,
    reference: str,
    actor: str,
    nominee: Nominee | None = None,
) -> AgendaItem:
    """Put an item at the end of the agenda of a meeting that is not closed.

    :raises BadInput: for a title that is too long, or a nominee of another contest or oblast.
    :raises Conflict: when the meeting is closed.
    """
    lock_meeting(session, meeting)
    refuse_unless(meeting, *COMING)
    strange = nominee is not None and (
        nominee.contest_id != meeting.contest_id
        or (meeting.oblast_kato is not None and nominee.oblast_kato != meeting.oblast_kato)
    )
    if strange:
        raise BadInput(_l("%(name)s is no nominee before this commission.", name=nominee.name_kk))
    if max(len(title.kk), len(title.ru)) > LONGEST_TITLE:
        raise BadInput(_l("An item's title has at most %(most)s characters.", most=LONGEST_TITLE))
    return put_item(
        session, meeting, kind=kind, title=title, reference=reference, actor=actor,
        nominee_id=nominee and nominee.id, stage=meeting.stage, oblast_kato=meeting.oblast_kato,
    )  # fmt: skip


def close_meeting(session: Session, *, meeting: Meeting, actor: str, now: datetime) -> None:
    """Close a meeting: its protocol is complete, with the conflicts known by now.

    Items that wait were not considered.

    :raises Conflict: unless it is open, or while a vote is open.
    """
    lock_meeting(session, meeting)
    refuse_unless(meeting, MeetingState.OPEN)
    if any(item.state is ItemState.VOTING for item in agenda_of(session, meeting)):
        raise Conflict(_l("A vote is open: close it first."))
    for account_id, role in sitting_at(session, meeting).items():
        session.add(Sitting(meeting_id=meeting.id, account_id=account_id, role=role))
    for nominee_id, grounds in conflicts_before(session, meeting).items():
        for account_id, ground in grounds.items():
            session.add(
                KnownConflict(
                    meeting_id=meeting.id, nominee_id=nominee_id, account_id=account_id, ground=ground
                )
            )
    meeting.state, meeting.closed_at = MeetingState.CLOSED, now
    session.flush()
    audit.record(session, actor=actor, action="meeting.close", subject=meeting_subject(meeting))


def _refuse_past(held_on: date, now: datetime) -> None:
    if held_on < day_of(now):
        raise BadInput(
            _l("The day %(day)s is over: plan the meeting for today or later.", day=said_day(held_on))
        )
