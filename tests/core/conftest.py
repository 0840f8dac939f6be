"""A browser for the ground's tests of staff pages, and the clock that it lives by."""

from __future__ import annotations

import pytest

from core import clock
from tests.staff import Browser, Clock


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Clock:
    held = Clock()
    monkeypatch.setattr(clock, "present", lambda: held.now)
    return held


@pytest.fixture
def browser(app, time: Clock):
    return Browser(app, time)
