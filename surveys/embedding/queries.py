"""Reads of the sites: who may frame a campaign's form, the register of an oblast, and where to look.

Only reads, and no web.
"""

from __future__ import annotations

from collections.abc import Collection

from flask_babel import lazy_gettext as _l
from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from core.errors import NotFound
from core.places.models import Unit
from core.places.queries import paths_of
from surveys.embedding.models import Site
from surveys.models import Campaign
from surveys.queries import campaign_units

#: More origins than these make a header that proxies refuse; a frame that names its site needs one.
MOST_ORIGINS = 48


def framing_origins(session: Session, *, code: str, site: str | None, kato: str | None) -> tuple[str, ...]:
    """The origins that may frame a page of a campaign.

    A frame that names its site gets that site alone, if it is registered. One that does not gets the
    registered ones, those of the whole country and of the unit's own oblast first.
    """
    ours = select(Site.origin).join(Campaign, Campaign.id == Site.campaign_id).where(Campaign.code == code)
    if site:
        return tuple(session.scalars(ours.where(Site.origin == site).limit(1)))
    oblast = select(Unit.oblast_kato).where(Unit.kato == (kato or "")).scalar_subquery()
    nearest = func.min(case((Site.oblast_kato.is_(None), 0), (Site.oblast_kato == oblast, 0), else_=1))
    near = ours.group_by(Site.origin).order_by(nearest, Site.origin).limit(MOST_ORIGINS)
    return tuple(session.scalars(near))


def sites_of(session: Session, *, campaign: Campaign, oblasts: Collection[str] | None) -> list[Site]:
    """The registered sites of a campaign, or of some oblasts in it; None means all of them."""
    wanted = select(Site).where(Site.campaign_id == campaign.id).order_by(Site.page)
    if oblasts is not None:
        wanted = wanted.where(Site.oblast_kato.in_(sorted(oblasts)))
    return list(session.scalars(wanted))


def site_by_number(session: Session, *, campaign: Campaign, number: int) -> Site:
    """One registered site of a campaign.

    :raises NotFound: when there is none.
    """
    site = session.get(Site, number)
    if site is None or site.campaign_id != campaign.id:
        raise NotFound(_l("There is no such site any more: reload the list."))
    return site


def nameable_units(session: Session, *, campaign: Campaign) -> frozenset[str]:
    """Every code that a line may name: the units asked, their districts and oblasts."""
    units = campaign_units(session, campaign=campaign)
    above = {unit.kato for path in paths_of(session, units).values() for unit in path}
    return frozenset({unit.kato for unit in units} | above)
