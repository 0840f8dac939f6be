"""The survey's published numbers added up over each oblast, for the map.

Counts alone: an oblast's mean is nothing that the contest publishes. What is kept back in a village is not
added here either.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.places.models import Unit
from surveys.models import Statistic
from surveys.queries import closed_campaign


@dataclass(frozen=True, slots=True)
class OblastSums:
    """How many villages were asked, how many have a published score, and the sum of the published n."""

    asked: int = 0
    scored: int = 0
    answers: int = 0


def published_by_oblast(session: Session, *, campaign_code: str) -> dict[str, OblastSums]:
    """The sums by the oblast's KATO code; an oblast where nobody was asked is left out.

    :raises Conflict: before the campaign is closed.
    """
    campaign = closed_campaign(session, campaign_code)
    query = (
        select(
            Unit.oblast_kato, func.count(), func.count(Statistic.score),
            func.coalesce(func.sum(Statistic.n), 0),
        )
        .join(Unit, Unit.kato == Statistic.kato)
        .where(Statistic.campaign_id == campaign.id)
        .group_by(Unit.oblast_kato)
    )  # fmt: skip
    return {oblast: OblastSums(*map(int, sums)) for oblast, *sums in session.execute(query)}
