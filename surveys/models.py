"""The survey's tables: campaigns and their units, ballots, exact tallies, published statistics.

No row leads from a ballot to a person: no account, address, time of day, sequence or language
stands here. The database refuses what the rules forbid.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from core.places.models import Unit
from core.storage import WITHOUT_ROWID, Base, ExactDecimal, ExactInteger, SerialKey, UtcDateTime, enum_column
from surveys.answers import Origin
from surveys.breakdown import Level, Variant
from surveys.rules import Mode

# The ground's bands and sexes, spelled out: what a ballot may hold must not change by itself.
_BANDS = "'18-29', '30-44', '45-59', '60+'"
_SEXES = "'f', 'm'"


class CampaignState(StrEnum):
    """The life of a campaign."""

    DRAFT = "draft"
    OPEN = "open"
    PAUSED = "paused"
    CLOSED = "closed"


class Campaign(Base):
    """One survey: what is asked (frozen as text), of whom, when, and under which rules."""

    __tablename__ = "survey_campaigns"
    __table_args__ = (
        UniqueConstraint("code"),
        CheckConstraint("opens_on <= closes_on", name="days_in_order"),
        CheckConstraint("(admitted_by IS NULL) = (rules_json IS NULL)", name="admitted_with_rules"),
        CheckConstraint("state = 'draft' OR admitted_by IS NOT NULL", name="opened_only_when_admitted"),
        CheckConstraint("(state = 'closed') = (closed_at IS NOT NULL)", name="closed_with_its_time"),
    )

    id: Mapped[int] = mapped_column(SerialKey, primary_key=True)
    code: Mapped[str] = mapped_column(String(40))
    title_kk: Mapped[str] = mapped_column(String(200))
    title_ru: Mapped[str] = mapped_column(String(200))
    title_en: Mapped[str] = mapped_column(String(200))
    contest_code: Mapped[str] = mapped_column(String(40))
    criteria_code: Mapped[str] = mapped_column(String(32))
    criteria_json: Mapped[str] = mapped_column(Text)
    criteria_fingerprint: Mapped[str] = mapped_column(String(64))
    mode: Mapped[Mode] = mapped_column(enum_column(Mode, "mode"))
    state: Mapped[CampaignState] = mapped_column(enum_column(CampaignState, "state"))
    opens_on: Mapped[date]
    closes_on: Mapped[date]
    admitted_by: Mapped[str | None] = mapped_column(String(64))
    rules_json: Mapped[str | None] = mapped_column(Text)
    opened_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class CampaignUnit(Base):
    """A unit whose residents are asked; its adults as known when the campaign was opened."""

    __tablename__ = "survey_units"
    __table_args__ = (CheckConstraint("adults >= 0", name="adults"), Index(None, "kato"))

    campaign_id: Mapped[int] = mapped_column(ForeignKey("survey_campaigns.id"), primary_key=True)
    kato: Mapped[str] = mapped_column(ForeignKey(Unit.kato), primary_key=True)
    adults: Mapped[int | None]
    asks_strata: Mapped[bool]


class Ballot(Base):
    """One mixed answer; never updated. Its key is random, its day is the batch's."""

    __tablename__ = "survey_ballots"
    __table_args__ = (
        ForeignKeyConstraint(["campaign_id", "kato"], ["survey_units.campaign_id", "survey_units.kato"]),
        CheckConstraint("length(key) = 16", name="key"),
        CheckConstraint("length(ratings) BETWEEN 1 AND 24", name="ratings"),
        CheckConstraint(f"age_band IN ({_BANDS})", name="age_band"),
        CheckConstraint(f"sex IN ({_SEXES})", name="sex"),
        Index(None, "campaign_id", "kato"),
        WITHOUT_ROWID,
    )

    key: Mapped[bytes] = mapped_column(LargeBinary(16), primary_key=True)
    campaign_id: Mapped[int]
    kato: Mapped[str] = mapped_column(String(9))
    ratings: Mapped[str] = mapped_column(String(24))
    origin: Mapped[Origin] = mapped_column(enum_column(Origin, "origin"))
    mode: Mapped[Mode] = mapped_column(enum_column(Mode, "mode"))
    age_band: Mapped[str | None] = mapped_column(String(8))
    sex: Mapped[str | None] = mapped_column(String(1))
    day: Mapped[date]


class TallyNumbers:
    """The sums of `surveys.tallies.TallySum`, as columns."""

    n: Mapped[int]
    scored: Mapped[int]
    all_equal: Mapped[int]
    composite_sum: Mapped[int] = mapped_column(ExactInteger)
    composite_squares: Mapped[int] = mapped_column(ExactInteger)
    counts: Mapped[str] = mapped_column(Text)


