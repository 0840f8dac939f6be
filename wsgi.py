"""The roof: builds the application from the ground and the rooms.

`flask --app wsgi ...` and the server (`wsgi:create_app` as a factory) both come in here.
"""

from __future__ import annotations

import sys

from flask import Flask

from contest.release import offline
from contest.room import ROOM as CONTEST
from core.application import build_app
from core.birth import WrongKind
from core.settings import SettingError, read_settings
from demo.room import ROOM as DEMO
from ethics.room import ROOM as ETHICS
from surveys.room import ROOM as SURVEYS

ROOMS = (SURVEYS, ETHICS, CONTEST, DEMO)


def create_app() -> Flask:
    """The application of this installation, by the settings of its environment.

    A setting that is wrong, or a database of the other kind, ends the process with one sentence. Only a
    release is checked without any installation.
    """
    if offline.is_wanted(sys.argv):
        return offline.create_app()
    try:
        return build_app(read_settings(command=sys.argv), ROOMS)
    except (SettingError, WrongKind) as fault:
        sys.exit(f"Auyl Uni does not start: {fault}")
