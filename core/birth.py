"""A database is born `demo` or `live`, for ever; the application refuses to open the other kind."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, String, inspect, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from core import clock
from core.settings import KINDS, Settings
from core.storage import Base, Storage, UtcDateTime


class WrongKind(RuntimeError):
    """The database is of the other kind than the settings ask for."""


class Birth(Base):
    """The one row that says what this database is."""

    __tablename__ = "birth"
    __table_args__ = (
        CheckConstraint("id = 1", name="one_row"),
        CheckConstraint("kind IN ('live', 'demo')", name="kind"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(String(4))
    born_at: Mapped[datetime] = mapped_column(UtcDateTime)


def mark_birth(session: Session, *, kind: str, now: datetime) -> None:
    """Say once what the database is; saying the same again changes nothing.

    :raises WrongKind: when it was born of the other kind.
    """
    if kind not in KINDS:
        raise ValueError(f"{kind!r} is neither 'live' nor 'demo'")
    born = session.get(Birth, 1)
    if born is None:
        session.add(Birth(id=1, kind=kind, born_at=now))
    elif born.kind != kind:
        raise WrongKind(_sentence(born.kind, kind))


def check_birth(storage: Storage, settings: Settings) -> None:
    """Refuse a database of the other kind; one without tables yet is let through."""
    if not inspect(storage.engine).has_table(Birth.__tablename__):
        return
    with storage.read() as session:
        kind = session.scalar(select(Birth.kind))
    if kind is not None and kind != settings.kind:
        raise WrongKind(_sentence(kind, settings.kind))


def birth_now(storage: Storage, settings: Settings) -> None:
    """Mark the database in a transaction of its own; for the command that makes it."""
    now = clock.present()
    with storage.write(now=now) as session:
        mark_birth(session, kind=settings.kind, now=now)


def _sentence(born: str, asked: str) -> str:
    return (
        f"This database was born {born!r} and AUYL_KIND is {asked!r}: a database keeps its kind for "
        "ever. Set AUYL_KIND to the database's kind, or DATABASE_URL to another database."
    )
