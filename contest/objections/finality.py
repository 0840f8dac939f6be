"""Whether the matters of a stage are final, and what a nominee can still object to; reads only.

A stage of an oblast, or of the nation, is final when nobody can object any more to its standing or to an
exclusion there: the terms are over or given up, and nothing that was filed waits. The closing of marking, the
next stage, the publication and the certificates ask here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from contest.contests.models import Contest
from contest.contests.queries import rulebook_of
from contest.nominees.models import Nominee, NomineeExclusion
from contest.objections.models import Waiver
from contest.objections.queries import UNDECIDED, Area, Handled, exclusions_in_force, handled_objections
from contest.objections.terms import last_day
from contest.rulebook import RuleBook, Stage
from contest.standings.models import Standing, StandingRow
from core.clock import day_of
from core.errors import Conflict


@dataclass(frozen=True, slots=True)
class Finality:
    """Whether a stage's standing and exclusions are final, and else why not.

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
class OwnRight:
    """A standing, or an exclusion, as the nominee whom it concerns sees it.

    :param until: the last day on which one can object to it.
    """

    to: Standing | NomineeExclusion
    finality: Finality
    until: date
    is_waived: bool
    can_object: bool

    @property
    def is_exclusion(self) -> bool:
        return isinstance(self.to, NomineeExclusion)


def is_final(session: Session, standing: Standing, now: datetime) -> Finality:
    """Whether nobody can object to a standing, or to an exclusion of its stage, any more."""
    contest = session.get_one(Contest, standing.contest_id)
    return finalities(session, contest, [standing], now)[standing.id]


def finalities(
    session: Session, contest: Contest, standings: Sequence[Standing], now: datetime
) -> dict[int, Finality]:
    """The finality of each of a contest's standings in force; as many queries for one as for twenty."""
    found = finality_by_area(session, contest, standings, now)
    return {standing.id: found[standing.stage, standing.oblast_kato] for standing in standings}


def finality_by_area(
    session: Session, contest: Contest, standings: Sequence[Standing], now: datetime
) -> dict[Area, Finality]:
    """The finality of the areas of these standings, and of those that have exclusions and no standing."""
    book, today = rulebook_of(session, contest), day_of(now)
    concerned = concerned_by(session, contest, standings)
    of_standing, of_exclusion = _waivers(session, contest)
    own = {(one.stage, one.oblast_kato): one for one in standings}
    exclusions: dict[Area, list[NomineeExclusion]] = {area: [] for area in own}
    for exclusion in exclusions_in_force(session, contest):
        exclusions.setdefault((exclusion.stage, exclusion.oblast_kato), []).append(exclusion)
    handled = handled_objections(session, contest)
    found = {}
    for area, excluded in exclusions.items():
        standing = own.get(area)
        number = None if standing is None else standing.id
        rights = [
            (nominee, _standing_until(standing, book),
             nominee in of_standing.get(number, ()))
            for nominee in concerned.get(number, ())
        ] + [
            (one.nominee_id, _exclusion_until(one, book), one.id in of_exclusion) for one in excluded
        ]  # fmt: skip
        appeals = [
            one for one in handled
            if one.area == area and one.appeal_until is not None and one.appeal is None
            and not _is_waived(one, of_standing, of_exclusion)
        ]  # fmt: skip
        ends = [until for _nominee, until, is_waived in rights if not is_waived]
        found[area] = _finality(rights, [*ends, *(one.appeal_until for one in appeals)],
                                [one for one in handled if one.area == area], today)  # fmt: skip
    return found


def refuse_shorter_terms(
    session: Session, contest: Contest, before: RuleBook, after: RuleBook, today: date
) -> None:
    """Refuse a correction of the rules that takes days from a term that runs, to object or to appeal.

    :raises Conflict: when there is such a term.
    """
    standings = session.scalars(select(Standing).where(Standing.contest_id == contest.id))
    begun = [(one.frozen_at, "objection_days") for one in standings]
    begun += [(one.excluded_at, "objection_days") for one in exclusions_in_force(session, contest)]
    begun += [
        (one.item.decided_at, "appeal_days")
        for one in handled_objections(session, contest) if one.appeal_until is not None
    ]  # fmt: skip
    ends = [
        tuple(last_day(book, day_of(since), getattr(book.terms, days)) for book in (before, after))
        for since, days in begun
    ]
    if any(today <= was and will_be < was for was, will_be in ends):
        raise Conflict(
            _l("Somebody may still object or appeal: a correction cannot end a term earlier that runs.")
        )


