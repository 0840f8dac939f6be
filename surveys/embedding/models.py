"""The sites that may show a campaign's form in a frame, and whether each was seen to do so.

A site is an origin and the page of it that holds the survey. Nothing of a visitor is kept.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.places.models import Unit
from core.storage import Base, SerialKey, UtcDateTime, enum_column
from surveys.embedding.inspection import Finding
from surveys.models import Campaign


class Site(Base):
    """One page of an akimat's site; without an oblast it is the whole country's."""

    __tablename__ = "survey_sites"
    __table_args__ = (
        UniqueConstraint("campaign_id", "page"),
        Index(None, "campaign_id", "origin"),
        CheckConstraint("origin LIKE 'https://%' OR origin LIKE 'http://%'", name="origin"),
        CheckConstraint("(finding IS NULL) = (checked_at IS NULL)", name="looked_at_with_its_time"),
    )

    id: Mapped[int] = mapped_column(SerialKey, primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey(Campaign.id))
    oblast_kato: Mapped[str | None] = mapped_column(ForeignKey(Unit.kato))
    origin: Mapped[str] = mapped_column(String(255))
    page: Mapped[str] = mapped_column(String(500))
    added_on: Mapped[date]
    finding: Mapped[Finding | None] = mapped_column(enum_column(Finding, "finding"))
    detail: Mapped[str] = mapped_column(String(120), default="")
    checked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
