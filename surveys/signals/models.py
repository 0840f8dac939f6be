"""The tables of the signals: arrivals by ten minutes, days by source, flags, and when they were made.

No row here belongs to a ballot or a person: bins hold five arrivals or more, the days' numbers are
rounded to steps of five, and a source leaves no trace but its share.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from core.storage import WITHOUT_ROWID, Base, SerialKey, UtcDateTime, enum_column
from surveys.answers import Origin
from surveys.models import Campaign
from surveys.signals.kinds import Signal


def _of_a_unit() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(
        ["campaign_id", "kato"], ["survey_units.campaign_id", "survey_units.kato"]
    )  # fmt: skip


class Arrival(Base):
    """Answers that arrived in ten minutes of a day (bin 0 to 143), or in the rest of it (bin -1)."""

    __tablename__ = "survey_arrivals"
    __table_args__ = (
        _of_a_unit(),
        CheckConstraint("bin BETWEEN -1 AND 143", name="bin"),
        CheckConstraint("n > 0 AND (bin = -1 OR n >= 5)", name="smallest_bin"),
        WITHOUT_ROWID,
    )

    campaign_id: Mapped[int] = mapped_column(primary_key=True)
    kato: Mapped[str] = mapped_column(String(9), primary_key=True)
    origin: Mapped[Origin] = mapped_column(enum_column(Origin, "origin"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    bin: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    n: Mapped[int]


class ArrivalDay(Base):
    """A unit's day: arrivals, sources, the largest source's arrivals, those without script or trapped."""

    __tablename__ = "survey_arrival_days"
    __table_args__ = (
        _of_a_unit(),
        CheckConstraint("n >= 5 AND n % 5 = 0", name="n"),
        CheckConstraint(
            "sources % 5 = 0 AND largest % 5 = 0 AND unscripted % 5 = 0 AND trapped % 5 = 0", name="steps"
        ),
        CheckConstraint("largest <= n AND unscripted <= n AND trapped <= n", name="parts"),
        WITHOUT_ROWID,
    )

    campaign_id: Mapped[int] = mapped_column(primary_key=True)
    kato: Mapped[str] = mapped_column(String(9), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    n: Mapped[int]
    sources: Mapped[int]
    largest: Mapped[int]
    unscripted: Mapped[int]
    trapped: Mapped[int]


class SignalRun(Base):
    """When a campaign's flags were last made, whether for good, and when those on ratings may be seen."""

    __tablename__ = "survey_signal_runs"
    __table_args__ = (CheckConstraint("released_at IS NULL OR is_final", name="released_when_final"),)

    campaign_id: Mapped[int] = mapped_column(ForeignKey(Campaign.id), primary_key=True)
    computed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    is_final: Mapped[bool]
    released_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class SurveyFlag(Base):
    """One flag: which signal, which unit, which day or the whole, what was seen, expected, and how rare.

    `first_bin` and `bins` say when a burst was; `out_of` what a seen share is a share of.
    """

    __tablename__ = "survey_flags"
    __table_args__ = (
        _of_a_unit(),
        CheckConstraint("p BETWEEN 0 AND 1 AND q BETWEEN 0 AND 1", name="rarity"),
        CheckConstraint("(first_bin IS NULL) = (bins IS NULL)", name="window"),
        Index(None, "campaign_id"),
    )

    id: Mapped[int] = mapped_column(SerialKey, primary_key=True)
    campaign_id: Mapped[int]
    kato: Mapped[str] = mapped_column(String(9))
    signal: Mapped[Signal] = mapped_column(enum_column(Signal, "signal"))
    day: Mapped[date | None]
    seen: Mapped[float]
    expected: Mapped[float]
    out_of: Mapped[int | None]
    p: Mapped[float]
    q: Mapped[float]
    first_bin: Mapped[int | None]
    bins: Mapped[int | None]
