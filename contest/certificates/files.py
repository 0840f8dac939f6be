"""The certificates' files: one PDF for each code, on disk before the register names it.

Only the standard library, the register's models and our errors are used here.
"""

from __future__ import annotations

import hashlib
import os
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
    target = path_of(directory, code)
    waiting = target.with_suffix(".part")
    try:
        directory.mkdir(parents=True, exist_ok=True)
        with waiting.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        waiting.replace(target)
        descriptor = os.open(directory, os.O_RDONLY)
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
    return hashlib.sha256(content).hexdigest()


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
