"""The vote on an item of an agenda: opened with the quorum, cast under the own login, closed by hand.

Written like the services. A member votes once; when a vote is closed the item is decided and its roll kept.
"""

from __future__ import annotations

from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete
from sqlalchemy.orm import Session

from contest.commissions.queries import people_of
from contest.contests.models import Contest
from contest.meetings.course import item_subject, lock_item, refuse_item_unless, refuse_unless
from contest.meetings.models import (
    AgendaItem,
    Attendance,
    Choice,
    ItemKind,
    ItemState,
    Meeting,
    MeetingState,
    RollLine,
    Vote,
)
from contest.meetings.queries import agenda_of, bench_for, displaced, outcome, roll_of
from contest.meetings.recusals import recused_on
from core import audit
from core.errors import BadInput, Conflict, Forbidden
from core.storage import lock_row
from core.words import Words

#: What takes something from somebody, or answers somebody, is decided with reasons.
REASONED = frozenset({ItemKind.EXCLUSION, ItemKind.OBJECTION, ItemKind.APPEAL})


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
