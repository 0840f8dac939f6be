"""The database: the declarative base, column types, engines and the one way to commit.

SQLite in WAL mode with full synchronisation is the default, PostgreSQL the alternative. Services
get a session and never commit: the web or command edge calls :func:`commit` once, which appends
the journal's entries last. Nothing here knows a table by name except through the journal.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from pathlib import Path

from sqlalchemy import (
    BigInteger,
    DateTime,
    Dialect,
    Engine,
    Enum,
    Integer,
    MetaData,
    String,
    TypeDecorator,
    create_engine,
    event,
)
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

#: For tables that must not remember the order of their rows (`__table_args__`).
WITHOUT_ROWID = {"sqlite_with_rowid": False}

#: A growing key: 64 bits on PostgreSQL, the row's own number on SQLite.
SerialKey = BigInteger().with_variant(Integer, "sqlite")


class Base(DeclarativeBase):
    """The base of every table of the product."""

    metadata = MetaData(naming_convention=NAMING)


class UtcDateTime(TypeDecorator[datetime]):
    """An instant in UTC; a naive datetime is refused, because it names no instant."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone: give an aware datetime")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class ExactInteger(TypeDecorator[int]):
    """A whole number of any size, kept as decimal digits: sums of squares pass 64 bits."""

    impl = String(48)
    cache_ok = True

    def process_bind_param(self, value: int | None, dialect: Dialect) -> str | None:
        return None if value is None else str(int(value))

    def process_result_value(self, value: str | None, dialect: Dialect) -> int | None:
        return None if value is None else int(value)


class ExactDecimal(TypeDecorator[Decimal]):
    """A decimal kept digit by digit: 54.70 stays 54.70, on every database."""

    impl = String(48)
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> str | None:
        return None if value is None else str(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(value)


def enum_column(kind: type[StrEnum], name: str) -> Enum:
    """An enumeration stored by value, with a named CHECK in the database."""
    return Enum(
        kind,
        name=name,
        native_enum=False,
        create_constraint=True,
        length=24,
        values_callable=lambda members: [member.value for member in members],
    )


@dataclass(frozen=True, slots=True)
class Storage:
    """The engine and its sessions. Writing sessions take SQLite's write lock at the start."""

    engine: Engine
    reading: sessionmaker[Session]
    writing: sessionmaker[Session]

    @contextmanager
    def write(self, *, now: datetime | None = None) -> Iterator[Session]:
        """A session that commits (journal last) at the end, or rolls back on an error."""
        with self.writing() as session:
            yield session
            commit(session, now=now or datetime.now(UTC))

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session whose changes, if any, are thrown away."""
        with self.reading() as session:
            yield session


def open_storage(url: str, *, pool_size: int = 8, heads: tuple[Path, Path] | None = None) -> Storage:
    """Connect lazily to `url`; SQLite gets WAL, full durability, secure deletion and foreign keys.

    An error names the statement and never its values: what it says may be shown or logged.

    :param heads: where signed journal heads are written, and where their signing key is.
    """
    if url.startswith("sqlite"):
        engine = create_engine(url, hide_parameters=True, connect_args={"timeout": 30})
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        locking = engine.execution_options(sqlite_begin="IMMEDIATE")
    else:
        engine = create_engine(
            url, hide_parameters=True, pool_size=pool_size, max_overflow=pool_size, pool_pre_ping=True
        )
        locking = engine
    return Storage(
        engine=engine,
        reading=sessionmaker(engine, expire_on_commit=False),
        writing=sessionmaker(locking, expire_on_commit=False, info={"heads": heads}),
    )


def lock_row(session: Session, row: Base, *, is_shared: bool = False) -> None:
    """Lock a row until the commit, and read what others have made of it meanwhile.

    What this session has changed is written first: reading again would forget it.
    """
    session.flush()
    session.refresh(row, with_for_update={"read": True} if is_shared else True)


def commit(session: Session, *, now: datetime) -> None:
    """Append the collected journal entries and commit: the last act of an edge."""
    from core.audit import append_pending, publish_heads  # the journal is a table of this base

    session.flush()
    append_pending(session, now=now)
    session.commit()
    publish_heads(session)


def _prepare_sqlite(connection, record) -> None:
    # The driver must not open transactions by itself: `_begin_sqlite` does.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "secure_delete=ON",
        "busy_timeout=30000",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection) -> None:
    # A reader that later writes would fail at once under WAL, so writers lock from the start.
    kind = connection.get_execution_options().get("sqlite_begin", "DEFERRED")
    connection.exec_driver_sql(f"BEGIN {kind}")
