"""Reads of meetings: their agenda, the quorum and outcome of each item, and what was decided.

While a vote is open nothing here tells how anybody voted; a decided item reads from the roll that was
kept when its vote was closed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from contest.commissions.bench import Bench
from contest.commissions.models import SeatRole
from contest.commissions.queries import bench_of, commission_of, people_of, seats_of
from contest.contests.models import Contest
from contest.contests.queries import rulebook_of
from contest.meetings.models import (
    AgendaItem,
    Attendance,
    Choice,
    ItemKind,
    ItemState,
    Meeting,
    MeetingState,
    Presence,
    RollLine,
    Sitting,
    Vote,
)
from contest.meetings.recusals import recused_on
from contest.rulebook import Stage
from core.errors import NotFound


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an item stands, or was decided: counts of votes and of those who may vote.

    :param needed: how many of the entitled must be present.
    :param is_short: conflicts leave so few members that this commission cannot decide the item.
    :param is_carried: with a quorum, more yes than the rule book's share of yes and no.
    :param can_close: an open vote in which as many as the quorum have voted, all of whom still have a place.
    """

    yes: int
    no: int
    abstained: int
    present: int
    entitled: int
    recused: int
    needed: int
    is_quorate: bool
    is_carried: bool
    is_short: bool = False
    can_close: bool = False

    @property
    def voted(self) -> int:
        return self.yes + self.no + self.abstained


@dataclass(frozen=True, slots=True)
class Roll:
    """Who is what to an item: by account the presence, the ground of those recused, whom one stands for."""

    presence: Mapping[int, Presence]
    grounds: Mapping[int, str] = field(default_factory=dict)
    stands_for: Mapping[int, int] = field(default_factory=dict)
    needed: int = 0
    is_short: bool = False

    def count(self, *wanted: Presence) -> int:
        return sum(one in wanted for one in self.presence.values())

    @property
    def present(self) -> frozenset[int]:
        return frozenset(one for one, was in self.presence.items() if was is Presence.PRESENT)


def meetings_of(session: Session, contest: Contest, stage: Stage, oblast_kato: str | None) -> list[Meeting]:
    """The meetings of a commission, by number."""
    wanted = select(Meeting).where(
        Meeting.contest_id == contest.id, Meeting.stage == stage, Meeting.oblast_kato == oblast_kato
    )
    return list(session.scalars(wanted.order_by(Meeting.number)))


def get_meeting(session: Session, contest: Contest, meeting_id: int) -> Meeting:
    """A meeting of this contest.

    :raises NotFound: when there is none of this number.
    """
    meeting = session.get(Meeting, meeting_id)
    if meeting is None or meeting.contest_id != contest.id:
        raise NotFound(_l("There is no meeting number %(number)s in this contest.", number=meeting_id))
    return meeting


def agenda_of(session: Session, meeting: Meeting) -> list[AgendaItem]:
    """The items of a meeting in their order."""
    wanted = select(AgendaItem).where(AgendaItem.meeting_id == meeting.id)
    return list(session.scalars(wanted.order_by(AgendaItem.position)))


def get_item(session: Session, meeting: Meeting, item_id: int) -> AgendaItem:
    """An item of this meeting's agenda.

    :raises NotFound: when there is none of this number.
    """
    item = session.get(AgendaItem, item_id)
    if item is None or item.meeting_id != meeting.id:
        raise NotFound(_l("There is no item number %(number)s in this meeting.", number=item_id))
    return item


def attendance_of(session: Session, meeting: Meeting) -> dict[int, Attendance]:
    """Everybody who came, also those who have left, by account."""
    rows = session.scalars(select(Attendance).where(Attendance.meeting_id == meeting.id))
    return {row.account_id: row for row in rows}


def present_at(session: Session, meeting: Meeting) -> frozenset[int]:
    """Who is there now."""
    return frozenset(one for one, row in attendance_of(session, meeting).items() if row.left_at is None)


def sitting_at(session: Session, meeting: Meeting) -> dict[int, SeatRole]:
    """Who sat in the commission, and as what: as kept at closing, or who sits now or has come."""
    if meeting.state is MeetingState.CLOSED:
        kept = session.scalars(select(Sitting).where(Sitting.meeting_id == meeting.id))
        return {row.account_id: row.role for row in kept}
    contest = session.get_one(Contest, meeting.contest_id)
    commission = commission_of(session, contest, meeting.stage, meeting.oblast_kato)
    came = attendance_of(session, meeting)
    return {
        account.id: seat.role
        for seat, account in seats_of(session, commission)
        if seat.until_on is None or account.id in came
    }


