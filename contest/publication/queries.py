"""Reads for the public pages: published contests, their rankings and each nominee's numbers.

Everything here starts from what is published; what is not published looks as if it did not exist.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session, defer

from contest.contests.models import Contest, ContestState
from contest.rulebook import Stage
from contest.standings.models import Standing, StandingRow
from core.errors import NotFound
from core.places.models import Edition, Unit
from core.places.queries import units_by_kato
from core.words import Words, kazakh_key


@dataclass(frozen=True, slots=True)
class Ranked:
    """A row of a published ranking, ready to be shown."""

    nominee_id: int
    place: int
    name: str
    unit: Words
    kato: str
    oblast: Words
    oblast_kato: str
    shown: Decimal | None
    error: Decimal | None
    low: int
    high: int
    top_probability: Decimal | None
    is_finalist: bool
    award: str | None
    parts: Mapping[str, Mapping[str, object]]
    flags: tuple[str, ...]
    name_ru: str

    def name_in(self, language: str) -> str:
        """The nominee's name as the language writes it."""
        return self.name_ru if language == "ru" else self.name


@dataclass(frozen=True, slots=True)
class Ranking:
    """A published standing with its rows, by place; those without a place stand last."""

    standing: Standing
    rows: tuple[Ranked, ...]

    @property
    def placed(self) -> int:
        """How many nominees have a place."""
        return sum(row.place > 0 for row in self.rows)

    @property
    def awarded(self) -> tuple[Ranked, ...]:
        """Who won a place or a nomination."""
        return tuple(row for row in self.rows if row.award)


def known_contests(session: Session) -> list[Contest]:
    """Contests whose rules are public: those with results first, then the latest by their codes."""
    query = (
        select(Contest)
        .where(Contest.state != ContestState.DRAFT)
        .order_by(Contest.published_at.is_(None), Contest.published_at.desc(), Contest.code.desc())
    )
    return list(session.scalars(query))


def known_contest(session: Session, code: str) -> Contest:
    """A contest whose rules are public.

    :raises NotFound: for a draft as for a code that nobody gave.
    """
    query = select(Contest).where(Contest.code == code, Contest.state != ContestState.DRAFT)
    contest = session.scalars(query).first()
    if contest is None:
        raise NotFound(_l("There is no contest with the code “%(code)s”.", code=code[:40]))
    return contest


def published_standings(session: Session, *, contest: Contest, stage: Stage) -> list[Standing]:
    """The published standings of a stage in force, by oblast, without their rows and long inputs."""
    query = (
        select(Standing)
        .options(defer(Standing.inputs_json))
        .where(Standing.contest_id == contest.id, Standing.stage == stage, Standing.published_at.is_not(None))
        .order_by(Standing.oblast_kato, Standing.version)
    )
    return list({standing.oblast_kato: standing for standing in session.scalars(query)}.values())


def published_in_force(session: Session, *, contest: Contest) -> list[Standing]:
    """Every published standing in force, the regional ones first."""
    return [
        standing
        for stage in (Stage.REGIONAL, Stage.NATIONAL)
        for standing in published_standings(session, contest=contest, stage=stage)
    ]


def ranking_of(session: Session, standing: Standing) -> Ranking:
    """A published standing with its rows."""
    return _with_rows(session, [standing])[0]


def national_standing(session: Session, *, contest: Contest) -> Standing:
    """The published national standing.

    :raises NotFound: while there is none.
    """
    found = published_standings(session, contest=contest, stage=Stage.NATIONAL)
    if not found:
        raise NotFound(_l("The national ranking is not published yet."))
    return found[0]


def oblast_standing(session: Session, *, contest: Contest, oblast_kato: str) -> Standing:
    """The published standing of an oblast.

    :raises NotFound: while there is none.
    """
    for standing in published_standings(session, contest=contest, stage=Stage.REGIONAL):
        if standing.oblast_kato == oblast_kato:
            return standing
    raise NotFound(_l("No ranking of this oblast is published."))


def awarded_by_contest(session: Session) -> dict[int, tuple[Ranked, ...]]:
    """Who won a place in the nation, by contest: for the archive, in few queries whatever their number."""
    query = (
        select(Standing)
        .options(defer(Standing.inputs_json))
        .where(Standing.stage == Stage.NATIONAL, Standing.published_at.is_not(None))
        .order_by(Standing.version)
    )
    latest = {standing.contest_id: standing for standing in session.scalars(query)}
    wanted = StandingRow.award.like("place-%")
    found = _with_rows(session, list(latest.values()), wanted)
    return {ranking.standing.contest_id: ranking.awarded for ranking in found}


def standings_of(session: Session, standings: Sequence[Standing], *, nominee_id: int) -> list[Standing]:
    """Those of some published standings in which a nominee stands.

    :raises NotFound: when it is none of them.
    """
    numbers = set(
        session.scalars(select(StandingRow.standing_id).where(StandingRow.nominee_id == nominee_id))
    )
    found = [one for one in standings if one.id in numbers]
    if not found:
        raise NotFound(_l("Nothing is published about this nominee."))
    return found


def names_mark(session: Session) -> tuple[str, ...]:
    """The editions of the classifier: what a kept page calls places follows from them."""
    return tuple(session.scalars(select(Edition.sha256).order_by(Edition.actualised_on)))


def year_of(contest: Contest) -> int:
    """The year under which a contest stands in the archive."""
    return (contest.published_at or contest.created_at).year


def _with_rows(session: Session, standings: Sequence[Standing], *wanted: object) -> list[Ranking]:
    """The standings with their rows (or some of them), in two queries whatever their number."""
    ids = [standing.id for standing in standings]
    rows = list(session.scalars(select(StandingRow).where(StandingRow.standing_id.in_(ids), *wanted)))
    units = units_by_kato(session, {row.kato for row in rows} | {row.oblast_kato for row in rows})
    by_standing: dict[int, list[Ranked]] = {standing.id: [] for standing in standings}
    for row in rows:
        by_standing[row.standing_id].append(_ranked(row, units))
    return [
        Ranking(standing, tuple(sorted(by_standing[standing.id], key=_by_place))) for standing in standings
    ]


def _by_place(row: Ranked) -> tuple[int, str, int]:
    return (row.place or 10**6, kazakh_key(row.name), row.nominee_id)


def _ranked(row: StandingRow, units: dict[str, Unit]) -> Ranked:
    return Ranked(
        nominee_id=row.nominee_id, place=row.place, name=row.name_kk, unit=units[row.kato].words,
        kato=row.kato, oblast=units[row.oblast_kato].words, oblast_kato=row.oblast_kato,
        shown=row.shown, error=row.error, low=row.low, high=row.high, top_probability=row.top_probability,
        is_finalist=row.is_finalist, award=row.award,
        parts={part["code"]: part for part in json.loads(row.components_json)},
        flags=tuple(json.loads(row.flags_json)), name_ru=row.name_ru,
    )  # fmt: skip
