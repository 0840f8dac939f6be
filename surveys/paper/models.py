"""The tables of paper: batches, the marks of their sheets, readings that wait, and reconciliations.

A sheet is kept as a keyed mark. What was read from it waits sealed beside that mark and is deleted
when it goes into the urn, where it gets a random trace: nothing leads from a sheet to a ballot. No row
has a time of day or an order.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from core.accounts.models import Account
from core.places.models import Unit
from core.storage import WITHOUT_ROWID, Base, SerialKey, enum_column
from surveys.paper.sheets import Spoilt

FEWEST_SHEETS, MOST_SHEETS = 5, 200


class SheetState(StrEnum):
    """What is known of a sheet: it exists, both operators read the same, or both call it spoilt."""

    PRINTED = "printed"
    AGREED = "agreed"
    SPOILT = "spoilt"


class PaperBatch(Base):
    """Sheets registered before printing, for one unit; operators of two oblasts enter each of them."""

    __tablename__ = "survey_paper_batches"
    __table_args__ = (
        UniqueConstraint("code"),
        ForeignKeyConstraint(["campaign_id", "kato"], ["survey_units.campaign_id", "survey_units.kato"]),
        CheckConstraint(f"sheets BETWEEN {FEWEST_SHEETS} AND {MOST_SHEETS}", name="sheets"),
        CheckConstraint("oblast_kato <> second_oblast_kato", name="two_oblasts"),
        Index(None, "campaign_id", "kato"),
        Index(None, "oblast_kato"),
        Index(None, "second_oblast_kato"),
    )

    id: Mapped[int] = mapped_column(SerialKey, primary_key=True)
    code: Mapped[str] = mapped_column(String(8))
    campaign_id: Mapped[int]
    kato: Mapped[str] = mapped_column(String(9))
    oblast_kato: Mapped[str] = mapped_column(ForeignKey(Unit.kato))
    second_oblast_kato: Mapped[str] = mapped_column(ForeignKey(Unit.kato))
    sheets: Mapped[int]
    handed_out_by: Mapped[str] = mapped_column(String(120))
    registered_on: Mapped[date]


class PaperSheet(Base):
    """One printed sheet, by the keyed mark of its code."""

    __tablename__ = "survey_paper_sheets"
    __table_args__ = (
        CheckConstraint("(state = 'spoilt') = (spoilt IS NOT NULL)", name="spoilt_with_reason"),
        Index(None, "batch_id"),
        WITHOUT_ROWID,
    )

    mark: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey(PaperBatch.id))
    state: Mapped[SheetState] = mapped_column(enum_column(SheetState, "state"))
    spoilt: Mapped[Spoilt | None] = mapped_column(enum_column(Spoilt, "spoilt"))


class PaperEntry(Base):
    """What one oblast's operator read from a sheet, sealed; one an oblast, one an account."""

    __tablename__ = "survey_paper_entries"
    __table_args__ = (UniqueConstraint("mark", "account_id"), Index(None, "batch_id"), WITHOUT_ROWID)

    mark: Mapped[bytes] = mapped_column(ForeignKey(PaperSheet.mark), primary_key=True)
    oblast_kato: Mapped[str] = mapped_column(ForeignKey(Unit.kato), primary_key=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey(PaperBatch.id))
    account_id: Mapped[int] = mapped_column(ForeignKey(Account.id))
    is_second_look: Mapped[bool] = mapped_column(default=False)
    sealed: Mapped[bytes] = mapped_column(LargeBinary(512))


class PaperReconciliation(Base):
    """Where every sheet of a batch is, signed by two people; the second signature closes the batch."""

    __tablename__ = "survey_paper_reconciliations"
    __table_args__ = (
        CheckConstraint("printed = given_out + spoiled + unused", name="printed"),
        CheckConstraint("given_out = returned_filled + returned_empty + not_returned", name="given_out"),
        CheckConstraint("returned_filled = entered + illegible + late", name="returned"),
        CheckConstraint(
            "given_out >= 0 AND spoiled >= 0 AND unused >= 0 AND returned_filled >= 0 AND "
            "returned_empty >= 0 AND not_returned >= 0 AND entered >= 0 AND illegible >= 0 AND late >= 0",
            name="not_negative",
        ),
        CheckConstraint("second_by <> first_by", name="two_people"),
        CheckConstraint("(second_by IS NULL) = (second_on IS NULL)", name="signed_with_its_day"),
    )

    batch_id: Mapped[int] = mapped_column(ForeignKey(PaperBatch.id), primary_key=True, autoincrement=False)
    printed: Mapped[int]
    given_out: Mapped[int]
    spoiled: Mapped[int]
    unused: Mapped[int]
    returned_filled: Mapped[int]
    returned_empty: Mapped[int]
    not_returned: Mapped[int]
    entered: Mapped[int]
    illegible: Mapped[int]
    late: Mapped[int]
    first_by: Mapped[int] = mapped_column(ForeignKey(Account.id))
    first_on: Mapped[date]
    second_by: Mapped[int | None] = mapped_column(ForeignKey(Account.id))
    second_on: Mapped[date | None]
