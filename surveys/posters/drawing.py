"""From a poster's record to its PDF, and many of them to one ZIP as they are drawn.

May import the one PDF door.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Iterator

from core.documents import document_template, qr_picture, render_pdf, text_width
from core.words import Words
from surveys.posters import wording
from surveys.posters.queries import Poster

#: The root of all lengths on the sheet, in millimetres: A3 is A4 grown by the root of two.
SIZES = {"a4": 10.0, "a3": 14.142}
_LARGEST_NAME, _SMALLEST_NAME = 1.05, 0.55
_NAME_WIDTH = 18.0


def draw_poster(poster: Poster, *, size: str = "a4") -> bytes:
    """One poster as PDF/A-3a, A4 or A3 upright."""
    sides = [
        {
            "language": language,
            "question": wording.QUESTION[language],
            "call": wording.CALL[language],
            "name": poster.name.in_(language),
            "above": ", ".join(words.in_(language) for words in poster.above),
            "days": wording.days(poster.opens_on, poster.closes_on, language),
            "how": f"{wording.HOW[language]} {wording.NEEDED[poster.mode][language]}",
            "protection": wording.PROTECTION[language],
            "contest": wording.CONTEST[language],
            "demonstration": wording.DEMONSTRATION[language],
        }
        for language in wording.LANGUAGES
    ]
    qr_title = " · ".join(wording.QR_TITLE[language] for language in wording.LANGUAGES)
    html = document_template("surveys/posters/documents/poster.html").render(
        poster=poster, sides=sides, rem=SIZES[size], sheet=size.upper(), name_size=_name_size(poster.name),
        spoken=poster.address.partition("://")[2], 
        qr=qr_picture(poster.address, title=qr_title, error="q"),
    )  # fmt: skip
    title = f"{wording.QUESTION['kk']} {poster.name.kk}"
    identifier = f"poster:{poster.campaign}:{poster.kato}:{size}"
    return render_pdf(html, title=title, language="kk", identifier=identifier)


def file_name(poster: Poster, size: str) -> str:
    """What a poster's file is called; a demonstration's says so."""
    mark = "DEMO-" if poster.is_demo else ""
    return f"{mark}{poster.campaign}-{poster.kato}-{size}.pdf"


def zipped(posters: Iterable[Poster], *, size: str = "a4") -> Iterator[bytes]:
    """A ZIP of posters in pieces, each as soon as it is drawn; a folder for each district."""
    pieces = _Pieces()
    with zipfile.ZipFile(pieces, "w", zipfile.ZIP_STORED) as archive:
        for poster in posters:
            folder = poster.above[0].kk.replace("/", "-") if poster.above else poster.name.kk
            entry = zipfile.ZipInfo(f"{folder}/{file_name(poster, size)}")
            archive.writestr(entry, draw_poster(poster, size=size))
            yield pieces.taken()
    yield pieces.taken()


class _Pieces(io.RawIOBase):
    """A file that is only written to, and gives what was written since it was last asked."""

    def __init__(self) -> None:
        super().__init__()
        self._waiting = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: bytes) -> int:
        self._waiting += data
        return len(data)

    def taken(self) -> bytes:
        piece, self._waiting = bytes(self._waiting), bytearray()
        return piece


def _name_size(name: Words) -> float:
    """The size at which the longer name stands on two lines at most."""
    widest = max(
        text_width(name.in_(language), family="PT Serif", weight=700, size=1) for language in ("kk", "ru")
    )
    return round(min(_LARGEST_NAME, max(_SMALLEST_NAME, 1.8 * _NAME_WIDTH / widest)), 3)
