"""The three shares as they are handed over, once: a sheet for each holder, and the same on the page.

May import the one PDF door. Keeps nothing: the shares come in, the file goes out.
"""

from __future__ import annotations

import base64
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import lazy_gettext as _l

from core.documents import document_template, qr_picture, render_pdf
from ethics.keys import wording
from ethics.queries import QuestionnaireLine
from ethics.shares import Share

HOLDERS = {
    1: _l("the ethics commissioner"),
    2: _l("the chair of the commission"),
    3: _l("the agency"),
}


@dataclass(frozen=True, slots=True)
class PrintedShare:
    """One share: who keeps it, its eight groups and its thirteen words."""

    index: int
    holder: object
    text: str
    words: str


def print_shares(shares: Sequence[Share]) -> list[PrintedShare]:
    """The shares with the holders that they are meant for."""
    return [
        PrintedShare(share.index, HOLDERS[share.index], share.text, " ".join(share.words)) for share in shares
    ]


def draw_shares(shares: Sequence[Share], *, line: QuestionnaireLine, is_demo: bool) -> str:
    """The sheets of the holders as one PDF, A4, in a `data:` address: nothing is kept to be fetched."""
    html = document_template("ethics/keys/documents/shares.html").render(
        sheets=[_sheet(share, line) for share in shares], name=line.name, is_demo=is_demo,
        units={"kk": line.unit.name_kk, "ru": line.unit.name_ru}, wording=wording,
    )  # fmt: skip
    # The file has a name of its own that says nothing of the shares in it.
    drawn = render_pdf(
        html, title=f"{wording.HEADING['kk']} {line.number}", language="kk", identifier=secrets.token_hex(16)
    )
    return f"data:application/pdf;base64,{base64.b64encode(drawn).decode()}"


def file_name(line: QuestionnaireLine, *, is_demo: bool) -> str:
    """What the file of the shares is called; a demonstration's says so."""
    return f"{'DEMO-' if is_demo else ''}{line.round.code}-{line.number}.pdf"


def _sheet(share: Share, line: QuestionnaireLine) -> dict[str, object]:
    facts = {"index": share.index, "number": line.number, "round": line.round.code}
    return {
        "which": {code: wording.WHICH[code].format(**facts) for code in wording.LANGUAGES},
        "about": {code: wording.ABOUT[code].format(**facts) for code in wording.LANGUAGES},
        "holder": wording.HOLDERS[share.index],
        "groups": share.text.split(),
        "words": share.words,
        # The groups without spaces, which a scanner types into the field.
        "qr": qr_picture(share.text.replace(" ", ""), title=" · ".join(wording.QR_TITLE.values()), error="q"),
    }