def objecting_until(session: Session, contest: Contest, standing: Standing) -> date:
    """The last day on which a nominee can object to a standing."""
    return _standing_until(standing, rulebook_of(session, contest))


def exclusion_until(session: Session, contest: Contest, exclusion: NomineeExclusion) -> date:
    """The last day on which an excluded nominee can object to the exclusion."""
    return _exclusion_until(exclusion, rulebook_of(session, contest))


def concerned_by(
    session: Session, contest: Contest, standings: Sequence[Standing]
) -> dict[int, frozenset[int]]:
    """The nominees who may object to each standing: those who stand in it."""
    found: dict[int, set[int]] = {standing.id: set() for standing in standings}
    for number, nominee in session.execute(
        select(StandingRow.standing_id, StandingRow.nominee_id).where(StandingRow.standing_id.in_(found))
    ):
        found[number].add(nominee)
    return {number: frozenset(nominees) for number, nominees in found.items()}


def waivers_of(session: Session, to: Standing | NomineeExclusion) -> frozenset[int]:
    """The nominees who gave up their right to object to a standing, or to their exclusion."""
    column = Waiver.standing_id if isinstance(to, Standing) else Waiver.exclusion_id
    return frozenset(session.scalars(select(Waiver.nominee_id).where(column == to.id)))


def own_rights(session: Session, contest: Contest, nominee: Nominee, now: datetime) -> list[OwnRight]:
    """What a nominee can, or could, object to: the standings in force, the regional first, an exclusion."""
    rows = session.scalars(
        select(Standing).where(Standing.contest_id == contest.id).order_by(Standing.version)
    ).all()
    latest = list({(one.stage, one.oblast_kato): one for one in rows}.values())
    concerned = concerned_by(session, contest, latest)
    own = sorted(
        (one for one in latest if nominee.id in concerned[one.id]),
        key=lambda one: one.stage is Stage.NATIONAL,
    )
    excluded = exclusions_in_force(session, contest, nominee=nominee)
    if not own and not excluded:
        return []
    found = finality_by_area(session, contest, latest, now)
    book, lines = rulebook_of(session, contest), []
    for to in (*own, *excluded):
        until = _standing_until(to, book) if isinstance(to, Standing) else _exclusion_until(to, book)
        is_waived = nominee.id in waivers_of(session, to)
        can_object = day_of(now) <= until and not is_waived
        lines.append(OwnRight(to, found[to.stage, to.oblast_kato], until, is_waived, can_object))
    return lines


def _finality(
    rights: Sequence[tuple[int, date, bool]], ends: Sequence[date], handled: Iterable[Handled], today: date
) -> Finality:
    undecided = uncorrected = 0
    for one in handled:
        undecided += one.verdict in UNDECIDED
        uncorrected += one.awaits_standing
    until = max(ends, default=None)
    is_over = until is None or today > until
    holding = {nominee for nominee, _until, is_waived in rights if not is_waived}
    concerned = {nominee for nominee, _until, _is_waived in rights}
    return Finality(
        is_over and not undecided and not uncorrected, until, len(concerned - holding), len(concerned),
        undecided, uncorrected,
    )  # fmt: skip


def _standing_until(standing: Standing, book: RuleBook) -> date:
    return last_day(book, day_of(standing.frozen_at), book.terms.objection_days)


def _exclusion_until(exclusion: NomineeExclusion, book: RuleBook) -> date:
    return last_day(book, day_of(exclusion.excluded_at), book.terms.objection_days)


def _is_waived(one: Handled, of_standing: dict[int | None, set[int]], of_exclusion: frozenset[int]) -> bool:
    objection = one.objection
    if objection.exclusion_id is not None:
        return objection.exclusion_id in of_exclusion
    return objection.nominee_id in of_standing.get(objection.standing_id, ())


def _waivers(session: Session, contest: Contest) -> tuple[dict[int | None, set[int]], frozenset[int]]:
    """Who gave up the right to object to each standing; the exclusions whose nominee did."""
    of_standing: dict[int | None, set[int]] = {}
    of_exclusion = set()
    wanted = select(Waiver).join(Nominee, Nominee.id == Waiver.nominee_id)
    for waiver in session.scalars(wanted.where(Nominee.contest_id == contest.id)):
        if waiver.exclusion_id is None:
            of_standing.setdefault(waiver.standing_id, set()).add(waiver.nominee_id)
        else:
            of_exclusion.add(waiver.exclusion_id)
    return of_standing, frozenset(of_exclusion)
