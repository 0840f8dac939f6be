"""A database with a frozen regional standing, made once for each kind of database, copied for each test."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy.orm import Session

import wsgi
from core.application import build_app
from core.settings import Settings
from core.storage import Storage, open_storage
from tests.conftest import NOW, Backend
from tests.contest.certificates.sample import frozen


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that looks into a file is ended by its own limits, never by how busy the machine is."""
    monkeypatch.setattr("contest.certificates.inspection._LONGEST_WAIT", 600)


@pytest.fixture(scope="session")
def frozen_template(backend: Backend, places: str) -> str:
    """The address of a template with the standing that `sample.the_standing` finds."""

    def fill(storage: Storage) -> None:
        with storage.write(now=NOW) as session:
            frozen(session)

    return backend.template("frozen", places, fill)


@pytest.fixture
def ready(backend: Backend, frozen_template: str) -> Iterator[Storage]:
    """A database in which certificates can be issued."""
    url = backend.copy(frozen_template)
    opened = open_storage(url)
    yield opened
    opened.engine.dispose()
    backend.drop(url)


@pytest.fixture
def session(ready: Storage) -> Iterator[Session]:
    with ready.writing() as opened:
        yield opened


@pytest.fixture
def app(settings: Settings, backend: Backend, frozen_template: str):
    """The whole application on a database in which certificates can be issued."""
    address = backend.copy(frozen_template)
    made = build_app(replace(settings, database_url=address), wsgi.ROOMS, testing=True)
    yield made
    made.extensions["storage"].engine.dispose()
    backend.drop(address)
