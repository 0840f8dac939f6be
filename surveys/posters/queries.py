"""Reads what posters say: the units of an area that are asked, with the places above them. Only reads."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from flask_babel import lazy_gettext as _l
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from core.errors import NotFound
from core.places.models import Unit
from core.places.queries import paths_of
from core.words import Words
from surveys.models import Campaign, CampaignUnit
from surveys.rules import Mode


@dataclass(frozen=True, slots=True)
class Poster:
    """Everything that one poster says; `above` goes from the district up."""

    campaign: str
    kato: str
    name: Words
    above: tuple[Words, ...]
    mode: Mode
    opens_on: date
    closes_on: date
    address: str
    is_demo: bool


def posters_of(
    session: Session, *, campaign: Campaign, area: str, public_url: str, is_demo: bool
) -> list[Poster]:
    """The posters of one unit, or of all the units of a district or oblast that are asked, by code.

    :raises NotFound: when nobody is asked there.
    """
    units = session.scalars(
        select(Unit)
        .join(CampaignUnit, CampaignUnit.kato == Unit.kato)
        .where(CampaignUnit.campaign_id == campaign.id)
        .where(or_(Unit.kato == area, Unit.district_kato == area, Unit.oblast_kato == area))
        .order_by(Unit.kato)
    ).all()
    if not units:
        raise NotFound(_l("Nobody is asked in this place: choose another in the list."))
    paths = paths_of(session, units)
    return [
        Poster(
            campaign=campaign.code, kato=unit.kato, name=unit.words,
            above=tuple(one.words for one in reversed(paths[unit.kato])), mode=campaign.mode,
            opens_on=campaign.opens_on, closes_on=campaign.closes_on,
            address=f"{public_url}/s/{campaign.code}/{unit.kato}", is_demo=is_demo,
        )
        for unit in units
    ]  # fmt: skip
