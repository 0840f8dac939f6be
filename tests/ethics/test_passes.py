"""The short-lived address of a scanned slip: it opens for ten minutes and says nothing by itself."""

from __future__ import annotations

import base64
from datetime import timedelta

import pytest

from ethics.passes import code_of_pass, make_pass
from tests.conftest import NOW, SECRET

#: Not drawn: it stands in the name of a test, which must be the same in every process.
CODE = "DVEHW62P7WT4V6NT"


def test_a_pass_opens_for_ten_minutes_and_no_longer():
    token = make_pass(CODE, secret=SECRET, now=NOW)
    seconds = (0, 599, 600, 601)
    opened = [code_of_pass(token, secret=SECRET, now=NOW + timedelta(seconds=passed)) for passed in seconds]
    assert opened == [CODE, CODE, CODE, None]


def test_a_pass_holds_no_code_that_others_can_read_and_never_comes_twice():
    first, second = (make_pass(CODE, secret=SECRET, now=NOW) for _ in range(2))
    assert first != second
    assert CODE.encode() not in base64.urlsafe_b64decode(first)
    assert code_of_pass(first, secret="another" * 8, now=NOW) is None


@pytest.mark.parametrize("token", ["", "x", "ж", "AAAA", "A" * 88, CODE])
def test_what_is_no_pass_opens_nothing(token: str):
    assert code_of_pass(token, secret=SECRET, now=NOW) is None


def test_a_changed_pass_opens_nothing():
    token = make_pass(CODE, secret=SECRET, now=NOW)
    changed = token[:40] + ("A" if token[40] != "A" else "B") + token[41:]
    assert code_of_pass(changed, secret=SECRET, now=NOW) is None
