"""The demonstration on each database, loaded by its own command."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from tests.conftest import Backend
from tests.demonstration import demonstration_app, load, loaded


@pytest.fixture(scope="session")
def demonstration(backend: Backend, empty: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The application on a database with the whole demonstration; tests here only read it."""
    if backend.name == "sqlite":
        app = loaded(tmp_path_factory)
    else:
        app = demonstration_app(tmp_path_factory.mktemp("demonstration"), backend.copy(empty))
        failure = load(app)
        assert failure == "", failure
    yield app
    app.extensions["storage"].engine.dispose()
