"""What the public pages show of the survey: open campaigns, the mode, a unit's published profile.

Beside :mod:`contest.sources.surveys`, through which the ranking reads, this is the public's door.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy.orm import Session

from core.errors import NotFound
from core.words import Words
from surveys.criteria import criteria_from_json
from surveys.models import CampaignState
from surveys.queries import campaign_by_code, open_campaigns, published_statistics, title_of


@dataclass(frozen=True, slots=True)
class OpenSurvey:
    """A campaign that takes answers today."""

    code: str
    title: Words
    closes_on: date


@dataclass(frozen=True, slots=True)
class Profile:
    """A unit's published numbers, and each criterion's official words with its mean."""

    n: int | None
    score: Decimal | None
    error: Decimal | None
    margin: Decimal | None
    means: tuple[tuple[Words, Decimal | None], ...]


def open_surveys(session: Session, *, today: date) -> list[OpenSurvey]:
    """The campaigns that take answers today."""
    return [
        OpenSurvey(campaign.code, title_of(campaign), campaign.closes_on)
        for campaign in open_campaigns(session, today=today)
    ]


def survey_mode(session: Session, campaign_code: str) -> str | None:
    """The mode of a contest's campaign; None while it is not drafted."""
    try:
        return campaign_by_code(session, campaign_code).mode.value
    except NotFound:
        return None


def unit_profile(session: Session, campaign_code: str, kato: str) -> Profile | None:
    """A unit's published numbers in a closed campaign; None where it was not asked."""
    campaign = campaign_by_code(session, campaign_code)
    if campaign.state is not CampaignState.CLOSED:
        return None
    criteria = criteria_from_json(campaign.criteria_json).criteria
    for row in published_statistics(session, campaign_code=campaign_code):
        if row.kato == kato:
            means = tuple((item.official, row.criterion_means.get(item.code)) for item in criteria)
            return Profile(row.n, row.score, row.error, row.margin, means)
    return None
