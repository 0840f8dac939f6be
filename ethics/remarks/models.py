"""The remarks' tables: sealed ones on their box, the words that were opened, and what became of all of them.

A remark hangs on a box, as an envelope does: no path of keys leads from it to a person, nor to an answer.
"""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from core.storage import WITHOUT_ROWID, Base
from ethics.models import Box, Questionnaire
from ethics.remarks.texts import LONGEST


class SealedRemark(Base):
    """A mixed remark under its inner seal, blank ones too: a random key, and nothing of any answer."""

    __tablename__ = "ethics_sealed_remarks"
    __table_args__ = (CheckConstraint("length(key) = 16", name="key"), Index(None, "box_id"), WITHOUT_ROWID)

    key: Mapped[bytes] = mapped_column(LargeBinary(16), primary_key=True)
    box_id: Mapped[int] = mapped_column(ForeignKey(Box.id))
    sealed: Mapped[bytes] = mapped_column(LargeBinary(2048))


class Remark(Base):
    """What somebody wrote, for the commissioner's eyes; its key is a new random one, so it has no order."""

    __tablename__ = "ethics_remarks"
    __table_args__ = (
        CheckConstraint("length(key) = 16", name="key"),
        CheckConstraint(f"length(text) BETWEEN 1 AND {LONGEST}", name="text"),
        Index(None, "box_id"),
        WITHOUT_ROWID,
    )

    key: Mapped[bytes] = mapped_column(LargeBinary(16), primary_key=True)
    box_id: Mapped[int] = mapped_column(ForeignKey(Box.id))
    text: Mapped[str] = mapped_column(String(LONGEST))


class RemarkCount(Base):
    """What became of a questionnaire's sealed remarks: opened (some blank), spoiled, or destroyed unread."""

    __tablename__ = "ethics_remark_counts"
    __table_args__ = (
        CheckConstraint("opened >= blank AND blank >= 0", name="blank"),
        CheckConstraint("spoiled >= 0 AND destroyed >= 0", name="not_negative"),
        CheckConstraint("destroyed = 0 OR opened + spoiled = 0", name="opened_or_destroyed"),
    )

    questionnaire_id: Mapped[int] = mapped_column(
        ForeignKey(Questionnaire.id), primary_key=True, autoincrement=False
    )
    opened: Mapped[int]
    blank: Mapped[int]
    spoiled: Mapped[int]
    destroyed: Mapped[int]
