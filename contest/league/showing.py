"""The league, or one class of it, as a list to be asked: what it is found and ordered by, and its lines.

Only what is handed in is shown; nothing is read here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask_babel import format_decimal
from flask_babel import gettext as _

from contest.league.computation import Position
from contest.league.queries import ShownUnit
from contest.league.words import POSITIONS
from contest.publication.listing import Listed, Wish, page_of
from contest.publication.sheets import Column, Head, Sheet, bar_of
from contest.publication.showing import oblast_choices, order_words
from contest.publication.words import points, share
from core.disclosure import MINIMUM_CELL
from core.words import Words, kazakh_key

SORTS = ("place", "name", "points", "answers")
Titles = Mapping[str | None, Words | None]


@dataclass(frozen=True, slots=True)
class Listing:
    """The rows of the league or of one class, and the endpoints of their page and files.

    :param titles: the classes in their order, by the size that rows keep.
    """

    title: str
    rows: tuple[ShownUnit, ...]
    titles: Titles
    endpoint: str
    files: str
    values: Mapping[str, object]

    @property
    def is_whole(self) -> bool:
        return len(self.titles) > 1


def listed(listing: Listing) -> list[Listed]:
    """The rows class by class, best place first, with what they are found and ordered by."""
    order = {size: number for number, size in enumerate(listing.titles)}
    items = [
        Listed(
            one, one.oblast_kato, (one.row.kato, *_names(one.unit), *_names(one.oblast)),
            {
                "place": (order[one.row.size], one.row.place) if one.row.place else None,
                "name": (kazakh_key(str(one.unit)), one.row.kato), "points": one.row.used,
                "answers": one.row.n,
            },
        )
        for one in listing.rows
    ]  # fmt: skip
    return sorted(items, key=lambda item: order[item.row.row.size])


def league_sheet(listing: Listing, wish: Wish) -> Sheet:
    """The list of the league or of a class, as a wish asks for it."""
    page = page_of(listed(listing), wish)
    ranked = _ranked(listing.rows)
    best, few = _("may be the best"), _("fewer than %(floor)s", floor=MINIMUM_CELL)
    positions = {position: str(words) for position, words in POSITIONS.items()}
    titles = {size: "–" if title is None else str(title) for size, title in listing.titles.items()}

    def line(one: ShownUnit) -> tuple[object, ...]:
        row, of = one.row, ranked.get(one.row.size, 0)
        cells = (
            row.place or positions[row.position],
            Head(str(one.unit), remarks=best if row.low == 1 and of > 1 else ""), str(one.oblast),
            points(row.used) if row.place else "–",
            "–" if row.score is None else f"{points(row.score)} ± {points(row.error)}",
            few if row.n is None else format_decimal(row.n), bar_of(row.place, row.low, row.high, of),
            "–" if row.top_probability is None else share(row.top_probability),
        )  # fmt: skip
        return (*cells, titles[row.size]) if listing.is_whole else cells

    return Sheet(
        endpoint=listing.endpoint, files=listing.files, values=listing.values, wish=wish, page=page,
        caption=listing.title, columns=_columns(listing), lines=tuple(line(one) for one in page.rows),
        sorts=order_words(SORTS), oblasts=oblast_choices(listing.rows),
    )  # fmt: skip


def _ranked(rows: Sequence[ShownUnit]) -> dict[str | None, int]:
    """How many units of each class have a place."""
    counts: dict[str | None, int] = {}
    for one in rows:
        if one.row.position is Position.RANKED:
            counts[one.row.size] = counts.get(one.row.size, 0) + 1
    return counts


def _columns(listing: Listing) -> tuple[Column, ...]:
    columns = (
        Column(_("Place"), "place", "place"), Column(_("Unit"), "head", "name"), Column(_("Oblast"), "text"),
        Column(_("Points"), "number", "points"), Column(_("Score"), "number"),
        Column(_("Answers"), "number", "answers"), Column(_("Place with 95 %% confidence") % (), "bar"),
        Column(_("Among the first"), "number"),
    )  # fmt: skip
    return (*columns, Column(_("Class"), "text")) if listing.is_whole else columns


def _names(words: Words) -> tuple[str, str, str]:
    return words.kk, words.ru, words.en
