"""The present of the sample, for pages that ask the clock."""

from __future__ import annotations

import pytest

from core import clock
from tests.conftest import NOW


@pytest.fixture
def held_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """The pages' present is that of the sample, and no day ends between two of them."""
    monkeypatch.setattr(clock, "present", lambda: NOW)
