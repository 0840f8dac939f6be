"""All certificates of a register in one ZIP or one folder: whole, or not there at all.

Each file is read as the register remembers it; names of files are numbers and codes, never persons.
"""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from flask_babel import lazy_gettext as _l

from contest.certificates.files import path_of, read_file, signature_beside
from contest.certificates.models import Certificate
from core.errors import Conflict, Unavailable

#: ZIP entries carry a day; the same one, so that the same certificates make the same file.
_DAY = (2026, 1, 1, 0, 0, 0)


def export_zip(directory: Path, certificates: Iterable[Certificate], target: Path) -> int:
    """Put certificates into a ZIP; return how many.

    :raises Unavailable: when the disk takes no more, or a certificate's file is missing or changed.
    """
    waiting, count = target.with_name(f"{target.name}.part"), 0
    try:
        with zipfile.ZipFile(waiting, "w", zipfile.ZIP_STORED) as packed:
            for certificate in certificates:
                for name, content in _files(directory, certificate):
                    packed.writestr(zipfile.ZipInfo(name, _DAY), content)
                count += 1
        waiting.replace(target)
    except OSError as fault:
        raise _full(fault) from fault
    finally:
        with suppress(OSError):
            waiting.unlink()
    return count


def export_folder(directory: Path, certificates: Iterable[Certificate], target: Path) -> int:
    """Put certificates into a new folder; return how many.

    :raises Conflict: when the folder is there already.
    :raises Unavailable: when the disk takes no more, or a certificate's file is missing or changed.
    """
    waiting, count = target.with_name(f"{target.name}.part"), 0
    if target.exists():
        raise Conflict(_l("%(folder)s is there already: name a new folder.", folder=target))
    try:
        shutil.rmtree(waiting, ignore_errors=True)
        waiting.mkdir(parents=True)
        for certificate in certificates:
            for name, content in _files(directory, certificate):
                (waiting / name).write_bytes(content)
            count += 1
        waiting.rename(target)
    except OSError as fault:
        raise _full(fault) from fault
    finally:
        shutil.rmtree(waiting, ignore_errors=True)
    return count


def _files(directory: Path, certificate: Certificate) -> Iterator[tuple[str, bytes]]:
    name = f"{certificate.serial:05}-{certificate.code}.pdf"
    yield name, read_file(directory, certificate)
    beside = signature_beside(path_of(directory, certificate.code))
    if beside.exists():
        yield signature_beside(Path(name)).name, beside.read_bytes()


def _full(fault: OSError) -> Unavailable:
    return Unavailable(
        _l("The certificates cannot be written there (%(fault)s). Make room and go on.", fault=fault.strerror)
    )
