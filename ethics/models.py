"""The ethics room's tables: rounds, questionnaires and their boxes, slips, envelopes, tallies, conclusions.

An envelope hangs on a box, and a box on nothing: no path of keys leads from a sealed answer to a person,
and none from a slip to an envelope. Private keys, shares and codes have no column.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from core.places.models import Official, Unit
from core.storage import WITHOUT_ROWID, Base, ExactDecimal, ExactInteger, SerialKey, UtcDateTime, enum_column


class RoundState(StrEnum):
    """The life of a round."""

    DRAFT = "draft"
    OPEN = "open"
    CLOSED = "closed"


class Outcome(StrEnum):
    """How a questionnaire ended: its envelopes were opened, or destroyed unopened."""

    OPENED = "opened"
    VOID = "void"


class Verdict(StrEnum):
    """What a commissioner concludes."""

    COMPLIES = "complies"
    REMARKS = "complies-with-remarks"
    FAILS = "does-not-comply"


class Round(Base):
    """One round of questionnaires: what is asked (frozen as text), of whom, when, and under which rules."""

    __tablename__ = "ethics_rounds"
    __table_args__ = (
        UniqueConstraint("code"),
        CheckConstraint("opens_on <= closes_on", name="days_in_order"),
        CheckConstraint("(admitted_by IS NULL) = (rules_json IS NULL)", name="admitted_with_rules"),
        CheckConstraint("state = 'draft' OR admitted_by IS NOT NULL", name="opened_only_when_admitted"),
        CheckConstraint("(state = 'closed') = (closed_at IS NOT NULL)", name="closed_with_its_time"),
        CheckConstraint("published_at IS NULL OR state = 'closed'", name="published_after_closing"),
    )

    id: Mapped[int] = mapped_column(SerialKey, primary_key=True)
    code: Mapped[str] = mapped_column(String(40))
    title_kk: Mapped[str] = mapped_column(String(200))
    title_ru: Mapped[str] = mapped_column(String(200))
    title_en: Mapped[str] = mapped_column(String(200))
    contest_code: Mapped[str] = mapped_column(String(40))
    items_code: Mapped[str] = mapped_column(String(32))
    items_json: Mapped[str] = mapped_column(Text)
    items_fingerprint: Mapped[str] = mapped_column(String(64))
    asked_kk: Mapped[str] = mapped_column(Text)
    asked_ru: Mapped[str] = mapped_column(Text)
    asked_en: Mapped[str] = mapped_column(Text)
    takes_remarks: Mapped[bool] = mapped_column(default=False)
    state: Mapped[RoundState] = mapped_column(enum_column(RoundState, "state"))
    opens_on: Mapped[date]
    closes_on: Mapped[date]
    admitted_by: Mapped[str | None] = mapped_column(String(64))
    rules_json: Mapped[str | None] = mapped_column(Text)
    opened_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Box(Base):
    """Where a questionnaire's envelopes lie: its public key, and what the urn handed over to it."""

    __tablename__ = "ethics_boxes"
    __table_args__ = (
        CheckConstraint("public_key IS NULL OR length(public_key) = 32", name="public_key"),
        CheckConstraint("received >= 0", name="received"),
        CheckConstraint("remarks >= 0", name="remarks"),
    )

    id: Mapped[int] = mapped_column(SerialKey, primary_key=True)
    public_key: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    received: Mapped[int] = mapped_column(default=0)
    remarks: Mapped[int] = mapped_column(default=0)


