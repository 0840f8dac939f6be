"""The releases' files: one ZIP each, whole and on disk before the table names it, never changed after."""

from __future__ import annotations

import hashlib
from pathlib import Path

from flask_babel import lazy_gettext as _l

from contest.certificates.files import write_whole
from contest.release.models import Release
from core.errors import Unavailable


def directory_of(data_directory: Path) -> Path:
    """Where an installation keeps its releases; the backup takes it along with everything else there."""
    return data_directory / "releases"


def file_name(contest_code: str, version: int, *, is_demo: bool) -> str:
    """What a release's file is called.

    >>> file_name("2026", 1, is_demo=True), file_name("2026", 2, is_demo=False)
    ('DEMO-2026-release-1.zip', '2026-release-2.zip')
    """
    return f"{'DEMO-' if is_demo else ''}{contest_code}-release-{version}.zip"


def keep_file(directory: Path, name: str, content: bytes) -> str:
    """Write a release so that it is whole and on disk, or not there at all; return its SHA-256.

    :raises Unavailable: when the disk takes no more.
    """
    try:
        write_whole(directory / name, content)
    except Unavailable as fault:
        raise Unavailable(
            _l(
                "The release's file cannot be written (%(fault)s). Make room and build it again.",
                fault=getattr(fault.__cause__, "strerror", ""),
            )
        ) from fault
    return hashlib.sha256(content).hexdigest()


def path_of(data_directory: Path, release: Release) -> Path:
    """Where the ZIP of a release is.

    :raises Unavailable: when it is not there as it was published.
    """
    path = directory_of(data_directory) / release.file
    try:
        size = path.stat().st_size
    except OSError:
        raise Unavailable(_l("The file of this release is missing: put it back from a backup.")) from None
    if size != release.size:
        raise Unavailable(
            _l("The file of this release was changed since it was published: put it back from a backup.")
        )
    return path
