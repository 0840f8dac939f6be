"""What the open mode asks is bounded, never falls while the pace rises, and follows the unit's size."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys.guard.demands import OPEN, Pace

COUNTS = st.integers(0, 10**7)
ADULTS = st.none() | st.integers(0, 10**6)
AGES = st.floats(-1e6, 1e6, allow_nan=False)
LONGEST_WAIT = 60


@given(COUNTS, COUNTS, COUNTS, ADULTS, AGES, st.booleans())
def test_nobody_ever_waits_more_than_a_minute_or_works_beyond_the_last_level(
    unit: int, unproven: int, caller: int, adults: int | None, age: float, is_trapped: bool
):
    pace = Pace(unit, unproven, caller)
    wait = OPEN.wait(age, pace, adults=adults, is_trapped=is_trapped)
    assert 0 <= wait <= LONGEST_WAIT
    assert wait == 0 or age + wait >= 10
    if age >= LONGEST_WAIT:
        assert wait == 0
    assert OPEN.work[OPEN.level(pace, adults=adults)] <= OPEN.work[-1]


@given(COUNTS, COUNTS, COUNTS, st.integers(0, 1000), ADULTS)
def test_demands_never_fall_while_the_pace_rises(
    unit: int, unproven: int, caller: int, more: int, adults: int | None
):
    calm, faster = Pace(unit, unproven, caller), Pace(unit + more, unproven + more, caller + more)
    assert OPEN.level(calm, adults=adults) <= OPEN.level(faster, adults=adults)
    assert OPEN.wait(0, calm, adults=adults) <= OPEN.wait(0, faster, adults=adults)


@pytest.mark.parametrize(
    ("unproven", "adults", "wait"),
    [
        (0, None, 10), (29, None, 10), (30, None, 20), (60, None, 40), (120, None, 60), (10**6, None, 60),
        (199, 4000, 10), (200, 4000, 20),  # a town of 4,000 adults may bring 200 in ten minutes
        (30, 40, 20),  # a hamlet has the smallest quota, however few live there
    ],
)  # fmt: skip
def test_a_ticket_without_proof_ripens_by_the_quota_of_its_unit(unproven: int, adults: int | None, wait: int):
    assert OPEN.wait(0, Pace(unproven=unproven), adults=adults) == wait


def test_the_trap_makes_a_minute_even_in_calm_times():
    assert OPEN.wait(0, Pace(), adults=None, is_trapped=True) == 60
    assert OPEN.wait(60, Pace(), adults=None, is_trapped=True) == 0
