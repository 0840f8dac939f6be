"""The public's door to the turnout: what the operators' board shows of a closed survey, and less of it.

One figure a unit, the board's own sum of shown steps; never by origin and never by day. When people see it is
for the contest to decide.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy.orm import Session

from core.disclosure import TURNOUT_STEP, turnout_until
from surveys.board import UnitTurnout, turnout
from surveys.queries import closed_campaign

STEP = TURNOUT_STEP


@dataclass(frozen=True, slots=True)
class ShownTurnout:
    """Each unit's answers, at least, up to a day, by KATO code."""

    as_of: date
    units: tuple[UnitTurnout, ...]


def shown_turnout(session: Session, *, campaign_code: str, today: date) -> ShownTurnout:
    """The turnout of a closed campaign as its operators see it on a day.

    :raises NotFound: when there is no such campaign.
    :raises Conflict: before it is closed.
    """
    campaign, yesterday = closed_campaign(session, campaign_code), today - timedelta(days=1)
    rows = turnout(session, campaign=campaign, as_of=yesterday)
    return ShownTurnout(turnout_until(yesterday=yesterday, last_day=campaign.closes_on), tuple(rows))
