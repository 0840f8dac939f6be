"""Reads for the public page of conflicts: how many members could not judge, counted by ground, naming nobody.

Only of a contest whose results are published.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from contest.commissions.models import Commission, Seat
from contest.commissions.queries import VOTING, barred_judges, conflicts_of
from contest.contests.models import Contest, ContestState
from contest.contests.queries import rulebook_of
from contest.nominees.models import Nominee
from contest.publication.queries import published_standings
from contest.rulebook import RuleBook, Stage
from contest.standings.models import Standing, StandingRow
from core.errors import NotFound
from core.places.models import Unit
from core.places.queries import units_by_kato
from core.words import Words


@dataclass(frozen=True, slots=True)
class GroundCount:
    """How many members were in conflict on a ground, and with how many nominees together."""

    title: Words
    members: int
    nominees: int

    @property
    def cells(self) -> tuple[object, ...]:
        return self.title, self.members, self.nominees


@dataclass(frozen=True, slots=True)
class AreaConflicts:
    """The conflicts of one commission; no unit is the nation.

    :param late: members who declared one after the closing: they marked, and did not vote from then on.
    """

    stage: Stage
    unit: Unit | None
    seats: int
    nominees: int
    members: int
    late: int
    grounds: tuple[GroundCount, ...]


def published_conflicts(session: Session, contest: Contest) -> list[AreaConflicts]:
    """The conflicts of every commission whose standing is public, the nation's first.

    :raises NotFound: before the results are published.
    """
    if contest.state is not ContestState.PUBLISHED:
        raise NotFound(_l("The conflicts are published together with the results."))
    standings = [
        standing
        for stage in (Stage.NATIONAL, Stage.REGIONAL)
        for standing in published_standings(session, contest=contest, stage=stage)
    ]
    nominees, seats = _nominees(session, standings), _seats(session, contest)
    units = units_by_kato(session, {one.oblast_kato for one in standings if one.oblast_kato})
    book = rulebook_of(session, contest)
    judged = {
        stage: [one for standing in standings if standing.stage is stage for one in nominees[standing.id]]
        for stage in Stage
    }
    barred = {stage: barred_judges(session, contest, stage, judged[stage]) for stage in Stage}
    known = {stage: conflicts_of(session, contest, stage, judged[stage]) for stage in Stage}
    return [
        _area(
            standing, units.get(standing.oblast_kato or ""), nominees[standing.id],
            seats[standing.stage, standing.oblast_kato], barred[standing.stage], known[standing.stage],
            book,
        )
        for standing in standings
    ]  # fmt: skip


def _area(
    standing: Standing,
    unit: Unit | None,
    nominees: Sequence[Nominee],
    seated: set[int],
    barred: dict[int, dict[int, str]],
    known: dict[int, dict[int, str]],
    book: RuleBook,
) -> AreaConflicts:
    members: dict[str, set[int]] = defaultdict(set)
    concerned: dict[str, set[int]] = defaultdict(set)
    late: set[int] = set()
    for nominee in nominees:
        late |= (known[nominee.id].keys() - barred[nominee.id].keys()) & seated
        for account_id, ground in barred[nominee.id].items():
            if account_id in seated:
                members[ground].add(account_id)
                concerned[ground].add(nominee.id)
    grounds = tuple(
        GroundCount(
            book.conflict_ground(standing.stage, code).title, len(members[code]), len(concerned[code])
        )
        for code in sorted(members)
    )
    everyone = set().union(*members.values())
    return AreaConflicts(standing.stage, unit, len(seated), len(nominees), len(everyone), len(late), grounds)


def _nominees(session: Session, standings: Sequence[Standing]) -> dict[int, list[Nominee]]:
    """Who stands in each standing, in one query."""
    wanted = (
        select(StandingRow.standing_id, Nominee)
        .join(Nominee, Nominee.id == StandingRow.nominee_id)
        .where(StandingRow.standing_id.in_([one.id for one in standings]))
        .order_by(Nominee.id)
    )
    found: dict[int, list[Nominee]] = {one.id: [] for one in standings}
    for standing_id, nominee in session.execute(wanted):
        found[standing_id].append(nominee)
    return found


def _seats(session: Session, contest: Contest) -> dict[tuple[Stage, str | None], set[int]]:
    """Who has had a voting seat in each commission."""
    wanted = (
        select(Commission.stage, Commission.oblast_kato, Seat.account_id)
        .join(Seat, Seat.commission_id == Commission.id)
        .where(Commission.contest_id == contest.id, Seat.role.in_(VOTING) | Seat.replaces_id.is_not(None))
    )
    found: dict[tuple[Stage, str | None], set[int]] = defaultdict(set)
    for stage, oblast, account_id in session.execute(wanted):
        found[stage, oblast].add(account_id)
    return found
