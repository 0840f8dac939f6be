"""The hook of a virus scanner: a command of this installation that is given a file's path.

Knows no table and no web. Exit code 0 means that the file is clean, 1 that something was found; anything
else, also a scanner that is missing or too slow, is a failure, and the file is not taken.
"""

from __future__ import annotations

import subprocess  # noqa: S404  (the command is the installation's own setting, run without a shell)
import tempfile
from collections.abc import Sequence

from flask_babel import lazy_gettext as _l

from core.errors import BadInput, Unavailable

LONGEST_SCAN = 60
_FOUND = 1


def scan(content: bytes, *, name: str, command: Sequence[str]) -> bool:
    """Let the installation's scanner look at a file; False where none is set.

    :raises BadInput: when it finds something; the file is named.
    :raises Unavailable: when it is missing, fails or takes too long.
    """
    if not command:
        return False
    with tempfile.NamedTemporaryFile(prefix="auyl-scan-") as file:
        file.write(content)
        file.flush()
        try:
            done = subprocess.run(  # noqa: S603
                [*command, file.name], stdin=subprocess.DEVNULL, capture_output=True, timeout=LONGEST_SCAN,
                check=False,
            )  # fmt: skip
        except FileNotFoundError:
            raise _failed(_l("the command “%(command)s” is not there", command=command[0])) from None
        except subprocess.TimeoutExpired:
            raise _failed(_l("it took more than %(most)s seconds", most=LONGEST_SCAN)) from None
        except OSError as fault:
            raise _failed(fault.strerror or type(fault).__name__) from None
    if done.returncode == _FOUND:
        raise BadInput(
            _l("The virus scanner found something in “%(name)s”: the file is not taken.", name=name)
        )
    if done.returncode != 0:
        raise _failed(_l("it ended with the code %(code)s", code=done.returncode))
    return True


def _failed(why: object) -> Unavailable:
    return Unavailable(
        _l(
            "The virus scanner does not work: %(why)s. Nothing was kept. Tell whoever runs this system, "
            "then send the file again.",
            why=why,
        )
    )
