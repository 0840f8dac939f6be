"""Lists of results as pages show them: columns, lines of ready texts, and the addresses around them.

One shape for the nation, the oblasts, the league and the turnout, so that one macro draws them all. Nothing
is read here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask import url_for

from contest.publication.listing import Page, Wish, descends
from contest.publication.tables import SUFFIXES

#: The length of an interval bar, and of its steps: so rough that neighbours draw alike and pack well.
BAR, BAR_STEP = 80, 2


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its title, its kind (place, head, text, number, bar), and the order that it gives."""

    title: str
    kind: str
    sort: str | None = None


@dataclass(frozen=True, slots=True)
class Head:
    """What names a line: the name, where it leads, what was won, and remarks under it."""

    name: str
    address: str | None = None
    award: str | None = None
    remarks: str = ""


@dataclass(frozen=True, slots=True)
class Bar:
    """A place interval: its ends and the place, and where they stand on the line."""

    low: int
    high: int
    start: int
    end: int
    dot: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """A list with everything around it.

    :param endpoint: of the page, and `files` of its files, both with `values`.
    :param oblasts: what the list can be narrowed to, as (code, name).
    :param legend: what the remarks mean, as (remark, words).
    """

    endpoint: str
    files: str
    values: Mapping[str, object]
    wish: Wish
    page: Page
    caption: str
    columns: tuple[Column, ...]
    lines: tuple[tuple[object, ...], ...]
    sorts: tuple[tuple[str, str], ...]
    oblasts: tuple[tuple[str, str], ...] = ()
    legend: tuple[tuple[str, str], ...] = ()
    suffixes: tuple[str, ...] = tuple(SUFFIXES)

    def address(self, **changes: object) -> str:
        """This list with another wish; from the first page on unless a page is named."""
        return url_for(self.endpoint, **self.values, **self.wish.arguments(**{"page": 1, **changes}))

    @property
    def whole(self) -> str:
        """Everything that was found, on one page."""
        return self.address(page=None)

    @property
    def is_whole(self) -> bool:
        return self.page.number is None

    @property
    def home(self) -> str:
        """The list as it stands when nothing is asked of it."""
        return url_for(self.endpoint, **self.values)

    def file(self, suffix: str, *, whole: bool = False) -> str:
        """The file of what was found, or of the whole list, in this order."""
        wish = self.wish.arguments(page=1, **({"text": "", "oblast": None} if whole else {}))
        return url_for(self.files, suffix=suffix, **self.values, **wish)

    def sorted_by(self, column: Column) -> str | None:
        """`ascending` or `descending` for the column by which the list stands."""
        if column.sort != self.wish.sort:
            return None
        return "descending" if self.wish.is_descending else "ascending"

    def turned(self, column: Column) -> str:
        """The list by a column; the other way round where it stands by it already."""
        is_same = column.sort == self.wish.sort
        down = not self.wish.is_descending if is_same else descends(column.sort)
        return self.address(sort=column.sort, is_descending=down)


def bar_of(place: int, low: int, high: int, of: int) -> Bar | None:
    """An interval's bar among so many places; None where there is no interval."""
    if not low:
        return None
    share = BAR / BAR_STEP / max(of - 1, 1)
    start, end, dot = (BAR_STEP * round((one - 1) * share) for one in (low, high, place))
    return Bar(low, high, start, end, dot)
