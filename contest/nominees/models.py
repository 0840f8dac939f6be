"""The nominees' table: an official in a contest, by the post held when the nomination was registered."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.storage import Base, SerialKey, UtcDateTime, enum_column


class NomineeState(StrEnum):
    """Where a nomination stands."""

    PROPOSED = "proposed"
    REGISTERED = "registered"
    WITHDRAWN = "withdrawn"
    EXCLUDED = "excluded"


class Nominee(Base):
    """An official who takes part. The name is kept as it was written at registration.

    `is_finalist` is set when the regional standing of the oblast is frozen.
    """

    __tablename__ = "nominees"
    __table_args__ = (
        UniqueConstraint("contest_id", "official_id"),
        CheckConstraint("state <> 'excluded' OR reason IS NOT NULL", name="excluded_with_reason"),
        CheckConstraint("length(name_kk) > 0 AND length(name_ru) > 0", name="named"),
        Index(None, "contest_id", "oblast_kato"),
    )

    id: Mapped[int] = mapped_column(SerialKey, primary_key=True)
    contest_id: Mapped[int] = mapped_column(ForeignKey("contests.id"))
    official_id: Mapped[int] = mapped_column(ForeignKey("officials.id"))
    kato: Mapped[str] = mapped_column(ForeignKey("units.kato"))
    oblast_kato: Mapped[str] = mapped_column(ForeignKey("units.kato"))
    name_kk: Mapped[str] = mapped_column(String(200))
    name_ru: Mapped[str] = mapped_column(String(200))
    state: Mapped[NomineeState] = mapped_column(enum_column(NomineeState, "state"))
    reason: Mapped[str | None] = mapped_column(Text)
    project_title_kk: Mapped[str | None] = mapped_column(String(300))
    project_title_ru: Mapped[str | None] = mapped_column(String(300))
    is_finalist: Mapped[bool]
    registered_at: Mapped[datetime] = mapped_column(UtcDateTime)
