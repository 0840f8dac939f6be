"""A browser for the ground's tests of staff pages, and the clock by which all of the ground's tests live."""

from __future__ import annotations

import pytest

from core import clock
from tests.staff import Browser, Clock


@pytest.fixture(autouse=True)
def time(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """No test of the ground depends on the day or the hour at which it runs."""
    held = Clock()
    monkeypatch.setattr(clock, "present", lambda: held.now)
    return held


@pytest.fixture
def browser(app, time: Clock):
    return Browser(app, time)
