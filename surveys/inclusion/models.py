"""The tables of the published list of receipts: its numbers and root, and its sorted parts.

No row here has a unit, a day or an order; the database refuses a list whose numbers do not add up.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

import surveys.models  # noqa: F401  (the table that the keys below point at)
from core.storage import WITHOUT_ROWID, Base, UtcDateTime
from surveys.inclusion.lists import HASH_BYTES


class ReceiptList(Base):
    """The reconciliation of a closed campaign, and the root of its list; no root, no list."""

    __tablename__ = "survey_receipt_lists"
    __table_args__ = (
        CheckConstraint("length(root) = 64", name="root"),
        CheckConstraint("(root IS NULL) = (published_at IS NULL)", name="published_with_its_time"),
        CheckConstraint(
            "root IS NULL OR (receipts >= web + tablet AND sheets >= paper AND import_rows >= imported AND "
            "receipts + sheets + import_rows = web + tablet + paper + imported + unreadable)",
            name="published_when_equal",
        ),
    )

    campaign_id: Mapped[int] = mapped_column(
        ForeignKey("survey_campaigns.id"), primary_key=True, autoincrement=False
    )
    receipts: Mapped[int]
    sheets: Mapped[int]
    import_rows: Mapped[int]
    web: Mapped[int]
    tablet: Mapped[int]
    paper: Mapped[int]
    imported: Mapped[int]
    unreadable: Mapped[int]
    root: Mapped[str | None] = mapped_column(String(64))
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ReceiptPart(Base):
    """The sorted hashes of a list that begin with one byte, one behind the other."""

    __tablename__ = "survey_receipt_parts"
    __table_args__ = (
        CheckConstraint("first BETWEEN 0 AND 255", name="first"),
        CheckConstraint(f"length(hashes) > 0 AND length(hashes) % {HASH_BYTES} = 0", name="hashes"),
        WITHOUT_ROWID,
    )

    campaign_id: Mapped[int] = mapped_column(ForeignKey(ReceiptList.campaign_id), primary_key=True)
    first: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    hashes: Mapped[bytes] = mapped_column(LargeBinary)
