"""The picture and the sheet: sizes, the same bytes again, long names within margins, no strange letter."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date

import numpy as np
import pikepdf
import pytest
from PIL import Image

from contest.certificates.ornament import DEEP, FIGURES
from contest.press.announcement import Announcement
from contest.press.decoration import BAND
from contest.press.document import draw_sheet
from contest.press.making import MOST_KEPT, Kept
from contest.press.picture import MARGIN, SHEETS, draw_picture
from contest.press.tracing import polygons
from core.errors import BadInput
from tests.contest.press.conftest import same, winner

LONG = "Сейітмұхаммед-Әбдірахманов Қошқарбай-Бексұлтан Нұрмұхамбетұлы"


def dots(picture: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(picture)).convert("RGB")).astype(int)


def many(told: Announcement, name: str, count: int) -> Announcement:
    """Winners who all have this name, half of them with a place."""
    unit = same("Мариям Хәкімжанова атындағы ауылдық округінің әкімшілік орталығы")
    half = [winner(name, unit=unit, place=min(3, 1 + at)) for at in range(count // 2)]
    rest = [replace(one, place=None, nomination=same("Үздік әлеуметтік-экономикалық жоба")) for one in half]
    return replace(told, winners=(*half, *rest), is_demo=True, version=2)


@pytest.mark.parametrize(("shape", "size"), [("wide", (1200, 630)), ("square", (1080, 1080))])
def test_a_picture_has_its_size_and_the_same_bytes_again(told, shape, size):
    drawn = draw_picture(told, code="kk", shape=shape)
    assert Image.open(io.BytesIO(drawn)).size == size
    assert drawn == draw_picture(told, code="kk", shape=shape)
    assert drawn != draw_picture(replace(told, is_demo=True), code="kk", shape=shape)
    assert drawn != draw_picture(
        replace(told, version=2, replaces_on=date(2026, 9, 1)), code="kk", shape=shape
    )
    assert len(drawn) < 150_000


@pytest.mark.parametrize("shape", list(SHEETS))
@pytest.mark.parametrize(
    ("name", "count"), [(LONG, 6), ("Ы" * 60, 6), (LONG, 14)], ids=["long", "one word", "many"]
)
def test_long_names_wrap_and_never_spill(told, shape, name, count):
    picture = dots(draw_picture(many(told, name, count), code="kk", shape=shape))
    inside = picture[BAND + 4 : -BAND - 4]
    # Nothing is drawn in the margins, and between the bands and the text stands a line of plain paper.
    assert (inside[:, : MARGIN - 6] >= 250).all()
    assert (inside[:, -MARGIN + 6 :] >= 250).all()
    assert (inside[:8] >= 250).all() and (inside[-8:] >= 250).all()
    # The foot keeps its distance from the winners above it: between them a whole line is empty.
    column = inside[-140:-8, : SHEETS[shape].column(SHEETS[shape].columns) + MARGIN]
    assert (column >= 250).all(axis=(1, 2)).any()


def test_the_bands_are_deep_blue_with_the_ornament(told):
    picture = dots(draw_picture(told, code="ru", shape="wide"))
    deep = [int(DEEP[at : at + 2], 16) for at in (1, 3, 5)]
    top = (abs(picture[:BAND] - deep).sum(axis=2) < 30).mean()
    assert 0.3 < top < 0.75


def test_a_letter_that_the_fonts_lack_is_an_error(told):
    strange = replace(told, winners=(winner("Ахметов ☃"),))
    for draw in (
        lambda: draw_picture(strange, code="kk", shape="wide"),
        lambda: draw_sheet(strange, code="kk"),
    ):
        with pytest.raises(BadInput, match="☃"):
            draw()


def test_every_figure_of_the_ornament_is_traced():
    assert {name: len(polygons(drawn)) for name, drawn in FIGURES.items()} == {
        "Band": 3,
        "Cross": 2,
        "Seed": 1,
    }
    left, right = polygons(FIGURES["Cross"])
    assert [(-x, y) for x, y in left] == right
    assert polygons("0 0 m 0 1 1 1 1 0 c h f")[0][3] == (0.5, 0.75)
    with pytest.raises(ValueError, match="'RG'"):
        polygons("1 0 0 RG")


def test_the_sheet_is_tagged_has_language_and_title_and_the_same_bytes_again(told):
    drawn = draw_sheet(many(told, LONG, 6), code="ru")
    assert drawn == draw_sheet(many(told, LONG, 6), code="ru")
    with pikepdf.open(io.BytesIO(drawn)) as document:
        root = document.Root
        assert str(root.Lang) == "ru"
        assert root.MarkInfo.Marked
        assert "/StructTreeRoot" in root
        with document.open_metadata() as facts:
            assert "Названы победители · ДЕМОНСТРАЦИЯ" in facts["dc:title"]
            assert (facts["pdfaid:part"], facts["pdfaid:conformance"]) == ("3", "A")


def test_what_cannot_be_drawn_is_refused_again_without_drawing(told):
    kept, strange = Kept(), replace(told, winners=(winner("Ахметов ☃"),))
    for _ in range(2):
        with pytest.raises(BadInput, match="☃"):
            kept.made(strange, code="kk", kind="wide")
    assert [type(one) for one in kept.files.values()] == [BadInput]


def test_a_file_is_made_once_and_few_are_kept(told):
    kept = Kept()
    first = kept.made(told, code="en", kind="txt")
    assert kept.made(replace(told), code="en", kind="txt") is first
    for version in range(2, MOST_KEPT + 2):
        kept.made(replace(told, version=version), code="en", kind="txt")
    assert len(kept.files) == MOST_KEPT
    assert kept.made(told, code="en", kind="txt") is not first
