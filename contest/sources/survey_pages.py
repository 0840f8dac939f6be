"""What pages show of the survey: open campaigns, the mode, published profiles, other counts, flags.

Beside :mod:`contest.sources.surveys`, through which the ranking reads, this is the readers' door.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy.orm import Session

from contest.sources.published_survey import counted_otherwise
from core.errors import NotFound
from core.words import Words
from surveys.criteria import criteria_from_json, shipped, shipped_codes
from surveys.models import CampaignState
from surveys.queries import campaign_by_code, open_campaigns, published_statistics, title_of
from surveys.signals.queries import signal_run, visible_flags
from surveys.signals.wording import WORDS, day_words, rarity_words, seen_words


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


def criteria_words(criteria_set: str) -> dict[str, Words]:
    """The official words of each criterion of a shipped set; empty for a set that is not shipped."""
    if criteria_set not in shipped_codes():
        return {}
    return {criterion.code: criterion.official for criterion in shipped(criteria_set).criteria}


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


@dataclass(frozen=True, slots=True)
class AskedCriterion:
    """A criterion of the survey: its code, official words and weight."""

    code: str
    title: Words
    weight: int


@dataclass(frozen=True, slots=True)
class FlagLine:
    """A flag in words: the signal, the day, what was seen and expected, how rare, what else explains it."""

    signal: str
    day: str
    seen: str
    rarity: str
    caution: str


@dataclass(frozen=True, slots=True)
class UnitFlags:
    """A unit's flags that may be seen now; `is_whole` once those that follow from ratings are among them."""

    lines: tuple[FlagLine, ...]
    is_whole: bool


def asked_criteria(session: Session, campaign_code: str) -> tuple[AskedCriterion, ...]:
    """What the campaign asks, in its order."""
    asked = criteria_from_json(campaign_by_code(session, campaign_code).criteria_json)
    return tuple(AskedCriterion(item.code, item.official, item.weight) for item in asked.criteria)


def other_scores(session: Session, campaign_code: str) -> dict[str, Decimal | None]:
    """The scores of the units with days that stand out, counted the other way round.

    With these days where the published way leaves them out, without them where it counts them; None where
    disclosure control keeps the number back.

    :raises Conflict: before the campaign is closed.
    """
    found = counted_otherwise(session, campaign_code=campaign_code)
    return {kato: numbers.score for kato, numbers in found.items()}


def unit_flags(session: Session, campaign_code: str, kato: str) -> UnitFlags:
    """What stood out in a unit, in words."""
    campaign = campaign_by_code(session, campaign_code)
    run = signal_run(session, campaign=campaign)
    lines = tuple(
        FlagLine(
            str(WORDS[flag.signal].name), day_words(flag), seen_words(flag), rarity_words(flag),
            str(WORDS[flag.signal].caution),
        )
        for flag in visible_flags(session, campaign=campaign)
        if flag.kato == kato
    )  # fmt: skip
    return UnitFlags(lines, run is not None and run.released_at is not None)
