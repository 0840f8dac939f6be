"""The format of a release is written down in the auditor's guide, and frozen under its number."""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any

from contest.certificates.listing import FORMAT as REGISTER_FORMAT
from contest.release.layout import FORMAT, HEADS, tables
from core.settings import ROOT

GUIDE = (ROOT / "docs" / "auditor.md").read_text("utf-8")
SECTION = GUIDE.partition("## The format, version 1\n")[2].partition("\n## ")[0]
ROWS = dict(re.findall(r"^\| `([^`]+)` \| (.+) \|$", SECTION, re.MULTILINE))
#: Fields whose own fields are codes of the rules, or ways of an answer.
BY_CODE = frozenset({"marks", "judges", "nominations", "votes", "by_origin"})
#: The files and fields of each format that was ever published. Releases of it are in other people's hands: a
#: line here is never changed. Another layout needs another FORMAT, and a line of its own.
FROZEN = {"auyl-uni release 1": "841807b34f369833b07e3efe898e106cca980809190d145b3b944e1be042337a"}


def test_every_table_has_the_columns_that_the_guide_names():
    written = {
        table.name: ", ".join(
            f"**{column.code}**" if column.code in table.key else column.code for column in table.columns
        )
        for table in tables().values()
    }
    assert {name: told for name, told in ROWS.items() if "." not in name} == written


def test_a_changed_layout_needs_a_new_number():
    text = "\n".join(f"{name}: {told}" for name, told in sorted(ROWS.items()))
    assert FROZEN[FORMAT] == hashlib.sha256(text.encode()).hexdigest()
    assert f"`{FORMAT}`" in SECTION
    assert REGISTER_FORMAT == "auyl-uni certificate register 1"


def names_in(value: Any) -> set[str]:
    """Every field of plain JSON, but not what stands in those whose keys are codes."""
    if isinstance(value, list):
        return set().union(*map(names_in, value))
    if not isinstance(value, dict):
        return set()
    return set(value).union(*(names_in(inner) for name, inner in value.items() if name not in BY_CODE))


def assert_fields(files: dict[str, bytes]) -> None:
    """The JSON files of a release have the fields that the guide names, and no others."""
    for pattern, told in ROWS.items():
        found = [name for name in files if re.fullmatch(pattern.replace("*", ".*"), name) and "." in pattern]
        assert found or "." not in pattern, pattern
        for name in found:
            value = (
                [json.loads(line) for line in files[name].splitlines()]
                if name == HEADS
                else json.loads(files[name])
            )
            optional = set(re.findall(r"(\w+)\?", told))
            assert names_in(value) | optional == set(re.findall(r"\w+", told.replace("; or null", ""))), name
