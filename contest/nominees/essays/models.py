"""The table of essays, each under a number that tells nothing of its author."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.storage import Base, UtcDateTime


class Essay(Base):
    """A nominee's essay as plain text, and the number under which members read it.

    Plain text alone is kept: a file would bring its author's name along. The number is drawn at random and
    tells nothing of the nominee.
    """

    __tablename__ = "nominee_essays"
    __table_args__ = (
        UniqueConstraint("contest_id", "number"),
        CheckConstraint("number BETWEEN 1000 AND 9999", name="number"),
        CheckConstraint("length(text) > 0", name="written"),
    )

    nominee_id: Mapped[int] = mapped_column(ForeignKey("nominees.id"), primary_key=True, autoincrement=False)
    contest_id: Mapped[int] = mapped_column(ForeignKey("contests.id"))
    number: Mapped[int]
    text: Mapped[str] = mapped_column(Text)
    written_at: Mapped[datetime] = mapped_column(UtcDateTime)
