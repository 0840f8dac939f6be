"""The arrivals of this process: counted in memory beside a taken answer, written apart from it, later.

The resident's POST touches no counter row: a thread of the process wakes each minute and writes what is
finished in a short transaction of its own, and all the rest when the process ends. A crash loses at most
the last bins and that day's numbers of sources: signals, never answers.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from datetime import datetime

import structlog
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from core import clock
from core.storage import Base, Storage
from surveys.answers import Origin
from surveys.signals.counting import BIN_MINUTES, ArrivalCounter, Taken
from surveys.signals.models import Arrival, ArrivalDay

EVERY_SECONDS = 60
log = structlog.get_logger()
_counter = ArrivalCounter()
_writer: list[Storage | threading.Thread] = []
_starting = threading.Lock()


def note(
    campaign_id: int, kato: str, origin: Origin, source: str, has_script: bool, now: datetime,
    is_trapped: bool = False,
) -> None:  # fmt: skip
    """Count a new answer that was let in; `source` is the caller's daily mark."""
    _counter.add(
        campaign_id, kato, origin.value, source, day=clock.day_of(now), bin=bin_of(now),
        has_script=has_script, is_trapped=is_trapped,
    )  # fmt: skip
    if len(_writer) == 1:
        _start_writer()


def flush(session: Session, now: datetime, *, everything: bool = False) -> int:
    """Write the finished bins and days (or everything) in the caller's transaction; returns how many rows.

    What the database refuses is counted again.
    """
    taken = _counter.take(clock.day_of(now), bin_of(now), everything=everything)
    try:
        return _write(session, taken)
    except SQLAlchemyError:
        _counter.put_back(taken)
        raise


def forget() -> None:
    """Drop what was counted and not written."""
    _counter.forget()


def keep_writing(storage: Storage) -> None:
    """Say where this process writes; the thread starts with the first arrival, so after any fork."""
    _writer[:] = [storage]


def bin_of(instant: datetime) -> int:
    """The ten minutes of the day, in Kazakhstan, in which an instant lies."""
    local = instant.astimezone(clock.KAZAKHSTAN)
    return (local.hour * 60 + local.minute) // BIN_MINUTES


def _write(session: Session, taken: Taken) -> int:
    _add(session, Arrival, ("n",), ({**_row(count), "origin": Origin(count.origin)} for count in taken.bins))
    _add(
        session, ArrivalDay, ("n", "sources", "largest", "unscripted", "trapped"),
        (_row(count) for count in taken.days),
    )  # fmt: skip
    return len(taken.bins) + len(taken.days)


def _row(count: object) -> dict[str, object]:
    return {name: getattr(count, name) for name in count.__slots__}


def _add(
    session: Session, model: type[Base], sums: tuple[str, ...], rows: Iterable[dict[str, object]]
) -> None:
    """Insert the rows, or add their numbers to those that another process or start has written."""
    given = list(rows)
    if not given:
        return
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    table = model.__table__
    insert = dialect.insert(table)
    added = {name: table.c[name] + insert.excluded[name] for name in sums}
    keys = [column.name for column in table.primary_key]
    session.execute(insert.on_conflict_do_update(index_elements=keys, set_=added), given)


def _start_writer() -> None:
    with _starting:
        if len(_writer) == 1:
            # Servers answer in daemon threads, which pass that on: say that this one is waited for.
            thread = threading.Thread(
                target=_write_until_the_end, args=(_writer[0],), name="arrivals", daemon=False
            )
            _writer.append(thread)
            thread.start()


def _write_until_the_end(storage: Storage) -> None:
    """Write once a minute, and all that is left when the main thread has ended.

    Not a daemon: the interpreter waits for it, so a graceful stop loses nothing, whichever way the server
    ends its workers.
    """
    main, waited = threading.main_thread(), 0
    while main.is_alive():
        main.join(1)
        waited += 1
        if waited >= EVERY_SECONDS:
            waited = 0
            _write_apart(storage)
    _write_apart(storage, everything=True)


def _write_apart(storage: Storage, *, everything: bool = False) -> None:
    """Write in a transaction of its own; what could not be committed is counted again."""
    now = clock.present()
    taken = _counter.take(clock.day_of(now), bin_of(now), everything=everything)
    if not taken.bins and not taken.days:
        return
    try:
        with storage.write(now=now) as session:
            _write(session, taken)
    except SQLAlchemyError:
        _counter.put_back(taken)
        log.warning("arrivals.not_written")
