"""What a file says of itself: the record inside and its signature; for a stranger's file in a process apart.

Knows no table. A file that anybody may send could be made to fill the memory or to take hours: the process
has little of both, and its end is an answer as well.
"""

from __future__ import annotations

import json
import resource
import subprocess  # noqa: S404  (our own module, by our own interpreter, without a shell)
import sys
from dataclasses import asdict, dataclass
from datetime import datetime

from flask_babel import lazy_gettext as _l

from contest.certificates.record import FILE_NAME
from core.documents import read_attachment, uncollected
from core.errors import BadInput, Unavailable
from core.settings import ROOT
from core.signatures import Seal, SealCheck, check_seal

#: Certificates have about 70 KB; a file over this is none of ours.
LARGEST_FILE = 2 * 1024 * 1024
_MEMORY = 1024 * 1024 * 1024
#: Of work; a whole certificate takes one, almost all of it for starting.
_SECONDS = 6
#: On a machine that is busy with others, too.
_LONGEST_WAIT = 50


@dataclass(frozen=True, slots=True)
class Inspection:
    """The text of the record inside, if there is one, and the signature's worth."""

    record: str | None
    seal: SealCheck


def inspect(content: bytes, signers: frozenset[str]) -> Inspection:
    """Look into a file."""
    with uncollected():
        try:
            inside = read_attachment(content, FILE_NAME)
            record = inside.decode() if inside is not None else None
        except (BadInput, ValueError):
            record = None
        return Inspection(record, check_seal(content, signers))


def inspect_apart(content: bytes, signers: frozenset[str]) -> Inspection:
    """Look into a stranger's file, in a process that may use little memory and time.

    :raises Unavailable: when the machine is too busy to look.
    """
    nothing = Inspection(None, SealCheck(Seal.BROKEN if content.startswith(b"%PDF-") else Seal.NONE))
    if len(content) > LARGEST_FILE or not content.startswith(b"%PDF-"):
        return nothing
    try:
        done = subprocess.run(  # noqa: S603
            [sys.executable, "-m", "contest.certificates.inspection", *sorted(signers)], input=content,
            capture_output=True, timeout=_LONGEST_WAIT, check=True, cwd=ROOT,
        )  # fmt: skip
        told = json.loads(done.stdout)
    except subprocess.TimeoutExpired:
        # It had not the time to end by itself: that says nothing about the file.
        raise Unavailable(
            _l(
                "The check of files is busy just now. Your file was not checked and not kept. Send it again "
                "in a minute."
            )
        ) from None
    except (OSError, subprocess.SubprocessError, ValueError):
        return nothing
    seal = told["seal"]
    seal["seal"] = Seal(seal["seal"])
    seal["signed_at"] = datetime.fromisoformat(seal["signed_at"]) if seal["signed_at"] else None
    return Inspection(told["record"], SealCheck(**seal))


def _main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))
    found = inspect(sys.stdin.buffer.read(), frozenset(sys.argv[1:]))
    sys.stdout.write(json.dumps(asdict(found), default=datetime.isoformat))


if __name__ == "__main__":
    _main()
