"""The league as a table for CSV, XLSX and JSON: the same rows in each, numbers as they were published."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask_babel import gettext as _

from contest.league.computation import Position
from contest.league.models import League
from contest.league.queries import ShownUnit
from contest.league.words import POSITIONS
from contest.publication.tables import RankingTable, chance_words
from core.words import Words

Titles = Mapping[str | None, Words | None]


def league_table(rows: Sequence[ShownUnit], *, titles: Titles, first: int, note: str | None) -> RankingTable:
    """The rows as a table, with a note where they are a part or a demonstration."""
    columns = (
        _("Class"), _("Place"), _("Unit"), _("КАТО code"), _("Oblast"), _("Adults"), _("Points"),
        _("Score of the residents"), _("Error"), "n", _("Reliability"), _("Place from"), _("Place to"),
        chance_words(first), _("Remark"),
    )  # fmt: skip
    return RankingTable(_("League of villages"), columns, tuple(_cells(one, titles) for one in rows), note)


def as_json(
    rows: Sequence[ShownUnit],
    *,
    league: League,
    titles: Titles,
    is_demo: bool,
    selection: Mapping[str, object],
) -> dict[str, object]:
    """The rows as plain data, with what they were computed from and what was asked of the list."""
    return {
        "demonstration": is_demo,
        "version": league.version,
        "rulebook_fingerprint": league.rulebook_fingerprint,
        "inputs_digest": league.inputs_digest,
        "selection": dict(selection),
        "classes": [
            {"code": code, "title": {"kk": words.kk, "ru": words.ru, "en": words.en}}
            for code, words in titles.items()
            if code is not None and words is not None
        ],
        "rows": [
            {
                "class": one.row.size, "position": one.row.position.value, "place": one.row.place or None,
                "kato": one.row.kato, "unit": {"kk": one.unit.kk, "ru": one.unit.ru, "en": one.unit.en},
                "adults": one.row.adults, "n": one.row.n, "score": _text(one.row.score),
                "error": _text(one.row.error), "reliability": _text(one.row.reliability),
                "points": _text(one.row.used), "place_from": one.row.low or None,
                "place_to": one.row.high or None, "top_probability": _text(one.row.top_probability),
            }
            for one in rows
        ],
    }  # fmt: skip


def _cells(one: ShownUnit, titles: Titles) -> tuple[object, ...]:
    row = one.row
    remark = "" if row.position is Position.RANKED else str(POSITIONS[row.position])
    title = titles[row.size]
    return (
        None if title is None else str(title), row.place or None, str(one.unit), row.kato, str(one.oblast),
        row.adults, row.used, row.score, row.error, row.n, row.reliability, row.low or None, row.high or None,
        row.top_probability, remark,
    )  # fmt: skip


def _text(value: object) -> str | None:
    return None if value is None else str(value)
