"""Reads of objections: which there are, and what became of each.

An objection is to a frozen standing or to an exclusion; either way it is the matter of one stage and oblast,
or of the nation.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from contest.contests.models import Contest
from contest.contests.queries import rulebook_of
from contest.meetings.models import AgendaItem, ItemKind, ItemState, Meeting
from contest.nominees.documents.models import NomineeDocument
from contest.nominees.models import Nominee, NomineeExclusion
from contest.objections.models import Objection
from contest.objections.terms import last_day
from contest.rulebook import RuleBook, Stage
from contest.standings.models import Standing
from core.clock import day_of
from core.errors import NotFound

#: Whose matter something is: a stage, and the oblast at the regional one.
Area = tuple[Stage, str | None]


class Verdict(StrEnum):
    """What became of an objection."""

    WAITING = "waiting"
    ON_AGENDA = "on-agenda"
    GRANTED = "granted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


#: Nothing can be frozen, opened or issued over an objection in one of these.
UNDECIDED = (Verdict.WAITING, Verdict.ON_AGENDA)


@dataclass(frozen=True, slots=True)
class Handled:
    """An objection with its item on an agenda, if it has one, and its appeal, if there is one.

    :param area: whose standing or exclusion it is to.
    :param appeal_until: the last day on which the refusal can be appealed; None where it cannot.
    """

    objection: Objection
    area: Area
    verdict: Verdict
    item: AgendaItem | None
    appeal: Objection | None
    appeal_until: date | None

    @property
    def is_appeal(self) -> bool:
        return self.objection.appeals_id is not None

    @property
    def decided_by(self) -> Area:
        """The commission that votes on it: the area's own, on an appeal the national one."""
        return (Stage.NATIONAL, None) if self.is_appeal else self.area

    @property
    def awaits_standing(self) -> bool:
        """Whether it was granted and the corrected standing is not frozen yet."""
        return self.verdict is Verdict.GRANTED and self.objection.settled_at is None


def handled_objections(
    session: Session, contest: Contest, *, nominee_ids: Collection[int] | None = None
) -> list[Handled]:
    """The objections of a contest (of some nominees; None: of all) by number, with what became of them."""
    wanted = select(Objection).where(Objection.contest_id == contest.id)
    if nominee_ids is not None:
        wanted = wanted.where(Objection.nominee_id.in_(nominee_ids))
    objections = list(session.scalars(wanted.order_by(Objection.number)))
    if not objections:
        return []
    items, areas = _items(session, objections), _areas(session, objections)
    book = rulebook_of(session, contest)
    # One that was taken back before it was decided is none: another can be filed within the term.
    appeals = {one.appeals_id: one for one in objections if one.appeals_id and one.withdrawn_at is None}
    return [_handled(one, areas[one.id], items.get(one.id), appeals.get(one.id), book) for one in objections]


def objections_before(
    session: Session, contest: Contest, stage: Stage, oblast_kato: str | None
) -> list[Handled]:
    """What a commission decides: objections in its own matters; the national one every appeal besides."""
    is_national = stage is Stage.NATIONAL
    return [
        one
        for one in handled_objections(session, contest)
        if one.area == (stage, oblast_kato) or (is_national and one.is_appeal)
    ]


def handled_objection(session: Session, contest: Contest, number: int) -> Handled:
    """The objection of a number.

    :raises NotFound: when the contest has none of it.
    """
    for one in handled_objections(session, contest):
        if one.objection.number == number:
            return one
    raise NotFound(_l("There is no objection number %(number)s in this contest.", number=number))


def paper_of(session: Session, objection: Objection) -> NomineeDocument:
    """The scan of the paper by which an objection was filed.

    :raises NotFound: for one that was filed without a paper.
    """
    if objection.document_id is None:
        raise NotFound(_l("This was filed without a paper."))
    return session.get_one(NomineeDocument, objection.document_id)


