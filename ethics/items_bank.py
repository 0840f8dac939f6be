"""The bank of statements: every norm worded for and against, from which a round picks; data, checked here.

Pure: the standard library, `core.words` and `ethics.items` only. What was picked has a code with a digest in
it, so a rule book that names the code names exactly these statements.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Collection
from dataclasses import dataclass, replace
from functools import lru_cache

from core.words import Words, words_from
from ethics.items import FEWEST_ITEMS, MOST_ITEMS, SHIPPED, Item, ItemSet, read_items

BANK = SHIPPED / "bank"
CURRENT = "2026"


@dataclass(frozen=True, slots=True)
class Norm:
    """A norm of the Code with its statements, one or more in each direction."""

    code: str
    name: Words
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Bank:
    """One version of the bank; `items` has all statements with their scale."""

    norms: tuple[Norm, ...]
    items: ItemSet


@lru_cache
def bank(version: str = CURRENT) -> Bank:
    """A version of the bank that comes with the product."""
    return read_bank((BANK / f"{version}.toml").read_text("utf-8"), place=f"bank/{version}.toml")


def read_bank(text: str, *, place: str) -> Bank:
    """Read a bank from TOML, or raise a ValueError that begins with `place`."""
    items, table = read_items(text, place=place), tomllib.loads(text)
    names = {code: words_from(name, f"{place}, norm {code}") for code, name in table.get("norms", {}).items()}
    of_norm: dict[str, list[Item]] = {code: [] for code in names}
    for row, item in zip(table["items"], items.items, strict=True):
        if row.get("norm") not in of_norm:
            raise ValueError(f"{place}, {item.code!r}: there is no norm {row.get('norm')!r}")
        of_norm[row["norm"]].append(item)
    for code, own in of_norm.items():
        if {item.is_reversed for item in own} != {True, False}:
            raise ValueError(f"{place}, norm {code!r}: word it for and against")
    return Bank(tuple(Norm(code, names[code], tuple(own)) for code, own in of_norm.items()), items)


def pick(codes: Collection[str], *, version: str = CURRENT) -> ItemSet:
    """The set of the statements with these codes, in the order of the bank.

    :raises ValueError: for an unknown code, too few or too many, or statements in one direction only.
    """
    whole = bank(version).items
    for code in codes:
        if code not in whole.codes:
            raise ValueError(f"there is no statement {code!r} in the bank of {version}")
    items = tuple(item for item in whole.items if item.code in codes)
    if not FEWEST_ITEMS <= len(items) <= MOST_ITEMS:
        raise ValueError(f"tick {FEWEST_ITEMS} to {MOST_ITEMS} statements")
    if len({item.is_reversed for item in items}) == 1:
        raise ValueError("all statements are worded in one direction; tick some against the other")
    digest = hashlib.sha256(replace(whole, items=items).as_json().encode()).hexdigest()
    return replace(whole, code=f"{version}-{digest[:12]}", items=items)
