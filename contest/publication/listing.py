"""What a reader asks of a list of results by its address: an order, an oblast, some words, a page.

Only `core` is imported. An address that asks for something impossible is refused in words; names are found
in spite of alphabets and endings, as places are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from math import ceil
from typing import Any

from flask_babel import lazy_gettext as _l

from core.errors import BadInput, NotFound
from core.places.search import likeness_of, words_of

ROWS_PER_PAGE = 200
LONGEST_TEXT = 100
WHOLE = "all"
ASCENDING, DESCENDING = "asc", "desc"
#: Words at least this alike are the same name with a slip of the pen; asked only where nothing fits better.
ALIKE = 0.75


@dataclass(frozen=True, slots=True)
class Terms:
    """How the rows of a list are found, narrowed and ordered; asked only for what is wished.

    :param keys: by the name of an order; None stands last in either direction.
    """

    names: Callable[[Any], tuple[str, ...]]
    oblast: Callable[[Any], str]
    keys: Mapping[str, Callable[[Any], Any]]


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked of a list; `page` None is the whole.

    :param first: the order of a list for which none is asked.
    """

    first: str
    sort: str
    is_descending: bool
    text: str = ""
    oblast: str | None = None
    page: int | None = 1

    def most_of(self, rows: int) -> int:
        """How many rows of a list a page can have."""
        return rows if self.page is None else min(rows, ROWS_PER_PAGE)

    @property
    def is_filtered(self) -> bool:
        """Whether only a part of the list is asked for."""
        return bool(self.text or self.oblast)

    def arguments(self, **changes: object) -> dict[str, object]:
        """The address's arguments for this wish with changes, without what goes without saying."""
        wish = replace(self, **changes)
        return {
            name: value
            for name, value, usual in (
                ("sort", wish.sort, wish.first),
                ("order", DESCENDING if wish.is_descending else ASCENDING, _usual(wish.sort)),
                ("q", wish.text, ""),
                ("oblast", wish.oblast, None),
                ("page", WHOLE if wish.page is None else wish.page, 1),
            )
            if value != usual
        }

    def selection(self) -> dict[str, object]:
        """What the list is narrowed to, for a file."""
        return {"q": self.text, "oblast": self.oblast} if self.is_filtered else {}


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a list: its rows, which of how many it is, and how many rows were found of how many."""

    rows: tuple[Any, ...]
    number: int | None
    pages: int
    found: int
    of: int


def wish_from(arguments: Mapping[str, str], *, sorts: Sequence[str], oblasts: Iterable[str] = ()) -> Wish:
    """Read a wish from an address.

    :param sorts: the orders that the list has, the usual one first.
    :param oblasts: the codes that the list can be narrowed to.
    :raises BadInput: naming what cannot be asked and what can.
    """
    sort = _one_of(arguments, "sort", sorts) or sorts[0]
    order = _one_of(arguments, "order", (ASCENDING, DESCENDING)) or _usual(sort)
    text = " ".join(arguments.get("q", "").split())
    if len(text) > LONGEST_TEXT:
        raise BadInput(_l("Search with %(most)s letters at most.", most=LONGEST_TEXT), place="q")
    oblast = arguments.get("oblast") or None
    if oblast is not None and oblast not in oblasts:
        raise BadInput(
            _l(
                "This list has no oblast with the code “%(code)s”: choose one from its form.",
                code=oblast[:20],
            ),
            place="oblast",
        )
    return Wish(sorts[0], sort, order == DESCENDING, text, oblast, _page(arguments.get("page", "")))


def page_of(items: Sequence[Any], wish: Wish, terms: Terms) -> Page:
    """The rows that a wish asks for, of a list in its usual order.

    :raises NotFound: for a page that is not there.
    """
    found = [item for item in items if wish.oblast is None or terms.oblast(item) == wish.oblast]
    if wish.text:
        found = _named(found, wish.text, terms)
    key = terms.keys[wish.sort]
    keyed = [(key(item), item) for item in found]
    known = sorted(
        (pair for pair in keyed if pair[0] is not None), key=lambda pair: pair[0], reverse=wish.is_descending
    )
    rows = tuple(item for _key, item in (*known, *(pair for pair in keyed if pair[0] is None)))
    if wish.page is None:
        return Page(rows, None, 1, len(rows), len(items))
    pages = max(1, ceil(len(rows) / ROWS_PER_PAGE))
    if wish.page > pages:
        raise NotFound(
            _l("This list has %(pages)s pages: there is no page %(page)s.", pages=pages, page=wish.page)
        )
    start = (wish.page - 1) * ROWS_PER_PAGE
    return Page(rows[start : start + ROWS_PER_PAGE], wish.page, pages, len(rows), len(items))


def descends(sort: str) -> bool:
    """Whether an order begins with the highest: numbers do, places and names do not."""
    return sort not in ("place", "name", "unit")


def _usual(sort: str) -> str:
    return DESCENDING if descends(sort) else ASCENDING


def _one_of(arguments: Mapping[str, str], name: str, known: Sequence[str]) -> str:
    value = arguments.get(name, "")
    if value and value not in known:
        raise BadInput(
            _l(
                "“%(value)s” is not known here; known are: %(known)s.",
                value=value[:40],
                known=", ".join(known),
            ),
            place=name,
        )
    return value


def _page(text: str) -> int | None:
    if text == WHOLE:
        return None
    if not text:
        return 1
    if not (text.isascii() and text.isdigit() and int(text[:9]) > 0):
        raise BadInput(
            _l("“%(value)s” is no page: give a number from 1 on, or “all”.", value=text[:40]), place="page"
        )
    return int(text[:9])


def _named(items: Sequence[Any], text: str, terms: Terms) -> list[Any]:
    """Those in whose names every word begins a word; where there are none, those nearly called so."""
    wanted = words_of(text)[:5]
    if not wanted:
        return []
    named = [(_words(terms.names(item)), item) for item in items]
    found = [item for words, item in named if all(_begins(one, words) for one in wanted)]
    return found or [item for words, item in named if all(_resembles(one, words) for one in wanted)]


def _begins(word: str, words: frozenset[str]) -> bool:
    return any(own.startswith(word) for own in words)


def _resembles(word: str, words: frozenset[str]) -> bool:
    return any(_likeness(word, own) >= ALIKE for own in words)


@lru_cache(maxsize=10_000)
def _words(names: tuple[str, ...]) -> frozenset[str]:
    return frozenset(word for name in names for word in words_of(name))


@lru_cache(maxsize=30_000)
def _likeness(word: str, other: str) -> float:
    return likeness_of(word, other)
