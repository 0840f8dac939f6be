"""What goes beside a meeting's course: called off, items dropped, who stays away, votes void, referrals.

Written like the services: the session first, no commit, every act in the journal.
"""

from __future__ import annotations

from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from contest.commissions.queries import people_of
from contest.contests.models import Contest
from contest.contests.queries import rulebook_of
from contest.decisions.models import StandingProposal
from contest.meetings.course import (
    item_subject,
    lock_item,
    lock_meeting,
    meeting_subject,
    put_item,
    refuse_item_unless,
    refuse_unless,
)
from contest.meetings.models import COMING, AgendaItem, ItemRecusal, ItemState, Meeting, MeetingState, Vote
from contest.meetings.queries import agenda_of, bench_for, outcome
from contest.rulebook import Stage
from core import audit
from core.errors import BadInput, Conflict, Forbidden
from core.words import Words

LONGEST_REASON = 500


def call_off_meeting(session: Session, *, meeting: Meeting, reason: str, actor: str, now: datetime) -> None:
    """Call a planned meeting off; what stood on its agenda can be put on another.

    :raises BadInput: without a reason, or with one that is too long.
    :raises Conflict: once it is opened: then it is closed, with its protocol; or called off.
    """
    lock_meeting(session, meeting)
    if meeting.state is MeetingState.OPEN:
        raise Conflict(
            _l("This meeting was opened: close it. What it did not come to can be put on another agenda.")
        )
    refuse_unless(meeting, MeetingState.PLANNED)
    said = reason.strip()
    if not said or len(said) > LONGEST_REASON:
        raise BadInput(
            _l("Say why the meeting is called off, in up to %(most)s characters.", most=LONGEST_REASON)
        )
    for item in agenda_of(session, meeting):
        if item.state is ItemState.WAITING:
            drop_item(session, item=item, actor=actor)
    meeting.state, meeting.called_off_at, meeting.called_off_because = MeetingState.CALLED_OFF, now, said
    session.flush()
    audit.record(
        session, actor=actor, action="meeting.call-off", subject=meeting_subject(meeting), reason=said
    )


def drop_item(session: Session, *, item: AgendaItem, actor: str) -> None:
    """Take an item that nobody has voted on from the agenda; it stays in the record.

    :raises Conflict: when its vote is open or over, or the meeting is closed.
    """
    meeting = lock_item(session, item)
    refuse_unless(meeting, *COMING)
    refuse_item_unless(item, ItemState.WAITING)
    item.state = ItemState.DROPPED
    session.flush()
    audit.record(
        session, actor=actor, action="item.drop", subject=item_subject(item), meeting=meeting.id,
        kind=item.kind.value,
    )  # fmt: skip


def recuse_from_item(
    session: Session, *, item: AgendaItem, account_id: int, ground: str, actor: str, now: datetime
) -> None:
    """Keep a member away from one item, on a ground of the rule book; a vote already cast is void.

    It holds for the same matter of a nominee on another agenda, too.

    :raises BadInput: for a ground that the rule book does not hold.
    :raises Conflict: when the item is decided, or the meeting is over.
    :raises Forbidden: for somebody who does not vote in this commission.
    """
    meeting = lock_item(session, item)
    contest = session.get_one(Contest, meeting.contest_id)
    people = people_of(session, contest, meeting.stage, meeting.oblast_kato)
    if account_id not in (*people.members, *people.alternates):
        raise Forbidden(_l("Only members of this commission vote here."))
    refuse_unless(meeting, *COMING)
    refuse_item_unless(item, ItemState.WAITING, ItemState.VOTING)
    if ground not in {one.code for one in rulebook_of(session, contest).stage(item.stage).conflicts}:
        raise BadInput(_l("“%(ground)s” is none of the rule book's grounds.", ground=ground[:32]))
    if session.get(ItemRecusal, (item.id, account_id)) is None:
        session.add(ItemRecusal(item_id=item.id, account_id=account_id, ground=ground, declared_at=now))
    session.execute(delete(Vote).where(Vote.item_id == item.id, Vote.account_id == account_id))
    session.flush()
    audit.record(
        session, actor=actor, action="item.recuse", subject=item_subject(item), account=account_id,
        ground=ground,
    )  # fmt: skip


def set_vote_aside(session: Session, *, item: AgendaItem, actor: str) -> None:
    """Void an open vote that cannot be closed, as when its quorum is lost: the item waits again.

    :raises Conflict: unless the vote is open, or when it can be closed.
    """
    lock_item(session, item)
    refuse_item_unless(item, ItemState.VOTING)
    if outcome(session, item).can_close:
        raise Conflict(_l("This vote has its quorum: close it, do not set it aside."))
    session.execute(delete(Vote).where(Vote.item_id == item.id))
    item.state = ItemState.WAITING
    session.flush()
    audit.record(session, actor=actor, action="vote.aside", subject=item_subject(item))


def refer_item(session: Session, *, item: AgendaItem, to: Meeting, actor: str) -> AgendaItem:
    """Hand a regional matter to the national commission, where conflicts leave too few; gives the new item.

    :raises BadInput: unless `to` is a meeting of the national commission of this contest.
    :raises Conflict: when this commission can decide the item itself, or either meeting is over.
    """
    meeting = lock_item(session, item)
    refuse_unless(meeting, *COMING)
    refuse_item_unless(item, ItemState.WAITING)
    if to.stage is not Stage.NATIONAL or to.contest_id != meeting.contest_id or meeting.id == to.id:
        raise BadInput(_l("Choose a meeting of the national commission."))
    if not bench_for(session, item).is_short:
        raise Conflict(_l("Enough members are free of conflicts: this commission decides the item itself."))
    lock_meeting(session, to)
    refuse_unless(to, *COMING)
    item.state = ItemState.REFERRED
    made = put_item(
        session, to, kind=item.kind, title=Words(item.title_kk, item.title_ru, item.title_ru),
        reference=item.reference, nominee_id=item.nominee_id, stage=item.stage,
        oblast_kato=item.oblast_kato, actor=actor,
    )  # fmt: skip
    _hand_over(session, item, made)
    audit.record(session, actor=actor, action="item.refer", subject=item_subject(item), to=made.id)
    return made


def _hand_over(session: Session, item: AgendaItem, made: AgendaItem) -> None:
    """What hangs on a referred item goes with it: who stays away, and the standing put to the vote."""
    for row in session.scalars(select(ItemRecusal).where(ItemRecusal.item_id == item.id)):
        session.add(
            ItemRecusal(
                item_id=made.id, account_id=row.account_id, ground=row.ground, declared_at=row.declared_at
            )
        )
    proposal = session.get(StandingProposal, item.id)
    if proposal is not None:
        session.add(
            StandingProposal(
                item_id=made.id, version=proposal.version, inputs_digest=proposal.inputs_digest,
                inputs_json=proposal.inputs_json, rows_json=proposal.rows_json, put_at=proposal.put_at,
            )
        )  # fmt: skip
    session.flush()
