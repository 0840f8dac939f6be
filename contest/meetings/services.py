"""Meetings, step by step: planned, opened, attended, items voted on and decided, closed.

A member votes under the own login, once; the vote of an item is closed by hand, and the roll is kept.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from contest.commissions.queries import commission_of, people_of
from contest.contests.models import Contest
from contest.meetings.course import (
    item_subject,
    lock_item,
    lock_meeting,
    meeting_subject,
    put_item,
    refuse_item_unless,
    refuse_unless,
)
from contest.meetings.models import (
    AgendaItem,
    Attendance,
    Choice,
    ItemKind,
    ItemState,
    KnownConflict,
    Meeting,
    MeetingState,
    RollLine,
    Sitting,
    Vote,
)
from contest.meetings.queries import (
    agenda_of,
    attendance_of,
    bench_for,
    displaced,
    outcome,
    roll_of,
    sitting_at,
)
from contest.meetings.recusals import conflicts_before, recused_on
from contest.nominees.models import Nominee
from contest.rulebook import Stage
from core import audit
from core.clock import day_of
from core.errors import BadInput, Conflict, Forbidden
from core.storage import lock_row
from core.words import Words

#: What takes something from somebody, or answers somebody, is decided with reasons.
REASONED = frozenset({ItemKind.EXCLUSION, ItemKind.OBJECTION, ItemKind.APPEAL})
LONGEST_TITLE = 500


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
    if held_on < day_of(now):
        raise BadInput(_l("The day %(day)s is over: plan the meeting for today or later.", day=held_on))
    # One number at a time.
    lock_row(session, commission)
    last = select(func.max(Meeting.number)).where(
        Meeting.contest_id == contest.id, Meeting.stage == stage, Meeting.oblast_kato == oblast_kato
    )
    meeting = Meeting(
        contest_id=contest.id, stage=stage, oblast_kato=oblast_kato,
        number=(session.scalar(last) or 0) + 1, held_on=held_on, place=place.strip()[:200],
        state=MeetingState.PLANNED,
    )  # fmt: skip
    session.add(meeting)
    session.flush()
    audit.record(
        session, actor=actor, action="meeting.plan", subject=meeting_subject(meeting), contest=contest.code,
        stage=stage.value, oblast=oblast_kato, number=meeting.number, held_on=held_on.isoformat(),
    )  # fmt: skip
    return meeting


def open_meeting(session: Session, *, meeting: Meeting, actor: str, now: datetime) -> None:
    """Open a planned meeting on its day.

    :raises Conflict: unless it is planned, before its day, without a chair and a secretary, or while
        another meeting of this commission is open.
    """
    lock_meeting(session, meeting)
    refuse_unless(meeting, MeetingState.PLANNED)
    if day_of(now) < meeting.held_on:
        raise Conflict(_l("This meeting is planned for %(day)s: it opens on its day.", day=meeting.held_on))
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
        raise BadInput(_l("The account %(number)s has no seat in this commission.", number=min(strangers)))
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
    refuse_unless(meeting, MeetingState.PLANNED, MeetingState.OPEN)
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


def open_vote(session: Session, *, item: AgendaItem, actor: str, now: datetime) -> None:
    """Open the vote on an item, with the quorum present.

    :raises Conflict: unless the meeting is open and the item waits, while another vote is open, or
        without a quorum (the message counts).
    """
    meeting = lock_item(session, item)
    refuse_unless(meeting, MeetingState.OPEN)
    refuse_item_unless(item, ItemState.WAITING)
    if any(one.state is ItemState.VOTING for one in agenda_of(session, meeting)):
        raise Conflict(_l("Another vote is open: close it first."))
    bench = bench_for(session, item)
    if bench.is_short:
        raise Conflict(
            _l(
                "Conflicts leave %(left)s who may vote on this item and %(needed)s are needed: refer it to "
                "the national commission, or ask the agency for another member.",
                left=len(bench.entitled), needed=bench.fewest,
            )
        )  # fmt: skip
    if not bench.is_quorate:
        raise Conflict(
            _l(
                "No quorum: %(present)s of %(entitled)s who may vote on this item are present and %(needed)s "
                "are needed. Register those who came, or an alternate.",
                present=len(bench.present), entitled=len(bench.entitled), needed=bench.needed,
            )
        )  # fmt: skip
    item.state = ItemState.VOTING
    session.flush()
    audit.record(session, actor=actor, action="vote.open", subject=item_subject(item))


def cast_vote(
    session: Session, *, item: AgendaItem, account_id: int, choice: Choice, actor: str, now: datetime
) -> Vote:
    """Cast one's vote, once; the same vote sent again changes nothing.

    :raises Conflict: unless the vote is open, or after another vote of the same member.
    :raises Forbidden: for somebody of no seat here, not present, or with a conflict.
    """
    # Shared with other voters, exclusive with closing: no vote comes in behind the close.
    lock_row(session, item, is_shared=True)
    refuse_item_unless(item, ItemState.VOTING)
    meeting = session.get_one(Meeting, item.meeting_id)
    contest = session.get_one(Contest, meeting.contest_id)
    people = people_of(session, contest, meeting.stage, meeting.oblast_kato)
    if account_id not in (*people.members, *people.alternates):
        raise Forbidden(_l("Only members of this commission vote here."))
    coming = session.get(Attendance, (meeting.id, account_id))
    if coming is None or coming.left_at is not None:
        raise Forbidden(_l("You are not registered as present: ask the secretary."))
    # One's own row orders one's own tabs.
    lock_row(session, coming)
    if account_id in recused_on(session, item):
        raise Forbidden(_l("You have a conflict of interests in this item: you do not vote on it."))
    if account_id not in bench_for(session, item).entitled:
        raise Forbidden(_l("You are an alternate, and nobody's place is free for this item."))
    kept = session.get(Vote, (item.id, account_id), populate_existing=True)
    if kept is not None:
        if kept.choice is not choice:
            raise Conflict(_l("You have voted on this item: a vote is not changed."))
        return kept
    vote = Vote(item_id=item.id, account_id=account_id, choice=choice, cast_at=now)
    session.add(vote)
    session.flush()
    audit.record(session, actor=actor, action="vote.cast", subject=item_subject(item))
    return vote


def close_vote(
    session: Session, *, item: AgendaItem, reasons: Words | None, actor: str, now: datetime
) -> AgendaItem:
    """Close the vote: the item is decided, with the roll and, where given, the reasons.

    :raises BadInput: without reasons, for an exclusion, an objection, an appeal or a returned standing.
    :raises Conflict: unless the vote is open, when a late conflict took the quorum away, before as many as
        the quorum have voted, or when somebody who voted has no place in it any more.
    """
    lock_item(session, item)
    refuse_item_unless(item, ItemState.VOTING)
    found, roll = outcome(session, item), roll_of(session, item)
    # A standing that is not approved is returned: the reasons name the error of computation.
    is_return = item.kind is ItemKind.STANDING and not found.is_carried
    if reasons is None and (item.kind in REASONED or is_return):
        raise BadInput(_l("Give the reasons of this decision in Kazakh and in Russian."))
    if not found.is_quorate:
        raise Conflict(_l("The quorum was lost by a conflict declared late: set the vote aside."))
    if displaced(session, item):
        raise Conflict(_l("Somebody who voted has no place in it any more: set the vote aside, vote anew."))
    if found.voted < found.needed:
        raise Conflict(
            _l(
                "%(voted)s have voted and %(needed)s are needed: wait for the others, or set the vote aside.",
                voted=found.voted, needed=found.needed,
            )
        )  # fmt: skip
    void = delete(Vote).where(Vote.item_id == item.id, Vote.account_id.not_in(roll.present))
    session.execute(void)
    for account_id, presence in roll.presence.items():
        session.add(
            RollLine(
                item_id=item.id, account_id=account_id, presence=presence,
                ground=roll.grounds.get(account_id), stands_for=roll.stands_for.get(account_id),
            )
        )  # fmt: skip
    item.needed, item.is_carried, item.decided_at = found.needed, found.is_carried, now
    item.state = ItemState.DECIDED
    if reasons is not None:
        item.reasons_kk, item.reasons_ru = reasons.kk.strip(), reasons.ru.strip()
    session.flush()
    audit.record(
        session, actor=actor, action="vote.close", subject=item_subject(item), kind=item.kind.value,
        reference=item.reference, yes=found.yes, no=found.no, abstained=found.abstained,
        present=found.present, entitled=found.entitled, recused=found.recused, carried=found.is_carried,
    )  # fmt: skip
    return item


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