def exclusions_in_force(
    session: Session, contest: Contest, *, nominee: Nominee | None = None
) -> list[NomineeExclusion]:
    """The exclusions of a contest (of one nominee) that no objection has undone."""
    wanted = select(NomineeExclusion).join(Nominee).where(NomineeExclusion.undone_at.is_(None))
    wanted = wanted.where(Nominee.contest_id == contest.id if nominee is None else Nominee.id == nominee.id)
    return list(session.scalars(wanted.order_by(NomineeExclusion.id)))


def grounds_undone_on_appeal(session: Session, contest: Contest, nominee: Nominee) -> frozenset[str]:
    """The grounds on which a vote had excluded a nominee and the national commission put it right.

    Not what the register of posts had done: whoever leaves the post after all is voted out.
    """
    granted = [
        one.objection.exclusion_id
        for one in handled_objections(session, contest, nominee_ids=[nominee.id])
        if one.is_appeal and one.verdict is Verdict.GRANTED
    ]
    wanted = select(NomineeExclusion.ground).where(
        NomineeExclusion.id.in_(granted), NomineeExclusion.item_id.is_not(None)
    )
    return frozenset(session.scalars(wanted))


def get_exclusion(session: Session, contest: Contest, exclusion_id: int) -> NomineeExclusion:
    """An exclusion of this contest.

    :raises NotFound: when there is none of this number.
    """
    found = session.get(NomineeExclusion, exclusion_id)
    if found is None or session.get_one(Nominee, found.nominee_id).contest_id != contest.id:
        raise NotFound(_l("There is no such exclusion in this contest."))
    return found


def _handled(
    objection: Objection, area: Area, item: AgendaItem | None, appeal: Objection | None, book: RuleBook
) -> Handled:
    verdict = Verdict.WAITING
    if objection.withdrawn_at is not None:
        verdict = Verdict.WITHDRAWN
    elif item is not None and item.state is ItemState.DECIDED:
        verdict = Verdict.GRANTED if item.is_carried else Verdict.REFUSED
    elif item is not None:
        verdict = Verdict.ON_AGENDA
    appeal_until = None
    if verdict is Verdict.REFUSED and objection.appeals_id is None:
        appeal_until = last_day(book, day_of(item.decided_at), book.terms.appeal_days)
    return Handled(objection, area, verdict, item, appeal, appeal_until)


def _items(session: Session, objections: Sequence[Objection]) -> Mapping[int, AgendaItem]:
    """The item on which each objection was, or is to be, voted; one that was decided before any other.

    What a meeting took from its agenda, or did not come to, is no item any more: the objection waits again.
    """
    rows = session.scalars(
        select(AgendaItem)
        .join(Meeting)
        .where(
            (AgendaItem.state == ItemState.DECIDED)
            | (AgendaItem.state.in_((ItemState.WAITING, ItemState.VOTING)) & Meeting.closed_at.is_(None)),
            AgendaItem.kind.in_((ItemKind.OBJECTION, ItemKind.APPEAL)),
            AgendaItem.reference.in_([str(one.id) for one in objections]),
        )
        .order_by(AgendaItem.id)
    )
    found: dict[int, AgendaItem] = {}
    for item in rows:
        number = int(item.reference)
        if number not in found or found[number].state is not ItemState.DECIDED:
            found[number] = item
    return found


def _areas(session: Session, objections: Sequence[Objection]) -> dict[int, Area]:
    """Whose matter each objection is."""
    found: dict[type, dict[int, Area]] = {}
    for kind, ids in (
        (Standing, {one.standing_id for one in objections}),
        (NomineeExclusion, {one.exclusion_id for one in objections}),
    ):
        rows = session.execute(select(kind.id, kind.stage, kind.oblast_kato).where(kind.id.in_(ids - {None})))
        found[kind] = {number: (stage, oblast) for number, stage, oblast in rows}
    return {
        one.id: found[NomineeExclusion][one.exclusion_id]
        if one.standing_id is None
        else found[Standing][one.standing_id]
        for one in objections
    }
