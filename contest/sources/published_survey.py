"""What is public of a closed survey beside its scores: how many answered, and the days that stand out.

When people see it is for the contest to decide. A unit's turnout is its published number of scored ballots;
before that its operators alone have one, a day late and in steps (`surveys.board`).
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy.orm import Session

from core.places.queries import units_by_kato
from core.words import Words
from surveys.breakdown import Variant
from surveys.queries import (
    campaign_by_code,
    campaign_units,
    closed_campaign,
    published_statistics,
    unit_adults,
)
from surveys.results import published_variants
from surveys.rules import Counting, rules_from_json
from surveys.signals.queries import excluded_days, visible_flags
from surveys.signals.wording import WORDS


@dataclass(frozen=True, slots=True)
class Answered:
    """How many answers of a unit entered its score; None where they are too few to be shown."""

    kato: str
    unit: Words
    district: Words | None
    oblast_kato: str
    oblast: Words
    answers: int | None
    adults: int | None

    @property
    def share(self) -> Decimal | None:
        """Answers per adult; None where either is not known."""
        return Decimal(self.answers) / self.adults if self.answers is not None and self.adults else None


@dataclass(frozen=True, slots=True)
class StandingOut:
    """A day of a unit that the voted rules leave out, or would: what stood out on it."""

    day: date
    signals: tuple[object, ...]


@dataclass(frozen=True, slots=True)
class CountedOtherwise:
    """A unit's score with these days where the published one is without them, or the other way round."""

    with_days: bool
    n: int | None
    score: Decimal | None
    error: Decimal | None


def published_turnout(session: Session, *, campaign_code: str) -> tuple[Answered, ...]:
    """The published numbers of answers, by KATO code.

    :raises Conflict: before the campaign is closed.
    """
    campaign = closed_campaign(session, campaign_code)
    units = campaign_units(session, campaign=campaign)
    above = units_by_kato(
        session, {kato for unit in units for kato in (unit.oblast_kato, unit.district_kato) if kato}
    )
    numbers = {row.kato: row.n for row in published_statistics(session, campaign_code=campaign_code)}
    adults = unit_adults(session, campaign=campaign)
    return tuple(
        Answered(
            unit.kato, unit.words, above[unit.district_kato].words if unit.district_kato else None,
            unit.oblast_kato, above[unit.oblast_kato].words, numbers.get(unit.kato), adults[unit.kato],
        )
        for unit in units
    )  # fmt: skip


def days_standing_out(session: Session, *, campaign_code: str) -> dict[str, tuple[StandingOut, ...]]:
    """By unit: the days that the voted rules leave out, or would, and what stood out on each."""
    campaign = campaign_by_code(session, campaign_code)
    days = excluded_days(session, campaign=campaign)
    if not days:
        return {}
    rules = {rule.signal: rule.rarer_than for rule in rules_from_json(campaign.rules_json).excluding}
    signals: dict[tuple[str, date], list[object]] = defaultdict(list)
    for flag in visible_flags(session, campaign=campaign):
        rarer_than = rules.get(flag.signal.value)
        if rarer_than and (flag.kato, flag.day) in days and flag.p * rarer_than < 1:
            signals[flag.kato, flag.day].append(WORDS[flag.signal].name)
    found: dict[str, list[StandingOut]] = defaultdict(list)
    for kato, day in sorted(days):
        found[kato].append(StandingOut(day, tuple(signals[kato, day])))
    return {kato: tuple(own) for kato, own in found.items()}


def counted_otherwise(session: Session, *, campaign_code: str) -> dict[str, CountedOtherwise]:
    """The other score of every unit with such days, where disclosure control lets it stand.

    :raises Conflict: before the campaign is closed.
    """
    return {
        kato: CountedOtherwise(variant is Variant.ALL, numbers.n, numbers.score, numbers.error)
        for (kato, variant), numbers in published_variants(session, campaign_code=campaign_code).items()
        if variant is not Variant.WEIGHTED
    }


def leaves_days_out(session: Session, *, campaign_code: str) -> bool:
    """Whether the score that counts is made without the days that stand out."""
    rules = campaign_by_code(session, campaign_code).rules_json
    return rules is not None and rules_from_json(rules).counting == Counting.WITHOUT_FLAGGED
