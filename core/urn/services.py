"""The urn: answers go in sealed beside a trace, and come out mixed, without it.

A deposit writes one row. Mixing takes a group of at least :data:`SMALLEST_BATCH` answers of one
cell, opens and shuffles them, hands them to the room that owns the box, moves the traces to the
ledger in the order of their (random) bytes and deletes the intake rows: one transaction.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, insert, or_, select, text, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from core import audit
from core.clock import day_of
from core.codes import receipt_of
from core.errors import BadInput, Unavailable
from core.room import MixedGroup, MixedTaker
from core.storage import Storage, commit
from core.urn.keys import KeyRing
from core.urn.models import Intake, IntakeKey, LedgerEntry, TraceKind
from core.urn.queries import is_counted, waiting, waiting_in_all
from core.urn.sealing import PADDED, TamperedAnswer, open_sealed, seal

SMALLEST_BATCH = 5
LARGEST_BATCH = 2000
_LOCK = 0x55524E  # one mixer at a time on PostgreSQL; SQLite has one writer anyway


@dataclass(frozen=True, slots=True)
class Deposit:
    """What the resident may be told: the receipt (none for imported rows) and whether it was new."""

    receipt: str | None
    is_new: bool


def deposit(
    session: Session,
    *,
    keys: KeyRing,
    box: str,
    cell: str,
    trace: bytes,
    kind: TraceKind,
    answer: bytes,
    secret: str,
    replace: bool = False,
    size: int = PADDED,
    now: datetime,
) -> Deposit:
    """Seal an answer and write its one intake row; the same trace again changes nothing.

    :param replace: a second answer under the same trace replaces the first while that one waits
        (codes and verified modes); once mixed, it stays as it was.
    :param size: the one length to which all answers of the box are padded.
    :raises ValueError: when the answer is longer than the seal's one length.
    """
    key = current_key(session, keys=keys, now=now)
    is_new = deposit_sealed(
        session, box=box, cell=cell, trace=trace, kind=kind, key_name=key.name,
        sealed=seal(answer, key.public_key, size), replace=replace,
    )  # fmt: skip
    receipt = None if kind is TraceKind.ROW else receipt_of(secret, box, trace)
    return Deposit(receipt, is_new)


def deposit_sealed(
    session: Session,
    *,
    box: str,
    cell: str,
    trace: bytes,
    kind: TraceKind,
    key_name: str,
    sealed: bytes,
    replace: bool = False,
) -> bool:
    """Write the one intake row of an answer that is sealed already; whether it was new."""
    row = {
        "box": box, "trace": trace, "cell": cell, "kind": kind, "key_name": key_name, "sealed": sealed,
    }  # fmt: skip
    is_new = _insert_once(session, row)
    if not is_new and replace:
        session.execute(
            update(Intake)
            .where(Intake.box == box, Intake.trace == trace)
            .values(cell=cell, key_name=key_name, sealed=sealed)
        )
    # Asked after the insert: a mixer that moved the trace meanwhile has committed by now.
    if is_counted(session, box, trace):
        if is_new:
            session.execute(delete(Intake).where(Intake.box == box, Intake.trace == trace))
        is_new = False
    return is_new


def deposit_many(
    session: Session,
    *,
    keys: KeyRing,
    box: str,
    rows: Iterable[tuple[str, bytes]],
    now: datetime,
) -> int:
    """Deposit the rows of an import, each `(cell, answer)`, under random traces without receipts."""
    key = current_key(session, keys=keys, now=now)
    sealed = [
        {
            "box": box, "trace": secrets.token_bytes(32), "cell": cell, "kind": TraceKind.ROW,
            "key_name": key.name, "sealed": seal(answer, key.public_key),
        }
        for cell, answer in rows
    ]  # fmt: skip
    if sealed:
        session.execute(insert(Intake), sealed)
    return len(sealed)


def current_key(session: Session, *, keys: KeyRing, now: datetime) -> IntakeKey:
    """The key that new answers are sealed to; made on first need."""
    key = _newest_key(session)
    return key if key is not None else rotate_key(session, keys=keys, now=now)


def rotate_key(session: Session, *, keys: KeyRing, now: datetime) -> IntakeKey:
    """Retire the current key and make a new one, whose private half is on disk before its first use."""
    _lock(session)
    today = day_of(now)
    session.execute(update(IntakeKey).where(IntakeKey.retired_on.is_(None)).values(retired_on=today))
    name, public = keys.make()
    key = IntakeKey(name=name, public_key=public, made_on=today)
    session.add(key)
    session.flush()
    audit.record(session, actor="system", action="urn.rotate", subject=f"intake-key:{name}")
    return key


def hold_key(session: Session, *, keys: KeyRing, until: date, now: datetime) -> IntakeKey:
    """Make an intake key of its own, never the current one, that is kept until a day is past.

    For devices that seal answers themselves and send them later.

    :raises BadInput: when the day is past already.
    """
    today = day_of(now)
    if until < today:
        raise BadInput(
            _l("An intake key cannot be kept until %(day)s: that day is past.", day=until.isoformat())
        )
    name, public = keys.make()
    key = IntakeKey(name=name, public_key=public, made_on=today, retired_on=today, held_until=until)
    session.add(key)
    session.flush()
    audit.record(
        session, actor="system", action="urn.hold", subject=f"intake-key:{name}", until=until.isoformat()
    )
    return key


def forget_empty_keys(session: Session, *, now: datetime) -> list[str]:
    """Delete the rows of keys retired before today under which nothing waits; returns their names.

    A key that is held stays until its day is past.

    The edge destroys the files after its commit, so that a crash leaves a file too many, never one
    too few.
    """
    _lock(session)
    today, used = day_of(now), select(Intake.key_name).distinct()
    is_free = or_(IntakeKey.held_until.is_(None), IntakeKey.held_until < today)
    names = list(
        session.scalars(
            select(IntakeKey.name).where(IntakeKey.retired_on < today, is_free, IntakeKey.name.not_in(used))
        )
    )
    for name in names:
        session.execute(delete(IntakeKey).where(IntakeKey.name == name))
        audit.record(session, actor="system", action="urn.destroy", subject=f"intake-key:{name}")
    return names


def mix_group(
    session: Session,
    *,
    keys: KeyRing,
    box: str,
    cell: str,
    takers: Mapping[str, MixedTaker],
    now: datetime,
    closing: bool = False,
) -> int:
    """Mix what waits in one cell, if it is enough or the box is closing; returns how many answers.

    :raises Unavailable: when a key file is missing; the answers go on waiting.
    """
    _lock(session)
    rows = session.execute(
        select(Intake.trace, Intake.kind, Intake.key_name, Intake.sealed)
        .where(Intake.box == box, Intake.cell == cell)
        .order_by(Intake.trace)
        .limit(LARGEST_BATCH)
        .with_for_update()
    ).all()
    if not rows or (len(rows) < SMALLEST_BATCH and not closing):
        return 0
    private = {name: keys.private(name) for name in {row.key_name for row in rows}}
    answers, spoiled = [], 0
    for row in rows:
        try:
            answers.append(open_sealed(row.sealed, private[row.key_name]))
        except TamperedAnswer:
            spoiled += 1
    secrets.SystemRandom().shuffle(answers)
    group = MixedGroup(box=box, cell=cell, day=day_of(now), answers=tuple(answers), closing=closing)
    digest = _taker(takers, box)(session, group)
    kept = [{"box": box, "trace": r.trace, "kind": r.kind} for r in rows if r.kind is not TraceKind.ROW]
    if kept:
        session.execute(insert(LedgerEntry), kept)
    traces = [row.trace for row in rows]
    for start in range(0, len(traces), 500):
        session.execute(
            delete(Intake).where(Intake.box == box, Intake.trace.in_(traces[start : start + 500]))
        )
    audit.record(
        session, actor="system", action="urn.mix", subject=f"{box}/{cell}", box=box, cell=cell,
        day=group.day.isoformat(), count=len(answers), spoiled=spoiled, digest=digest,
    )  # fmt: skip
    return len(rows)


def mix_box(
    session: Session,
    *,
    keys: KeyRing,
    box: str,
    takers: Mapping[str, MixedTaker],
    now: datetime,
    closing: bool = False,
) -> int:
    """Mix every ripe cell of a box in the caller's transaction; at closing, every cell."""
    total = 0
    for cell in sorted(waiting(session, box)):
        while taken := mix_group(
            session, keys=keys, box=box, cell=cell, takers=takers, now=now, closing=closing
        ):
            total += taken
    return total


