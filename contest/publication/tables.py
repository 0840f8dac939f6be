"""A published ranking as a table for CSV, XLSX and JSON: the same rows in each."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import gettext as _

from contest.publication.queries import Ranked, Ranking
from core.tables import write_csv, write_xlsx

SUFFIXES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/json",
}


@dataclass(frozen=True, slots=True)
class RankingTable:
    """Column titles and rows of text, as they are exported."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str | None


def ranking_table(ranking: Ranking, *, title: str, is_demo: bool) -> RankingTable:
    """The table of a ranking, with a column for each component's score."""
    parts = list(ranking.rows[0].parts) if ranking.rows else []
    columns = (
        _("Place"), _("Nominee"), _("Unit"), _("КАТО code"), _("Oblast"), _("Points"), _("Error"),
        _("Place from"), _("Place to"), _("Probability of being among the first"), _("Award"),
        *(f"{part} {name}" for part in parts for name in ("n", "score", "error")),
    )  # fmt: skip
    note = None
    if is_demo:
        note = _("DEMONSTRATION: the ratings are San Diego's of 2015, names and marks are made up.")
    return RankingTable(title, columns, tuple(_row(row, parts) for row in ranking.rows), note)


def _row(row: Ranked, parts: list[str]) -> tuple[str, ...]:
    cells = (
        row.place or "", row.name, row.unit, row.kato, row.oblast, row.shown, row.error, row.low or "",
        row.high or "", row.top_probability, row.award,
        *(row.parts[part][name] for part in parts for name in ("n", "score", "error")),
    )  # fmt: skip
    return tuple("" if cell is None else str(cell) for cell in cells)


def as_bytes(table: RankingTable, suffix: str) -> bytes:
    """The table in one of the formats of :data:`SUFFIXES` but JSON."""
    if suffix == "xlsx":
        return write_xlsx(table.title, table.columns, table.rows, note=table.note)
    rows = table.rows
    if table.note:
        rows = ((table.note, *[""] * (len(table.columns) - 1)), *rows)
    return write_csv(table.columns, rows)


def as_json(ranking: Ranking, *, is_demo: bool) -> dict[str, object]:
    """The ranking as plain data, with every published number of every row."""
    return {
        "demonstration": is_demo,
        "stage": ranking.standing.stage.value,
        "oblast": ranking.standing.oblast_kato,
        "version": ranking.standing.version,
        "rulebook_fingerprint": ranking.standing.rulebook_fingerprint,
        "inputs_digest": ranking.standing.inputs_digest,
        "rows": [
            {
                "place": row.place or None, "name": row.name, "kato": row.kato,
                "unit": {"kk": row.unit.kk, "ru": row.unit.ru, "en": row.unit.en},
                "oblast": row.oblast_kato, "points": _text(row.shown), "error": _text(row.error),
                "place_from": row.low or None, "place_to": row.high or None,
                "top_probability": _text(row.top_probability), "award": row.award,
                "components": row.parts, "flags": list(row.flags),
            }
            for row in ranking.rows
        ],
    }  # fmt: skip


def _text(value: object) -> str | None:
    return None if value is None else str(value)
