"""What the doctor looks at: each check says ok or fault, and the remedy.

Reads only. Sentences are for the person who runs the server, in English, like the commands.
"""

from __future__ import annotations

import shutil
import stat
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy import select, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from core import migrations
from core.birth import Birth
from core.errors import AuylError
from core.journal.queries import SIGNING_KEY, journal_faults, own_public_key, waiting_head
from core.room import Room
from core.settings import Settings
from core.storage import Storage

LEAST_FREE = 500 * 1024 * 1024
MOST_FAULTS = 3


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the doctor: what was looked at, whether it is well, what was seen, what to do."""

    check: str
    is_ok: bool
    seen: str
    remedy: str = ""


def examine(
    storage: Storage, settings: Settings, rooms: Sequence[Room], *, now: datetime
) -> Iterator[Finding]:
    """Every check; what needs the database is left out when it does not answer."""
    yield check_address(settings)
    yield check_data_directory(settings.data_directory)
    yield from check_keys(settings.key_directory)
    yield check_signing_key(settings.key_directory)
    reachable = check_reachable(storage)
    yield reachable
    if not reachable.is_ok:
        return
    schema = check_schema(storage)
    yield schema
    if not schema.is_ok:
        return
    with storage.read() as session:
        yield check_kind(session, settings)
        yield from check_rooms(session, rooms)
        yield from check_up(session, rooms, now=now)
        yield check_journal(session, settings)
        yield check_heads(session, settings)


def check_address(settings: Settings) -> Finding:
    """Whether the public address protects what is sent to it."""
    name = "settings"
    host = urlsplit(settings.public_url).hostname or ""
    if settings.is_demo or settings.is_secure or is_loopback(host):
        return Finding(name, True, f"{settings.kind}, {settings.public_url}, {settings.workers} worker(s)")
    return Finding(
        name, False, f"the public address {settings.public_url} is not HTTPS",
        "set AUYL_PUBLIC_URL to the https:// address that people use",
    )  # fmt: skip


def check_data_directory(directory: Path) -> Finding:
    """Whether documents, heads and the database can be written, with room to spare."""
    name = "data directory"
    if not directory.is_dir():
        return Finding(name, False, f"{directory} is no directory", "run `flask doctor migrate`")
    free = shutil.disk_usage(directory).free
    if free < LEAST_FREE:
        return Finding(
            name, False, f"{free // 1024**2} MB are free at {directory}", "make room: 500 MB at the least"
        )
    return Finding(name, True, f"{directory}, {free // 1024**3} GB free")


def check_keys(directory: Path) -> Iterator[Finding]:
    """Whether the key directory and its files are readable by their owner alone."""
    name = "key directory"
    if not directory.exists():
        yield Finding(name, True, f"{directory} will be made with the first key")
        return
    loose = [path for path in (directory, *sorted(directory.iterdir())) if _is_open(path)]
    for path in loose:
        kind = "700" if path.is_dir() else "600"
        yield Finding(name, False, f"{path} can be read by others", f"chmod {kind} {path}")
    if not loose:
        yield Finding(name, True, f"{directory}, its owner's alone")


def check_signing_key(directory: Path) -> Finding:
    """Whether the key that signs the journal's heads can be used."""
    name, path = "journal signing key", directory / SIGNING_KEY
    if not path.exists():
        return Finding(name, True, "will be made with the first signed head")
    try:
        own_public_key(directory)
    except (OSError, ValueError):
        return Finding(name, False, f"{path} is damaged or not readable", "put it back from its safe copy")
    return Finding(name, True, str(path))


def check_reachable(storage: Storage) -> Finding:
    """Whether the database answers."""
    name = "database"
    try:
        with storage.engine.connect() as connection:
            connection.execute(text("SELECT 1"))
            version = ".".join(str(part) for part in connection.dialect.server_version_info)
    except SQLAlchemyError as fault:
        return Finding(
            name, False, f"it does not answer: {type(fault).__name__}",
            "start the database, or correct DATABASE_URL",
        )  # fmt: skip
    return Finding(name, True, f"{storage.engine.dialect.name} {version}")


def check_schema(storage: Storage) -> Finding:
    """Whether the tables are those of this release."""
    found = migrations.differences(storage.engine)
    if found:
        return Finding("schema", False, f"{len(found)} differences from this release",
                       "run `flask doctor migrate`")  # fmt: skip
    return Finding("schema", True, "as this release needs it")


def check_kind(session: Session, settings: Settings) -> Finding:
    """Whether the database was born, and of the kind that the settings ask for."""
    kind = session.scalar(select(Birth.kind))
    if kind is None:
        return Finding(
            "birth mark", False, "the database was never marked demo or live", "run `flask doctor migrate`"
        )
    if kind != settings.kind:
        return Finding(
            "birth mark", False, f"the database is {kind}, AUYL_KIND is {settings.kind}",
            "set AUYL_KIND or DATABASE_URL so that they agree",
        )  # fmt: skip
    return Finding("birth mark", True, kind)


def check_rooms(session: Session, rooms: Sequence[Room]) -> Iterator[Finding]:
    """What each room says about its own readiness."""
    for room in rooms:
        for name, check in room.readiness.items():
            yield _asked(f"{room.name}: {name}", partial(check, session), well="ready", ill="not ready")


def check_up(session: Session, rooms: Sequence[Room], *, now: datetime) -> Iterator[Finding]:
    """What each room wants done before long."""
    for room in rooms:
        for name, check in room.checkups.items():
            yield _asked(
                f"{room.name}: {name}", partial(check, session, now), well="in order", ill="not in order"
            )


def _asked(name: str, check: Callable[[], str | None], *, well: str, ill: str) -> Finding:
    try:
        fault = check()
    except (AuylError, OSError) as error:
        fault = str(error)
    return Finding(name, False, ill, str(fault)) if fault else Finding(name, True, well)


def check_journal(session: Session, settings: Settings) -> Finding:
    """Whether the journal's chain holds and agrees with its signed heads."""
    heads = settings.data_directory / "heads"
    try:
        faults = list(journal_faults(session, heads=heads, keys=settings.key_directory))
    except (OSError, ValueError) as error:
        return Finding("journal", False, f"not readable: {error}", f"look at {settings.key_directory}")
    if not faults:
        return Finding("journal", True, "the chain holds")
    shown = "; ".join(f"{fault.number}: {fault.fault}" for fault in faults[:MOST_FAULTS])
    return Finding(
        "journal", False, f"{len(faults)} faults: {shown}",
        "keep this database as it is, compare it with the heads at the keepers and with backups",
    )  # fmt: skip


def check_heads(session: Session, settings: Settings) -> Finding:
    """Whether a signed head has left after each act that needs one."""
    name, heads = "signed heads", settings.data_directory / "heads"
    waiting = waiting_head(session, heads=heads)
    if waiting is None:
        return Finding(name, True, str(heads))
    return Finding(
        name, False, f"none has left since entry {waiting}",
        f"let the service write {heads} and its keys, then run `flask audit head`",
    )  # fmt: skip


def is_loopback(host: str) -> bool:
    """Whether a host is this machine."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _is_open(path: Path) -> bool:
    return bool(path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO))
