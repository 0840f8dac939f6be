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
from markupsafe import Markup

from core.codes import grouped
from core.documents import document_template, qr_picture, render_pdf
from surveys.queries import AskedUnit
from surveys.voters import wording

PER_SHEET = 3


@dataclass(frozen=True, slots=True)
class Letter:
    """One letter: its code in groups, and the picture of its address."""

    code: str
    picture: Markup


def draw_letters(
    codes: Sequence[str], *, asked: AskedUnit, batch: int, public_url: str, is_demo: bool
) -> bytes:
    """The letters as one PDF, A4: Kazakh left of the fold and Russian right of it."""
    address = f"{public_url}/s/{asked.code}/{asked.kato}"
    qr_title = " · ".join(wording.QR_TITLE[language] for language in wording.LANGUAGES)
    letters = [Letter(grouped(code), qr_picture(f"{address}#c={code}", title=qr_title)) for code in codes]
    html = document_template("surveys/voters/documents/letters.html").render(
        sheets=[letters[start : start + PER_SHEET] for start in range(0, len(letters), PER_SHEET)],
        sides=[_side(asked, language) for language in wording.LANGUAGES],
        batch=batch, address=address.partition("://")[2], is_demo=is_demo,
    )  # fmt: skip
    title = f"{asked.name.kk} · {asked.name.ru}"
    # The file has a name of its own that says nothing of the codes in it.
    return render_pdf(html, title=title, language="kk", identifier=secrets.token_hex(16))


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
