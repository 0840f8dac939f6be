"""Reads of the urn: what waits, and how many traces were counted."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Row, bindparam, func, select
from sqlalchemy.orm import Session

from core.clock import day_of
from core.urn.models import Intake, IntakeKey, LedgerEntry, TraceKind

_LEDGER = LedgerEntry.__table__.c
#: Built once: they are asked on the resident's path.
_COUNTED = select(_LEDGER.kind).where(_LEDGER.box == bindparam("box"), _LEDGER.trace == bindparam("trace"))


_KEYS = IntakeKey.__table__.c
_KEY_IN_USE = (
    select(_KEYS.name, _KEYS.public_key).where(_KEYS.retired_on.is_(None)).order_by(_KEYS.name).limit(1)
)


def key_in_use(session: Session) -> Row | None:
    """The name and public half of the key that new answers are sealed to; None before the first."""
    return session.execute(_KEY_IN_USE).first()


def waiting(session: Session, box: str) -> dict[str, int]:
    """How many sealed answers wait in a box, by cell; for the mixer and the staff's totals only."""
    rows = session.execute(select(Intake.cell, func.count()).where(Intake.box == box).group_by(Intake.cell))
    return dict(rows.all())


def waiting_in_all(session: Session) -> list[tuple[str, str, int]]:
    """Every (box, cell) with waiting answers and how many."""
    rows = session.execute(
        select(Intake.box, Intake.cell, func.count())
        .group_by(Intake.box, Intake.cell)
        .order_by(Intake.box, Intake.cell)
    )
    return [(box, cell, count) for box, cell, count in rows]


def is_counted(session: Session, box: str, trace: bytes) -> bool:
    """Whether the answer of a trace has been mixed."""
    return session.execute(_COUNTED, {"box": box, "trace": trace}).first() is not None


def ledger_count(session: Session, box: str) -> int:
    """How many receipts of a box are among the counted."""
    return session.scalar(select(func.count()).where(LedgerEntry.box == box)) or 0


def ledger_traces(session: Session, box: str) -> list[bytes]:
    """The traces of a box that carry a receipt, in the order of their bytes, which is no order."""
    query = select(LedgerEntry.trace).where(LedgerEntry.box == box, LedgerEntry.kind != TraceKind.ROW)
    return list(session.scalars(query.order_by(LedgerEntry.trace)))


def needs_rotation(session: Session, *, now: datetime) -> bool:
    """Whether the current intake key is from an earlier day."""
    made_on = session.scalar(select(IntakeKey.made_on).where(IntakeKey.retired_on.is_(None)))
    return made_on is not None and made_on < day_of(now)
