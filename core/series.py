"""Many copies of one drawn page, each with texts and codes of its own: a lot of letters is drawn once.

A sheet is laid out by `core.documents` with samples in the places that change; here the rest of it is kept
once in the file, and every copy adds its texts and pictures. Such a file is for a printing house: it has no
tags. A sample that the page does not show exactly is refused. The second module that may import pikepdf.
"""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import segno

#: A module of a picture is so many dots wide: a whole byte, which makes drawing it a matter of bytes.
DOTS = 8
_PAIR = re.compile(r"<([0-9a-fA-F]{4})>\s*<([0-9a-fA-F]+)>")


@dataclass(frozen=True, slots=True)
class Copy:
    """One page to be made: after which drawn page, what stands for each sample, and its QR codes.

    :param texts: from a sample's whole line to what the copy says there; of letters that samples have.
    :param codes: what the pictures say, in the order in which the drawn page first shows its own.
    """

    page: int
    texts: Mapping[str, str]
    codes: Sequence[str]


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a sample stands: its text, the glyph of each letter, and what lies between two of them."""

    sample: str
    glyphs: Mapping[str, bytes]
    gap: int

    def drawn(self, text: str) -> bytes:
        for letter in text:
            if letter not in self.glyphs:
                raise ValueError(f"the drawn page has no letter “{letter}” among the samples")
        between = b" %d " % self.gap
        return b"[" + between.join(b"<%s>" % self.glyphs[letter] for letter in text) + b"] TJ"


def repeat_pages(pdf: bytes, copies: Iterable[Copy]) -> bytes:
    """The copies as one file; the drawn pages themselves are not in it.

    :param pdf: a file of :func:`core.documents.render_pdf`, whose pictures are images (`qr_image`).
    :raises ValueError: when a page does not show a sample, lacks a letter, or has another number of pictures.
    """
    import pikepdf

    with pikepdf.open(io.BytesIO(pdf)) as file:
        drawn = list(file.pages)
        glyphs = {}
        for page in drawn:
            for name, font in page.Resources.Font.items():
                glyphs[name] = _glyphs(font)
        known = {}
        for one in copies:
            if one.page not in known:
                known[one.page] = _parts(file, drawn[one.page], glyphs, set(one.texts))
            _add(file, drawn[one.page], known[one.page], one)
        del file.pages[: len(drawn)]
        for name in ("/StructTreeRoot", "/MarkInfo"):
            if name in file.Root:
                del file.Root[name]
        out = io.BytesIO()
        file.save(out, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return out.getvalue()


def _glyphs(font: Any) -> dict[str, bytes]:
    """The glyph of each letter that a drawn file has, as hexadecimal digits."""
    table = font.ToUnicode.read_bytes().decode("latin-1")
    return {
        bytes.fromhex(letters).decode("utf-16-be"): glyph.lower().encode()
        for glyph, letters in _PAIR.findall(table)
    }


def _parts(
    file: Any, page: Any, glyphs: Mapping[str, Mapping[str, bytes]], samples: set[str]
) -> tuple[list[Any], list[str]]:
    """A drawn page as streams that all copies share, with the places between them; its pictures by name."""
    import pikepdf

    parts: list[Any] = []
    since: list[Any] = []
    pictures: list[str] = []
    letters: Mapping[str, bytes] = {}

    def keep() -> None:
        if since:
            parts.append(file.make_stream(pikepdf.unparse_content_stream(since)))
            since.clear()

    for operands, operator in pikepdf.parse_content_stream(page):
        if str(operator) == "Tf":
            letters = glyphs[str(operands[0])]
        elif str(operator) == "Do" and page.Resources.XObject[str(operands[0])].Subtype == "/Image":
            pictures.append(str(operands[0]))
        elif str(operator) == "TJ" and (place := _place(operands[0], letters)).sample in samples:
            keep()
            parts.append(place)
            continue
        since.append((operands, operator))
    keep()
    shown = {part.sample for part in parts if isinstance(part, _Place)}
    if shown != samples:
        raise ValueError(f"the drawn page does not show {', '.join(sorted(samples - shown))}")
    return parts, list(dict.fromkeys(pictures))


def _place(shown: Sequence[Any], letters: Mapping[str, bytes]) -> _Place:
    """What one run of glyphs says, and the distance that most of its letters have."""
    import pikepdf

    of_glyph = {glyph: letter for letter, glyph in letters.items()}
    text, gaps, gap = "", Counter(), 0.0
    for part in shown:
        if not isinstance(part, pikepdf.String):
            gap += float(part)
        elif digits := bytes(part).hex().encode():
            gaps[round(gap)] += bool(text)
            gap = 0.0
            text += "".join(of_glyph.get(digits[at : at + 4], "") for at in range(0, len(digits), 4))
    return _Place(text, letters, gaps.most_common(1)[0][0])


def _add(file: Any, page: Any, known: tuple[list[Any], list[str]], one: Copy) -> None:
    import pikepdf

    parts, pictures = known
    if len(pictures) != len(one.codes):
        raise ValueError(f"the drawn page has {len(pictures)} pictures, a copy brings {len(one.codes)}")
    images = {name: _image(file, code) for name, code in zip(pictures, one.codes, strict=True)}
    resources = dict(page.Resources.items())
    others = {name: each for name, each in page.Resources.XObject.items() if each.Subtype != "/Image"}
    resources["/XObject"] = pikepdf.Dictionary(others | images)
    contents = [
        file.make_stream(part.drawn(one.texts[part.sample])) if isinstance(part, _Place) else part
        for part in parts
    ]
    made = pikepdf.Dictionary(
        Type=pikepdf.Name.Page, MediaBox=page.MediaBox, Resources=pikepdf.Dictionary(resources),
        Contents=pikepdf.Array(contents),
    )  # fmt: skip
    file.pages.append(pikepdf.Page(file.make_indirect(made)))


def _image(file: Any, code: str) -> Any:
    """A QR code as a picture of one bit a dot, eight dots a module: a viewer that smooths blurs no module."""
    import pikepdf

    rows = [bytes(0 if module else 255 for module in row) for row in _modules(code)]
    data = b"".join(row * DOTS for row in rows)
    return pikepdf.Stream(
        file, data, Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Image, Width=len(rows[0]) * DOTS,
        Height=len(rows) * DOTS, ColorSpace=pikepdf.Name.DeviceGray, BitsPerComponent=1,
    )  # fmt: skip


def _modules(code: str) -> Sequence[bytearray]:
    return segno.make(code, error="m", micro=False).matrix
