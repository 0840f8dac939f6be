"""The certificates' files: one PDF for each code, on disk before the register names it.

Only the standard library, the register's models and our errors are used here.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from flask_babel import lazy_gettext as _l

from contest.certificates.models import Certificate
from core.errors import Unavailable


def directory_of(data_directory: Path) -> Path:
    """Where an installation keeps its certificates."""
    return data_directory / "certificates"


def path_of(directory: Path, code: str) -> Path:
    """The file of a code."""
    return directory / f"{code}.pdf"


def write_durably(directory: Path, code: str, content: bytes) -> str:
    """Write a file so that it is whole and on disk, or not there at all; return its SHA-256.

    :raises Unavailable: when the disk takes no more.
    """
    write_whole(path_of(directory, code), content)
    return hashlib.sha256(content).hexdigest()


def write_beside(path: Path, signature: bytes) -> None:
    """Keep a detached signature beside the file that it signs.

    :raises Unavailable: when the disk takes no more.
    """
    write_whole(signature_beside(path), signature)


def signature_beside(path: Path) -> Path:
    """Where the detached signature of a file is, if there is one."""
    return path.with_name(f"{path.name}.p7s")


def remove_files(directory: Path, codes: Iterable[str]) -> None:
    """Remove the files of certificates that were not issued after all."""
    for code in codes:
        path = path_of(directory, code)
        for each in (path, signature_beside(path)):
            with suppress(OSError):
                each.unlink()


def write_whole(target: Path, content: bytes) -> None:
    """Write a file so that it is whole and on disk, or not there at all.

    :raises Unavailable: when the disk takes no more.
    """
    waiting = target.with_name(f"{target.name}.part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with waiting.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        waiting.replace(target)
        descriptor = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except OSError as fault:
        with suppress(OSError):
            waiting.unlink()
        raise Unavailable(
            _l(
                "The certificate's file cannot be written (%(fault)s). Make room and go on.",
                fault=fault.strerror,
            )
        ) from fault


def read_file(directory: Path, certificate: Certificate) -> bytes:
    """The file of a certificate, as it was issued.

    :raises Unavailable: when it is missing or is not what the register remembers.
    """
    path = path_of(directory, certificate.code)
    try:
        content = path.read_bytes()
    except OSError:
        raise Unavailable(_l("The file of this certificate is missing: put it back from a backup.")) from None
    if hashlib.sha256(content).hexdigest() != certificate.sha256:
        raise Unavailable(
            _l("The file of this certificate was changed since it was issued: put it back from a backup.")
        )
    return content
