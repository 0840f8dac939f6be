"""Copies of a drawn page: its own texts and codes on each, everything else kept once."""

from __future__ import annotations

import io

import pikepdf
import pytest
import segno

from core.documents import qr_image, render_pdf
from core.series import Copy, repeat_pages

PAGE = """<html><body><p>Билет № <b>ABCD 0123</b></p><img src="{}" alt=""></body></html>"""


@pytest.fixture(scope="module")
def drawn() -> bytes:
    return render_pdf(PAGE.format(qr_image("sample")), title="Билет", language="ru", identifier="one")


def modules(image: pikepdf.Object) -> list[list[int]]:
    """The dark modules of a picture of eight dots each, all of which must be alike."""
    data, stride = image.read_bytes(), int(image.Width) // 8
    rows = [data[start : start + stride] for start in range(0, len(data), stride)]
    assert len(rows) == image.Height == image.Width
    assert {bytes(rows[place]) for place in range(len(rows)) if rows[place] != rows[place // 8 * 8]} == set()
    assert set(data) == {0, 255}
    return [[int(dots == 0) for dots in row] for row in rows[::8]]


def test_each_copy_has_its_own_text_and_code_and_shares_the_rest(drawn: bytes):
    said = [("DCBA 3210", "https://a.example/#1"), ("AAAA 0000", "https://a.example/#2")]
    made = repeat_pages(drawn, [Copy(0, {"ABCD 0123": text}, [code]) for text, code in said])
    with pikepdf.open(io.BytesIO(made)) as file:
        assert file.check_pdf_syntax() == []
        assert len(file.pages) == 2
        for page, (_, code) in zip(file.pages, said, strict=True):
            [image] = [each for each in page.Resources.XObject.values() if each.Subtype == "/Image"]
            assert modules(image) == [list(row) for row in segno.make(code, error="m", micro=False).matrix]
        shared = [{part.objgen for part in page.Contents} for page in file.pages]
        assert len(shared[0] & shared[1]) == len(shared[0]) - 1
        assert "/StructTreeRoot" not in file.Root
    a, b, c, d, blank, nought, one, two, three = shown(drawn, 0)
    assert shown(made, 0) == (d, c, b, a, blank, three, two, one, nought)
    assert shown(made, 1) == (a, a, a, a, blank, nought, nought, nought, nought)


def shown(pdf: bytes, number: int) -> tuple[bytes, ...]:
    """The glyphs of the run of nine letters on a page."""
    with pikepdf.open(io.BytesIO(pdf)) as file:
        for operands, operator in pikepdf.parse_content_stream(file.pages[number]):
            if str(operator) == "TJ":
                data = b"".join(bytes(part) for part in operands[0] if isinstance(part, pikepdf.String))
                if len(data) == 18:
                    return tuple(data[at : at + 2] for at in range(0, 18, 2))
    raise AssertionError("no run of nine letters")


@pytest.mark.parametrize(
    ("copy", "fault"),
    [
        (Copy(0, {"ABCD 9999": "x"}, ["one"]), "does not show ABCD 9999"),
        (Copy(0, {"ABCD 0123": "ABCD 0123"}, ["one", "two"]), "has 1 pictures, a copy brings 2"),
        (Copy(0, {"ABCD 0123": "ABCD 4567"}, ["one"]), "has no letter “4” among the samples"),
    ],
)
def test_a_copy_that_does_not_fit_the_page_is_refused(drawn: bytes, copy: Copy, fault: str):
    with pytest.raises(ValueError, match=fault):
        repeat_pages(drawn, [copy])
