"""Reads back what stands on a drawn document: its text, from the glyphs and their meaning in the file."""

from __future__ import annotations

import io
import re

import pikepdf


def text_of(content: bytes) -> str:
    """The text of all pages, in the order in which it is drawn, a line for each piece."""
    with pikepdf.open(io.BytesIO(content)) as document:
        return "\n".join(piece for page in document.pages for piece in _pieces(page))


def _pieces(page: pikepdf.Page) -> list[str]:
    meanings = {str(name): _meaning(font) for name, font in page.Resources.Font.items()}
    pieces, meaning = [], {}
    for operands, operator in pikepdf.parse_content_stream(page):
        if str(operator) == "Tf":
            meaning = meanings[str(operands[0])]
        elif str(operator) in ("Tj", "TJ"):
            parts = operands[0] if str(operator) == "TJ" else operands
            glyphs = b"".join(bytes(part) for part in parts if isinstance(part, pikepdf.String))
            pieces.append("".join(meaning[glyphs[at : at + 2]] for at in range(0, len(glyphs), 2)))
    return pieces


def _meaning(font: pikepdf.Object) -> dict[bytes, str]:
    maps = b"".join(re.findall(rb"beginbfchar(.*?)endbfchar", font.ToUnicode.read_bytes(), re.DOTALL))
    pairs = re.findall(rb"<([0-9a-f]+)> <([0-9a-f]+)>", maps)
    return {
        bytes.fromhex(glyph.decode()): bytes.fromhex(text.decode()).decode("utf-16-be")
        for glyph, text in pairs
    }
