"""The middle half of an oblast, and how far an error reaches."""

from __future__ import annotations

from decimal import Decimal

from contest.evidence.profile import Among, among, reach


def test_quartiles_are_interpolated_and_unknown_numbers_do_not_count():
    numbers = [Decimal(n) for n in (10, 20, 30, 40, 50, 60)]
    # Linear interpolation at 1.25, 2.5 and 3.75 of the sorted numbers.
    found = Among(Decimal("22.50"), Decimal("35.00"), Decimal("47.50"), 6)
    assert among([*numbers, None]) == found
    assert among(reversed(numbers)) == found


def test_four_villages_have_no_middle():
    assert among([Decimal(n) for n in (1, 2, 3, 4)]) is None
    assert among([Decimal(1), None, None, None, None]) is None


def test_an_interval_is_1_96_errors_to_each_side_within_the_scale():
    assert reach(Decimal("50.00"), Decimal("2.00")) == (Decimal("46.08"), Decimal("53.92"))
    assert reach(Decimal("1.00"), Decimal("5.00")) == (Decimal("0.00"), Decimal("10.80"))
    assert reach(Decimal("50.00"), None) is None
    assert reach(None, Decimal("1")) is None
