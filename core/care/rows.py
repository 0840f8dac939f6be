"""Rows of PostgreSQL in and out of a backup: JSON lines, one table a file, types kept by a mark.

Nothing here knows what a table means, but for the journal, whose chain a copy must still hold.
"""

from __future__ import annotations

import base64
import json
import zipfile
from collections.abc import Callable, Iterator
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import Connection, Table, func, inspect, select, text
from sqlalchemy.orm import Session

from core.audit import GENESIS, JournalEntry, entry_digest
from core.storage import Base

BATCH = 1000


def dump_rows(session: Session, table: Table) -> Iterator[bytes]:
    """The rows as JSON lines, the columns' names first, in the order of the primary key."""
    yield _line([column.name for column in table.columns])
    rows = session.connection().execution_options(yield_per=BATCH)
    for row in rows.execute(select(table).order_by(*table.primary_key.columns)):
        yield _line([_encoded(value) for value in row])


def load_rows(connection: Connection, archive: zipfile.ZipFile, step: Callable[[int, int], None]) -> None:
    """Insert all rows, check the foreign keys at the end, and set the counters of growing keys."""
    tables = Base.metadata.sorted_tables
    foreign = [
        (table.name, key["name"])
        for table in tables
        for key in inspect(connection).get_foreign_keys(table.name)
    ]
    # Rows may point at rows of their own table that come later.
    _alter(connection, foreign, "DEFERRABLE INITIALLY DEFERRED")
    for done, table in enumerate(tables, start=1):
        for batch in _batches(_rows(archive, table.name)):
            connection.execute(table.insert(), batch)
        counter = table.autoincrement_column
        highest = None if counter is None else connection.scalar(select(func.max(counter)))
        if highest is not None:
            sequence = func.pg_get_serial_sequence(table.name, counter.name)
            connection.execute(select(func.setval(sequence, highest)))
        step(done, len(tables))
    connection.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
    _alter(connection, foreign, "NOT DEFERRABLE")


def loaded_journal_faults(archive: zipfile.ZipFile, manifest: dict[str, object]) -> Iterator[str]:
    """Where the copied rows differ in number from the list, or the copied journal's chain breaks."""
    for name, count in manifest["rows"].items():
        found = sum(1 for _row in _rows(archive, name))
        if found != count:
            yield f"{name} has {found} rows, the list says {count}"
    number, previous = 0, GENESIS
    for row in _rows(archive, JournalEntry.__tablename__):
        number += 1
        digest = entry_digest(
            row["number"], row["at"], row["actor"], row["action"], row["subject"], row["details"], previous
        )
        if (row["number"], row["previous"], row["digest"]) != (number, previous, digest):
            yield f"journal entry {row['number']}: the chain breaks"
        previous = row["digest"]
    if manifest["head"] != ([number, previous] if number else None):
        yield "the journal's head is not the one of the list"


def _alter(connection: Connection, foreign: list[tuple[str, str]], how: str) -> None:
    for table, name in foreign:
        connection.execute(text(f'ALTER TABLE "{table}" ALTER CONSTRAINT "{name}" {how}'))


def _rows(archive: zipfile.ZipFile, table: str) -> Iterator[dict[str, object]]:
    with archive.open(f"tables/{table}.jsonl") as file:
        columns = json.loads(file.readline())
        for line in file:
            yield dict(zip(columns, map(_decoded, json.loads(line)), strict=True))


def _batches(rows: Iterator[dict[str, object]]) -> Iterator[list[dict[str, object]]]:
    batch = []
    for row in rows:
        batch.append(row)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _line(values: list[object]) -> bytes:
    return json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _encoded(value: object) -> object:
    if isinstance(value, datetime):
        return {"at": value.isoformat()}
    if isinstance(value, date):
        return {"on": value.isoformat()}
    if isinstance(value, (bytes, memoryview)):
        return {"bytes": base64.b64encode(bytes(value)).decode()}
    if isinstance(value, Decimal):
        return {"decimal": str(value)}
    if isinstance(value, (dict, list)):
        return {"json": value}
    return value


def _decoded(value: object) -> object:
    if not isinstance(value, dict):
        return value
    ((mark, kept),) = value.items()
    readers: dict[str, Callable[[object], object]] = {
        "at": datetime.fromisoformat, "on": date.fromisoformat, "bytes": base64.b64decode,
        "decimal": Decimal, "json": lambda whole: whole,
    }  # fmt: skip
    return readers[mark](kept)
