"""The comments' one table: a unit's words, apart from any ballot, without a day and in no order."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

import surveys.models  # noqa: F401  (the table that the key below points at)
from core.storage import WITHOUT_ROWID, Base
from surveys.comments.texts import LONGEST


class Comment(Base):
    """What one resident wrote; its key is random, and nothing says when it came or from whom."""

    __tablename__ = "survey_comments"
    __table_args__ = (
        ForeignKeyConstraint(["campaign_id", "kato"], ["survey_units.campaign_id", "survey_units.kato"]),
        CheckConstraint("length(key) = 16", name="key"),
        CheckConstraint(f"length(text) BETWEEN 1 AND {LONGEST}", name="text"),
        Index(None, "campaign_id", "kato"),
        WITHOUT_ROWID,
    )

    key: Mapped[bytes] = mapped_column(LargeBinary(16), primary_key=True)
    campaign_id: Mapped[int]
    kato: Mapped[str] = mapped_column(String(9))
    text: Mapped[str] = mapped_column(String(LONGEST))
