"""Writes of the sites: register one, take one away, keep what a look found. Never commits."""

from __future__ import annotations

from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core import audit
from core.clock import day_of
from core.errors import Conflict
from surveys.embedding.addresses import SitePage
from surveys.embedding.inspection import Look
from surveys.embedding.models import Site
from surveys.models import Campaign
from surveys.queries import subject_of

#: One office has a few sites; a mistake with a list must not fill the register.
MOST_SITES = 60


def register_site(
    session: Session, *, campaign: Campaign, oblast: str | None, page: SitePage, actor: str, now: datetime
) -> Site:
    """Let a site show a campaign's form in frames.

    :param oblast: whose site it is; None for the whole country.
    :raises Conflict: when the page is registered already, or the oblast has too many.
    """
    known = select(Site.id).where(Site.campaign_id == campaign.id, Site.page == page.page)
    if session.scalars(known).first() is not None:
        raise Conflict(_l("The page %(page)s is registered already for this survey.", page=page.page))
    whose = Site.oblast_kato.is_(None) if oblast is None else Site.oblast_kato == oblast
    count = session.scalar(select(func.count()).where(Site.campaign_id == campaign.id, whose))
    if count >= MOST_SITES:
        raise Conflict(
            _l("%(count)s pages are registered here, which is the most there can be: take one away first.",
               count=count)
        )  # fmt: skip
    site = Site(
        campaign_id=campaign.id, oblast_kato=oblast, origin=page.origin, page=page.page, added_on=day_of(now)
    )
    session.add(site)
    session.flush()
    audit.record(
        session, actor=actor, action="site.register", subject=subject_of(campaign), origin=page.origin,
        page=page.page, oblast=oblast,
    )  # fmt: skip
    return site


def remove_site(session: Session, *, campaign: Campaign, site: Site, actor: str) -> None:
    """Stop a site from showing the form, from its visitors' next page on."""
    session.delete(site)
    audit.record(
        session, actor=actor, action="site.remove", subject=subject_of(campaign), origin=site.origin,
        page=site.page, oblast=site.oblast_kato,
    )  # fmt: skip


def keep_look(session: Session, *, number: int, look: Look, now: datetime) -> None:
    """Keep what was found on a site's page; a site that was taken away meanwhile is passed over."""
    site = session.get(Site, number)
    if site is not None:
        site.finding, site.detail, site.checked_at = look.finding, look.detail[:120], now
