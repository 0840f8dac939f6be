"""The list of receipts inside a release: sorted, as many as told, with the root of the journal."""

from __future__ import annotations

import json
from hashlib import sha256

import pytest

from contest.release.checks.whole import receipt_lines
from contest.release.layout import MANIFEST, RECEIPTS
from contest.release.reading import Contents

LIST = b"0a1b2c3d4e5f\n0a1b2c3d4e5f\n5d8c8acc5217\nffee00112233\n"


def differing(
    text: bytes | None, *, is_enclosed: bool = True, count: int = 4, unreadable: int = 1, **origins: int
) -> list[str]:
    """What the check finds wrong about a list, where the manifest tells of the right one."""
    told = {
        "is_enclosed": is_enclosed, "count": count, "root": sha256(LIST).hexdigest(),
        "unreadable": unreadable, "by_origin": {"web": 0, "tablet": 0, "paper": 30, "import": 0} | origins,
    }  # fmt: skip
    files = {MANIFEST: json.dumps({"demonstration": False, "receipts": told}).encode()}
    lines = receipt_lines(Contents(files if text is None else {**files, RECEIPTS: text}))
    return [line.subject for line in lines if not line.agrees]


def test_the_right_list_agrees_a_line_twice_among_it():
    assert differing(LIST) == []
    assert differing(None, is_enclosed=False) == []


@pytest.mark.parametrize(("text", "named"), [
    (LIST + b"ffff00112233\n", "receipts.txt, number of receipts"),
    (LIST[:-13], "receipts.txt, number of receipts"),
    (b"5d8c8acc5217\n0a1b2c3d4e5f\n0a1b2c3d4e5f\nffee00112233\n", "receipts.txt, line 2"),
    (LIST.replace(b"5d8c", b"5d8d"), "receipts.txt, SHA-256"),
])  # fmt: skip
def test_another_list_is_named(text: bytes, named: str):
    assert differing(text)[0] == named
    assert differing(text)[-1] == "receipts.txt, SHA-256"


def test_a_list_that_is_missing_or_not_told_of_is_named():
    assert differing(None) == [RECEIPTS]
    assert differing(LIST, is_enclosed=False) == [RECEIPTS]


@pytest.mark.parametrize(("told", "named"), [
    ({"paper": 7}, "manifest.json, receipts, by_origin, paper"),
    ({"tablet": 10}, "manifest.json, receipts, count without unreadable"),
    ({"unreadable": 5}, "manifest.json, receipts, count without unreadable"),
    ({"count": 23}, "manifest.json, receipts, count without unreadable"),
])  # fmt: skip
def test_as_many_receipts_as_answers_by_web_and_tablet(told: dict[str, int], named: str):
    """Three answers that are told as fewer than ten by each way, and one that nobody could read."""
    assert differing(LIST, **told)[0] == named
    assert differing(None, is_enclosed=False, **told) == [named]
