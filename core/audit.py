"""The journal: one append-only, hash-chained table of every act that could matter later.

Services call :func:`record`; the entries wait in the session and the edge appends them last before
its commit, under a lock, so that numbers have no gaps and each previous hash is used once. People
stand in it by reference only. Signed heads go to `settings.data_directory / "heads"`.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import structlog
from sqlalchemy import CheckConstraint, String, Text, UniqueConstraint, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from core.storage import Base, UtcDateTime

log = structlog.get_logger()
GENESIS = "0" * 64
_LOCK = 0x4155594C  # one fixed number for the advisory lock of PostgreSQL

#: Acts after which a signed head leaves the database at once.
HEADED = frozenset({"open", "close", "exclude", "freeze", "publish"})


class JournalEntry(Base):
    """One act: who (by reference), what, on what, with which facts, chained to the one before."""

    __tablename__ = "journal"
    __table_args__ = (
        UniqueConstraint("previous"),
        UniqueConstraint("digest"),
        CheckConstraint("number > 0", name="positive_number"),
    )

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor: Mapped[str] = mapped_column(String(64))
    action: Mapped[str] = mapped_column(String(64))
    subject: Mapped[str] = mapped_column(String(128))
    details: Mapped[str] = mapped_column(Text)
    previous: Mapped[str] = mapped_column(String(64))
    digest: Mapped[str] = mapped_column(String(64))


@dataclass(frozen=True, slots=True)
class Pending:
    """An act that waits in the session for its number."""

    actor: str
    action: str
    subject: str
    details: str


@dataclass(frozen=True, slots=True)
class ChainFault:
    """Where the chain breaks and how."""

    number: int
    fault: str


def canonical(value: object) -> str:
    """JSON with sorted keys, no spaces and no escapes: one text for one value."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def record(session: Session, *, actor: str, action: str, subject: str, **details: object) -> None:
    """Collect an act for the journal.

    :param actor: a reference such as ``account:7`` or ``system``, never a name.
    :param action: ``noun.verb`` in the past's stead, such as ``campaign.open``.
    :param subject: a reference such as ``campaign:2026-main``.
    :param details: facts that JSON can hold; no personal data.
    """
    pending: list[Pending] = session.info.setdefault("journal", [])
    pending.append(Pending(actor, action, subject, canonical(details)))


def collected(session: Session) -> tuple[Pending, ...]:
    """The acts of this session that are not in the journal yet."""
    return tuple(session.info.get("journal", ()))


def append_pending(session: Session, *, now: datetime) -> list[JournalEntry]:
    """Number, chain and insert what was collected; called by :func:`core.storage.commit` alone."""
    pending: list[Pending] = session.info.pop("journal", [])
    if not pending:
        return []
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    last = session.scalars(select(JournalEntry).order_by(JournalEntry.number.desc()).limit(1)).first()
    number, previous = (last.number, last.digest) if last else (0, GENESIS)
    entries = []
    for act in pending:
        number += 1
        digest = entry_digest(number, now, act.actor, act.action, act.subject, act.details, previous)
        entry = JournalEntry(
            number=number, at=now, actor=act.actor, action=act.action, subject=act.subject,
            details=act.details, previous=previous, digest=digest,
        )  # fmt: skip
        session.add(entry)
        entries.append(entry)
        previous = digest
    session.flush()
    if any(act.action.rpartition(".")[2] in HEADED for act in pending):
        session.info["journal_head"] = (number, previous, now)
    return entries


def entry_digest(
    number: int, at: datetime, actor: str, action: str, subject: str, details: str, previous: str
) -> str:
    """SHA-256 over the canonical JSON of everything in an entry but its own digest."""
    moment = at.astimezone(UTC).isoformat(timespec="microseconds")
    body = canonical([number, moment, actor, action, subject, details, previous])
    return hashlib.sha256(body.encode()).hexdigest()


def chain_faults(session: Session) -> Iterator[ChainFault]:
    """Walk the whole chain and yield each place where it does not hold."""
    expected, previous = 1, GENESIS
    for entry in session.scalars(select(JournalEntry).order_by(JournalEntry.number)).yield_per(1000):
        if entry.number != expected:
            yield ChainFault(entry.number, f"number {expected} is missing")
        if entry.previous != previous:
            yield ChainFault(entry.number, "does not follow the entry before it")
        own = entry_digest(
            entry.number, entry.at, entry.actor, entry.action, entry.subject, entry.details, entry.previous
        )
        if own != entry.digest:
            yield ChainFault(entry.number, "its content does not match its digest")
        expected, previous = entry.number + 1, entry.digest


def publish_heads(session: Session) -> None:
    """Write the signed head that the last commit asked for, if it did.

    What was committed stays so when the head cannot be written: the log and the doctor say it then.
    """
    head = session.info.pop("journal_head", None)
    directories: tuple[Path, Path] | None = session.info.get("heads")
    if head is None or directories is None:
        return
    number, digest, at = head
    try:
        write_head(*directories, number=number, digest=digest, at=at)
    except (OSError, ValueError) as fault:
        log.error("journal.head_not_written", number=number, fault=type(fault).__name__)


def write_head(heads: Path, keys: Path, *, number: int, digest: str, at: datetime) -> Path:
    """Sign (Ed25519) the head of the chain and write it as one small JSON file for the keepers."""
    from nacl.encoding import HexEncoder
    from nacl.signing import SigningKey

    path = keys / "journal-signing.key"
    if not path.exists():
        _put_key(path, SigningKey.generate().encode(HexEncoder))
    key = SigningKey(path.read_bytes(), HexEncoder)
    body = {"number": number, "digest": digest, "at": at.isoformat()}
    signature = key.sign(canonical(body).encode()).signature.hex()
    heads.mkdir(parents=True, exist_ok=True)
    target = heads / f"{number:09d}.json"
    draft = target.with_name(f"{target.name}.{os.getpid()}.part")
    draft.write_text(
        canonical({**body, "signature": signature, "public_key": key.verify_key.encode().hex()}) + "\n"
    )
    draft.rename(target)
    return target


def _put_key(path: Path, content: bytes) -> None:
    """Put a key durably on disk, whole; one that another process has put meanwhile stays."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor, draft = tempfile.mkstemp(dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(draft, path)
    finally:
        Path(draft).unlink()
