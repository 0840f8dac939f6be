"""Reads of what was published of a closed campaign besides the units' own numbers.

Only reads, and no web. Nothing leaves this module while its campaign is not closed; when people see it is
for the contest to decide, as with the units' numbers.
"""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.breakdown import Level, Numbers, Variant
from surveys.models import GroupStatistic, PublishedNumbers, Statistic, StratumStatistic, VariantStatistic
from surveys.queries import closed_campaign
from surveys.weighting import Stratum


def published_groups(session: Session, *, campaign_code: str) -> dict[tuple[Level, str], Numbers]:
    """The numbers of each district and oblast, by KATO code, and of the nation.

    :raises Conflict: before the campaign is closed.
    """
    campaign = closed_campaign(session, campaign_code)
    rows = session.scalars(
        select(GroupStatistic)
        .where(GroupStatistic.campaign_id == campaign.id)
        .order_by(GroupStatistic.level, GroupStatistic.area)
    )
    return {(row.level, row.area): _numbers(row) for row in rows}


def published_strata(session: Session, *, campaign_code: str, kato: str) -> dict[Stratum, Numbers]:
    """The numbers of a unit's age bands, sexes and both together; `-` is "all". Empty where none were asked.

    :raises Conflict: before the campaign is closed.
    """
    campaign = closed_campaign(session, campaign_code)
    rows = session.scalars(
        select(StratumStatistic)
        .where(StratumStatistic.campaign_id == campaign.id, StratumStatistic.kato == kato)
        .order_by(StratumStatistic.age_band, StratumStatistic.sex)
    )
    return {(row.age_band, row.sex): _numbers(row) for row in rows}


def published_variants(session: Session, *, campaign_code: str) -> dict[tuple[str, Variant], Numbers]:
    """Each unit's score as it is computed otherwise, by KATO code and variant; only where there is another.

    :raises Conflict: before the campaign is closed.
    """
    campaign = closed_campaign(session, campaign_code)
    rows = session.scalars(
        select(VariantStatistic)
        .where(VariantStatistic.campaign_id == campaign.id)
        .order_by(VariantStatistic.kato, VariantStatistic.variant)
    )
    return {(row.kato, row.variant): _numbers(row, row.design_effect) for row in rows}


def units_over_adults(session: Session, *, campaign_code: str) -> tuple[str, ...]:
    """The units, by KATO code, in which more answered than can have: errors in the data, to be looked into.

    :raises Conflict: before the campaign is closed.
    """
    campaign = closed_campaign(session, campaign_code)
    rows = select(Statistic.kato).where(Statistic.campaign_id == campaign.id, Statistic.exceeds_adults)
    return tuple(session.scalars(rows.order_by(Statistic.kato)))


def _numbers(row: PublishedNumbers, design_effect: object = None) -> Numbers:
    return Numbers(row.n, row.score, row.error, design_effect)
