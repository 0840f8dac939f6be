"""Reads of objections: which there are, what became of each, and whether a standing is final.

A standing is final when nobody can object to it any more: the terms are over or given up, and nothing
that was filed waits. The next stage, the publication and the certificates ask :func:`is_final`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from contest.contests.models import Contest
from contest.contests.queries import rulebook_of
from contest.meetings.models import AgendaItem, ItemKind, ItemState, Meeting
from contest.nominees.models import Nominee, NomineeState
from contest.objections.models import Objection, Waiver
from contest.objections.terms import last_day
from contest.rulebook import RuleBook, Stage
from contest.standings.models import Standing, StandingRow
from core.clock import day_of
from core.errors import NotFound


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

    :param appeal_until: the last day on which the refusal can be appealed; None where it cannot.
    """

    objection: Objection
    verdict: Verdict
    item: AgendaItem | None
    appeal: Objection | None
    appeal_until: date | None

    @property
    def is_appeal(self) -> bool:
        return self.objection.appeals_id is not None

    @property
    def awaits_standing(self) -> bool:
        """Whether it was granted and the corrected standing is not frozen yet."""
        return self.verdict is Verdict.GRANTED and self.objection.settled_by is None


@dataclass(frozen=True, slots=True)
class Finality:
    """Whether a standing is final, and else why not.

    :param until: the last day of the terms that run or ran; None where every nominee gave the right up.
    :param waived: how many of the nominees concerned have given the right up, of `concerned`.
    :param undecided: objections and appeals that wait for their vote.
    :param uncorrected: granted ones whose corrected standing is not frozen yet.
    """

    is_final: bool
    until: date | None
    waived: int
    concerned: int
    undecided: int = 0
    uncorrected: int = 0


@dataclass(frozen=True, slots=True)
class OwnStanding:
    """A standing as the nominee whom it concerns sees it."""

    standing: Standing
    finality: Finality
    until: date
    is_waived: bool
    can_object: bool


def is_final(session: Session, standing: Standing, now: datetime) -> Finality:
    """Whether nobody can object to a standing any more."""
    contest = session.get_one(Contest, standing.contest_id)
    return finalities(session, contest, [standing], now)[standing.id]


def finalities(
    session: Session, contest: Contest, standings: Sequence[Standing], now: datetime
) -> dict[int, Finality]:
    """The finality of each of a contest's standings in force; as many queries for one as for twenty."""
    book, today = rulebook_of(session, contest), day_of(now)
    ids = [standing.id for standing in standings]
    concerned = concerned_by(session, contest, standings)
    waived: dict[int, set[int]] = {number: set() for number in ids}
    for number, nominee in session.execute(
        select(Waiver.standing_id, Waiver.nominee_id).where(Waiver.standing_id.in_(ids))
    ):
        waived[number].add(nominee)
    handled = handled_objections(session, contest)
    areas = _areas(session, contest)
    found = {}
    for standing in standings:
        own = [one for one in handled if areas[one.objection.standing_id] == _area(standing)]
        found[standing.id] = _finality(
            standing, concerned[standing.id], waived[standing.id], own, book, today
        )
    return found


def objecting_until(session: Session, contest: Contest, standing: Standing) -> date:
    """The last day on which a nominee can object to a standing."""
    book = rulebook_of(session, contest)
    return last_day(book, day_of(standing.frozen_at), book.terms.objection_days)


def concerned_by(
    session: Session, contest: Contest, standings: Sequence[Standing]
) -> dict[int, frozenset[int]]:
    """The nominees who may object to each standing: those who stand in it, and the excluded of its area.

    At the national stage an excluded finalist is concerned; who never came so far is not.
    """
    found: dict[int, set[int]] = {standing.id: set() for standing in standings}
    for number, nominee in session.execute(
        select(StandingRow.standing_id, StandingRow.nominee_id).where(StandingRow.standing_id.in_(found))
    ):
        found[number].add(nominee)
    excluded = session.scalars(
        select(Nominee).where(Nominee.contest_id == contest.id, Nominee.state == NomineeState.EXCLUDED)
    )
    for nominee in excluded:
        for standing in standings:
            is_regional = standing.stage is Stage.REGIONAL and standing.oblast_kato == nominee.oblast_kato
            if is_regional or (standing.stage is Stage.NATIONAL and nominee.is_finalist):
                found[standing.id].add(nominee.id)
    return {number: frozenset(nominees) for number, nominees in found.items()}


