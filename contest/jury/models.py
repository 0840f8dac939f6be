"""The jury's tables: the window of marking of each stage and oblast, marks, abstentions.

A mark belongs to a judge, so the database holds at most one per judge, nominee and criterion. Who is in
conflict with a nominee, and who abstains, has no mark there: that neither lowers nor lifts anybody.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from contest.commissions.models import REGIONAL_HAS_OBLAST, one_per_area
from contest.rulebook import Stage
from core.storage import Base, SerialKey, UtcDateTime, enum_column


class Marking(Base):
    """The window in which marks of a stage are given; the national stage has no oblast.

    Until `closed_at` nobody sees a score of that stage, nor another's mark.
    """

    __tablename__ = "markings"
    __table_args__ = (
        *one_per_area("markings"),
        CheckConstraint(REGIONAL_HAS_OBLAST, name="regional_has_oblast"),
        CheckConstraint("closed_at >= opened_at", name="times_in_order"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(SerialKey, primary_key=True)
    contest_id: Mapped[int] = mapped_column(ForeignKey("contests.id"))
    stage: Mapped[Stage] = mapped_column(enum_column(Stage, "stage"))
    oblast_kato: Mapped[str | None] = mapped_column(ForeignKey("units.kato"))
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Mark(Base):
    """One judge's mark for one criterion: a draft until it is confirmed."""

    __tablename__ = "marks"
    __table_args__ = (CheckConstraint("value >= 0", name="value"), Index(None, "judge_account_id"))

    nominee_id: Mapped[int] = mapped_column(ForeignKey("nominees.id"), primary_key=True)
    stage: Mapped[Stage] = mapped_column(enum_column(Stage, "stage"), primary_key=True)
    component: Mapped[str] = mapped_column(String(32), primary_key=True)
    criterion: Mapped[str] = mapped_column(String(32), primary_key=True)
    judge_account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    value: Mapped[int]
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Abstention(Base):
    """A criterion on which a judge gives no mark, though it could be given: it is not a zero."""

    __tablename__ = "mark_abstentions"

    nominee_id: Mapped[int] = mapped_column(ForeignKey("nominees.id"), primary_key=True)
    stage: Mapped[Stage] = mapped_column(enum_column(Stage, "stage"), primary_key=True)
    component: Mapped[str] = mapped_column(String(32), primary_key=True)
    criterion: Mapped[str] = mapped_column(String(32), primary_key=True)
    judge_account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
