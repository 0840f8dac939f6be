"""The list of receipts as arithmetic: lines, order, parts, root, and numbers that must agree."""

from __future__ import annotations

import hashlib
import random
import subprocess

import pytest

from surveys.inclusion.lists import is_in, lines_of, receipt_hash, root_of, sorted_parts
from surveys.inclusion.reconciliation import Pair, Reconciliation

EQUAL = {
    "receipts": 20, "sheets": 7, "import_rows": 9, "web": 18, "tablet": 2, "paper": 7, "imported": 9,
    "unreadable": 0,
}  # fmt: skip


def test_a_line_is_what_the_common_tool_prints():
    asked = "printf '%s' '2026-main 4K7PQ2M8XZ1W' | sha256sum | cut -c1-12"
    printed = subprocess.run(["sh", "-c", asked], capture_output=True, text=True, check=True).stdout
    assert printed == receipt_hash("2026-main", "4K7PQ2M8XZ1W").hex() + "\n"


@pytest.mark.parametrize("count", [0, 1, 3, 4000])
def test_parts_are_the_sorted_lines_and_the_root_is_that_of_the_file(count: int):
    draw = random.Random(count)
    hashes = [draw.randbytes(6) for _ in range(count)]
    hashes += hashes[:2]  # two receipts with one line stay two lines
    parts = dict(sorted_parts(iter(hashes)))
    file = b"".join(map(lines_of, parts.values()))
    assert file == b"".join(each.hex().encode() + b"\n" for each in sorted(hashes))
    assert root_of(parts.values()) == hashlib.sha256(file).hexdigest()
    assert all(part[0] == first for first, part in parts.items())


def test_a_part_knows_its_hashes_and_no_other():
    draw = random.Random(5)
    hashes = [bytes([7]) + draw.randbytes(5) for _ in range(300)]
    [(_, part)] = sorted_parts(hashes)
    assert all(is_in(part, each) for each in hashes)
    others = (bytes([7]) + draw.randbytes(5) for _ in range(300))
    assert not any(is_in(part, each) for each in (*others, bytes([7]) + bytes(5), bytes([7]) + b"\xff" * 5))
    assert not is_in(b"", hashes[0])


@pytest.mark.parametrize(
    ("changes", "pairs"),
    [
        ({}, []),
        ({"receipts": 21, "sheets": 9, "unreadable": 3}, []),
        ({"receipts": 21}, [Pair.RECEIPTS]),
        ({"web": 17}, [Pair.RECEIPTS]),
        ({"tablet": 3}, [Pair.RECEIPTS]),
        ({"paper": 8}, [Pair.PAPER]),
        ({"import_rows": 10}, [Pair.IMPORT]),
        ({"unreadable": 2}, [Pair.UNREADABLE]),
        ({"receipts": 21, "unreadable": 2}, [Pair.RECEIPTS]),
        # A forged origin: what is too much in one place does not pay for what is missing in another.
        ({"web": 17, "paper": 8}, [Pair.RECEIPTS, Pair.PAPER]),
    ],
)
def test_numbers_agree_only_where_nothing_but_the_unreadable_is_missing(changes: dict, pairs: list[Pair]):
    found = Reconciliation(**{**EQUAL, **changes})
    assert [each.pair for each in found.differences] == pairs
    assert found.agrees == (pairs == [])
