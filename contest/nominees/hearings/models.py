"""The table of hearings: when and where a nominee comes to an interview, a defence or a case.

The services refuse two at once for one commission; the database holds one of a component for a nominee.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from contest.rulebook import Stage
from core.storage import Base, SerialKey, UtcDateTime, enum_column


class Slot(Base):
    """When and where a nominee is heard for a marked component: an interview, a defence, a case.

    The commission is the oblast's at the regional stage, the national one (no oblast) afterwards.
    """

    __tablename__ = "nominee_slots"
    __table_args__ = (
        UniqueConstraint("nominee_id", "stage", "component"),
        CheckConstraint("minutes BETWEEN 5 AND 480", name="minutes"),
        CheckConstraint("place IS NOT NULL OR link IS NOT NULL", name="somewhere"),
        CheckConstraint("(stage = 'regional') = (oblast_kato IS NOT NULL)", name="regional_has_oblast"),
        Index(None, "contest_id", "stage", "oblast_kato", "starts_at"),
    )

    id: Mapped[int] = mapped_column(SerialKey, primary_key=True)
    contest_id: Mapped[int] = mapped_column(ForeignKey("contests.id"))
    stage: Mapped[Stage] = mapped_column(enum_column(Stage, "stage"))
    oblast_kato: Mapped[str | None] = mapped_column(ForeignKey("units.kato"))
    nominee_id: Mapped[int] = mapped_column(ForeignKey("nominees.id"))
    component: Mapped[str] = mapped_column(String(32))
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    minutes: Mapped[int]
    place: Mapped[str | None] = mapped_column(String(200))
    link: Mapped[str | None] = mapped_column(String(300))
