"""The one table of keys: which shares have proved that they work, and on which day. Nothing of a share."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from core.storage import Base
from ethics.models import Questionnaire


class ShareProof(Base):
    """That a share of a questionnaire's key worked in a rehearsal, and when it did last."""

    __tablename__ = "ethics_share_proofs"
    __table_args__ = (CheckConstraint("share BETWEEN 1 AND 3", name="share"),)

    questionnaire_id: Mapped[int] = mapped_column(
        ForeignKey(Questionnaire.id), primary_key=True, autoincrement=False
    )
    share: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    proved_on: Mapped[date]
