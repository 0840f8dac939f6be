"""The announcement as a sheet of paper: PDF with tags, title and language, and the code of the results' page.

May import the one PDF door. Draws the announcement alone, so that the same one gives the same bytes.
"""

from __future__ import annotations

from functools import lru_cache

from contest.certificates.ornament import DEEP, FIGURE_BOX, FIGURES, LIGHT_GOLD
from contest.press.announcement import Announcement
from contest.press.wording import DEMONSTRATION, QR_TITLE, text_of
from core.documents import Backdrop, document_template, qr_picture, render_pdf

#: The band of ornament at the top of the sheet, in millimetres.
_WIDTH, _BAND, _MOTIFS = 210.0, 9.5, 12
#: A motif's scale, as a share of the band's height: as on the certificates.
_MOTIF = 0.01047


def draw_sheet(told: Announcement, *, code: str) -> bytes:
    """The announcement in a language as PDF/A-3a.

    :raises core.errors.BadInput: when a letter is in none of the shipped fonts.
    """
    text = text_of(told, code)
    html = document_template("contest/press/documents/press.html").render(
        text=text, language=code, spoken=told.address.partition("://")[2],
        demo=DEMONSTRATION.in_(code) if told.is_demo else None,
        qr=qr_picture(told.address, title=f"{QR_TITLE.in_(code)}: {told.address}", dark="#14202b"),
    )  # fmt: skip
    mark = f" · {DEMONSTRATION.in_(code).upper()}" if told.is_demo else ""
    return render_pdf(
        html, title=f"{text.contest}. {text.headline}{mark}", language=code,
        identifier=f"press-{told.contest}-{told.version}-{code}-{told.digest[:16]}", backdrop=_backdrop(),
    )  # fmt: skip


@lru_cache(maxsize=1)
def _backdrop() -> Backdrop:
    """A band of ram's horns, growing from both edges by turns."""
    scale, edge, period = _MOTIF * _BAND, _BAND * 0.1, _WIDTH / _MOTIFS
    parts = [_colour(DEEP), f"0 0 {_WIDTH} {_BAND} re f\n", _colour(LIGHT_GOLD)]
    for index in range(_MOTIFS + 1):
        for x, y, turn in ((index * period, _BAND - edge, 1), ((index + 0.5) * period, edge, -1)):
            parts.append(f"q {turn * scale:.5f} 0 0 {turn * scale:.5f} {x:.3f} {y:.3f} cm /Band Do Q\n")
    parts += [f"0 {at:.3f} {_WIDTH} 0.3 re f\n" for at in (edge - 0.3, _BAND - edge)]
    return Backdrop("".join(parts), {"Band": FIGURES["Band"]}, FIGURE_BOX)


def _colour(code: str) -> str:
    return " ".join(f"{int(code[at : at + 2], 16) / 255:.4f}" for at in (1, 3, 5)) + " rg\n"
