"""The first sheet of an XLSX as rows of text, read in a process apart.

Knows no table of ours. The reader holds every place between the first cell and the last, so that one cell at
the far end of a sheet asks for more memory than any machine has, which ends the process that asks: so it is
not the server's, may have little, and gives back its rows one by one.
"""

from __future__ import annotations

import io
import json
import resource
import subprocess  # noqa: S404  (our own module, by our own interpreter, without a shell)
import sys
from collections.abc import Iterator
from datetime import date, datetime

from core.settings import ROOT

#: Twice what the largest table needs.
_MEMORY = 512 * 1024 * 1024
#: Between the first cell and the last: 300,000 rows of 12 columns and more.
MOST_CELLS = 4_000_000
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
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    if lines == [None]:
        raise BrokenWorkbook
    return lines


def _lines(content: bytes) -> Iterator[list[str] | None]:
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        sheet = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0)
    except CalamineError:
        yield None
        return
    (line, column), left = sheet.end or (0, 0), [""] * (sheet.start or (0, 0))[1]
    if (line + 1) * (column + 1) > MOST_CELLS:
        raise SystemExit("too many cells")
    for row in sheet.iter_rows():
        yield left + [_text(cell) for cell in row]


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
    for line in _lines(sys.stdin.buffer.read()):
        sys.stdout.write(f"{json.dumps(line)}\n")


if __name__ == "__main__":
    _main()
