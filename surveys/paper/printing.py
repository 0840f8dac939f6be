"""What is printed of paper: the sheets of a batch, and the act of its reconciliation, Kazakh and Russian.

May import the template engine, the QR code's maker and the one PDF door. Draws plain records; the same
record always gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache

import segno
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

from core.codes import grouped
from core.documents import render_pdf
from core.settings import ROOT
from core.words import Words
from surveys.criteria import POINTS, CriteriaSet
from surveys.paper import wording
from surveys.paper.sheets import NO_RATING

LANGUAGES = ("kk", "ru")


@dataclass(frozen=True, slots=True)
class SheetRecord:
    """Everything that stands on the sheets of a batch."""

    batch_code: str
    title: Words
    place: Words
    criteria: CriteriaSet
    asks_strata: bool
    last_day: date
    codes: tuple[str, ...]
    is_demo: bool


@dataclass(frozen=True, slots=True)
class ActRecord:
    """Everything that stands on the act of a batch; `signed` are name and day of the two people."""

    batch_code: str
    title: Words
    place: Words
    registered_on: date
    handed_out_by: str
    oblasts: tuple[Words, Words]
    numbers: dict[str, int]
    signed: tuple[tuple[str, date], tuple[str, date]]
    is_demo: bool


def draw_sheets(record: SheetRecord) -> bytes:
    """The sheets of a batch as PDF, one page each for the usual number of criteria.

    :raises core.errors.BadInput: when a text has a letter that our fonts lack.
    """
    scale = [(point, *_pair(words)) for point, words in zip(POINTS, record.criteria.scale, strict=True)]
    html = _template("surveys/paper/documents/sheets.html").render(
        record=record, words=wording, languages=LANGUAGES,
        boxes=[*scale, (NO_RATING, *_pair(record.criteria.hard_to_say))],
        sheets=[(grouped(code), Markup(_qr(code))) for code in record.codes],  # noqa: S704 (drawn here)
    )  # fmt: skip
    title = f"{record.title.kk} / {record.title.ru} · {record.batch_code}"
    return render_pdf(html, title=title, language="kk", identifier=record.batch_code)


def draw_act(record: ActRecord) -> bytes:
    """The act of a batch as PDF."""
    html = _template("surveys/paper/documents/act.html").render(
        record=record, words=wording, languages=LANGUAGES
    )
    title = f"{wording.ACT.kk} / {wording.ACT.ru} · {record.batch_code}"
    return render_pdf(html, title=title, language="kk", identifier=f"act-{record.batch_code}")


def _pair(words: Words) -> Sequence[str]:
    return words.kk, words.ru


def _qr(code: str) -> str:
    """The code of a sheet as a picture for a scanner; it leads nowhere and holds nothing else."""
    drawn = segno.make(code, error="m", micro=False)
    picture = drawn.svg_inline(border=2, dark="#000", light="#fff", svgclass=None, lineclass=None)
    return picture.replace("><", "><title>QR</title><", 1)


@cache
def _template(name: str) -> Template:
    environment = Environment(
        loader=FileSystemLoader(ROOT / "templates"), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    return environment.get_template(name)
