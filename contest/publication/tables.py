"""A published ranking as a table for CSV, XLSX and JSON: the same rows in each."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from flask import Response, current_app, request
from flask_babel import gettext as _

from contest.contests.models import Contest
from contest.publication.kept import SEARCH, answer_of
from contest.publication.listing import Page
from contest.publication.queries import Ranked, Ranking
from contest.publication.words import award_title, component_title, short_flag
from contest.rulebook import Stage
from core.tables import write_csv, write_xlsx
from core.web.language import language

SUFFIXES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/json",
}


@dataclass(frozen=True, slots=True)
class RankingTable:
    """Column titles and rows, as they are exported."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[object, ...], ...]
    note: str | None


def ranking_table(
    ranking: Ranking,
    rows: Sequence[Ranked],
    *,
    contest: Contest,
    title: str,
    first: int,
    note: str | None = None,
) -> RankingTable:
    """The table of some rows of a ranking in words for people, with columns for each component's numbers.

    :param first: of how many first places the probability speaks.
    """
    parts = list(ranking.rows[0].parts) if ranking.rows else []
    stage = ranking.standing.stage
    columns = (
        _("Place"), _("Nominee"), _("Unit"), _("КАТО code"), _("Oblast"), _("Points"), _("Error"),
        _("Place from"), _("Place to"), chance_words(first), _("Award"), _("Flags"),
        *(
            f"{component_title(part, contest, stage)}: {name}"
            for part in parts
            for name in ("n", _("score"), _("error"))
        ),
    )  # fmt: skip
    return RankingTable(title, columns, tuple(_row(row, parts, contest, stage) for row in rows), note)


def chance_words(first: int) -> str:
    """The title of the column with the probability."""
    if first == 1:
        return _("Probability of being the first")
    return _("Probability of being among the first %(first)s", first=first)


def _row(row: Ranked, parts: Sequence[str], contest: Contest, stage: Stage) -> tuple[object, ...]:
    award = award_title(row.award, contest) if row.award else None
    flags = "; ".join(short_flag(flag, contest, stage) for flag in row.flags)
    return (
        row.place or None, row.name_in(language()), str(row.unit), row.kato, str(row.oblast), row.shown,
        row.error, row.low or None, row.high or None, row.top_probability, award, flags,
        *(_number(row.parts[part][name]) for part in parts for name in ("n", "score", "error")),
    )  # fmt: skip


def as_bytes(table: RankingTable, suffix: str) -> bytes:
    """The table in one of the formats of :data:`SUFFIXES` but JSON."""
    if suffix == "xlsx":
        return write_xlsx(table.title, table.columns, table.rows, note=table.note)
    rows = table.rows
    if table.note:
        rows = ((table.note, *[""] * (len(table.columns) - 1)), *rows)
    return write_csv(table.columns, rows)


def as_json(
    ranking: Ranking, rows: Sequence[Ranked], *, is_demo: bool, selection: Mapping[str, object]
) -> dict[str, object]:
    """Some rows of a ranking as plain data, with every published number.

    :param selection: what was asked of the list; empty for the whole.
    """
    return {
        "demonstration": is_demo,
        "stage": ranking.standing.stage.value,
        "oblast": ranking.standing.oblast_kato,
        "version": ranking.standing.version,
        "rulebook_fingerprint": ranking.standing.rulebook_fingerprint,
        "inputs_digest": ranking.standing.inputs_digest,
        "selection": dict(selection),
        "rows_of_the_whole": len(ranking.rows),
        "rows": [
            {
                "place": row.place or None, "name": row.name, "name_ru": row.name_ru, "kato": row.kato,
                "unit": {"kk": row.unit.kk, "ru": row.unit.ru, "en": row.unit.en},
                "oblast": row.oblast_kato, "points": _text(row.shown), "error": _text(row.error),
                "place_from": row.low or None, "place_to": row.high or None,
                "top_probability": _text(row.top_probability), "award": row.award,
                "components": row.parts, "flags": list(row.flags),
            }
            for row in rows
        ],
    }  # fmt: skip


def note_of(page: Page, *, is_demo: bool) -> str | None:
    """What a file says in its first line: that it is a demonstration, or holds a part of the list alone."""
    notes = []
    if is_demo:
        notes.append(_("DEMONSTRATION: the ratings are San Diego's of 2015, names and marks are made up."))
    if page.found < page.of:
        notes.append(_("A part of the list: %(found)s of %(all)s rows.", found=page.found, all=page.of))
    return " ".join(notes) or None


def file_answer(
    about: Hashable,
    suffix: str,
    page: Page,
    *,
    name: str,
    is_demo: bool,
    data: Callable[[], Mapping[str, object]],
    table: Callable[[str | None], RankingTable],
) -> Response:
    """What was found of a list as a file; its name says where it is a part.

    :param about: everything that it shows besides its address and language.
    :param table: makes the table with the note of its first line.
    """

    def content() -> bytes:
        if suffix == "json":
            return current_app.json.dumps(data()).encode()
        return as_bytes(table(note_of(page, is_demo=is_demo)), suffix)

    # A file shows no address: whatever else stands in it, the file is the same.
    arguments = request.args.keys() - {SEARCH}
    answer = answer_of(about, content, content_type=SUFFIXES[suffix], arguments=arguments, rows=page.found)
    if suffix != "json":
        mark, part = "DEMO-" if is_demo else "", "-part" if page.found < page.of else ""
        answer.headers["Content-Disposition"] = f'attachment; filename="{mark}{name}{part}.{suffix}"'
    return answer


def _number(value: object) -> object:
    """A published number as a number again: components keep theirs as texts, so that 54.70 stays 54.70."""
    return Decimal(value) if isinstance(value, str) else value


def _text(value: object) -> str | None:
    return None if value is None else str(value)
