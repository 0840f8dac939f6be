"""Writes of the territory: editions of the classifier, population, officials, appointments.

Services get the session first and the clock by keyword, and never commit. An edition adds, renames
and ends; population and officials keep every revision. A table is taken whole or not at all.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from flask_babel import lazy_gettext as _l
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from core.audit import record
from core.errors import Conflict
from core.places.editions import EditionFile, UnitRow, read_edition
from core.places.models import Edition, FormerName, Post, PostKind, Unit
from core.places.naming import UnitKind, UnitLevel
from core.places.registers import TableReport, appoint, load_officials, load_population

__all__ = ["LoadReport", "TableReport", "appoint", "load_officials", "load_population", "load_territories"]

_NAMES = ("name_kk", "name_ru", "name_en", "official_kk", "official_ru")
_PLACE = ("level", "kind", "parent_kato", "oblast_kato", "district_kato")
#: Which units below a district have an akim's post of their own that the contest knows.
_POSTS = {
    UnitKind.RURAL_OKRUG: PostKind.RURAL_OKRUG,
    UnitKind.VILLAGE: PostKind.VILLAGE,
    UnitKind.SETTLEMENT: PostKind.SETTLEMENT,
    UnitKind.TOWN: PostKind.TOWN,
}


@dataclass(frozen=True, slots=True)
class LoadReport:
    """What loading an edition changed."""

    edition: str
    units: int
    added: int
    renamed: int
    ended: int
    posts_opened: int
    posts_closed: int

    @property
    def is_unchanged(self) -> bool:
        """Whether everything was already so."""
        return not (self.added or self.renamed or self.ended or self.posts_opened or self.posts_closed)


def load_territories(
    session: Session,
    *,
    now: datetime,
    path: Path | None = None,
    actualised_on: date | None = None,
    actor: str = "system",
) -> LoadReport:
    """Load an edition of the classifier, the packaged one by default; the same again changes nothing.

    :raises BadTable: when rows of the file are wrong.
    :raises Conflict: when the edition is older than the one loaded, or of the same day but different.
    """
    edition = read_edition(path, actualised_on=actualised_on)
    latest = session.scalars(select(Edition).order_by(Edition.actualised_on.desc()).limit(1)).first()
    if latest is not None:
        if session.scalar(select(Edition.name).where(Edition.sha256 == edition.sha256)):
            return LoadReport(edition.name, len(edition.units), 0, 0, 0, 0, 0)
        if edition.actualised_on <= latest.actualised_on:
            raise Conflict(
                _l(
                    "The edition “%(new)s” is not newer than “%(old)s”, which is loaded. Load a newer one.",
                    new=edition.name, old=latest.name,
                )
            )  # fmt: skip
    return _apply(session, edition, is_first=latest is None, now=now, actor=actor)


def _apply(
    session: Session, edition: EditionFile, *, is_first: bool, now: datetime, actor: str
) -> LoadReport:
    # The first edition describes units that stood since the classifier came into force.
    day = edition.in_force_from if is_first else edition.actualised_on
    known = {} if is_first else {unit.kato: unit for unit in session.scalars(select(Unit))}
    session.add(
        row := Edition(
            name=edition.name, actualised_on=edition.actualised_on, sha256=edition.sha256, loaded_at=now,
            units=len(edition.units), added=0, renamed=0, ended=0,
        )
    )  # fmt: skip
    session.flush()
    new = [unit for unit in edition.units if unit.kato not in known]
    row.added = len(new)
    _insert_units(session, new, edition=edition.name, day=day)
    for unit in edition.units:
        if unit.kato in known:
            row.renamed += _renew(session, known[unit.kato], unit, edition=edition.name, day=day)
    present = {unit.kato for unit in edition.units}
    for unit in known.values():
        if unit.kato not in present and unit.valid_to is None:
            unit.valid_to, unit.edition = day, edition.name
            row.ended += 1
    session.flush()
    opened, closed = _settle_posts(session, edition.units, day=day)
    report = LoadReport(edition.name, row.units, row.added, row.renamed, row.ended, opened, closed)
    record(
        session, actor=actor, action="territories.load", subject=f"edition:{edition.name}",
        sha256=edition.sha256, added=row.added, renamed=row.renamed, ended=row.ended,
        posts_opened=opened, posts_closed=closed,
    )  # fmt: skip
    return report


def _insert_units(session: Session, units: Iterable[UnitRow], *, edition: str, day: date) -> None:
    rows = [
        {name: getattr(unit, name) for name in ("kato", *_PLACE, *_NAMES)}
        | {"valid_from": day, "valid_to": None, "edition": edition}
        for unit in units
    ]
    if rows:
        session.execute(insert(Unit.__table__), rows)


def _renew(session: Session, unit: Unit, row: UnitRow, *, edition: str, day: date) -> bool:
    """Bring a known unit up to an edition; says whether its name changed. Former names are kept."""
    is_renamed = any(getattr(unit, name) != getattr(row, name) for name in ("official_kk", "official_ru"))
    is_back = unit.valid_to is not None
    if is_renamed or is_back:
        session.add(
            FormerName(
                kato=unit.kato, valid_from=unit.valid_from, valid_to=unit.valid_to or day, edition=edition,
                **{name: getattr(unit, name) for name in _NAMES},
            )
        )  # fmt: skip
        unit.valid_from, unit.valid_to = day, None
    changed = [name for name in (*_PLACE, *_NAMES) if getattr(unit, name) != getattr(row, name)]
    for name in changed:
        setattr(unit, name, getattr(row, name))
    if changed or is_back:
        unit.edition = edition
    return is_renamed


def _settle_posts(session: Session, units: Iterable[UnitRow], *, day: date) -> tuple[int, int]:
    """Open a post where a unit has one and it is not there yet, close those of units that ended."""
    due = {
        unit.kato: _POSTS[unit.kind]
        for unit in units
        if unit.level is UnitLevel.SUB_DISTRICT and unit.kind in _POSTS
    }
    posts = {post.unit_kato: post for post in session.scalars(select(Post))}
    closed = 0
    for kato, post in posts.items():
        if kato in due:
            post.kind, post.closed_on = due[kato], None
        elif post.closed_on is None:
            post.closed_on = day
            closed += 1
    rows = [{"unit_kato": kato, "kind": kind} for kato, kind in sorted(due.items()) if kato not in posts]
    if rows:
        session.execute(insert(Post.__table__), rows)
    return len(rows), closed
