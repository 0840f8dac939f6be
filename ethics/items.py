"""An item set: the statements of an ethics questionnaire and their scale; data, read and checked here.

Pure: the standard library and `core.words` only. A set that is incomplete, in fewer than three
languages, or worded in one direction only is refused with a ValueError that names the place.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from fractions import Fraction
from functools import lru_cache
from pathlib import Path

from core.question_sets import (
    ShippedSets,
    canonical_json,
    fingerprint_of,
    read_code,
    read_minimum_answered,
    read_rows,
    read_scale,
    read_toml,
    refuse_twice,
)
from core.words import Words, words_from

SHIPPED = Path(__file__).with_name("items")
FEWEST_ITEMS, MOST_ITEMS = 2, 40
POINTS = ("4", "3", "2", "1")  # from full agreement to full disagreement
HARD_TO_SAY = "-"
TURNED = dict(zip(POINTS, reversed(POINTS), strict=True))


@dataclass(frozen=True, slots=True)
class Item:
    """One statement; agreeing with a reversed one speaks against the official."""

    code: str
    text: Words
    is_reversed: bool


@dataclass(frozen=True, slots=True)
class ItemSet:
    """What a round asks. `scale` has four entries, from full agreement to full disagreement."""

    code: str
    title: Words
    items: tuple[Item, ...]
    scale: tuple[Words, ...]
    hard_to_say: Words
    minimum_answered: Fraction

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(item.code for item in self.items)

    @property
    def fewest_answered(self) -> int:
        """How many statements an answer must rate to be scored."""
        return -(-self.minimum_answered.numerator * len(self.items) // self.minimum_answered.denominator)

    @property
    def choices(self) -> tuple[tuple[str, Words], ...]:
        """The scale as it is offered: each point with its words, "hard to say" last."""
        return (*zip(POINTS, self.scale, strict=True), (HARD_TO_SAY, self.hard_to_say))

    @property
    def fingerprint(self) -> str:
        """SHA-256 over the canonical text: the same for the same set, however its file is laid out."""
        return fingerprint_of(self.as_json())

    def as_json(self) -> str:
        """The whole set as one canonical JSON text, which a round keeps."""
        body = {
            "code": self.code,
            "title": asdict(self.title),
            "minimum_answered": str(self.minimum_answered),
            "scale": {point: asdict(words) for point, words in zip(POINTS, self.scale, strict=True)},
            "hard_to_say": asdict(self.hard_to_say),
            "items": [
                {"code": item.code, "text": asdict(item.text), "reversed": item.is_reversed}
                for item in self.items
            ],
        }
        return canonical_json(body)


def shipped_codes() -> tuple[str, ...]:
    """The codes of the sets that come with the product."""
    return _SHIPPED.codes()


def shipped(code: str) -> ItemSet:
    """A set that comes with the product, or a ValueError naming those that do."""
    return _SHIPPED.get(code)


def read_items(text: str, *, place: str) -> ItemSet:
    """Read a set from TOML, or raise a ValueError that begins with `place`."""
    return _made(read_toml(text, place), place)


@lru_cache(maxsize=16)
def items_from_json(text: str) -> ItemSet:
    """The set that a round keeps."""
    return _made(json.loads(text), "items")


def _made(table: Mapping[str, object], place: str) -> ItemSet:
    rows = read_rows(table, "items", fewest=FEWEST_ITEMS, most=MOST_ITEMS, place=place)
    items = tuple(_item(row, f"{place}, item {number}") for number, row in enumerate(rows, 1))
    refuse_twice([item.code for item in items], "item", place)
    if len({item.is_reversed for item in items}) == 1:
        raise ValueError(f"{place}: all statements are worded in one direction; word some against the other")
    return ItemSet(
        code=read_code(table.get("code"), place),
        title=words_from(table.get("title"), f"{place}, title"),
        items=items,
        scale=read_scale(table, POINTS, place),
        hard_to_say=words_from(table.get("hard_to_say"), f"{place}, hard_to_say"),
        minimum_answered=read_minimum_answered(table, place),
    )


def _item(row: object, place: str) -> Item:
    if not isinstance(row, Mapping):
        raise ValueError(f"{place}: {row!r} is not a table")
    turned = row.get("reversed")
    if type(turned) is not bool:
        raise ValueError(f"{place}: reversed is {turned!r}; give true or false")
    return Item(read_code(row.get("code"), place), words_from(row.get("text"), f"{place}, text"), turned)


_SHIPPED = ShippedSets(SHIPPED, "item set", _made)
