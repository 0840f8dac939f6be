"""The demonstration, loaded once for each database by its own command."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

import wsgi
from core.application import build_app
from core.settings import Settings
from tests.conftest import SECRET, Backend


@pytest.fixture(scope="session")
def demonstration(backend: Backend, empty: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[object]:
    """The application on a database with the whole demonstration; tests here only read it."""
    folder: Path = tmp_path_factory.mktemp("demonstration")
    settings = Settings(
        kind="demo", secret_key=SECRET, data_directory=folder, key_directory=folder / "keys",
        database_url=backend.copy(empty), redis_url=None, public_url="http://localhost", proxy_hops=0,
        workers=1, metrics_token=None,
    )  # fmt: skip
    app = build_app(replace(settings), wsgi.ROOMS, testing=True)
    result = app.test_cli_runner().invoke(args=["demo", "load"])
    assert result.exit_code == 0, result.output
    yield app
    app.extensions["storage"].engine.dispose()
