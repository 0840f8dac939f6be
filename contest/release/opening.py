"""Opens a ZIP that claims to be a release, whoever made it: whole and harmless, or refused by name.

Pure: the standard library and the layout. Nothing is unpacked to a disk; what is too large, too many, named
twice, named outside the layout, or no plain file is refused before a byte of it is read.
"""

from __future__ import annotations

import io
import stat
import zipfile
import zlib
from pathlib import Path, PurePosixPath

from contest.release.layout import MANIFEST, RECEIPTS, SIGNATURE, SIGNER, is_expected

#: A national release packs to some five megabytes.
LARGEST_ZIP = 256 * 1024 * 1024
#: All files but the list of receipts together; a national release has some thirty megabytes.
LARGEST_UNPACKED = 128 * 1024 * 1024
#: The list of receipts; the largest table of a national release has a fifth of the other.
LARGEST_RECEIPTS, LARGEST_FILE = 256 * 1024 * 1024, 64 * 1024 * 1024
MOST_FILES = 2000
LONGEST_NAME = 120
#: A thousand bytes in one is more than zlib makes of any table.
HIGHEST_RATIO = 400
#: Small files may be packed as well as they like.
SMALL = 1024 * 1024
_ENCRYPTED = 0x1


class NoRelease(ValueError):
    """The file is no release, or not a whole one; the message names the entry and the fault."""


def read_release(source: Path | bytes) -> dict[str, bytes]:
    """The files of a release by name.

    :raises NoRelease: naming what is wrong with the file.
    """
    content = source if isinstance(source, bytes) else _bounded(source)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            _refuse_list(entries, archive.comment)
            files = {entry.filename: _content(archive, entry) for entry in entries}
    except (zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, NotImplementedError, EOFError) as fault:
        raise NoRelease(f"this is no whole ZIP file: {fault}") from None
    except (RuntimeError, OSError, UnicodeError, OverflowError) as fault:
        raise NoRelease(f"this ZIP file cannot be read: {fault}") from None
    for name in (MANIFEST, SIGNATURE, SIGNER):
        if name not in files:
            raise NoRelease(f"{name} is missing: this ZIP is no release")
    return files


def _bounded(path: Path) -> bytes:
    try:
        if path.stat().st_size > LARGEST_ZIP:
            raise NoRelease(f"{path.name} has more than {LARGEST_ZIP} bytes: no release is so large")
        return path.read_bytes()
    except OSError as fault:
        raise NoRelease(f"{path.name} cannot be read: {fault.strerror}") from None


def _refuse_list(entries: list[zipfile.ZipInfo], comment: bytes) -> None:
    if comment:
        raise NoRelease("the ZIP has a comment: a release has none")
    if len(entries) > MOST_FILES:
        raise NoRelease(f"the ZIP has {len(entries)} files: a release has at most {MOST_FILES}")
    seen: set[str] = set()
    for entry in entries:
        _refuse_entry(entry)
        if entry.filename.casefold() in seen:
            raise NoRelease(f"{entry.filename!r} stands in the ZIP twice")
        seen.add(entry.filename.casefold())
    total = sum(entry.file_size for entry in entries if entry.filename != RECEIPTS)
    if total > LARGEST_UNPACKED:
        raise NoRelease(f"the ZIP unpacks to {total} bytes: no release is so large")


def _refuse_entry(entry: zipfile.ZipInfo) -> None:
    name, mode = entry.filename, entry.external_attr >> 16
    parts = PurePosixPath(name).parts
    # What stands in the file itself: zipfile makes slashes of backslashes, and cuts names at a null.
    is_odd = entry.orig_filename != name or "\\" in name or "\0" in name or len(name) > LONGEST_NAME
    if is_odd or name.startswith("/") or ".." in parts or ":" in name or str(PurePosixPath(name)) != name:
        raise NoRelease(f"{name[:LONGEST_NAME]!r} is no name of a file inside a release")
    if entry.is_dir() or stat.S_IFMT(mode) not in (0, stat.S_IFREG):
        raise NoRelease(f"{name!r} is no plain file")
    if entry.flag_bits & _ENCRYPTED:
        raise NoRelease(f"{name!r} is encrypted")
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise NoRelease(f"{name!r} is packed in a way that a release does not use")
    if not is_expected(name):
        raise NoRelease(f"{name!r} has no place in a release")
    if entry.file_size > (LARGEST_RECEIPTS if name == RECEIPTS else LARGEST_FILE):
        raise NoRelease(f"{name!r} unpacks to {entry.file_size} bytes: no file of a release is so large")
    if entry.file_size > SMALL and entry.file_size > HIGHEST_RATIO * max(1, entry.compress_size):
        raise NoRelease(
            f"{name!r} unpacks to {entry.file_size // max(1, entry.compress_size)} times its size"
        )


def _content(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    with archive.open(entry) as member:
        content = member.read(entry.file_size + 1)
    if len(content) != entry.file_size:
        raise NoRelease(f"{entry.filename!r} is shorter or longer than the ZIP says")
    return content
