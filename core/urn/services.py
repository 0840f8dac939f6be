"""The urn: answers go in sealed beside a trace, and come out mixed, without it.

A deposit writes one row. Mixing takes at least :data:`SMALLEST_BATCH` answers of each of some cells,
opens and shuffles each cell's, hands them to the room that owns the box, moves the traces to the
ledger in the order of their (random) bytes and deletes the intake rows: one transaction.
"""

from __future__ import annotations

import secrets
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import Row, delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from core import audit
from core.clock import day_of
from core.codes import receipt_of
from core.errors import Unavailable
from core.room import MixedGroup, MixedTaker, TakerOfMany
from core.storage import Storage, commit
from core.urn.keys import KeyRing
from core.urn.models import Intake, IntakeKey, LedgerEntry, TraceKind
from core.urn.portions import Portion, portions
from core.urn.queries import is_counted, waiting, waiting_in_all
from core.urn.rotation import current_key, hold_still, missing_keys
from core.urn.sealing import PADDED, Opener, TamperedAnswer, seal

SMALLEST_BATCH = 5
#: Built once: on the resident's path, building a statement costs more than sending it.
_INSERT_ONCE = {
    dialect.dialect.name: dialect.insert(Intake.__table__)
    .on_conflict_do_nothing()
    .returning(Intake.__table__.c.trace)
    for dialect in (sqlite, postgresql)
}


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


def mix_portion(
    session: Session,
    *,
    keys: KeyRing,
    box: str,
    portion: Portion,
    takers: Mapping[str, MixedTaker],
    now: datetime,
    closing: bool = False,
) -> int:
    """Mix the cells of a portion, each by itself, if it has enough or the box is closing.

    Answers that came in different ways (tickets, codes, imports, each visit with a tablet) are grouped apart:
    a ballot shows its origin, so one web answer among four imported ones would be found by its trace. At
    closing all that is left of a cell is one group. Returns how many answers were taken; each group is
    one entry of the journal.

    Answers whose key file is missing go on waiting.

    :raises Unavailable: when a key file is missing at closing, which cannot leave answers behind.
    """
    hold_still(session)
    held = set(session.scalars(select(IntakeKey.name).where(IntakeKey.held_until.is_not(None))))
    lost = frozenset() if closing else missing_keys(session, keys=keys)
    taken: dict[tuple[str, ...], list[Row]] = defaultdict(list)
    for row in _waiting_rows(session, box, portion, lost):
        way = () if closing else (row.kind.value, row.key_name if row.key_name in held else "")
        taken[(row.cell, *way)].append(row)
    taken = {group: rows for group, rows in taken.items() if closing or len(rows) >= SMALLEST_BATCH}
    if not taken:
        return 0
    rows = sorted((row for rows in taken.values() for row in rows), key=lambda row: row.trace)
    openers = {name: Opener(keys.private(name)) for name in {row.key_name for row in rows}}
    order = sorted(taken)
    groups = [
        _group(taken[group], openers, held, box=box, cell=group[0], day=day_of(now), closing=closing)
        for group in order
    ]
    digests = _take(takers, session, groups)
    _move_traces(session, box, rows)
    for group, digest, way in zip(groups, digests, order, strict=True):
        count = len(group.answers)
        audit.record(
            session, actor="system", action="urn.mix", subject=f"{box}/{group.cell}", box=box,
            cell=group.cell, day=group.day.isoformat(), count=count,
            spoiled=len(taken[way]) - count, digest=digest,
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
    hold_still(session)
    return sum(
        mix_portion(
            session, keys=keys, box=box, portion=portion, takers=takers, now=now, closing=closing
        )
        for portion in portions(waiting(session, box), smallest=1 if closing else SMALLEST_BATCH)
    )  # fmt: skip


def mix_waiting(
    storage: Storage,
    *,
    keys: KeyRing,
    takers: Mapping[str, MixedTaker],
    now: datetime,
    progress: Callable[[int], object] = lambda _: None,
) -> int:
    """Mix every ripe cell of every box, each portion in its own transaction; the job of the mixer.

    :raises Unavailable: when a key file is missing, after all that can be opened was mixed.
    """
    boxes: dict[str, dict[str, int]] = defaultdict(dict)
    with storage.read() as session:
        for box, cell, count in waiting_in_all(session):
            boxes[box][cell] = count
    total = 0
    for box, cells in boxes.items():
        for portion in portions(cells, smallest=SMALLEST_BATCH):
            with storage.writing() as session:
                taken = mix_portion(session, keys=keys, box=box, portion=portion, takers=takers, now=now)
                commit(session, now=now)
            total += taken
            progress(taken)
    with storage.read() as session:
        for name in sorted(missing_keys(session, keys=keys)):
            keys.require(name)
    return total


def _waiting_rows(session: Session, box: str, portion: Portion, lost: frozenset[str]) -> Sequence[Row]:
    """The waiting rows of a portion, in the order of their random traces, held against replacement.

    :param lost: the keys that cannot be opened now; what is under them is left.
    """
    columns = Intake.cell, Intake.trace, Intake.kind, Intake.key_name, Intake.sealed
    query = select(*columns).where(Intake.box == box, Intake.cell.in_(portion.cells))
    if lost:
        query = query.where(Intake.key_name.not_in(lost))
    return session.execute(query.order_by(Intake.trace).limit(portion.most).with_for_update()).all()


def _group(rows: Iterable[Row], openers: Mapping[str, Opener], held: set[str], **facts: object) -> MixedGroup:
    """The answers of one cell in an order of their own; what does not open is left out."""
    opened = []
    for row in rows:
        with suppress(TamperedAnswer):
            opened.append((openers[row.key_name].open(row.sealed), row.key_name in held))
    secrets.SystemRandom().shuffle(opened)
    devices = frozenset(place for place, (_, is_of_device) in enumerate(opened) if is_of_device)
    return MixedGroup(answers=tuple(answer for answer, _ in opened), devices=devices, **facts)


def _take(takers: Mapping[str, MixedTaker], session: Session, groups: Sequence[MixedGroup]) -> Sequence[str]:
    """Hand the groups of one box to their room; returns the digests of what it wrote."""
    box = groups[0].box
    prefix = box.partition(":")[0]
    if prefix not in takers:
        raise Unavailable(_l("No room takes the answers of the box “%(box)s”.", box=box))
    taker = takers[prefix]
    if isinstance(taker, TakerOfMany):
        return taker.take(session, groups)
    return [taker(session, group) for group in groups]


def _move_traces(session: Session, box: str, rows: Sequence[Row]) -> None:
    """Write the traces that carry a receipt to the ledger and delete the intake rows."""
    kept = [{"box": box, "trace": r.trace, "kind": r.kind} for r in rows if r.kind is not TraceKind.ROW]
    if kept:
        session.execute(insert(LedgerEntry.__table__), kept)
    for start in range(0, len(rows), 500):
        traces = [row.trace for row in rows[start : start + 500]]
        session.execute(
            delete(Intake.__table__).where(Intake.box == box, Intake.trace.in_(traces))
        )  # fmt: skip


def _insert_once(session: Session, row: dict[str, object]) -> bool:
    """Insert an intake row unless its trace is there; whether it was inserted."""
    return session.execute(_INSERT_ONCE[session.get_bind().dialect.name], row).first() is not None
