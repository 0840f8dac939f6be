"""Visits with a tablet: what one was prepared for. No row here knows an answer, a ticket or a time of day."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    LargeBinary,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from core.places.models import Unit
from core.storage import Base, SerialKey, enum_column

MOST_TICKETS = 500


class VisitState(StrEnum):
    """Planned until a tablet takes the visit, ready while it may send, ended when nothing more is taken."""

    PLANNED = "planned"
    READY = "ready"
    ENDED = "ended"


class Visit(Base):
    """One visit: a survey, a day, how many tickets, until when they may be sent, and under which key."""

    __tablename__ = "survey_visits"
    __table_args__ = (
        UniqueConstraint("code_mark"),
        CheckConstraint("day <= send_by", name="days_in_order"),
        CheckConstraint(f"tickets BETWEEN 1 AND {MOST_TICKETS}", name="tickets"),
    )

    id: Mapped[int] = mapped_column(SerialKey, primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("survey_campaigns.id"))
    oblast_kato: Mapped[str] = mapped_column(ForeignKey(Unit.kato))
    code_mark: Mapped[bytes] = mapped_column(LargeBinary(32))
    day: Mapped[date]
    send_by: Mapped[date]
    tickets: Mapped[int]
    # Not a foreign key: the key is destroyed when nothing waits under it, the visit's record stays.
    key_name: Mapped[str] = mapped_column(String(16))
    public_key: Mapped[bytes] = mapped_column(LargeBinary(32))
    state: Mapped[VisitState] = mapped_column(enum_column(VisitState, "state"))


class VisitUnit(Base):
    """A unit whose residents answer during a visit."""

    __tablename__ = "survey_visit_units"
    __table_args__ = (
        ForeignKeyConstraint(["campaign_id", "kato"], ["survey_units.campaign_id", "survey_units.kato"]),
    )

    visit_id: Mapped[int] = mapped_column(ForeignKey("survey_visits.id"), primary_key=True)
    kato: Mapped[str] = mapped_column(String(9), primary_key=True)
    campaign_id: Mapped[int]
