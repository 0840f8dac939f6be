"""Reads of the league: its inputs, and after publication its classes and pages.

Everything public starts from what is published: before that a league looks as if it did not exist.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from math import ceil
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from contest.contests.models import Contest, ContestState
from contest.contests.queries import rulebook_by_fingerprint
from contest.league.computation import Position
from contest.league.models import League, LeagueRow
from contest.sources.surveys import survey_table
from core.errors import NotFound
from core.places.models import Unit
from core.places.queries import adults_by_kato
from core.words import Words, kazakh_key

ROWS_PER_PAGE = 200
#: The address of the units whose number of adults is unknown; no class of a rule book is called so.
NO_SIZE = "unknown-size"
LEADERS = 3


@dataclass(frozen=True, slots=True)
class ShownUnit:
    """A row of the league with the unit's names."""

    row: LeagueRow
    unit: Words
    oblast: Words


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


@dataclass(frozen=True, slots=True)
class LeaguePage:
    """A page of a class: its rows, and which of how many pages it is."""

    rows: tuple[ShownUnit, ...]
    number: int
    pages: int


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
    query = select(League).where(League.contest_id == contest.id).order_by(League.version.desc()).limit(1)
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


def classes_of(
    session: Session, *, contest: Contest, league: League
) -> list[tuple[str | None, str, Words | None]]:
    """The classes of the league's rule book: the size as rows keep it, its address and its title."""
    book = rulebook_by_fingerprint(session, contest, league.rulebook_fingerprint)
    return [*((one.code, one.code, one.title) for one in book.league), (None, NO_SIZE, None)]


def summary_of(session: Session, *, contest: Contest, league: League, code: str) -> ClassSummary:
    """One class of the league.

    :raises NotFound: when the league has no such class.
    """
    for summary in class_summaries(session, contest=contest, league=league):
        if summary.code == code:
            return summary
    raise NotFound(_l("The league has no class “%(code)s”: choose one from its page.", code=code[:32]))


def class_page(
    session: Session, *, league: League, code: str, language: str, by_name: bool, number: int
) -> LeaguePage:
    """A page of a class, by place or by the unit's name in the reader's alphabet.

    :raises NotFound: for a page that is not there.
    """
    katos = _ordered(session, league, code, language, by_name=by_name)
    pages = max(1, ceil(len(katos) / ROWS_PER_PAGE))
    if not 1 <= number <= pages:
        raise NotFound(
            _l("This list has %(pages)s pages: there is no page %(page)s.", pages=pages, page=number)
        )
    wanted = katos[(number - 1) * ROWS_PER_PAGE : number * ROWS_PER_PAGE]
    found = {one.row.kato: one for one in _shown(session, league, LeagueRow.kato.in_(wanted))}
    return LeaguePage(tuple(found[kato] for kato in wanted), number, pages)


def all_rows(session: Session, *, league: League, codes: Collection[str | None]) -> list[ShownUnit]:
    """Every row of some classes, class by class in the order of `codes`, best place first; for files."""
    order = list(codes)
    rows = [one for one in _shown(session, league) if one.row.size in order]
    return sorted(rows, key=lambda one: (order.index(one.row.size), *_by_place(one)))


def _ordered(session: Session, league: League, code: str, language: str, *, by_name: bool) -> list[str]:
    """The codes of a class's units in the order of its pages; names follow the Kazakh alphabet."""
    names = {"kk": Unit.name_kk, "ru": Unit.name_ru, "en": Unit.name_en}
    size = LeagueRow.size.is_(None) if code == NO_SIZE else LeagueRow.size == code
    query = (
        select(LeagueRow.kato, LeagueRow.position, LeagueRow.place, names[language])
        .join(Unit, Unit.kato == LeagueRow.kato)
        .where(LeagueRow.league_id == league.id, size)
    )
    rows = sorted(session.execute(query), key=lambda row: (kazakh_key(row[3]), row.kato))
    if not by_name:
        rows.sort(key=lambda row: (_POSITIONS.index(row.position), row.place))
    return [row.kato for row in rows]


def _shown(session: Session, league: League, *wanted: Any) -> list[ShownUnit]:
    """Rows of a league with the names of the unit and of its oblast; one query."""
    oblast = aliased(Unit)
    query = (
        select(
            LeagueRow, Unit.name_kk, Unit.name_ru, Unit.name_en, oblast.name_kk, oblast.name_ru,
            oblast.name_en,
        )
        .join(Unit, Unit.kato == LeagueRow.kato)
        .join(oblast, oblast.kato == Unit.oblast_kato)
        .where(LeagueRow.league_id == league.id, *wanted)
    )  # fmt: skip
    return [ShownUnit(row, Words(*names[:3]), Words(*names[3:])) for row, *names in session.execute(query)]


_POSITIONS = list(Position)


def _by_place(one: ShownUnit) -> tuple[int, int, str]:
    return _POSITIONS.index(one.row.position), one.row.place, one.row.kato


def _text(number: Decimal | None) -> str | None:
    return None if number is None else str(number)
