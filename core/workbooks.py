"""The first sheet of an XLSX as rows of text, read in a process apart.

Knows no table of ours. One cell at the far end of an empty sheet asks for more memory than any machine has,
and the reader ends the process that asks: so it is not the server's.
"""

from __future__ import annotations

import io
import json
import resource
import subprocess  # noqa: S404  (our own module, by our own interpreter, without a shell)
import sys
from datetime import date, datetime

from core.settings import ROOT

_MEMORY = 2 * 1024 * 1024 * 1024
#: Of work, and of waiting on a busy machine.
_SECONDS, _LONGEST_WAIT = 60, 300


class BrokenWorkbook(ValueError):
    """The file is no XLSX that can be read."""


class VastWorkbook(ValueError):
    """The file unpacks to more than a process may hold, or takes it too long."""


def read_workbook(content: bytes) -> list[list[str]]:
    """The cells of the first sheet, line by line from its first.

    :raises BrokenWorkbook, VastWorkbook: for what cannot be read.
    """
    try:
        done = subprocess.run(  # noqa: S603
            [sys.executable, "-m", __name__], input=content, capture_output=True, timeout=_LONGEST_WAIT,
            check=True, cwd=ROOT,
        )  # fmt: skip
    except subprocess.SubprocessError:
        raise VastWorkbook from None
    lines = json.loads(done.stdout)
    if lines is None:
        raise BrokenWorkbook
    return lines


def _lines(content: bytes) -> list[list[str]] | None:
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        cells = book.get_sheet_by_index(0).to_python(skip_empty_area=False)
    except CalamineError:
        return None
    return [[_text(cell) for cell in row] for row in cells]


def _text(cell: object) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime):
        midnight = cell.hour == cell.minute == cell.second == 0
        return cell.date().isoformat() if midnight else cell.isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    return str(cell)


def _main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))
    sys.stdout.write(json.dumps(_lines(sys.stdin.buffer.read())))


if __name__ == "__main__":
    _main()
