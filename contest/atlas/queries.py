"""Reads for the map: the published figures of every oblast. Only what is published with the results."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from contest.atlas.classes import OblastFigures
from contest.contests.models import Contest, ContestState
from contest.rulebook import Stage
from contest.sources.oblasts import OblastSums, published_by_oblast
from contest.standings.models import Standing, StandingRow
from core.errors import NotFound
from core.places.models import Unit
from core.places.queries import oblasts


@dataclass(frozen=True, slots=True)
class MapRow:
    """An oblast, or a city of its rank, with its figures."""

    unit: Unit
    figures: OblastFigures


def map_rows(session: Session, *, contest: Contest, language: str) -> tuple[MapRow, ...]:
    """Every oblast with its figures, by name in the language.

    :raises NotFound: before the results are published.
    """
    if contest.state is not ContestState.PUBLISHED:
        raise NotFound(_l("The map is published together with the results."))
    nominees, awards = _nominees(session, contest), _awards(session, contest)
    sums = published_by_oblast(session, campaign_code=contest.campaign_code)
    return tuple(
        MapRow(
            unit,
            OblastFigures(
                nominees=nominees.get(unit.kato), awards=awards[unit.kato],
                **asdict(sums.get(unit.kato, OblastSums())),
            ),
        )
        for unit in oblasts(session, language)
    )  # fmt: skip


def _published(session: Session, contest: Contest, stage: Stage) -> dict[str | None, int]:
    """The published standing in force of each oblast of a stage, or of the nation (None)."""
    query = (
        select(Standing.oblast_kato, Standing.id)
        .where(Standing.contest_id == contest.id, Standing.stage == stage, Standing.published_at.is_not(None))
        .order_by(Standing.version)
    )
    return dict(session.execute(query).all())


def _nominees(session: Session, contest: Contest) -> Mapping[str | None, int]:
    standings = _published(session, contest, Stage.REGIONAL)
    query = (
        select(StandingRow.standing_id, func.count())
        .where(StandingRow.standing_id.in_(standings.values()))
        .group_by(StandingRow.standing_id)
    )
    counted = dict(session.execute(query).all())
    return {oblast: counted.get(number, 0) for oblast, number in standings.items()}


def _awards(session: Session, contest: Contest) -> Counter[str]:
    national = _published(session, contest, Stage.NATIONAL).values()
    query = select(StandingRow.oblast_kato).where(
        StandingRow.standing_id.in_(national), StandingRow.award.is_not(None)
    )
    return Counter(session.scalars(query))
