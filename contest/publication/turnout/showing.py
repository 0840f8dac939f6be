"""The turnout of a survey as lists to be asked: by unit for page and files, and summed by oblast.

Only what is handed in is shown. A sum is that of the figures shown, so that nothing can be subtracted.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask_babel import format_decimal
from flask_babel import gettext as _

from contest.publication.listing import Page, Terms, Wish, page_of
from contest.publication.sheets import Column, Head, Sheet
from contest.publication.showing import every, oblast_choices, order_words
from contest.publication.tables import RankingTable
from contest.publication.words import share
from contest.sources.published_survey import Answered
from core.disclosure import MINIMUM_CELL
from core.web.language import language
from core.words import Words, kazakh_key

SORTS = ("unit", "answers", "share")


@dataclass(frozen=True, slots=True)
class OblastTurnout:
    """The units of an oblast: how many are asked, of how many a number is shown, and the sum of these."""

    oblast: Words
    units: int
    answering: int
    answers: int


def by_oblast(rows: Sequence[Answered]) -> list[OblastTurnout]:
    """The sums of the shown figures, oblast by oblast in the reader's alphabet."""
    parts: dict[str, list[Answered]] = defaultdict(list)
    for row in rows:
        parts[row.oblast_kato].append(row)
    found = [
        OblastTurnout(
            own[0].oblast, len(own), sum(row.answers is not None for row in own),
            sum(row.answers or 0 for row in own),
        )
        for own in parts.values()
    ]  # fmt: skip
    return sorted(found, key=lambda one: kazakh_key(str(one.oblast)))


def terms_of() -> Terms:
    """How the units are found and ordered, in the reader's language."""
    reader = language()
    return Terms(
        names=lambda row: (row.kato, *every(row.unit), *(every(row.district) if row.district else ()),
                           *every(row.oblast)),
        oblast=lambda row: row.oblast_kato,
        keys={
            "unit": lambda row: (kazakh_key(row.unit.in_(reader)), row.kato),
            "answers": lambda row: row.answers,
            "share": lambda row: row.share,
        },
    )  # fmt: skip


def turnout_sheet(rows: Sequence[Answered], wish: Wish, *, values: Mapping[str, object]) -> Sheet:
    """The list of the units, as a wish asks for it."""
    page, few = page_of(rows, wish, terms_of()), _("fewer than %(floor)s", floor=MINIMUM_CELL)

    def line(row: Answered) -> tuple[object, ...]:
        return (
            Head(str(row.unit)), f"{row.oblast}, {row.district}" if row.district else str(row.oblast),
            format_decimal(row.answers) if row.answers is not None else few,
            "–" if row.adults is None else format_decimal(row.adults),
            share(row.share) if row.share is not None else "–",
        )  # fmt: skip

    return Sheet(
        endpoint="turnout_public.turnout", files="turnout_public.turnout_file", values=values, wish=wish,
        page=page, caption=_("Answers by unit"), lines=tuple(line(row) for row in page.rows),
        columns=(
            Column(_("Unit"), "head", "unit"), Column(_("Oblast, district"), "text"),
            Column(_("Answers"), "number", "answers"), Column(_("Adults"), "number"),
            Column(_("Share of the adults"), "number", "share"),
        ),
        sorts=order_words(SORTS), oblasts=oblast_choices(rows),
    )  # fmt: skip


def turnout_table(rows: Sequence[Answered], note: str | None) -> RankingTable:
    """Some units as a table for a file; where too few answered, the number is empty."""
    columns = (_("Unit"), _("КАТО code"), _("District"), _("Oblast"), _("Answers"), _("Adults"))
    lines = tuple(
        (
            str(row.unit), row.kato, str(row.district) if row.district else None, str(row.oblast),
            row.answers, row.adults,
        )
        for row in rows
    )  # fmt: skip
    return RankingTable(_("How many answered"), columns, lines, note)


def turnout_data(page: Page, *, is_demo: bool, selection: Mapping[str, object]) -> dict[str, object]:
    """Some units as plain data."""
    return {
        "demonstration": is_demo,
        "selection": dict(selection),
        "rows_of_the_whole": page.of,
        "rows": [
            {
                "kato": row.kato, "unit": {"kk": row.unit.kk, "ru": row.unit.ru, "en": row.unit.en},
                "oblast": row.oblast_kato, "answers": row.answers, "adults": row.adults,
            }
            for row in page.rows
        ],
    }  # fmt: skip
