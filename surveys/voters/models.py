"""The tables of the mode with codes: what is kept of a code, and how many there are of each batch.

A code's row is a keyed mark, its survey and its unit: no person, no day, no batch, no order, and not whether
it was used. Counts stand apart and lead to no code.
"""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from core.storage import WITHOUT_ROWID, Base


class Code(Base):
    """What is kept of one letter's code."""

    __tablename__ = "survey_codes"
    __table_args__ = (
        ForeignKeyConstraint(["campaign_id", "kato"], ["survey_units.campaign_id", "survey_units.kato"]),
        CheckConstraint("length(mark) = 32", name="mark"),
        Index(None, "campaign_id", "kato"),
        WITHOUT_ROWID,
    )

    mark: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    campaign_id: Mapped[int]
    kato: Mapped[str] = mapped_column(String(9))


class CodeCount(Base):
    """How many codes a batch of a unit has, and how many of its letters were spoiled or came back unused."""

    __tablename__ = "survey_code_counts"
    __table_args__ = (
        ForeignKeyConstraint(["campaign_id", "kato"], ["survey_units.campaign_id", "survey_units.kato"]),
        CheckConstraint("batch > 0", name="batch"),
        CheckConstraint("made > 0", name="made"),
        CheckConstraint("spoiled >= 0 AND returned >= 0 AND spoiled + returned <= made", name="counted_back"),
    )

    campaign_id: Mapped[int] = mapped_column(primary_key=True)
    kato: Mapped[str] = mapped_column(String(9), primary_key=True)
    batch: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    made: Mapped[int]
    spoiled: Mapped[int]
    returned: Mapped[int]
