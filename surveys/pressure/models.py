"""Reports of pressure: what happened, where, on which day, and nothing about who says so.

A report has no path to an answer, a ticket or a person; its key is random and its table keeps no order.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from core.storage import WITHOUT_ROWID, Base, enum_column

LONGEST_WORDS = 500


class PressureKind(StrEnum):
    """What happened."""

    TOLD = "told"
    SHOWN = "shown"
    FILLED = "filled"
    PROMISED = "promised"
    OTHER = "other"


class PressureReport(Base):
    """One report about one unit; the day and no time of day."""

    __tablename__ = "survey_pressure_reports"
    __table_args__ = (
        ForeignKeyConstraint(["campaign_id", "kato"], ["survey_units.campaign_id", "survey_units.kato"]),
        CheckConstraint("length(key) = 16", name="key"),
        CheckConstraint(f"length(words) BETWEEN 1 AND {LONGEST_WORDS}", name="words"),
        Index(None, "campaign_id", "kato"),
        WITHOUT_ROWID,
    )

    key: Mapped[bytes] = mapped_column(LargeBinary(16), primary_key=True)
    campaign_id: Mapped[int]
    kato: Mapped[str] = mapped_column(String(9))
    kind: Mapped[PressureKind] = mapped_column(enum_column(PressureKind, "kind"))
    words: Mapped[str | None] = mapped_column(String(LONGEST_WORDS))
    day: Mapped[date]
