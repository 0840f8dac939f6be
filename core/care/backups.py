"""Backups: one ZIP of the database and the documents, made while the server runs, never of the keys.

SQLite is copied as a fresh file without free pages (`VACUUM INTO`). PostgreSQL is copied as rows of
one snapshot, in the order of their keys, because the heap's order would tell the order of arrival.
"""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from alembic.migration import MigrationContext
from sqlalchemy import func, inspect, select
from sqlalchemy.orm import Session

from core import migrations
from core.audit import JournalEntry, canonical, chain_faults
from core.birth import Birth
from core.care.rows import dump_rows, load_rows, loaded_journal_faults
from core.settings import Settings
from core.storage import Base, Storage, open_storage

FORMAT = 1
DATABASE = "database.sqlite3"
#: What opens answers or signs never enters a backup, wherever it lies.
SECRET_SUFFIXES = frozenset({".key", ".intake", ".marks", ".p12", ".pfx"})

#: Told how many steps are done, of how many.
Step = Callable[[int, int], None]


class BackupError(RuntimeError):
    """A backup cannot be made or restored; the message says why and what to do."""


def create(storage: Storage, settings: Settings, *, folder: Path, now: datetime, step: Step) -> Path:
    """Write a backup and return its path; it appears under its name only when it is whole."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    stamp = now.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    target = folder / f"auyl-{settings.kind}-{stamp}.zip"
    documents = list(_documents(settings, folder))
    descriptor, draft = tempfile.mkstemp(dir=folder, suffix=".part")
    try:
        with os.fdopen(descriptor, "wb") as file:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
                manifest = {"format": FORMAT, "kind": settings.kind, "at": now.astimezone(UTC).isoformat()}
                files: dict[str, str] = {}
                manifest |= _write_database(storage, archive, folder, files, step)
                for path in documents:
                    name = f"data/{path.relative_to(settings.data_directory).as_posix()}"
                    with path.open("rb") as source:
                        files[name] = _put(archive, name, iter(lambda: source.read(1 << 20), b""))
                archive.writestr("manifest.json", canonical({**manifest, "files": files}))
            file.flush()
            os.fsync(file.fileno())
        Path(draft).rename(target)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise
    return target


def verify(path: Path, *, step: Step) -> list[str]:
    """Everything wrong with a backup; an empty list means that it is whole."""
    try:
        with zipfile.ZipFile(path) as archive, tempfile.TemporaryDirectory() as folder:
            return list(_faults(archive, Path(folder), step))
    except (zipfile.BadZipFile, KeyError, ValueError, EOFError, OSError) as fault:
        return [f"{path} is no whole backup: {fault}"]


def restore(storage: Storage, settings: Settings, path: Path, *, step: Step) -> None:
    """Put a whole backup into an empty database and its documents beside it.

    :raises BackupError: for a faulty backup, another kind, another database system, a database with
        rows, or a document that is there with another content; nothing is changed then.
    """
    faults = verify(path, step=step)
    if faults:
        raise BackupError("; ".join(faults[:3]))
    with zipfile.ZipFile(path) as archive:
        manifest = json.loads(archive.read("manifest.json"))
        if manifest["kind"] != settings.kind:
            raise BackupError(f"the backup is {manifest['kind']}, AUYL_KIND is {settings.kind}")
        if manifest["database"] != storage.engine.dialect.name:
            raise BackupError(f"the backup is of {manifest['database']}: set DATABASE_URL to such a database")
        _refuse_rows(storage)
        _restore_documents(archive, manifest, settings.data_directory)
        if manifest["database"] == "sqlite":
            _restore_file(archive, storage)
        else:
            _restore_rows(archive, manifest, storage, step)


def _documents(settings: Settings, folder: Path) -> Iterator[Path]:
    """The files of the data directory but keys, secrets, the database and the backups themselves."""
    root, keys, own = settings.data_directory, settings.key_directory.resolve(), folder.resolve()
    named = {path.resolve() for path in (settings.signing_key, settings.signing_passphrase) if path}
    for path in sorted(root.rglob("*")):
        real = path.resolve()
        is_apart = real.is_relative_to(keys) or real.is_relative_to(own) or real in named
        is_database = ".sqlite3" in path.name
        is_backup = path.relative_to(root).parts[0] == "backups"
        if path.is_file() and not (is_apart or is_database or is_backup or path.suffix in SECRET_SUFFIXES):
            yield path


def _write_database(
    storage: Storage, archive: zipfile.ZipFile, folder: Path, files: dict[str, str], step: Step
) -> dict[str, object]:
    if storage.engine.dialect.name == "sqlite":
        with tempfile.TemporaryDirectory(dir=folder) as place:
            copy = Path(place) / DATABASE
            source = sqlite3.connect(str(storage.engine.url.database))
            try:
                source.execute("VACUUM INTO ?", (str(copy),))
            finally:
                source.close()
            facts = _facts_of_file(copy)
            with copy.open("rb") as file:
                files[DATABASE] = _put(archive, DATABASE, iter(lambda: file.read(1 << 20), b""))
        step(1, 1)
        return facts
    snapshot = storage.engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    counts: dict[str, int] = {}
    with Session(snapshot) as session:
        tables = Base.metadata.sorted_tables
        for done, table in enumerate(tables, start=1):
            counts[table.name] = session.scalar(select(func.count()).select_from(table))
            name = f"tables/{table.name}.jsonl"
            files[name] = _put(archive, name, dump_rows(session, table))
            step(done, len(tables))
        revision = MigrationContext.configure(session.connection()).get_current_revision()
        return {"database": "postgresql", "revision": revision, "rows": counts, **_head(session)}


def _facts_of_file(copy: Path) -> dict[str, object]:
    opened = open_storage(f"sqlite:///{copy}")
    try:
        with opened.read() as session:
            present = set(inspect(session.connection()).get_table_names())
            tables = [table for table in Base.metadata.sorted_tables if table.name in present]
            counts = {t.name: session.scalar(select(func.count()).select_from(t)) for t in tables}
            revision = MigrationContext.configure(session.connection()).get_current_revision()
            return {"database": "sqlite", "revision": revision, "rows": counts, **_head(session)}
    finally:
        opened.engine.dispose()


def _head(session: Session) -> dict[str, object]:
    last = session.scalar(select(JournalEntry).order_by(JournalEntry.number.desc()).limit(1))
    return {"head": [last.number, last.digest] if last else None}


def _put(archive: zipfile.ZipFile, name: str, chunks: Iterator[bytes]) -> str:
    digest = hashlib.sha256()
    with archive.open(name, "w", force_zip64=True) as member:
        for chunk in chunks:
            digest.update(chunk)
            member.write(chunk)
    return digest.hexdigest()


def _faults(archive: zipfile.ZipFile, folder: Path, step: Step) -> Iterator[str]:
    manifest = json.loads(archive.read("manifest.json"))
    if manifest.get("format") != FORMAT:
        yield f"its format is {manifest.get('format')!r}, this release reads {FORMAT}"
        return
    files: dict[str, str] = manifest["files"]
    for name in sorted(set(archive.namelist()) ^ {*files, "manifest.json"}):
        yield f"{name} is in the file or in its list, but not in both"
    present = [name for name in files if name in set(archive.namelist())]
    broken = False
    for done, name in enumerate(present, start=1):
        # A name that is not written plainly ("data//etc/x", "data/../x") may lead out of the data directory.
        place = PurePosixPath(name)
        if place.suffix in SECRET_SUFFIXES or ".." in place.parts or str(place) != name:
            yield f"{name} has no place in a backup"
        with archive.open(name) as member:
            if hashlib.file_digest(member, "sha256").hexdigest() != files[name]:
                broken = True
                yield f"{name} is not as it was written"
        step(done, len(present))
    if not broken and len(present) == len(files):
        yield from _database_faults(archive, manifest, folder)


def _database_faults(archive: zipfile.ZipFile, manifest: dict[str, object], folder: Path) -> Iterator[str]:
    if manifest["database"] != "sqlite":
        yield from loaded_journal_faults(archive, manifest)
        return
    copy = Path(archive.extract(DATABASE, folder))
    found = _facts_of_file(copy)
    if found["rows"] != manifest["rows"] or found["head"] != manifest["head"]:
        yield "the database's rows or its journal's head are not those of the list"
    opened = open_storage(f"sqlite:///{copy}")
    try:
        with opened.read() as session:
            answer = session.connection().exec_driver_sql("PRAGMA integrity_check").scalar()
            if answer != "ok":
                yield f"the database's file is damaged: {answer}"
            for fault in chain_faults(session):
                yield f"journal entry {fault.number}: {fault.fault}"
    finally:
        opened.engine.dispose()


def _refuse_rows(storage: Storage) -> None:
    present = set(inspect(storage.engine).get_table_names())
    with storage.read() as session:
        for table in Base.metadata.sorted_tables:
            if table.name in present and session.execute(select(table).limit(1)).first() is not None:
                raise BackupError(
                    f"the database has rows (in {table.name}): a backup goes into an empty one; "
                    "set DATABASE_URL to a new database, or move this one away"
                )


def _restore_documents(archive: zipfile.ZipFile, manifest: dict[str, object], root: Path) -> None:
    names = [name for name in manifest["files"] if name.startswith("data/")]
    for name in names:
        path = root / name.removeprefix("data/")
        if path.exists() and path.read_bytes() != archive.read(name):
            raise BackupError(f"{path} is there with another content: move it away")
    for name in names:
        path = root / name.removeprefix("data/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(archive.read(name))


def _restore_file(archive: zipfile.ZipFile, storage: Storage) -> None:
    target = Path(str(storage.engine.url.database))
    storage.engine.dispose()
    draft = target.with_name(f"{target.name}.part")
    with archive.open(DATABASE) as member, draft.open("wb") as file:
        while chunk := member.read(1 << 20):
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())
    for suffix in ("-wal", "-shm"):
        target.with_name(target.name + suffix).unlink(missing_ok=True)
    draft.rename(target)


def _restore_rows(
    archive: zipfile.ZipFile, manifest: dict[str, object], storage: Storage, step: Step
) -> None:
    if not inspect(storage.engine).has_table(Birth.__tablename__):
        migrations.upgrade(storage.engine, manifest["revision"])
    with storage.engine.begin() as connection:
        present = MigrationContext.configure(connection).get_current_revision()
        if present != manifest["revision"]:
            raise BackupError(
                f"the backup's schema is {manifest['revision']}, the database's {present}: restore with the "
                "release that made it, then migrate"
            )
        load_rows(connection, archive, step)
