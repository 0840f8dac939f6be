"""One sealed answer into the intake in one short transaction, for the path that comes in thousands.

The same row and the same certainty as :func:`core.urn.services.deposit_sealed`, by the driver's own
connections: what it returns for True is durably on disk. Whatever is not the plain case (a trace that is
there already, a condition that does not hold, a database that does not answer) writes nothing and returns
False: then the caller goes the ordinary way, which says what is the matter.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from threading import Lock

from sqlalchemy import ColumnElement, Engine, Executable, bindparam, delete, event, exists, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.pool import PoolProxiedConnection

from core.urn.models import Intake, LedgerEntry

_INTAKE, _LEDGER = Intake.__table__, LedgerEntry.__table__
_COLUMNS = ("box", "trace", "cell", "kind", "key_name", "sealed")
_MOST_IDLE = 8


@dataclass(frozen=True, slots=True)
class _Text:
    """A statement as the driver takes it: its text, the order of its values, and those that never change."""

    text: str
    names: tuple[str, ...]
    fixed: Mapping[str, object]


@dataclass(slots=True)
class _Waiting:
    """A row that waits for its turn, and then whether it is new."""

    given: Mapping[str, object]
    is_new: bool | None = None


class QuickIntake:
    """The short way into the urn of one database.

    :param condition: what must hold in the same transaction, such as that a campaign takes answers; its
        parameters are given with each answer.
    """

    def __init__(self, engine: Engine, condition: ColumnElement[bool]) -> None:
        self._engine, self._is_sqlite = engine, engine.dialect.name == "sqlite"
        dialect = sqlite if self._is_sqlite else postgresql
        given = select(*(bindparam(name, type_=_INTAKE.c[name].type) for name in _COLUMNS))
        is_counted = exists().where(_LEDGER.c.box == bindparam("box"), _LEDGER.c.trace == bindparam("trace"))
        insert = dialect.insert(_INTAKE).from_select(_COLUMNS, given.where(condition, ~is_counted))
        self._insert = self._text(insert.on_conflict_do_nothing())
        # As in the ordinary way: a mixer that moved the trace meanwhile has committed by then.
        self._take_back = self._text(
            delete(_INTAKE).where(
                _INTAKE.c.box == bindparam("box"), _INTAKE.c.trace == bindparam("trace"), is_counted
            )
        )
        self._turn = Lock()
        self._waiting: deque[_Waiting] = deque()
        self._idle: deque[PoolProxiedConnection] = deque()
        event.listen(engine, "engine_disposed", lambda _: self.close())

    def put(self, row: Mapping[str, object], **facts: object) -> bool:
        """Write the row of an answer unless its trace has been here; whether it stands there now, by this.

        :param row: a value for each column of the intake, as the driver takes it.
        """
        given = {**self._insert.fixed, **row, **facts}
        return self._in_turn(given) if self._is_sqlite else self._written([given])[0]

    def close(self, *, leave: int = 0) -> None:
        """Close the connections that nobody uses."""
        while len(self._idle) > leave:
            with suppress(IndexError):
                _close(self._idle.pop())

    def _take(self) -> PoolProxiedConnection:
        with suppress(IndexError):
            return self._idle.pop()
        connection = self._engine.raw_connection()
        connection.detach()
        if not self._is_sqlite:
            connection.dbapi_connection.autocommit = True
        return connection

    def _in_turn(self, given: Mapping[str, object]) -> bool:
        """Write with whoever else waits: SQLite has one writer, and a commit takes the time of many rows.

        The first in turn writes for all that have come meanwhile; the others find their outcome.
        """
        mine = _Waiting(given)
        self._waiting.append(mine)
        with self._turn:
            if mine.is_new is None:
                together = [self._waiting.popleft() for _ in range(len(self._waiting))]
                outcomes = self._written([one.given for one in together])
                for one, is_new in zip(together, outcomes, strict=True):
                    one.is_new = is_new
        return bool(mine.is_new)

    def _written(self, rows: list[Mapping[str, object]]) -> list[bool]:
        """Which of the rows are new, and durably there; none where the database fails."""
        connection, write = None, self._into_sqlite if self._is_sqlite else self._into_postgresql
        try:
            connection = self._take()
            outcomes = write(connection.dbapi_connection, rows)
        except self._engine.dialect.loaded_dbapi.Error:
            if connection is not None:
                _close(connection)
            return [False] * len(rows)
        self._idle.append(connection)
        if len(self._idle) > _MOST_IDLE:
            self.close(leave=_MOST_IDLE)
        return outcomes

    def _into_sqlite(self, connection, rows: list[Mapping[str, object]]) -> list[bool]:
        connection.execute("BEGIN IMMEDIATE")
        try:
            # There is one writer at a time, so nothing can have happened in between.
            outcomes = [
                connection.execute(
                    self._insert.text, [_as_text(row[name]) for name in self._insert.names]
                ).rowcount == 1
                for row in rows
            ]  # fmt: skip
            connection.execute("COMMIT")
        except BaseException:
            with suppress(self._engine.dialect.loaded_dbapi.Error):
                connection.execute("ROLLBACK")
            raise
        return outcomes

    def _into_postgresql(self, connection, rows: list[Mapping[str, object]]) -> list[bool]:
        (row,) = rows
        # Both statements travel together and are one transaction; each sees what is committed by then.
        with connection.pipeline():
            put = connection.execute(self._insert.text, row)
            taken_back = connection.execute(self._take_back.text, row)
        return [put.rowcount == 1 and taken_back.rowcount == 0]

    def _text(self, statement: Executable) -> _Text:
        compiled = statement.compile(dialect=self._engine.dialect)
        fixed = {name: value for name, value in compiled.params.items() if value is not None}
        return _Text(str(compiled), tuple(compiled.positiontup or ()), fixed)


def _as_text(value: object) -> object:
    """Dates as SQLite keeps them."""
    return value.isoformat() if isinstance(value, date) else value


def _close(connection: PoolProxiedConnection) -> None:
    with suppress(Exception):  # it is being thrown away because it fails
        connection.close()
