"""The map ready to be drawn by its template: every oblast with its outline, class, number and address.

May import the shapes, the reads and the words of the map.
"""

from __future__ import annotations

from dataclasses import dataclass

from flask import url_for
from sqlalchemy.orm import Session

from contest.atlas.classes import OblastFigures, Quantity, class_of
from contest.atlas.queries import map_rows
from contest.atlas.shapes import LICENCE, Shape, country
from contest.atlas.words import LEGENDS, NUMBERS, TITLES, figures_in_words, number_on_map
from contest.contests.models import Contest
from core.places.queries import unit_name
from core.web.language import language


@dataclass(frozen=True, slots=True)
class ShownOblast:
    """An oblast on the map and in the table beside it.

    :param address: its ranking, or its row of the table where no ranking is published.
    """

    kato: str
    name: str
    figures: OblastFigures
    level: int
    number: str
    words: str
    address: str
    shape: Shape

    @property
    def is_ranked(self) -> bool:
        return self.figures.nominees is not None


@dataclass(frozen=True, slots=True)
class ShownMap:
    """The whole map by one quantity; `drawn` has the cities last, so that they lie on top."""

    quantity: Quantity
    title: object
    about_numbers: object
    legend: tuple[tuple[int, object], ...]
    width: int
    height: int
    oblasts: tuple[ShownOblast, ...]
    licence: str = LICENCE

    @property
    def drawn(self) -> list[ShownOblast]:
        return sorted(self.oblasts, key=lambda one: one.shape.is_city)


def shown_map(session: Session, *, contest: Contest, quantity: Quantity, rows_at: str = "") -> ShownMap:
    """The map of a contest's results in the reader's language.

    :param rows_at: the page of the table, where that is not the present one.
    :raises NotFound: before the results are published.
    """
    sheet, code = country(), language()
    oblasts = []
    for row in map_rows(session, contest=contest, language=code):
        kato, figures = row.unit.kato, row.figures
        address = f"{rows_at}#oblast-{kato}"
        if figures.nominees is not None:
            address = url_for("publication.oblast_results", code=contest.code, kato=kato)
        oblasts.append(
            ShownOblast(
                kato, unit_name(row.unit, code), figures, class_of(quantity, figures),
                number_on_map(quantity, figures), figures_in_words(quantity, figures), address,
                sheet.shapes[kato],
            )
        )  # fmt: skip
    return ShownMap(
        quantity, TITLES[quantity], NUMBERS[quantity], LEGENDS[quantity], sheet.width, sheet.height,
        tuple(oblasts),
    )  # fmt: skip
