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
from contest.publication.kept import Kept
from contest.publication.listing import Terms, Wish, page_of
from contest.publication.sheets import Column, Head, Sheet, bar_of
from contest.publication.showing import (
    error_legend,
    every,
    first_legend,
    first_words,
    oblast_choices,
    order_words,
)
from contest.publication.words import points, share
from core.disclosure import MINIMUM_CELL
from core.web.language import language
from core.words import Words, kazakh_key

SORTS = ("place", "name", "points", "answers")
Titles = Mapping[str | None, Words | None]


@dataclass(frozen=True, slots=True)
class Listing:
    """The league or some classes of it, and the endpoints of their page and files.

    :param kept: every row of the league.
    :param titles: the classes in their order, by the size that rows keep.
    """

    title: str
    kept: Kept
    titles: Titles
    endpoint: str
    files: str
    values: Mapping[str, object]

    def rows(self) -> tuple[ShownUnit, ...]:
        """The rows of these classes, best place first."""
        return tuple(one for one in self.kept.thing if one.row.size in self.titles)

    @property
    def is_whole(self) -> bool:
        return len(self.titles) > 1


def terms_of(listing: Listing) -> Terms:
    """How the units are found and ordered, in the reader's language; places go class by class."""
    order, reader = {size: number for number, size in enumerate(listing.titles)}, language()
    return Terms(
        names=lambda one: (one.row.kato, *every(one.unit), *every(one.oblast)),
        oblast=lambda one: one.oblast_kato,
        keys={
            "place": lambda one: (order[one.row.size], one.row.place) if one.row.place else None,
            "name": lambda one: (kazakh_key(one.unit.in_(reader)), one.row.kato),
            "points": lambda one: one.row.used,
            "answers": lambda one: one.row.n,
        },
    )


def league_sheet(listing: Listing, wish: Wish, *, first: int) -> Sheet:
    """The list of the league or of a class, as a wish asks for it; `first` as in the rule book's `top`."""
    rows, reader = listing.rows(), language()
    page, ranked = page_of(rows, wish, terms_of(listing)), _ranked(rows)
    best, few = _("may be the best"), _("fewer than %(floor)s", floor=MINIMUM_CELL)
    positions = {position: str(words) for position, words in POSITIONS.items()}
    unknown = _("Number of adults unknown")
    titles = {size: str(title or unknown) for size, title in listing.titles.items()}

    def line(one: ShownUnit) -> tuple[object, ...]:
        row, of = one.row, ranked.get(one.row.size, 0)
        remarks = [one.oblast.in_(reader), *([titles[row.size]] if listing.is_whole else ())]
        if row.low == 1 and of > 1:
            remarks.append(best)
        return (
            row.place or positions[row.position], Head(one.unit.in_(reader), remarks=" · ".join(remarks)),
            points(row.used) if row.place else "–",
            "–" if row.score is None else f"{points(row.score)} ± {points(row.error)}",
            few if row.n is None else format_decimal(row.n), bar_of(row.place, row.low, row.high, of),
            "–" if row.top_probability is None else share(row.top_probability),
        )  # fmt: skip

    return Sheet(
        endpoint=listing.endpoint, files=listing.files, values=listing.values, wish=wish, page=page,
        caption=listing.title, columns=_columns(first), lines=tuple(line(one) for one in page.rows),
        sorts=order_words(SORTS), oblasts=oblast_choices(rows), legend=(error_legend(), first_legend(first)),
    )  # fmt: skip


def _ranked(rows: Sequence[ShownUnit]) -> dict[str | None, int]:
    """How many units of each class have a place."""
    counts: dict[str | None, int] = {}
    for one in rows:
        if one.row.position is Position.RANKED:
            counts[one.row.size] = counts.get(one.row.size, 0) + 1
    return counts


def _columns(first: int) -> tuple[Column, ...]:
    return (
        Column(_("Place"), "place", "place"), Column(_("Unit, oblast"), "head", "name"),
        Column(_("Points"), "number", "points"), Column(_("Score of the residents"), "number"),
        Column(_("Answers"), "number", "answers"), Column(_("Place with 95 %% confidence") % (), "bar"),
        Column(first_words(first), "number"),
    )  # fmt: skip
