"""Finding one's village in a survey: by typing its name, or oblast, district, okrug.

Only reads. A name that is found below an asked unit (a village of an okrug) leads to that unit.
"""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import lazy_gettext as _l
from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from core.errors import NotFound
from core.places.models import Unit
from core.places.queries import get_unit, path_of, search_katos, unit_name, units_by_kato
from core.words import kazakh_key
from surveys.models import Campaign, CampaignUnit

MOST_FOUND = 20
_LOOKED_AT = 60


@dataclass(frozen=True, slots=True)
class Listing:
    """One level of the way down: where one is, what is above, and what can be chosen."""

    here: Unit | None
    path: tuple[Unit, ...]
    choices: tuple[Unit, ...]
    asked: frozenset[str]


@dataclass(frozen=True, slots=True)
class FoundPlace:
    """A unit that is asked, how it was found (a village in it, or itself), and what is above it."""

    unit: Unit
    through: Unit | None
    path: tuple[Unit, ...]


def level_below(session: Session, *, campaign: Campaign, within: str | None, language: str) -> Listing:
    """The oblasts of a campaign, the districts of one of them, or the asked units of a district.

    :raises NotFound: when nothing of the campaign lies within the given unit.
    """
    asked = select(Unit).join(
        CampaignUnit, and_(CampaignUnit.kato == Unit.kato, CampaignUnit.campaign_id == campaign.id)
    )
    if within is None:
        katos = set(session.scalars(asked.with_only_columns(Unit.oblast_kato).distinct()))
        return Listing(None, (), _by_name(session, katos, language), frozenset())
    here = get_unit(session, within)
    own = set(session.scalars(asked.with_only_columns(Unit.kato).where(Unit.district_kato == within)))
    if here.parent_kato is None:
        of_oblast = asked.where(Unit.oblast_kato == within)
        districts = session.execute(of_oblast.with_only_columns(Unit.kato, Unit.district_kato)).all()
        own = {kato for kato, district in districts if district is None}
        choices = own | {district for _, district in districts if district}
    else:
        choices = own
    if not choices:
        raise NotFound(_l("Nobody is asked in this place: choose another in the list."))
    return Listing(here, path_of(session, here), _by_name(session, choices, language), frozenset(own))


def find_asked(session: Session, *, campaign: Campaign, text: str) -> list[FoundPlace]:
    """Units of the campaign whose name, or the name of a village in them, is like the text."""
    chains = [hit.chain for hit in search_katos(session, text, limit=_LOOKED_AT)]
    around = {kato for chain in chains for kato in chain}
    asked = set(
        session.scalars(
            select(CampaignUnit.kato).where(
                CampaignUnit.campaign_id == campaign.id, CampaignUnit.kato.in_(around)
            )
        )
    )
    found: dict[str, tuple[str, ...]] = {}
    for chain in chains:
        kato = next((one for one in reversed(chain) if one in asked), None)
        if kato and len(found) < MOST_FOUND:
            found.setdefault(kato, chain)
    units = units_by_kato(session, {kato for chain in found.values() for kato in chain})
    return [_found_place(kato, [units[one] for one in chain]) for kato, chain in found.items()]


def _found_place(kato: str, chain: list[Unit]) -> FoundPlace:
    depth = next(place for place, unit in enumerate(chain) if unit.kato == kato)
    through = None if depth == len(chain) - 1 else chain[-1]
    return FoundPlace(chain[depth], through, tuple(chain[:depth]))


def _by_name(session: Session, katos: set[str], language: str) -> tuple[Unit, ...]:
    units = units_by_kato(session, katos).values()
    return tuple(sorted(units, key=lambda unit: (kazakh_key(unit_name(unit, language)), unit.kato)))
