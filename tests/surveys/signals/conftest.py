"""Arrivals wait in the memory of the process; no test inherits another's."""

from __future__ import annotations

import pytest

from surveys.signals import arrivals


@pytest.fixture(autouse=True)
def nothing_waits():
    arrivals.forget()
    yield
    arrivals.forget()
