"""The table of imports that two people of the agency bring in: who asked for which file, who approved it.

No answer stands here: a file is known by the digest of its rows.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from core.accounts.models import Account
from core.storage import Base


class ImportRequest(Base):
    """A file that one person has checked and asked to take in; another one brings the same file."""

    __tablename__ = "survey_import_requests"
    __table_args__ = (
        CheckConstraint("answers > 0 AND units > 0", name="rows"),
        CheckConstraint("approved_by <> requested_by", name="two_people"),
        CheckConstraint("(approved_by IS NULL) = (approved_on IS NULL)", name="approved_with_its_day"),
        CheckConstraint("approved_by IS NOT NULL OR NOT is_taken", name="taken_only_when_approved"),
    )

    campaign_id: Mapped[int] = mapped_column(ForeignKey("survey_campaigns.id"), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    answers: Mapped[int]
    units: Mapped[int]
    requested_by: Mapped[int] = mapped_column(ForeignKey(Account.id))
    requested_on: Mapped[date]
    approved_by: Mapped[int | None] = mapped_column(ForeignKey(Account.id))
    approved_on: Mapped[date | None]
    is_taken: Mapped[bool] = mapped_column(default=False)
