"""The standings' tables: the frozen outcome of a stage, and a row per nominee.

A standing is never edited: a correction is a new version with a reason. `inputs_json` keeps every
published number, mark's mean and weight from which the rows can be computed again.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from contest.commissions.models import REGIONAL_HAS_OBLAST, one_per_area
from contest.rulebook import Stage
from core.storage import Base, ExactDecimal, SerialKey, UtcDateTime, enum_column


class Standing(Base):
    """The outcome of a stage in an oblast or in the nation, as it was frozen.

    Those with `published_at` are public; of several versions the highest is in force. Two people sign it:
    who asked and who confirmed. `item_id` is the vote that approved it; None where a granted objection
    stands behind it, or where the commission had used its returns.
    """

    __tablename__ = "standings"
    __table_args__ = (
        *one_per_area("standings", "version"),
        CheckConstraint(REGIONAL_HAS_OBLAST, name="regional_has_oblast"),
        CheckConstraint("version > 0", name="positive_version"),
        CheckConstraint("version = 1 OR reason IS NOT NULL", name="correction_with_reason"),
        CheckConstraint("length(inputs_digest) = 64", name="inputs_digest"),
        CheckConstraint("asked_by <> confirmed_by", name="signed_by_two"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(SerialKey, primary_key=True)
    contest_id: Mapped[int] = mapped_column(ForeignKey("contests.id"))
    stage: Mapped[Stage] = mapped_column(enum_column(Stage, "stage"))
    oblast_kato: Mapped[str | None] = mapped_column(ForeignKey("units.kato"))
    version: Mapped[int]
    rulebook_fingerprint: Mapped[str] = mapped_column(String(64))
    inputs_digest: Mapped[str] = mapped_column(String(64))
    inputs_json: Mapped[str] = mapped_column(Text)
    asked_by: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    confirmed_by: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    item_id: Mapped[int | None] = mapped_column(ForeignKey("agenda_items.id"))
    frozen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    reason: Mapped[str | None] = mapped_column(Text)
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class StandingRow(Base):
    """A nominee's outcome.

    `place` 0 means no place, and then `flags_json` says why. `composite` is exact, `shown` is what
    the place was read from. `low`..`high` is the place interval, 0 where it cannot be told. Whoever went on
    is a finalist, also where a later correction takes the place.
    `award` is `place-1`, `place-2`, ..., `nomination:<code>` or None.
    """

    __tablename__ = "standing_rows"
    __table_args__ = (
        UniqueConstraint("standing_id", "nominee_id"),
        CheckConstraint("place >= 0", name="place"),
        CheckConstraint("(place = 0) = (shown IS NULL)", name="placed_with_score"),
        CheckConstraint("(composite IS NULL) = (shown IS NULL)", name="shown_with_composite"),
        CheckConstraint("low >= 0 AND high >= low", name="interval"),
    )

    id: Mapped[int] = mapped_column(SerialKey, primary_key=True)
    standing_id: Mapped[int] = mapped_column(ForeignKey("standings.id"))
    nominee_id: Mapped[int] = mapped_column(ForeignKey("nominees.id"))
    official_id: Mapped[int] = mapped_column(ForeignKey("officials.id"))
    name_kk: Mapped[str] = mapped_column(String(200))
    name_ru: Mapped[str] = mapped_column(String(200))
    kato: Mapped[str] = mapped_column(ForeignKey("units.kato"))
    oblast_kato: Mapped[str] = mapped_column(ForeignKey("units.kato"))
    place: Mapped[int]
    composite: Mapped[Decimal | None] = mapped_column(ExactDecimal)
    error: Mapped[Decimal | None] = mapped_column(ExactDecimal)
    shown: Mapped[Decimal | None] = mapped_column(ExactDecimal)
    low: Mapped[int]
    high: Mapped[int]
    top_probability: Mapped[Decimal | None] = mapped_column(ExactDecimal)
    components_json: Mapped[str] = mapped_column(Text)
    is_finalist: Mapped[bool]
    flags_json: Mapped[str] = mapped_column(Text)
    award: Mapped[str | None] = mapped_column(String(48))
