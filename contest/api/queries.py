"""Reads for the API that no page needs: units by filters, one unit with all that is known of it, turnout.

Everything else comes from the queries of the public pages, so that both say the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from contest.contests.models import Contest, ContestState
from contest.sources.turnout import ShownTurnout, shown_turnout
from core.errors import NotFound
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


def published_turnout(session: Session, *, contest: Contest, today: date) -> ShownTurnout:
    """The turnout of a contest whose results are public.

    :raises NotFound: before that; while a survey runs, its turnout is for its operators.
    """
    if contest.state is not ContestState.PUBLISHED:
        raise NotFound(_l("The turnout is published together with the results."))
    return shown_turnout(session, campaign_code=contest.campaign_code, today=today)
