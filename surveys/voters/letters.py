"""The letters of a unit's codes, drawn once from memory: three to a sheet, to be cut, folded and given out.

May import the one PDF door. Keeps nothing: the codes come in,
the file goes out. A letter holds no name and no number; in its address the code is a fragment, which a
browser sends to nobody.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from babel.dates import format_date

from core.codes import ALPHABET, grouped
from core.documents import document_template, qr_image, render_pdf
from core.series import Copy, repeat_pages
from surveys.queries import AskedUnit
from surveys.voters import wording

PER_SHEET = 3
#: What stands in the drawn letters of a sheet: together they hold every letter that a code can have.
SAMPLES = (ALPHABET[:16], ALPHABET[16:], ALPHABET[::-2])


@dataclass(frozen=True, slots=True)
class Letter:
    """One letter as it is laid out: a code in groups, and a picture of the right kind."""

    code: str
    picture: str


def draw_letters(
    codes: Sequence[str], *, asked: AskedUnit, batch: int, public_url: str, is_demo: bool
) -> bytes:
    """The letters as one PDF, A4: Kazakh left of the fold and Russian right of it.

    One sheet is laid out, and another one for what is left of the last; all others are copies of them.
    """
    address = f"{public_url}/s/{asked.code}/{asked.kato}"
    sheets = [codes[start : start + PER_SHEET] for start in range(0, len(codes), PER_SHEET)]
    sizes = sorted({len(sheet) for sheet in sheets}, reverse=True)
    html = document_template("surveys/voters/documents/letters.html").render(
        sheets=[_sample_letters(PER_SHEET), *(_sample_letters(size) for size in sizes if size < PER_SHEET)],
        sides=[_side(asked, language) for language in wording.LANGUAGES],
        batch=batch, address=address.partition("://")[2], is_demo=is_demo,
        qr_title=" · ".join(wording.QR_TITLE[language] for language in wording.LANGUAGES),
    )  # fmt: skip
    title = f"{asked.name.kk} · {asked.name.ru}"
    # The file has a name of its own that says nothing of the codes in it.
    drawn = render_pdf(html, title=title, language="kk", identifier=secrets.token_hex(16))
    return repeat_pages(drawn, [_copy(sheet, address) for sheet in sheets])


def _sample_letters(size: int) -> list[Letter]:
    return [Letter(grouped(code), qr_image(code)) for code in SAMPLES[:size]]


def _copy(codes: Sequence[str], address: str) -> Copy:
    """A sheet's own codes in the place of the samples."""
    texts = {
        of_sample: line
        for sample, code in zip(SAMPLES, codes, strict=False)
        for of_sample, line in zip(_lines(sample), _lines(code), strict=True)
    }
    page = 0 if len(codes) == PER_SHEET else 1
    return Copy(page, texts, [f"{address}#c={code}" for code in codes])


def _lines(code: str) -> tuple[str, str]:
    """A code as it stands in a letter, in two lines."""
    shown = grouped(code)
    return shown[:9], shown[10:]


def file_name(asked: AskedUnit, batch: int, *, is_demo: bool) -> str:
    """What a batch's file is called; a demonstration's says so."""
    return f"{'DEMO-' if is_demo else ''}{asked.code}-{asked.kato}-{batch}.pdf"


def _side(asked: AskedUnit, language: str) -> dict[str, str]:
    above = [words.in_(language) for words in (asked.oblast, asked.district) if words]
    return {
        "language": language,
        "heading": wording.HEADING[language],
        "unit": asked.name.in_(language),
        "above": ", ".join(above),
        "how": wording.HOW[language],
        "code": wording.CODE[language],
        "until": f"{wording.UNTIL[language]}: {format_date(asked.closes_on, 'long', locale=language)}",
        "protection": wording.PROTECTION[language],
        "unused": wording.UNUSED[language],
        "demonstration": wording.DEMONSTRATION[language],
    }
