"""What is published about a place: where its akim stands in each contest, and whether the league has it.

Reads only, and only of published contests: for whoever looks for the own village.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from contest.contests.models import Contest, ContestState
from contest.league.models import LeagueRow
from contest.league.queries import published_league
from contest.publication.loading import standing_rows
from contest.publication.queries import Ranked, known_contests, published_in_force
from contest.rulebook import Stage


@dataclass(slots=True)
class PlaceResults:
    """A contest's results about one place.

    :param akims: those of its akims who stand in a ranking, with the stages in which they do.
    """

    contest: Contest
    akims: dict[int, list[tuple[Stage, Ranked]]] = field(default_factory=dict)
    is_in_league: bool = False


def results_by_place(session: Session, katos: Collection[str]) -> dict[str, list[PlaceResults]]:
    """What is published of these places, the latest contest first; the same queries for one and for many."""
    found: dict[str, list[PlaceResults]] = {kato: [] for kato in katos}
    for contest in known_contests(session):
        if not katos or contest.state is not ContestState.PUBLISHED:
            continue
        own = {kato: PlaceResults(contest) for kato in katos}
        for standing in published_in_force(session, contest=contest):
            for row in standing_rows(session, standing).thing:
                if row.kato in own:
                    own[row.kato].akims.setdefault(row.nominee_id, []).append((standing.stage, row))
        league = published_league(session, contest=contest)
        if league:
            wanted = select(LeagueRow.kato).where(LeagueRow.league_id == league.id, LeagueRow.kato.in_(own))
            for kato in session.scalars(wanted):
                own[kato].is_in_league = True
        for kato, results in own.items():
            if results.akims or results.is_in_league:
                found[kato].append(results)
    return found
