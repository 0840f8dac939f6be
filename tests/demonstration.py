"""The demonstration, loaded once for a run of the tests: whoever needs it gets a copy of its own.

Its load takes long, so the first process that asks loads it on SQLite, and the others wait. A copy is
the whole data folder (database, keys, documents, certificates), and may be written to.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from pathlib import Path
from traceback import format_exception

from flask import Flask
from pytest import TempPathFactory

import wsgi
from core.application import build_app
from core.birth import mark_birth
from core.settings import Settings
from core.storage import Base
from tests.conftest import NOW, SECRET


def loaded(places: TempPathFactory) -> Flask:
    """The whole application on a new copy of the loaded demonstration; for a fixture of a module.

    Who is done with it should dispose of its engine: `app.extensions["storage"].engine.dispose()`.
    """
    folder = places.mktemp("demonstration")
    shutil.copytree(_template(_shared(places)), folder, dirs_exist_ok=True)
    return demonstration_app(folder)


def load(app: Flask) -> str:
    """Load the demonstration by its own command; gives what it said when it failed, else nothing."""
    result = app.test_cli_runner().invoke(args=["demo", "load"])
    if result.exit_code == 0:
        return ""
    return "".join((result.output, "\n", *format_exception(*result.exc_info)))


def empty_demonstration(folder: Path) -> Flask:
    """The whole application as a demonstration whose tables are empty."""
    app = demonstration_app(folder)
    storage = app.extensions["storage"]
    Base.metadata.create_all(storage.engine)
    with storage.write(now=NOW) as session:
        mark_birth(session, kind="demo", now=NOW)
    return app


def demonstration_app(folder: Path, database_url: str | None = None) -> Flask:
    """The whole application as a demonstration, on the folder's own SQLite unless another is named."""
    settings = Settings(
        kind="demo", secret_key=SECRET, data_directory=folder, key_directory=folder / "keys",
        database_url=database_url or f"sqlite:///{folder}/site.sqlite3", redis_url=None,
        public_url="http://127.0.0.1", proxy_hops=0, workers=1, metrics_token=None,
    )  # fmt: skip
    return build_app(settings, wsgi.ROOMS, testing=True)


def _shared(places: TempPathFactory) -> Path:
    """The folder of all processes of this run."""
    own = places.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


def _template(shared: Path) -> Path:
    """The folder of the loaded demonstration; a load that failed fails for everybody."""
    folder, said = shared / "loaded-demonstration", shared / "loaded-demonstration.txt"
    with (shared / "loaded-demonstration.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not said.exists():
            folder.mkdir()
            app = empty_demonstration(folder)
            failure = load(app)
            app.extensions["storage"].engine.dispose()
            said.write_text(failure)
    assert said.read_text() == "", said.read_text()
    return folder
