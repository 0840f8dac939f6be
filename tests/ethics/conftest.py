"""The clock of the ethics tests: it stands within the days of their rounds, whatever the day outside."""

from __future__ import annotations

import pytest

from core import clock
from tests.staff import Clock


@pytest.fixture(autouse=True)
def time(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """A test that lets time pass moves it; midnight and a slow machine do not."""
    held = Clock()
    monkeypatch.setattr(clock, "present", lambda: held.now)
    return held
