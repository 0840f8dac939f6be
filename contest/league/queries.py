"""Reads of the league: its inputs, and after publication its classes and pages.

Everything public starts from what is published: before that a league looks as if it did not exist.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased, defer

from contest.contests.models import Contest, ContestState
from contest.contests.queries import rulebook_by_fingerprint
from contest.league.computation import Position
from contest.league.models import League, LeagueRow
from contest.sources.surveys import survey_table
from core.errors import NotFound
from core.places.models import Unit
from core.places.queries import adults_by_kato
from core.words import Words

#: The address of the units whose number of adults is unknown; no class of a rule book is called so.
NO_SIZE = "unknown-size"
LEADERS = 3
#: A class: the size as rows keep it, its address, its title.
SizeOf = tuple[str | None, str, Words | None]


@dataclass(frozen=True, slots=True)
class ShownUnit:
    """A row of the league with the unit's names."""

    row: LeagueRow
    unit: Words
    oblast: Words
    oblast_kato: str


@dataclass(frozen=True, slots=True)
class ClassSummary:
    """A class of the league: how many units stand in which position, and who leads."""

    code: str
    title: Words | None
    counts: dict[Position, int]
    leaders: tuple[ShownUnit, ...]

    @property
    def units(self) -> int:
        return sum(self.counts.values())

    @property
    def ranked(self) -> int:
        return self.counts.get(Position.RANKED, 0)


def league_inputs(session: Session, *, contest: Contest, fingerprint: str) -> dict[str, Any]:
    """Every unit's published numbers with its adults, as the league is computed from.

    :raises Conflict: before the survey has published its numbers.
    """
    table = survey_table(session, campaign_code=contest.campaign_code)
    adults = adults_by_kato(session, [subject.reference for subject in table.subjects])
    return {
        "contest": contest.code,
        "rulebook": fingerprint,
        "units": [
            [
                row.subject.reference, row.n, _text(row.value), _text(row.standard_error),
                adults[row.subject.reference],
            ]
            for row in table
        ],
    }  # fmt: skip


def latest_league(session: Session, *, contest: Contest) -> League | None:
    """The league in force; None before it is frozen."""
    query = (
        select(League)
        .options(defer(League.inputs_json))
        .where(League.contest_id == contest.id)
        .order_by(League.version.desc())
        .limit(1)
    )
    return session.scalars(query).first()


def published_league(session: Session, *, contest: Contest) -> League | None:
    """The league of a contest whose results are public."""
    return latest_league(session, contest=contest) if contest.state is ContestState.PUBLISHED else None


def require_league(session: Session, *, contest: Contest) -> League:
    """The published league.

    :raises NotFound: while there is none.
    """
    league = published_league(session, contest=contest)
    if league is None:
        raise NotFound(_l("The league of villages is published together with the results."))
    return league


def class_summaries(session: Session, *, contest: Contest, league: League) -> list[ClassSummary]:
    """Every class with its leaders, from small to big; last the units of unknown size, if there are any."""
    counted = (
        select(LeagueRow.size, LeagueRow.position, func.count())
        .where(LeagueRow.league_id == league.id)
        .group_by(LeagueRow.size, LeagueRow.position)
    )
    counts: dict[str | None, dict[Position, int]] = {}
    for size, position, number in session.execute(counted):
        counts.setdefault(size, {})[position] = number
    wanted = (LeagueRow.place > 0, LeagueRow.place <= LEADERS)
    leading = sorted(_shown(session, league, *wanted), key=_by_place)
    leaders: dict[str | None, list[ShownUnit]] = {}
    for one in leading:
        leaders.setdefault(one.row.size, []).append(one)
    return [
        ClassSummary(code, title, counts.get(size, {}), tuple(leaders.get(size, ())))
        for size, code, title in classes_of(session, contest=contest, league=league)
        if size is not None or size in counts
    ]


def classes_of(session: Session, *, contest: Contest, league: League) -> tuple[SizeOf, ...]:
    """The classes of the league's rule book: the size as rows keep it, its address and its title."""
    book = rulebook_by_fingerprint(session, contest, league.rulebook_fingerprint)
    return (*((one.code, one.code, one.title) for one in book.league), (None, NO_SIZE, None))


def class_of(classes: Sequence[SizeOf], *, code: str) -> tuple[str | None, Words | None]:
    """The size and the title of a class by its address.

    :raises NotFound: when the league has no such class.
    """
    for size, own, title in classes:
        if own == code:
            return size, title
    raise NotFound(_l("The league has no class “%(code)s”: choose one from its page.", code=code[:32]))


def league_rows(session: Session, *, league: League) -> tuple[ShownUnit, ...]:
    """Every row of the league with its names, best place first, in one query."""
    return tuple(sorted(_shown(session, league), key=_by_place))


def _shown(session: Session, league: League, *wanted: Any) -> list[ShownUnit]:
    """Rows of a league with the names of the unit and of its oblast; one query."""
    oblast = aliased(Unit)
    query = (
        select(
            LeagueRow, Unit.name_kk, Unit.name_ru, Unit.name_en, oblast.name_kk, oblast.name_ru,
            oblast.name_en, oblast.kato,
        )
        .join(Unit, Unit.kato == LeagueRow.kato)
        .join(oblast, oblast.kato == Unit.oblast_kato)
        .where(LeagueRow.league_id == league.id, *wanted)
    )  # fmt: skip
    return [
        ShownUnit(row, Words(*names[:3]), Words(*names[3:]), kato)
        for row, *names, kato in session.execute(query)
    ]


_POSITIONS = list(Position)


def _by_place(one: ShownUnit) -> tuple[int, int, str]:
    return _POSITIONS.index(one.row.position), one.row.place, one.row.kato


def _text(number: Decimal | None) -> str | None:
    return None if number is None else str(number)