class Questionnaire(Base):
    """The question about one official in one round; it has the number of its box."""

    __tablename__ = "ethics_questionnaires"
    __table_args__ = (
        UniqueConstraint("round_id", "official_id"),
        CheckConstraint("headcount BETWEEN 1 AND 500", name="headcount"),
        CheckConstraint("(outcome IS NULL) = (settled_at IS NULL)", name="settled_with_its_time"),
        Index(None, "round_id", "oblast_kato"),
    )

    id: Mapped[int] = mapped_column(ForeignKey(Box.id), primary_key=True, autoincrement=False)
    round_id: Mapped[int] = mapped_column(ForeignKey(Round.id))
    official_id: Mapped[int] = mapped_column(ForeignKey(Official.id))
    kato: Mapped[str] = mapped_column(ForeignKey(Unit.kato))
    oblast_kato: Mapped[str] = mapped_column(ForeignKey(Unit.kato))
    headcount: Mapped[int]
    slips_on: Mapped[date | None]
    outcome: Mapped[Outcome | None] = mapped_column(enum_column(Outcome, "outcome"))
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Slip(Base):
    """A slip's code as a keyed hash, the same that the urn keeps as its trace; never its state."""

    __tablename__ = "ethics_slips"
    __table_args__ = (CheckConstraint("length(mark) = 32", name="mark"), WITHOUT_ROWID)

    mark: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    questionnaire_id: Mapped[int] = mapped_column(ForeignKey(Questionnaire.id), index=True)


class Envelope(Base):
    """A mixed answer under its inner seal: a random key, no time, nothing of the slip it came with."""

    __tablename__ = "ethics_envelopes"
    __table_args__ = (CheckConstraint("length(key) = 16", name="key"), Index(None, "box_id"), WITHOUT_ROWID)

    key: Mapped[bytes] = mapped_column(LargeBinary(16), primary_key=True)
    box_id: Mapped[int] = mapped_column(ForeignKey(Box.id))
    sealed: Mapped[bytes] = mapped_column(LargeBinary(512))


class EthicsTally(Base):
    """The exact sums of one opened questionnaire; never below the floors to anybody's eyes."""

    __tablename__ = "ethics_tallies"
    __table_args__ = (
        CheckConstraint("n >= scored AND scored >= 0", name="sums"),
        CheckConstraint("spoiled >= 0", name="spoiled"),
    )

    questionnaire_id: Mapped[int] = mapped_column(
        ForeignKey(Questionnaire.id), primary_key=True, autoincrement=False
    )
    n: Mapped[int]
    spoiled: Mapped[int]
    scored: Mapped[int]
    composite_sum: Mapped[int] = mapped_column(ExactInteger)
    composite_squares: Mapped[int] = mapped_column(ExactInteger)
    counts: Mapped[str] = mapped_column(Text)


class Statistic(Base):
    """A questionnaire's published numbers, frozen; NULL where disclosure control keeps them back."""

    __tablename__ = "ethics_statistics"
    __table_args__ = (
        CheckConstraint("n >= 5", name="smallest_n"),
        CheckConstraint("(score IS NULL) = (n IS NULL)", name="score_with_n"),
        CheckConstraint("(score IS NULL) = (error IS NULL)", name="score_with_error"),
        CheckConstraint("score IS NULL OR is_coarse = (n < 10)", name="coarse_under_ten"),
    )

    questionnaire_id: Mapped[int] = mapped_column(
        ForeignKey(Questionnaire.id), primary_key=True, autoincrement=False
    )
    n: Mapped[int | None]
    score: Mapped[Decimal | None] = mapped_column(ExactDecimal)
    error: Mapped[Decimal | None] = mapped_column(ExactDecimal)
    is_coarse: Mapped[bool]


class Conclusion(Base):
    """What the commissioner concluded and signed; a correction is a new version, none is changed."""

    __tablename__ = "ethics_conclusions"
    __table_args__ = (
        CheckConstraint("version > 0", name="version"),
        CheckConstraint("length(reasons_kk) > 0 AND length(reasons_ru) > 0", name="reasons"),
    )

    questionnaire_id: Mapped[int] = mapped_column(ForeignKey(Questionnaire.id), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    verdict: Mapped[Verdict] = mapped_column(enum_column(Verdict, "verdict"))
    reasons_kk: Mapped[str] = mapped_column(Text)
    reasons_ru: Mapped[str] = mapped_column(Text)
    signed_by: Mapped[str] = mapped_column(String(64))
    signed_at: Mapped[datetime] = mapped_column(UtcDateTime)