class Tally(TallyNumbers, Base):
    """Exact sums per unit, day, origin and mode."""

    __tablename__ = "survey_tallies"
    __table_args__ = (
        ForeignKeyConstraint(["campaign_id", "kato"], ["survey_units.campaign_id", "survey_units.kato"]),
        CheckConstraint("n >= scored AND scored >= all_equal AND all_equal >= 0", name="sums"),
        WITHOUT_ROWID,
    )

    campaign_id: Mapped[int] = mapped_column(primary_key=True)
    kato: Mapped[str] = mapped_column(String(9), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    origin: Mapped[Origin] = mapped_column(enum_column(Origin, "origin"), primary_key=True)
    mode: Mapped[Mode] = mapped_column(enum_column(Mode, "mode"), primary_key=True)


class StratumTally(TallyNumbers, Base):
    """Exact sums per unit, mode and stratum, where strata are asked; `-` is "not given"."""

    __tablename__ = "survey_stratum_tallies"
    __table_args__ = (
        ForeignKeyConstraint(["campaign_id", "kato"], ["survey_units.campaign_id", "survey_units.kato"]),
        CheckConstraint("n >= scored AND scored >= all_equal AND all_equal >= 0", name="sums"),
        CheckConstraint(f"age_band IN ('-', {_BANDS})", name="age_band"),
        CheckConstraint(f"sex IN ('-', {_SEXES})", name="sex"),
        WITHOUT_ROWID,
    )

    campaign_id: Mapped[int] = mapped_column(primary_key=True)
    kato: Mapped[str] = mapped_column(String(9), primary_key=True)
    mode: Mapped[Mode] = mapped_column(enum_column(Mode, "mode"), primary_key=True)
    age_band: Mapped[str] = mapped_column(String(8), primary_key=True)
    sex: Mapped[str] = mapped_column(String(1), primary_key=True)


class Statistic(Base):
    """A unit's published numbers, frozen at closing; NULL where disclosure control keeps one back."""

    __tablename__ = "survey_statistics"
    __table_args__ = (
        ForeignKeyConstraint(["campaign_id", "kato"], ["survey_units.campaign_id", "survey_units.kato"]),
        CheckConstraint("n >= 5", name="smallest_n"),
        CheckConstraint("score IS NULL OR n >= 10", name="smallest_score"),
        CheckConstraint("(score IS NULL) = (error IS NULL)", name="score_with_error"),
    )

    campaign_id: Mapped[int] = mapped_column(primary_key=True)
    kato: Mapped[str] = mapped_column(String(9), primary_key=True)
    n: Mapped[int | None]
    score: Mapped[Decimal | None] = mapped_column(ExactDecimal)
    error: Mapped[Decimal | None] = mapped_column(ExactDecimal)
    criterion_means: Mapped[str] = mapped_column(Text)
    reliability: Mapped[Decimal | None] = mapped_column(ExactDecimal)
    margin: Mapped[Decimal | None] = mapped_column(ExactDecimal)
    exceeds_adults: Mapped[bool]


class PublishedNumbers:
    """Numbers that are frozen at closing; NULL where disclosure control keeps one back."""

    n: Mapped[int | None]
    score: Mapped[Decimal | None] = mapped_column(ExactDecimal)
    error: Mapped[Decimal | None] = mapped_column(ExactDecimal)


def _floors() -> tuple[CheckConstraint, ...]:
    return (
        CheckConstraint("n >= 5", name="smallest_n"),
        CheckConstraint("score IS NULL OR n >= 10", name="smallest_score"),
        CheckConstraint("(score IS NULL) = (error IS NULL)", name="score_with_error"),
    )


class GroupStatistic(PublishedNumbers, Base):
    """The published numbers of a district, an oblast (by KATO code) or the nation: means over persons."""

    __tablename__ = "survey_group_statistics"
    __table_args__ = _floors()

    campaign_id: Mapped[int] = mapped_column(ForeignKey("survey_campaigns.id"), primary_key=True)
    level: Mapped[Level] = mapped_column(enum_column(Level, "level"), primary_key=True)
    area: Mapped[str] = mapped_column(String(9), primary_key=True)


class StratumStatistic(PublishedNumbers, Base):
    """The published numbers of an age band, a sex, or both, of a larger unit; `-` is "all"."""

    __tablename__ = "survey_stratum_statistics"
    __table_args__ = (
        ForeignKeyConstraint(["campaign_id", "kato"], ["survey_units.campaign_id", "survey_units.kato"]),
        *_floors(),
        CheckConstraint(f"age_band IN ('-', {_BANDS})", name="age_band"),
        CheckConstraint(f"sex IN ('-', {_SEXES})", name="sex"),
    )

    campaign_id: Mapped[int] = mapped_column(primary_key=True)
    kato: Mapped[str] = mapped_column(String(9), primary_key=True)
    age_band: Mapped[str] = mapped_column(String(8), primary_key=True)
    sex: Mapped[str] = mapped_column(String(1), primary_key=True)


class VariantStatistic(PublishedNumbers, Base):
    """A unit's numbers computed otherwise: with or without its flagged days, or weighted to its adults."""

    __tablename__ = "survey_variants"
    __table_args__ = (
        ForeignKeyConstraint(["campaign_id", "kato"], ["survey_units.campaign_id", "survey_units.kato"]),
        *_floors(),
    )

    campaign_id: Mapped[int] = mapped_column(primary_key=True)
    kato: Mapped[str] = mapped_column(String(9), primary_key=True)
    variant: Mapped[Variant] = mapped_column(enum_column(Variant, "variant"), primary_key=True)
    design_effect: Mapped[Decimal | None] = mapped_column(ExactDecimal)


class AnswerImport(Base):
    """A file of answers that went in, by its digest, so that it does not go in twice."""

    __tablename__ = "survey_imports"
    __table_args__ = (CheckConstraint("answers > 0", name="answers"),)

    campaign_id: Mapped[int] = mapped_column(ForeignKey("survey_campaigns.id"), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    answers: Mapped[int]
    day: Mapped[date]
