"""What is kept of published results: made once however many ask, bounded, and never past a failure."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from contest.publication.kept import Shelf


def test_what_many_ask_for_at_once_is_made_once():
    shelf, made, start = Shelf(100), [], threading.Barrier(8)

    def make() -> str:
        made.append(1)
        time.sleep(0.05)
        return "page"

    def ask(_number: int) -> str:
        start.wait()
        return shelf.get("key", make, len)

    with ThreadPoolExecutor(8) as people:
        assert set(people.map(ask, range(8))) == {"page"}
    assert len(made) == 1


def test_what_was_used_longest_ago_goes_first():
    shelf, made = Shelf(30), []

    def ask(key: str) -> None:
        shelf.get(key, lambda: made.append(key) or "x" * 10, len)

    for key in ("a", "b", "c", "a", "d", "a", "c", "b"):
        ask(key)
    assert made == ["a", "b", "c", "d", "b"]


def test_a_failure_is_not_kept_and_a_thing_too_large_is_given_all_the_same():
    shelf = Shelf(5)
    with pytest.raises(ZeroDivisionError):
        shelf.get("key", lambda: 1 // 0, len)
    assert shelf.get("key", lambda: "larger than five", len) == "larger than five"
    assert shelf.get("key", lambda: "small", len) == "small"
