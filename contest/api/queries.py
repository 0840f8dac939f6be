"""Reads for the API that no page needs: units by filters, one unit with all that is known, counts of rows.

Everything else comes from the queries of the public pages, so that both say the same.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import Session

from contest.standings.models import Standing, StandingRow
from core.places.models import FormerName, Population, Post, Unit
from core.places.queries import (
    former_names,
    get_unit,
    path_of,
    population_by_kato,
    search_units,
    units_by_kato,
)

MOST_FOUND = 200


@dataclass(frozen=True, slots=True)
class KnownUnit:
    """A unit, what is above it from the oblast down, its former names, open post and population."""

    unit: Unit
    above: tuple[Unit, ...]
    former: Sequence[FormerName]
    post: Post | None
    population: Population | None


def unit_codes(session: Session, *, text: str | None = None, **filters: str | None) -> list[str]:
    """The codes of the present units with these values, by code; with a text the most alike first.

    :param filters: columns of a unit and the value that each must have; None means any.
    """
    wanted: list[ColumnElement[bool]] = [Unit.valid_to.is_(None)]
    wanted += [getattr(Unit, name) == value for name, value in filters.items() if value is not None]
    katos = session.scalars(select(Unit.kato).where(*wanted).order_by(Unit.kato))
    if text is None:
        return list(katos)
    kept = set(katos)
    found = (hit.unit.kato for hit in search_units(session, text, limit=MOST_FOUND))
    return [kato for kato in found if kato in kept]


def units_in_order(session: Session, katos: Sequence[str]) -> list[Unit]:
    """The units of these codes, in their order."""
    units = units_by_kato(session, katos)
    return [units[kato] for kato in katos]


def known_unit(session: Session, kato: str) -> KnownUnit:
    """Everything that is known of a unit.

    :raises NotFound: when the classifier has no such code.
    """
    unit = get_unit(session, kato)
    post = session.scalars(select(Post).where(Post.unit_kato == kato, Post.closed_on.is_(None))).first()
    population = population_by_kato(session, [kato]).get(kato)
    return KnownUnit(unit, path_of(session, unit), former_names(session, kato), post, population)


def row_counts(session: Session, standings: Collection[Standing]) -> dict[int, tuple[int, int]]:
    """How many rows each standing has, and how many of them a place, by the standing's number."""
    counted = (
        select(StandingRow.standing_id, func.count(), func.sum(case((StandingRow.place > 0, 1), else_=0)))
        .where(StandingRow.standing_id.in_([standing.id for standing in standings]))
        .group_by(StandingRow.standing_id)
    )
    return {number: (rows, int(placed)) for number, rows, placed in session.execute(counted)}