def handled_objections(
    session: Session, contest: Contest, *, nominee_ids: Collection[int] | None = None
) -> list[Handled]:
    """The objections of a contest (of some nominees; None: of all) by number, with what became of them."""
    wanted = select(Objection).where(Objection.contest_id == contest.id)
    if nominee_ids is not None:
        wanted = wanted.where(Objection.nominee_id.in_(nominee_ids))
    objections = list(session.scalars(wanted.order_by(Objection.number)))
    items = _items(session, objections)
    if not objections:
        return []
    book = rulebook_of(session, contest)
    appeals = {one.appeals_id: one for one in objections if one.appeals_id is not None}
    return [_handled(one, items.get(one.id), appeals.get(one.id), book) for one in objections]


def own_standings(session: Session, contest: Contest, nominee: Nominee, now: datetime) -> list[OwnStanding]:
    """The standings in force that concern a nominee, the regional one first."""
    rows = session.scalars(
        select(Standing).where(Standing.contest_id == contest.id).order_by(Standing.version)
    ).all()
    latest = list({(one.stage, one.oblast_kato): one for one in rows}.values())
    concerned = concerned_by(session, contest, latest)
    own = sorted(
        (one for one in latest if nominee.id in concerned[one.id]),
        key=lambda one: one.stage is Stage.NATIONAL,
    )
    found = finalities(session, contest, own, now)
    return [
        OwnStanding(
            one, found[one.id], until := objecting_until(session, contest, one),
            is_waived := nominee.id in waivers_of(session, one),
            day_of(now) <= until and not is_waived,
        )
        for one in own
    ]  # fmt: skip


def objections_before(
    session: Session, contest: Contest, stage: Stage, oblast_kato: str | None
) -> list[Handled]:
    """What a commission decides: objections to its own standings; the national one every appeal besides."""
    areas = _areas(session, contest)
    is_national = stage is Stage.NATIONAL
    return [
        one
        for one in handled_objections(session, contest)
        if areas[one.objection.standing_id] == (stage, oblast_kato) or (is_national and one.is_appeal)
    ]


def handled_objection(session: Session, contest: Contest, number: int) -> Handled:
    """The objection of a number.

    :raises NotFound: when the contest has none of it.
    """
    for one in handled_objections(session, contest):
        if one.objection.number == number:
            return one
    raise NotFound(_l("There is no objection number %(number)s in this contest.", number=number))


def waivers_of(session: Session, standing: Standing) -> frozenset[int]:
    """The nominees who gave up their right to object to a standing."""
    wanted = select(Waiver.nominee_id).where(Waiver.standing_id == standing.id)
    return frozenset(session.scalars(wanted))


def _finality(
    standing: Standing,
    concerned: frozenset[int],
    waived: set[int],
    handled: Iterable[Handled],
    book: RuleBook,
    today: date,
) -> Finality:
    undecided = uncorrected = 0
    ends: list[date] = []
    if not concerned <= waived:
        ends.append(last_day(book, day_of(standing.frozen_at), book.terms.objection_days))
    for one in handled:
        undecided += one.verdict in UNDECIDED
        uncorrected += one.awaits_standing
        if one.appeal_until is not None and one.appeal is None and one.objection.nominee_id not in waived:
            ends.append(one.appeal_until)
    until = max(ends, default=None)
    is_over = until is None or today > until
    return Finality(
        is_over and not undecided and not uncorrected, until, len(concerned & waived), len(concerned),
        undecided, uncorrected,
    )  # fmt: skip


def _handled(
    objection: Objection, item: AgendaItem | None, appeal: Objection | None, book: RuleBook
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
    return Handled(objection, verdict, item, appeal, appeal_until)


def _items(session: Session, objections: Sequence[Objection]) -> Mapping[int, AgendaItem]:
    """The item on which each objection was, or is to be, voted; one that was decided before any other.

    What a meeting took from its agenda, or did not come to, is no item any more: the objection waits again.
    """
    if not objections:
        return {}
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


def _areas(session: Session, contest: Contest) -> dict[int, tuple[Stage, str | None]]:
    wanted = select(Standing.id, Standing.stage, Standing.oblast_kato)
    rows = session.execute(wanted.where(Standing.contest_id == contest.id))
    return {number: (stage, oblast) for number, stage, oblast in rows}


def _area(standing: Standing) -> tuple[Stage, str | None]:
    return standing.stage, standing.oblast_kato
