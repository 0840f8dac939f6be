"""The statements: complete in three languages, worded both ways, refused by place when they are not."""

from __future__ import annotations

import pytest

from ethics.items import SHIPPED, items_from_json, read_items, shipped, shipped_codes

TEXT = (SHIPPED / "2026.toml").read_text("utf-8")


def test_shipped_set_asks_ten_statements_worded_both_ways():
    items = shipped("2026")
    assert shipped_codes() == ("2026",)
    assert len(items.items) == 10
    assert sum(item.is_reversed for item in items.items) == 4
    assert [point for point, _ in items.choices] == ["4", "3", "2", "1", "-"]
    assert items.hard_to_say.kk == "жауап беруге қиналамын"
    assert items.fewest_answered == 5


def test_a_set_kept_as_json_is_the_same_set():
    items = shipped("2026")
    assert items_from_json(items.as_json()) == items
    assert items_from_json(items.as_json()).fingerprint == items.fingerprint


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ('code = "rights"', 'code = "lawful"', "x.toml: the item 'lawful' stands there twice"),
        ("reversed = false", 'reversed = "no"', "x.toml, item 1: reversed is 'no'; give true or false"),
        ("reversed = true", "reversed = false", "x.toml: all statements are worded in one direction"),
        ('ru = "согласен(на)"', 'ru = " "', "x.toml, scale 3: the text in 'ru' is ' '"),
        ("minimum_answered = 0.5", "minimum_answered = 2", "x.toml: minimum_answered is 2"),
        ("[scale.1]", "[scale.0]", "x.toml: the scale needs words for 4, 3, 2 and 1"),
    ],
)
def test_a_faulty_set_is_refused_by_place(old: str, new: str, fault: str):
    with pytest.raises(ValueError) as refused:
        read_items(TEXT.replace(old, new), place="x.toml")
    assert str(refused.value).startswith(fault)


def test_a_set_that_is_not_there_is_refused_by_name():
    with pytest.raises(ValueError, match="there is no item set '1999': choose one of 2026"):
        shipped("1999")
