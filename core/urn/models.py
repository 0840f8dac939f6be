"""The urn's tables: intake keys, sealed intake, and the ledger of traces whose answer was mixed.

No row here has a time of day, an account, an address, or an order of arrival.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from core.storage import WITHOUT_ROWID, Base, enum_column
from core.urn.sealing import LONG, SEAL


class TraceKind(StrEnum):
    """What a trace is: a ticket's nonce, the mark of a code or of a person, or a row of an import."""

    TICKET = "ticket"
    CODE = "code"
    MARK = "mark"
    ROW = "row"


class IntakeKey(Base):
    """The public half of an intake key; the one that is not retired is the current one.

    A key that is held was never current: some devices seal to it, and its file stays as long as that.
    """

    __tablename__ = "urn_keys"

    name: Mapped[str] = mapped_column(String(16), primary_key=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary(32))
    made_on: Mapped[date]
    retired_on: Mapped[date | None]
    held_until: Mapped[date | None]


class Intake(Base):
    """One waiting answer: the trace, and the answer sealed to an intake key."""

    __tablename__ = "urn_intake"

    box: Mapped[str] = mapped_column(String(64), primary_key=True)
    trace: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    cell: Mapped[str] = mapped_column(String(16))
    kind: Mapped[TraceKind] = mapped_column(enum_column(TraceKind, "kind"))
    # The foreign key keeps a key from being destroyed while an answer under it is on its way in.
    key_name: Mapped[str] = mapped_column(ForeignKey("urn_keys.name"))
    sealed: Mapped[bytes] = mapped_column(LargeBinary(LONG + SEAL))

    __table_args__ = (Index(None, "box", "cell"), Index(None, "key_name"), WITHOUT_ROWID)


class LedgerEntry(Base):
    """A trace whose answer is among the counted; nothing leads from here to the answer."""

    __tablename__ = "urn_ledger"
    __table_args__ = (WITHOUT_ROWID,)

    box: Mapped[str] = mapped_column(String(64), primary_key=True)
    trace: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    kind: Mapped[TraceKind] = mapped_column(enum_column(TraceKind, "kind"))
