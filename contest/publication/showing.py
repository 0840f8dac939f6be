"""A published ranking as a list to be asked: what it is found and ordered by, its lines and their remarks.

Only what is handed in is shown; nothing is read here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import url_for
from flask_babel import format_decimal
from flask_babel import gettext as _

from contest.contests.models import Contest
from contest.publication.kept import Kept
from contest.publication.listing import Terms, Wish, page_of
from contest.publication.queries import Ranked
from contest.publication.sheets import Bar, Column, Head, Sheet, bar_of
from contest.publication.words import award_title, flag_words, points, share, short_flag
from contest.rulebook import RuleBook, Source, Stage
from contest.standings.models import Standing
from core.web.language import language
from core.words import Words, kazakh_key

SORTS = ("place", "name", "unit", "points", "answers")


def terms_of(book: RuleBook, stage: Stage) -> Terms:
    """How the rows of a ranking are found and ordered, in the reader's language."""
    reader, survey = language(), survey_part(book, stage)
    return Terms(
        names=lambda row: (row.name, row.name_ru, row.kato, *every(row.unit), *every(row.oblast)),
        oblast=lambda row: row.oblast_kato,
        keys={
            "place": lambda row: row.place or None,
            "name": lambda row: kazakh_key(row.name_in(reader)),
            "unit": lambda row: (kazakh_key(row.oblast.in_(reader)), kazakh_key(row.unit.in_(reader))),
            "points": lambda row: row.shown,
            "answers": lambda row: answers_of(row, survey),
        },
    )


@dataclass(frozen=True, slots=True)
class Shown:
    """A published standing with its rows, its title, and the endpoints of its page and its files."""

    contest: Contest
    standing: Standing
    rows: Kept
    title: str
    endpoint: str
    files: str
    values: Mapping[str, object]


def ranking_sheet(shown: Shown, wish: Wish, *, book: RuleBook) -> Sheet:
    """The list of a ranking, as a wish asks for it."""
    contest, stage, rows = shown.contest, shown.standing.stage, shown.rows.thing
    page = page_of(rows, wish, terms_of(book, stage))
    placed, survey = sum(row.place > 0 for row in rows), survey_part(book, stage)
    base = url_for("publication.nominee_results", code=contest.code, nominee_id=0)[:-1]
    best, reader, flags = _("may be the best"), language(), _Flags(contest, stage)
    first = book.stage(stage).top

    def line(row: Ranked) -> tuple[object, ...]:
        remarks = [best] if row.low == 1 and placed > 1 else []
        remarks += [flags.short(flag) for flag in row.flags]
        award = award_title(row.award, contest) if row.award else None
        n, unit = answers_of(row, survey), row.unit.in_(reader)
        return (
            row.place or _("no place"),
            Head(row.name_in(reader), f"{base}{row.nominee_id}", award, " · ".join(remarks)),
            f"{row.oblast.in_(reader)}, {unit}" if stage is Stage.NATIONAL else unit,
            _with_error(row), "–" if n is None else format_decimal(n), _bar(row, placed),
            "–" if row.top_probability is None else share(row.top_probability),
        )  # fmt: skip

    lines = tuple(line(row) for row in page.rows)
    is_best_seen = any(row.low == 1 for row in page.rows) and placed > 1
    meaning = _("The interval reaches place 1: the numbers cannot tell this nominee from the winner.")
    return Sheet(
        endpoint=shown.endpoint, files=shown.files, values=shown.values, wish=wish, page=page,
        caption=shown.title, lines=lines, columns=_columns(stage, first), sorts=order_words(SORTS),
        oblasts=oblast_choices(rows),
        legend=(
            error_legend(), first_legend(first), *(((best, meaning),) if is_best_seen else ()),
            *flags.legend(),
        ),
    )  # fmt: skip


def oblast_choices(rows: Sequence[object]) -> tuple[tuple[str, str], ...]:
    """The oblasts of some rows, by name."""
    names = {row.oblast_kato: str(row.oblast) for row in rows}
    return tuple(sorted(names.items(), key=lambda one: kazakh_key(one[1])))


def every(words: Words) -> tuple[str, str, str]:
    """A name in each of the three languages."""
    return words.kk, words.ru, words.en


def order_words(sorts: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """What a list can be ordered by, in the reader's words."""
    words = {
        "place": _("place"), "name": _("name"), "unit": _("place of the unit in the alphabet"),
        "points": _("points"), "answers": _("number of answers"), "share": _("answers per hundred adults"),
    }  # fmt: skip
    return tuple((sort, words[sort]) for sort in sorts)


def survey_part(book: RuleBook, stage: Stage) -> str | None:
    """The component of a stage that the residents' answers make."""
    return next((one.code for one in book.stage(stage).components if one.source is Source.SURVEY), None)


def answers_of(row: Ranked, survey: str | None) -> int | None:
    """How many residents' answers stand behind a row; None where there are too few, or none count."""
    part = row.parts.get(survey) if survey else None
    return None if part is None else part["n"]  # type: ignore[return-value]


class _Flags:
    """The remarks of a page, each translated once, and what they mean."""

    def __init__(self, contest: Contest, stage: Stage) -> None:
        self._about = contest, stage
        self._seen: dict[str, str] = {}

    def short(self, flag: str) -> str:
        if flag not in self._seen:
            self._seen[flag] = short_flag(flag, *self._about)
        return self._seen[flag]

    def legend(self) -> list[tuple[str, str]]:
        return [(short, flag_words(flag, *self._about)) for flag, short in sorted(self._seen.items())]


def error_legend() -> tuple[str, str]:
    """What stands after the sign of more or less."""
    return "±", _(
        "The standard error: how far chance alone can easily move the number before it. All points are "
        "from 0 to 100."
    )


def first_words(first: int) -> str:
    """“First 3”: the title of the column with the probability."""
    return _("Among the first %(first)s", first=first) if first > 1 else _("First")


def first_legend(first: int) -> tuple[str, str]:
    """What the column with the probability says."""
    return first_words(first), _(
        "The probability of it. Like the interval it reads the survey score as it was answered, not as drawn "
        "to the mean; so a later place can have a higher one."
    )


def _columns(stage: Stage, first: int) -> tuple[Column, ...]:
    where = _("Oblast, unit") if stage is Stage.NATIONAL else _("Unit")
    return (
        Column(_("Place"), "place", "place"), Column(_("Nominee"), "head", "name"),
        Column(where, "text", "unit"), Column(_("Points"), "number", "points"),
        Column(_("Answers"), "number", "answers"), Column(_("Place with 95 %% confidence") % (), "bar"),
        Column(first_words(first), "number"),
    )  # fmt: skip


def _with_error(row: Ranked) -> str:
    if row.shown is None:
        return "–"
    return points(row.shown) if row.error is None else f"{points(row.shown)} ± {points(row.error)}"


def _bar(row: Ranked, placed: int) -> Bar | None:
    return bar_of(row.place, row.low, row.high, placed)
