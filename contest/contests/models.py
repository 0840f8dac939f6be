"""The contest's tables: a contest with its state, and the published editions of its rule book.

The database refuses a state without the facts that lead to it. An edition is never edited: a
correction is a new edition with an order's number and a reason.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.storage import Base, SerialKey, UtcDateTime, enum_column


class ContestState(StrEnum):
    """The life of a contest, in its order."""

    DRAFT = "draft"
    RULES_PUBLISHED = "rules_published"
    OPEN = "open"
    REGIONAL = "regional"
    NATIONAL = "national"
    CLOSED = "closed"
    PUBLISHED = "published"


class Contest(Base):
    """One contest, and by their codes the survey campaign and the ethics round that it reads.

    `draft_rules` is the rule book's text until it is published; afterwards the editions hold it.
    """

    __tablename__ = "contests"
    __table_args__ = (
        UniqueConstraint("code"),
        UniqueConstraint("campaign_code"),
        UniqueConstraint("round_code"),
        CheckConstraint("length(code) > 0", name="code_given"),
        CheckConstraint("(state = 'published') = (published_at IS NOT NULL)", name="published_with_its_time"),
    )

    id: Mapped[int] = mapped_column(SerialKey, primary_key=True)
    code: Mapped[str] = mapped_column(String(40))
    title_kk: Mapped[str] = mapped_column(String(200))
    title_ru: Mapped[str] = mapped_column(String(200))
    title_en: Mapped[str] = mapped_column(String(200))
    state: Mapped[ContestState] = mapped_column(enum_column(ContestState, "state"))
    campaign_code: Mapped[str] = mapped_column(String(40))
    round_code: Mapped[str] = mapped_column(String(40))
    draft_rules: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class RuleBookEdition(Base):
    """A rule book as it was published by an order; the one with the highest version is in force."""

    __tablename__ = "rulebook_editions"
    __table_args__ = (
        UniqueConstraint("contest_id", "version"),
        CheckConstraint("version > 0", name="positive_version"),
        CheckConstraint("version = 1 OR reason IS NOT NULL", name="correction_with_reason"),
        CheckConstraint("length(order_number) > 0", name="order_given"),
        CheckConstraint("length(fingerprint) = 64", name="fingerprint"),
    )

    id: Mapped[int] = mapped_column(SerialKey, primary_key=True)
    contest_id: Mapped[int] = mapped_column(ForeignKey("contests.id"))
    version: Mapped[int]
    text: Mapped[str] = mapped_column(Text)
    fingerprint: Mapped[str] = mapped_column(String(64))
    order_number: Mapped[str] = mapped_column(String(60))
    order_on: Mapped[date]
    published_at: Mapped[datetime] = mapped_column(UtcDateTime)
    reason: Mapped[str | None] = mapped_column(Text)