def votes_on(session: Session, item: AgendaItem) -> dict[int, Choice]:
    """The votes on an item by account. While the vote is open they are for counting, never for a page."""
    rows = session.scalars(select(Vote).where(Vote.item_id == item.id))
    return {vote.account_id: vote.choice for vote in rows}


def bench_for(session: Session, item: AgendaItem) -> Bench:
    """Who decides an item as things are now."""
    meeting = session.get_one(Meeting, item.meeting_id)
    contest = session.get_one(Contest, meeting.contest_id)
    return bench_of(
        people_of(session, contest, meeting.stage, meeting.oblast_kato),
        rulebook_of(session, contest).stage(item.stage), recused=recused_on(session, item),
        present=present_at(session, meeting),
    )  # fmt: skip


def roll_of(session: Session, item: AgendaItem) -> Roll:
    """Who is what to an item: as it was kept at the decision, or as things are now."""
    if item.state is ItemState.DECIDED:
        lines = session.scalars(select(RollLine).where(RollLine.item_id == item.id)).all()
        return Roll(
            {line.account_id: line.presence for line in lines},
            {line.account_id: line.ground for line in lines if line.ground},
            {line.account_id: line.stands_for for line in lines if line.stands_for},
            item.needed,
        )  # fmt: skip
    bench, grounds = bench_for(session, item), recused_on(session, item)
    presence = dict.fromkeys(bench.entitled, Presence.ABSENT)
    presence |= dict.fromkeys(bench.present, Presence.PRESENT)
    presence |= dict.fromkeys(bench.recused, Presence.RECUSED)
    return Roll(
        presence, {one: grounds[one] for one in bench.recused}, dict(bench.stand_ins), bench.needed,
        bench.is_short,
    )  # fmt: skip


def outcome(session: Session, item: AgendaItem) -> Outcome:
    """How an item stands; votes of those who are not there or recused do not count."""
    roll = roll_of(session, item)
    given = [choice for one, choice in votes_on(session, item).items() if one in roll.present]
    yes, no = given.count(Choice.YES), given.count(Choice.NO)
    is_quorate = not roll.is_short and len(roll.present) >= roll.needed
    is_open = item.state is ItemState.VOTING
    carried = is_quorate and is_majority(yes, no, _majority(session, item))
    return Outcome(
        yes=yes, no=no, abstained=given.count(Choice.ABSTAIN), present=len(roll.present),
        entitled=roll.count(Presence.PRESENT, Presence.ABSENT), recused=roll.count(Presence.RECUSED),
        needed=roll.needed, is_quorate=is_quorate, is_short=roll.is_short,
        is_carried=carried if item.is_carried is None else item.is_carried,
        can_close=is_open and is_quorate and len(given) >= roll.needed and not displaced(session, item),
    )  # fmt: skip


def displaced(session: Session, item: AgendaItem) -> frozenset[int]:
    """Who voted and has no place in the vote any more, though in no conflict."""
    voted = frozenset(votes_on(session, item))
    return voted - roll_of(session, item).present - recused_on(session, item).keys()


def is_majority(yes: int, no: int, share: Fraction) -> bool:
    """Whether yes is more than a share of yes and no; who abstained is neither."""
    return yes > share * (yes + no)


def decided(
    session: Session,
    contest: Contest,
    stage: Stage,
    oblast_kato: str | None,
    kind: ItemKind,
    reference: str | None = None,
) -> list[tuple[AgendaItem, Outcome]]:
    """The decided items of a matter, of one proposal where given; the latest last.

    A regional matter that was referred to the national commission is found under its oblast.
    """
    wanted = (
        select(AgendaItem)
        .join(Meeting)
        .where(
            Meeting.contest_id == contest.id, AgendaItem.stage == stage,
            AgendaItem.oblast_kato == oblast_kato, AgendaItem.kind == kind,
            AgendaItem.state == ItemState.DECIDED,
        )
        .order_by(AgendaItem.decided_at, AgendaItem.id)
    )  # fmt: skip
    if reference is not None:
        wanted = wanted.where(AgendaItem.reference == reference)
    return [(item, outcome(session, item)) for item in session.scalars(wanted)]


def _majority(session: Session, item: AgendaItem) -> Fraction:
    meeting = session.get_one(Meeting, item.meeting_id)
    return rulebook_of(session, session.get_one(Contest, meeting.contest_id)).decision.majority
