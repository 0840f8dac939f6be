"""Reads for the what-if: the published standings that it may use, and their nominees' names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from contest.contests.models import Contest, ContestState
from contest.standings.models import Standing
from contest.standings.queries import frozen_standings, rows_of
from core.errors import Conflict
from core.places.models import Unit
from core.places.queries import units_by_kato


@dataclass(frozen=True, slots=True)
class Evidence:
    """A published standing, and where it stands: an oblast, or the nation (no unit)."""

    standing: Standing
    unit: Unit | None


def published_evidence(session: Session, contest: Contest) -> list[Evidence]:
    """The standings in force of a contest whose results are published; none before."""
    if contest.state is not ContestState.PUBLISHED:
        return []
    latest = {
        (standing.stage, standing.oblast_kato): standing
        for standing in frozen_standings(session, contest_id=contest.id)
        if standing.published_at is not None
    }
    units = units_by_kato(session, {kato for _, kato in latest if kato})
    return [Evidence(one, units.get(one.oblast_kato)) for one in latest.values()]


def refuse_unless_published(contest: Contest, standing: Standing) -> None:
    """Refuse real evidence while weights could still be chosen by looking at who would win.

    :raises Conflict: before the results are published.
    """
    if contest.state is not ContestState.PUBLISHED or standing.published_at is None:
        raise Conflict(
            _l("Real evidence is tried on only once the results are published. Use simulated evidence.")
        )


def names_of(session: Session, standing: Standing) -> Mapping[int, str]:
    """What the published standing calls each nominee."""
    return {row.nominee_id: row.name_kk for row in rows_of(session, standing)}
