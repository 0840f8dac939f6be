"""The application on SQLite, for what a page shows, and people who sign in to it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from types import SimpleNamespace

import pytest
from flask import Flask
from flask.testing import FlaskClient

import wsgi
from core import clock
from core.application import build_app
from core.settings import Settings
from core.storage import Storage

ENGLISH = {"Accept-Language": "en"}


@dataclass
class Visitor:
    """Somebody signed in, with a fresh second factor."""

    client: FlaskClient

    def get(self, address: str, language: str = "en"):
        return self.client.get(address, headers={"Accept-Language": language})

    def post(self, address: str, on: str, **fields: object):
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', self.get(on).text)[1]
        return self.client.post(address, data={"csrf_token": token, **fields}, headers=ENGLISH)


def hold_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let neither the limiter's minute nor the day end, however slow the machine is."""
    held = clock.present()
    monkeypatch.setattr(clock, "present", lambda: held)
    monkeypatch.setattr("limits.storage.memory.time", SimpleNamespace(time=held.timestamp))


@pytest.fixture
def app(settings: Settings, settled_sqlite: Storage, held_clock: None) -> Iterator[Flask]:
    url = settled_sqlite.engine.url.render_as_string(hide_password=False)
    made = build_app(replace(settings, database_url=url), wsgi.ROOMS, testing=True)
    yield made
    made.extensions["storage"].engine.dispose()


@pytest.fixture
def enter(app: Flask) -> Callable[[int], Visitor]:
    """Sign an account in."""

    def run(account_id: int) -> Visitor:
        client = app.test_client()
        with client.session_transaction() as cookie:
            cookie["_user_id"] = f"{account_id}.1"
            cookie["_fresh"] = True
            cookie["factor_at"] = clock.present().isoformat()
        return Visitor(client)

    return run