def mix_waiting(
    storage: Storage,
    *,
    keys: KeyRing,
    takers: Mapping[str, MixedTaker],
    now: datetime,
    progress: Callable[[int], object] = lambda _: None,
) -> int:
    """Mix every ripe cell of every box, each in a transaction of its own; the job of the mixer."""
    with storage.read() as session:
        ripe = [(box, cell) for box, cell, count in waiting_in_all(session) if count >= SMALLEST_BATCH]
    total = 0
    for box, cell in ripe:
        with storage.writing() as session:
            taken = mix_group(session, keys=keys, box=box, cell=cell, takers=takers, now=now)
            commit(session, now=now)
        total += taken
        progress(taken)
    return total


def _insert_once(session: Session, row: dict[str, object]) -> bool:
    """Insert an intake row unless its trace is there; whether it was inserted."""
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    statement = dialect.insert(Intake).values(row).on_conflict_do_nothing().returning(Intake.trace)
    return session.execute(statement).first() is not None


def _newest_key(session: Session) -> IntakeKey | None:
    query = select(IntakeKey).where(IntakeKey.retired_on.is_(None)).order_by(IntakeKey.name).limit(1)
    return session.scalars(query).first()


def _taker(takers: Mapping[str, MixedTaker], box: str) -> MixedTaker:
    prefix = box.partition(":")[0]
    if prefix not in takers:
        raise Unavailable(_l("No room takes the answers of the box “%(box)s”.", box=box))
    return takers[prefix]


def _lock(session: Session) -> None:
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
