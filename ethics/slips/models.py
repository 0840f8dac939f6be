"""The tables of slips: the list by position, the handing out, and the signed act of unused slips.

People stand here by their position, never by name. No row knows a code: how many were voided is how many
marks are left.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from core.storage import Base, UtcDateTime
from ethics.models import Questionnaire


class PositionLine(Base):
    """One line of a questionnaire's list: a position, and how many people hold it."""

    __tablename__ = "ethics_positions"
    __table_args__ = (
        CheckConstraint("place > 0", name="place"),
        CheckConstraint("count BETWEEN 1 AND 500", name="count"),
        CheckConstraint("length(title_kk) > 0 AND length(title_ru) > 0", name="titles"),
    )

    questionnaire_id: Mapped[int] = mapped_column(
        ForeignKey(Questionnaire.id), primary_key=True, autoincrement=False
    )
    place: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    title_kk: Mapped[str] = mapped_column(String(160))
    title_ru: Mapped[str] = mapped_column(String(160))
    count: Mapped[int]


class SlipIssue(Base):
    """That all slips of a questionnaire were handed out: before two witnesses, or by e-mail."""

    __tablename__ = "ethics_slip_issues"
    __table_args__ = (
        CheckConstraint("issued > 0", name="issued"),
        CheckConstraint("undelivered BETWEEN 0 AND issued", name="undelivered"),
        CheckConstraint(
            "by_mail OR (undelivered = 0 AND length(first_witness) > 0 AND length(second_witness) > 0)",
            name="witnessed",
        ),
    )

    questionnaire_id: Mapped[int] = mapped_column(
        ForeignKey(Questionnaire.id), primary_key=True, autoincrement=False
    )
    issued: Mapped[int]
    undelivered: Mapped[int]
    by_mail: Mapped[bool]
    first_witness: Mapped[str] = mapped_column(String(160))
    second_witness: Mapped[str] = mapped_column(String(160))
    issued_on: Mapped[date]
    recorded_by: Mapped[str] = mapped_column(String(64))


class SlipAct(Base):
    """The act of unused slips: counted by hand, voided by code, signed."""

    __tablename__ = "ethics_slip_acts"
    __table_args__ = (
        CheckConstraint("unused >= 0 AND voided >= unused", name="counted"),
        CheckConstraint("length(first_witness) > 0 AND length(second_witness) > 0", name="witnessed"),
    )

    questionnaire_id: Mapped[int] = mapped_column(
        ForeignKey(SlipIssue.questionnaire_id), primary_key=True, autoincrement=False
    )
    unused: Mapped[int]
    voided: Mapped[int]
    first_witness: Mapped[str] = mapped_column(String(160))
    second_witness: Mapped[str] = mapped_column(String(160))
    signed_by: Mapped[str] = mapped_column(String(64))
    signed_at: Mapped[datetime] = mapped_column(UtcDateTime)
