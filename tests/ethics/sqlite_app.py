"""The application on SQLite alone, for pages in which the kind of database cannot matter."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask

import wsgi
from core.application import build_app
from core.settings import Settings
from core.storage import Storage


@pytest.fixture
def app(settings: Settings, settled_sqlite: Storage) -> Iterator[Flask]:
    """Takes the place of the application on both databases; `keep` and `client` follow."""
    url = settled_sqlite.engine.url.render_as_string(hide_password=False)
    made = build_app(replace(settings, database_url=url), wsgi.ROOMS, testing=True)
    yield made
    made.extensions["storage"].engine.dispose()
