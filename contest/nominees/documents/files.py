"""The bytes of documents: one file each under a random name, outside the web root.

A file is whole and on disk before its row is written. It goes away with a transaction that is not
committed, and a removed one only once its removal is committed.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Collection
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from flask_babel import lazy_gettext as _l
from sqlalchemy import event
from sqlalchemy.orm import Session, SessionTransaction

from core.errors import Unavailable

_NAME = re.compile(r"[0-9a-f]{32}(\.part)?")


def directory_of(data_directory: Path) -> Path:
    """Where an installation keeps its nominees' documents."""
    return data_directory / "documents"


def write_durably(session: Session, *, directory: Path, key: str, content: bytes) -> None:
    """Write a file so that it is whole and on disk, and stays only if the session commits.

    :raises Unavailable: when the disk takes no more.
    """
    target = directory / key
    waiting = target.with_suffix(".part")
    _at_the_end(session, if_committed=False, path=target)
    try:
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(waiting, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        waiting.replace(target)
        folder = os.open(directory, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as fault:
        with suppress(OSError):
            waiting.unlink()
        raise Unavailable(
            _l("The document cannot be written (%(fault)s). Make room and go on.", fault=fault.strerror)
        ) from fault


def remove_when_committed(session: Session, *, directory: Path, key: str) -> None:
    """Delete a file once the session has committed; a rolled back removal keeps it."""
    _at_the_end(session, if_committed=True, path=directory / key)


def read_file(directory: Path, *, key: str, sha256: str) -> bytes:
    """The bytes of a document as they were handed in.

    :raises Unavailable: when the file is missing or is not what the row remembers.
    """
    try:
        content = (directory / key).read_bytes()
    except OSError:
        raise Unavailable(_l("The file of this document is missing: put it back from a backup.")) from None
    if hashlib.sha256(content).hexdigest() != sha256:
        raise Unavailable(
            _l("The file of this document was changed since it was handed in: put it back from a backup.")
        )
    return content


def strays(directory: Path, keys: Collection[str], *, before: datetime) -> list[Path]:
    """Files of ours, written before an instant, that no row names: what a killed server left behind."""
    if not directory.is_dir():
        return []
    ours = (path for path in directory.iterdir() if _NAME.fullmatch(path.name) and path.name not in keys)
    return sorted(path for path in ours if path.stat().st_mtime < before.timestamp())


def _at_the_end(session: Session, *, if_committed: bool, path: Path) -> None:
    """Delete a file when the session's present outermost transaction ends in the given way."""
    # SQLAlchemy lets no listener remove itself, so each remembers that its transaction is over.
    seen = {"committed": False, "over": False}

    def committed(ended: Session) -> None:
        if ended.get_nested_transaction() is None:
            seen["committed"] = True

    def over(_ended: Session, transaction: SessionTransaction) -> None:
        if transaction.parent is not None or seen["over"]:
            return
        seen["over"] = True
        if seen["committed"] is if_committed:
            # The transaction is over: what cannot be deleted now is swept later.
            with suppress(OSError):
                path.unlink()

    event.listen(session, "after_commit", committed)
    event.listen(session, "after_transaction_end", over)
