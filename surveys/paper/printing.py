"""What is printed of paper: the sheets of a batch, and the act of its reconciliation, Kazakh and Russian.

May import the one PDF door. Draws plain records; the same
record always gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from core.codes import grouped
from core.documents import document_template, qr_picture, render_pdf
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
    html = document_template("surveys/paper/documents/sheets.html").render(
        record=record, words=wording, languages=LANGUAGES,
        boxes=[*scale, (NO_RATING, *_pair(record.criteria.hard_to_say))],
        # The picture is for a scanner: it leads nowhere and holds nothing but the code.
        sheets=[(grouped(code), qr_picture(code, title="QR", quiet=2)) for code in record.codes],
    )  # fmt: skip
    title = f"{record.title.kk} / {record.title.ru} · {record.batch_code}"
    return render_pdf(html, title=title, language="kk", identifier=record.batch_code)


def draw_act(record: ActRecord) -> bytes:
    """The act of a batch as PDF."""
    html = document_template("surveys/paper/documents/act.html").render(
        record=record, words=wording, languages=LANGUAGES
    )
    title = f"{wording.ACT.kk} / {wording.ACT.ru} · {record.batch_code}"
    return render_pdf(html, title=title, language="kk", identifier=f"act-{record.batch_code}")


def _pair(words: Words) -> Sequence[str]:
    return words.kk, words.ru
