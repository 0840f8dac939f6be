"""Reads of the territory: units and their names, posts and who holds them, population.

Only reads. A unit that ended is still found by its code, and left out of every list of what is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from core.errors import NotFound
from core.places.models import (
    Edition,
    FormerName,
    Official,
    Population,
    PopulationStratum,
    Post,
    Unit,
)
from core.places.naming import UnitKind, UnitLevel, proper_kk, proper_ru
from core.places.search import Entry, Index, stems_of, words_of
from core.words import kazakh_key


def unit_name(unit: Unit, language: str) -> str:
    """The readable name of a unit in a language, with its kind in full words."""
    return getattr(unit, f"name_{language}")


def get_unit(session: Session, kato: str) -> Unit:
    """The unit of a code, ended or not.

    :raises NotFound: when the classifier has no such code.
    """
    unit = session.get(Unit, kato)
    if unit is None:
        raise NotFound(
            _l("There is no territorial unit with the code %(kato)s: check it in the classifier.", kato=kato)
        )
    return unit


def units_by_kato(session: Session, katos: Iterable[str]) -> dict[str, Unit]:
    """The units of these codes; codes that are not known are left out."""
    wanted = sorted(set(katos))
    found = session.scalars(select(Unit).where(Unit.kato.in_(wanted)))
    return {unit.kato: unit for unit in found}


def oblasts(session: Session, language: str) -> list[Unit]:
    """The 17 oblasts and the 3 cities of their rank, by name in the language."""
    return _by_name(
        session.scalars(select(Unit).where(Unit.level == UnitLevel.OBLAST, Unit.valid_to.is_(None))), language
    )


def children(session: Session, kato: str, language: str) -> list[Unit]:
    """The units directly under a unit, by name in the language."""
    return _by_name(
        session.scalars(select(Unit).where(Unit.parent_kato == kato, Unit.valid_to.is_(None))), language
    )


def path_of(session: Session, unit: Unit) -> tuple[Unit, ...]:
    """The units above a unit, from its oblast down; empty for an oblast."""
    return paths_of(session, [unit])[unit.kato]


def paths_of(session: Session, units: Sequence[Unit]) -> dict[str, tuple[Unit, ...]]:
    """The units above each of several units, from the oblast down, in one query a level at most."""
    above = {unit.kato: unit for unit in units}
    while missing := {unit.parent_kato for unit in above.values() if unit.parent_kato} - above.keys():
        above |= units_by_kato(session, missing)
    paths = {}
    for unit in units:
        path, code = [], unit.parent_kato
        while code:
            path.append(above[code])
            code = above[code].parent_kato
        paths[unit.kato] = tuple(reversed(path))
    return paths


def former_names(session: Session, kato: str) -> list[FormerName]:
    """The names that a unit had before, oldest first."""
    wanted = select(FormerName).where(FormerName.kato == kato).order_by(FormerName.valid_from)
    return list(session.scalars(wanted))


def editions(session: Session) -> list[Edition]:
    """The editions that were loaded, newest first."""
    return list(session.scalars(select(Edition).order_by(Edition.actualised_on.desc())))


def post_units(session: Session, *, oblast: str | None = None) -> list[tuple[Post, Unit]]:
    """The open posts with their units, of the country or of one oblast, by code."""
    wanted = select(Post, Unit).join(Unit, Unit.kato == Post.unit_kato).where(Post.closed_on.is_(None))
    if oblast is not None:
        wanted = wanted.where(Unit.oblast_kato == oblast)
    return [(post, unit) for post, unit in session.execute(wanted.order_by(Unit.kato))]


def katos_with_post(session: Session) -> set[str]:
    """The codes of all units with an open post."""
    return set(session.scalars(select(Post.unit_kato).where(Post.closed_on.is_(None))))


def post_of(session: Session, kato: str) -> Post:
    """The akim's post of a unit, closed or not.

    :raises NotFound: when the unit has no post of its own.
    """
    post = session.scalars(select(Post).where(Post.unit_kato == kato)).first()
    if post is None:
        raise NotFound(
            _l(
                "The unit %(kato)s has no akim’s post: give a rural okrug, a village, a settlement "
                "or a town.",
                kato=kato,
            )
        )
    return post


def official_of(session: Session, kato: str, *, on: date) -> Official | None:
    """Who holds the post of a unit on a day; None where it is vacant or not known."""
    return session.scalars(
        select(Official)
        .join(Post, Post.id == Official.post_id)
        .where(Post.unit_kato == kato, Official.since_on <= on)
        .where(or_(Official.until_on.is_(None), Official.until_on >= on))
    ).first()


def official_name(official: Official) -> str:
    """Surname, given name and patronymic, as papers write them."""
    return " ".join(part for part in (official.surname, official.given_name, official.patronymic) if part)


def population_by_kato(session: Session, katos: Iterable[str]) -> dict[str, Population]:
    """What is known last about the population of each unit; units of which nothing is known are left out."""
    wanted = (
        select(Population)
        .where(Population.unit_kato.in_(sorted(set(katos))))
        .order_by(Population.as_of_on, Population.revision)
    )
    return {known.unit_kato: known for known in session.scalars(wanted)}


def adults_by_kato(session: Session, katos: Iterable[str]) -> dict[str, int | None]:
    """The number of adults of each unit, None where it is not known."""
    katos = tuple(katos)
    known = population_by_kato(session, katos)
    return {kato: known[kato].adults if kato in known else None for kato in katos}


def strata_of(session: Session, kato: str) -> dict[tuple[str, str], int]:
    """The adults of a unit by age band and sex; empty where they are not known."""
    known = population_by_kato(session, [kato]).get(kato)
    if known is None:
        return {}
    rows = session.scalars(
        select(PopulationStratum).where(
            PopulationStratum.unit_kato == kato,
            PopulationStratum.as_of_on == known.as_of_on,
            PopulationStratum.revision == known.revision,
        )
    )
    return {(row.age_band, row.sex): row.residents for row in rows}


def _by_name(units: Iterable[Unit], language: str) -> list[Unit]:
    return sorted(units, key=lambda unit: (kazakh_key(unit_name(unit, language)), unit.kato))


@dataclass(frozen=True, slots=True)
class Summary:
    """How much of the territory is known: present units by level, posts, holders, population."""

    units: dict[UnitLevel, int]
    posts: int
    posts_with_holder: int
    posts_with_adults: int
    posts_with_groups: int


def summary(session: Session, *, on: date) -> Summary:
    """What is known on a day, for those who keep the territory up to date."""
    counted = (
        select(Unit.level, func.count().label("number")).where(Unit.valid_to.is_(None)).group_by(Unit.level)
    )
    units = {row.level: row.number for row in session.execute(counted)}
    posts = katos_with_post(session)
    held = (
        select(func.count(Official.post_id.distinct()))
        .join(Post, Post.id == Official.post_id)
        .where(Post.closed_on.is_(None), Official.since_on <= on)
        .where(or_(Official.until_on.is_(None), Official.until_on >= on))
    )
    known = population_by_kato(session, posts)
    groups = select(PopulationStratum.unit_kato, PopulationStratum.as_of_on, PopulationStratum.revision)
    grouped = {tuple(row) for row in session.execute(groups.distinct())}
    return Summary(
        units={level: units.get(level, 0) for level in UnitLevel},
        posts=len(posts),
        posts_with_holder=session.scalar(held) or 0,
        posts_with_adults=sum(each.adults is not None for each in known.values()),
        posts_with_groups=sum(
            (each.unit_kato, each.as_of_on, each.revision) in grouped for each in known.values()
        ),
    )


@dataclass(frozen=True, slots=True)
class FoundUnit:
    """A unit found by name: how alike (1 is equal), what is above it, and whose akim answers for it.

    `path` goes from the oblast down; `post_kato` is the unit with the post, itself or one above.
    """

    unit: Unit
    score: float
    path: tuple[Unit, ...]
    post_kato: str | None


def search_units(session: Session, text: str, *, limit: int = 20) -> list[FoundUnit]:
    """The present units whose Kazakh, Russian, Latin or former name is most like a text."""
    hits = search_katos(session, text, limit=limit)
    around = sorted({kato for hit in hits for kato in hit.chain})
    units = units_by_kato(session, around)
    posts = set(
        session.scalars(
            select(Post.unit_kato).where(Post.unit_kato.in_(around), Post.closed_on.is_(None))
        )
    )  # fmt: skip
    found = []
    for hit in hits:
        *path, unit = (units[kato] for kato in hit.chain)
        post_kato = next((kato for kato in reversed(hit.chain) if kato in posts), None)
        found.append(FoundUnit(unit, hit.score, tuple(path), post_kato))
    return found


@dataclass(frozen=True, slots=True)
class FoundKato:
    """A unit found by name as codes alone: from its oblast down to itself, and how alike it is."""

    chain: tuple[str, ...]
    score: float


def search_katos(session: Session, text: str, *, limit: int = 20) -> list[FoundKato]:
    """What `search_units` finds, for those who read few of the units: no unit is read."""
    names = _names(session)
    return [FoundKato(names.chain(hit.kato), hit.score) for hit in names.index.search(text, limit=limit)]


@dataclass(frozen=True, slots=True)
class _Names:
    """The names of all units, ready to be searched, and what is directly above each unit."""

    index: Index
    parents: Mapping[str, str | None]

    def chain(self, kato: str) -> tuple[str, ...]:
        above = self.parents[kato]
        return (*self.chain(above), kato) if above else (kato,)


#: One index a process, remade when another edition is loaded: what it holds follows from the editions.
_INDEXES: dict[tuple[str, ...], _Names] = {}
_PREFERENCE = {
    UnitLevel.OBLAST: 0.02, UnitLevel.DISTRICT: 0.04, UnitLevel.SUB_DISTRICT: 0.03, UnitLevel.SETTLEMENT: 0.0,
}  # fmt: skip
_POST_PREFERENCE = 0.1
_LOCALITY_PREFERENCE = -0.05


def _names(session: Session) -> _Names:
    key = tuple(session.scalars(select(Edition.sha256).order_by(Edition.actualised_on)))
    names = _INDEXES.get(key)
    if names is None:
        parents = dict(session.execute(select(Unit.kato, Unit.parent_kato)).all())
        names = _Names(Index(_entries(session)), parents)
        _INDEXES.clear()
        _INDEXES[key] = names
    return names


def _entries(session: Session) -> list[Entry]:
    columns = (
        Unit.kato, Unit.parent_kato, Unit.level, Unit.kind, Unit.official_kk, Unit.official_ru, Unit.name_ru,
        Unit.valid_to,
    )  # fmt: skip
    rows = {row.kato: row for row in session.execute(select(*columns).order_by(Unit.kato))}
    names = {kato: [proper_kk(row.official_kk), proper_ru(row.official_ru)] for kato, row in rows.items()}
    above: dict[str | None, tuple[str, ...]] = {None: ()}

    def words_above(code: str | None) -> tuple[str, ...]:
        if code not in above:
            own = [word for name in names[code] for word in words_of(name)]
            above[code] = stems_of((*own, *words_above(rows[code].parent_kato)))
        return above[code]

    for each in session.scalars(select(FormerName)):
        names[each.kato] += (proper_kk(each.official_kk), proper_ru(each.official_ru))
    posts = set(session.scalars(select(Post.unit_kato).where(Post.closed_on.is_(None))))
    entries = []
    for kato, row in rows.items():
        if row.valid_to is None:
            known_as = tuple(dict.fromkeys((*names[kato], row.name_ru)))
            preference = _POST_PREFERENCE if kato in posts else _PREFERENCE[row.level]
            if row.kind is UnitKind.LOCALITY:
                preference = _LOCALITY_PREFERENCE
            entries.append(Entry(kato, known_as, words_above(row.parent_kato), preference))
    return entries
