"""The release's door to the evidence: everything that was published of a survey and of an ethics round.

Reads only what was frozen at closing, above the floors; nothing is computed here and no tally is read but for
the turnout, which comes in the steps in which it was shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.places.models import Unit
from core.places.queries import units_by_kato
from ethics.queries import PublishedEthics, published_scores
from surveys.answers import Origin
from surveys.board import turnout
from surveys.criteria import Criterion, criteria_from_json
from surveys.models import StratumStatistic
from surveys.queries import (
    PublishedStatistic,
    campaign_by_code,
    closed_campaign,
    published_statistics,
    unit_adults,
)
from surveys.results import published_groups, published_variants

Cells = list[object]


@dataclass(frozen=True, slots=True)
class PublishedSurvey:
    """A closed survey as it was published: its criteria and units, and the rows of every breakdown."""

    criteria: tuple[Criterion, ...]
    units: tuple[tuple[Unit, int | None, PublishedStatistic], ...]
    groups: list[Cells]
    strata: list[Cells]
    variants: list[Cells]
    turnout: list[Cells]


def published_survey(session: Session, *, campaign_code: str) -> PublishedSurvey:
    """All that was published of a survey.

    :raises Conflict: before it is closed.
    """
    campaign = closed_campaign(session, campaign_code)
    statistics = published_statistics(session, campaign_code=campaign_code)
    units, adults = (
        units_by_kato(session, [row.kato for row in statistics]),
        unit_adults(session, campaign=campaign),
    )
    groups = published_groups(session, campaign_code=campaign_code)
    variants = published_variants(session, campaign_code=campaign_code)
    return PublishedSurvey(
        criteria=tuple(criteria_from_json(campaign.criteria_json).criteria),
        units=tuple((units[row.kato], adults[row.kato], row) for row in statistics),
        groups=[[level.value, area, *_numbers(one)] for (level, area), one in groups.items()],
        strata=_strata(session, campaign.id),
        variants=[
            [kato, variant.value, *_numbers(one), one.design_effect]
            for (kato, variant), one in variants.items()
        ],
        turnout=_turnout(session, campaign_code),
    )


def published_ethics(session: Session, *, round_code: str) -> tuple[PublishedEthics, ...]:
    """Every official's published score.

    :raises Conflict: before the round's scores are published.
    """
    return published_scores(session, round_code=round_code)


def _strata(session: Session, campaign_id: int) -> list[Cells]:
    rows = session.scalars(
        select(StratumStatistic)
        .where(StratumStatistic.campaign_id == campaign_id)
        .order_by(StratumStatistic.kato, StratumStatistic.age_band, StratumStatistic.sex)
    )
    return [[row.kato, row.age_band, row.sex, *_numbers(row)] for row in rows]


def _turnout(session: Session, campaign_code: str) -> list[Cells]:
    """Of every unit and origin what was shown last, in steps; the last day stays open for ever."""
    campaign = campaign_by_code(session, campaign_code)
    shown = turnout(session, campaign=campaign, as_of=campaign.closes_on)
    # Every origin of every unit: a row for those alone by which somebody came would tell 1 to 4 from nobody.
    return [
        [row.kato, origin.value, row.by_origin.get(origin, 0)] for row in shown for origin in sorted(Origin)
    ]


def _numbers(row: object) -> tuple[int | None, Decimal | None, Decimal | None]:
    return row.n, row.score, row.error  # type: ignore[attr-defined]
