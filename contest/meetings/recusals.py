"""Who stays away from what a meeting decides, and on what ground: conflicts, and who decided it before.

Reads only; the bench of every item, its roll and the protocol ask here.
"""

from __future__ import annotations

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from contest.commissions.queries import conflicts_of, people_of
from contest.contests.models import Contest
from contest.jury.queries import judged_nominees
from contest.meetings.models import (
    AgendaItem,
    ItemKind,
    ItemRecusal,
    ItemState,
    KnownConflict,
    Meeting,
    MeetingState,
    Presence,
    RollLine,
)
from contest.nominees.models import Nominee
from contest.objections.models import Objection

#: The ground of those who decided an objection to stay away from its appeal; no rule book has to name it.
DECIDED_BEFORE = "decided-before"


def recused_on(session: Session, item: AgendaItem) -> dict[int, str]:
    """The ground of everybody who stays away: in conflict with whom it concerns, or declared on the item;
    from an appeal besides whoever decided the objection."""
    meeting = session.get_one(Meeting, item.meeting_id)
    contest = session.get_one(Contest, meeting.contest_id)
    grounds: dict[int, str] = {}
    if item.kind in (ItemKind.OBJECTION, ItemKind.APPEAL) and item.reference.isdecimal():
        grounds |= _concerned(session, contest, item)
    if item.nominee_id is not None:
        nominee = session.get_one(Nominee, item.nominee_id)
        grounds |= conflicts_of(session, contest, item.stage, [nominee])[nominee.id]
    for row in session.scalars(_stayed_away(item)):
        grounds[row.account_id] = row.ground
    return grounds


def _stayed_away(item: AgendaItem) -> Select[tuple[ItemRecusal]]:
    """Who declared to stay away, also where the same matter of a nominee stood on an agenda before."""
    wanted = select(ItemRecusal).where(ItemRecusal.item_id == item.id)
    if item.nominee_id is not None and item.reference:
        same = select(AgendaItem.id).where(
            AgendaItem.nominee_id == item.nominee_id, AgendaItem.kind == item.kind,
            AgendaItem.reference == item.reference,
        )  # fmt: skip
        wanted = select(ItemRecusal).where(ItemRecusal.item_id.in_(same))
    return wanted.order_by(ItemRecusal.item_id)


def conflicts_before(session: Session, meeting: Meeting) -> dict[int, dict[int, str]]:
    """The conflicts of a commission's people with those whom it judges or who stand on the agenda: as kept at
    closing, or as of now."""
    found: dict[int, dict[int, str]] = {}
    if meeting.state is MeetingState.CLOSED:
        kept = select(KnownConflict).where(KnownConflict.meeting_id == meeting.id)
        for row in session.scalars(kept):
            found.setdefault(row.nominee_id, {})[row.account_id] = row.ground
        return found
    contest = session.get_one(Contest, meeting.contest_id)
    people = people_of(session, contest, meeting.stage, meeting.oblast_kato)
    nominees = judged_nominees(session, contest, meeting.stage, meeting.oblast_kato)
    on_agenda = select(AgendaItem.nominee_id).where(AgendaItem.meeting_id == meeting.id)
    nominees += session.scalars(
        select(Nominee)
        .where(Nominee.id.in_(on_agenda), Nominee.id.not_in([one.id for one in nominees]))
        .order_by(Nominee.id)
    )
    for nominee_id, grounds in conflicts_of(session, contest, meeting.stage, nominees).items():
        own = {one: ground for one, ground in grounds.items() if one in people.everyone}
        if own:
            found[nominee_id] = own
    return found


def _concerned(session: Session, contest: Contest, item: AgendaItem) -> dict[int, str]:
    """The member whom an objection names, those in conflict with the nominee whom it is about, and those
    who decided what is appealed."""
    objection = session.get(Objection, int(item.reference))
    if objection is None:
        return {}
    found = dict.fromkeys(_decided(session, objection), DECIDED_BEFORE)
    if objection.about_nominee_id is not None:
        about = session.get_one(Nominee, objection.about_nominee_id)
        found |= conflicts_of(session, contest, item.stage, [about])[about.id]
        found[objection.about_account_id] = objection.ground
    return found


def _decided(session: Session, appeal: Objection) -> list[int]:
    """Who was on the bench that decided the objection which this one appeals; nobody for no appeal."""
    wanted = (
        select(RollLine.account_id)
        .join(AgendaItem, AgendaItem.id == RollLine.item_id)
        .where(
            AgendaItem.kind == ItemKind.OBJECTION, AgendaItem.state == ItemState.DECIDED,
            AgendaItem.reference == str(appeal.appeals_id), RollLine.presence == Presence.PRESENT,
        )
        .order_by(RollLine.account_id)
    )  # fmt: skip
    return [] if appeal.appeals_id is None else list(session.scalars(wanted))
