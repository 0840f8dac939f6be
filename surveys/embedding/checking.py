"""Looks at registered pages and keeps what is found: on demand, by command, and every night.

Part of the edge: it opens its own sessions, so that none is held (SQLite's one write lock least of all)
while a foreign server takes its time.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

from sqlalchemy.orm import Session

from core.settings import Settings
from core.web.edge import settings, storage
from surveys.embedding.addresses import origin_of
from surveys.embedding.fetching import fetch_page
from surveys.embedding.inspection import Look, inspect
from surveys.embedding.models import Site
from surveys.embedding.queries import nameable_units, sites_of
from surveys.embedding.services import keep_look
from surveys.models import Campaign, CampaignState
from surveys.queries import all_campaigns, campaign_by_code

#: Sites are asked side by side, each on its own.
_AT_ONCE = 8


def check_sites(
    *,
    code: str,
    now: datetime,
    only: int | None = None,
    progress: Callable[[int], object] = lambda count: None,
) -> list[Site]:
    """Look at the registered pages of a campaign, or at one of them, and keep what is found.

    :param only: the number of the one site to look at.
    :returns: all its sites as they stand afterwards.
    """
    with storage().read() as session:
        campaign = campaign_by_code(session, code)
        units = nameable_units(session, campaign=campaign)
        sites = sites_of(session, campaign=campaign, oblasts=None)
    present = settings()  # the threads have no application
    wanted = [site for site in sites if only in (None, site.id)]

    def look(site: Site) -> Look:
        found = look_at(site, campaign=campaign, units=units, settings=present)
        progress(1)
        return found

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        looks = list(pool.map(look, wanted))
    with storage().write(now=now) as session:
        for site, found in zip(wanted, looks, strict=True):
            keep_look(session, number=site.id, look=found, now=now)
        return sites_of(session, campaign=campaign, oblasts=None)


def look_at(site: Site, *, campaign: Campaign, units: frozenset[str], settings: Settings) -> Look:
    """What one page shows now."""
    fetched = fetch_page(site.page, allow_local=settings.is_demo)
    if isinstance(fetched, Look):
        return fetched
    return inspect(
        fetched.text, policy=fetched.policy, ours=origin_of(settings.public_url), campaign=campaign.code,
        site=site.origin, units=units,
    )  # fmt: skip


def check_every_night(session: Session, now: datetime) -> None:
    """Look at the pages of every campaign that is open or on its way.

    :param session: the daily job's own, which stays untouched: it would lock out residents meanwhile.
    """
    with storage().read() as reading:
        codes = [one.code for one in all_campaigns(reading) if one.state is not CampaignState.CLOSED]
    for code in codes:
        check_sites(code=code, now=now)
