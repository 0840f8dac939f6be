"""The league's tables: the league as it was published, and a row per unit.

A league is never edited: another one of the same contest is a new version. `inputs_json` keeps every
published number from which the rows can be computed again.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from contest.league.computation import Position
from core.storage import Base, ExactDecimal, SerialKey, UtcDateTime, enum_column


class League(Base):
    """All units of a contest's survey in classes by size; of several versions the highest is in force."""

    __tablename__ = "leagues"
    __table_args__ = (
        UniqueConstraint("contest_id", "version"),
        CheckConstraint("version > 0", name="positive_version"),
        CheckConstraint("length(inputs_digest) = 64", name="inputs_digest"),
    )

    id: Mapped[int] = mapped_column(SerialKey, primary_key=True)
    contest_id: Mapped[int] = mapped_column(ForeignKey("contests.id"))
    version: Mapped[int]
    rulebook_fingerprint: Mapped[str] = mapped_column(String(64))
    inputs_digest: Mapped[str] = mapped_column(String(64))
    inputs_json: Mapped[str] = mapped_column(Text)
    frozen_at: Mapped[datetime] = mapped_column(UtcDateTime)


class LeagueRow(Base):
    """A unit's outcome; `size` is the rule book's class, NULL where the number of adults is unknown.

    `used` is what the place was read from, `score` what the residents said. `place` 0 means no place, and
    `position` says why; `low`..`high` is the place interval.
    """

    __tablename__ = "league_rows"
    __table_args__ = (
        CheckConstraint("(position = 'ranked') = (place > 0)", name="ranked_with_place"),
        CheckConstraint("(place > 0) = (low > 0) AND high >= low", name="interval"),
        CheckConstraint("(position = 'no-size') = (size IS NULL)", name="size"),
        CheckConstraint("place = 0 OR (score IS NOT NULL AND used IS NOT NULL)", name="placed_with_score"),
    )

    league_id: Mapped[int] = mapped_column(ForeignKey("leagues.id"), primary_key=True)
    kato: Mapped[str] = mapped_column(ForeignKey("units.kato"), primary_key=True)
    size: Mapped[str | None] = mapped_column(String(32))
    position: Mapped[Position] = mapped_column(enum_column(Position, "position"))
    adults: Mapped[int | None]
    n: Mapped[int | None]
    score: Mapped[Decimal | None] = mapped_column(ExactDecimal)
    error: Mapped[Decimal | None] = mapped_column(ExactDecimal)
    reliability: Mapped[Decimal | None] = mapped_column(ExactDecimal)
    used: Mapped[Decimal | None] = mapped_column(ExactDecimal)
    place: Mapped[int]
    low: Mapped[int]
    high: Mapped[int]
    top_probability: Mapped[Decimal | None] = mapped_column(ExactDecimal)
