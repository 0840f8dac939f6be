"""The drawn certificate: everything fits whatever the name, and the file is what it should be."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from contest.certificates.drawing import BLOCKS, SHEET, SMALLEST, certificate_html, draw_certificate, fit_pair
from contest.certificates.ornament import sheet
from contest.certificates.record import FILE_NAME, AwardKind
from contest.rulebook import Stage
from core.documents import _press, _sheet, read_attachment
from core.errors import BadInput
from core.words import KAZAKH_ALPHABET
from tests.contest.certificates.sample import LONG_KK, LONG_RU, RECORD, live, nomination
from tests.core.test_documents import embedded, opened, structure

NAME = next(block for block in BLOCKS if block.role == "name")
MM = 96 / 25.4
#: Left and right of the columns, in millimetres; the gold rule inside the band is at 20 and 277.
COLUMNS = {"kk": (24.0, 129.0), "ru": (168.0, 273.0)}
#: Where each block's room begins and ends, from above.
ROOMS = {
    "contest": (29, 42), "title": (43, 66), "name": (72, 101.5), "post": (102, 117.5), "reason": (118, 143.5),
    "signatory": (147, 160), "order": (165, 172), "registered": (172, 177.5), "check": (177, 183),
}  # fmt: skip


def drawn_lines(record) -> list[tuple[str, str, tuple[float, float, float, float]]]:
    """Every drawn line: language, role, and its left, right, top and bottom in millimetres."""
    from weasyprint import HTML

    fetcher, font_config, faces, _colours = _press()
    html = HTML(string=certificate_html(record), url_fetcher=fetcher)
    document = html.render(stylesheets=[faces, _sheet(SHEET)], font_config=font_config)
    assert len(document.pages) == 1
    found = []

    def walk(box, language: str, role: str) -> None:
        box = getattr(box, "_box", box)
        if box.element is not None:
            language = box.element.get("lang", language)
            role = (box.element.get("class") or role).partition(" ")[0]
        if hasattr(box, "text") and box.text.strip():
            edges = (box.position_x, box.position_x + box.width, box.position_y, box.position_y + box.height)
            found.append((language, role, tuple(edge / MM for edge in edges)))
        for child in getattr(box, "children", ()):
            walk(child, language, role)

    walk(document.pages[0]._page_box, "kk", "")
    return found


def assert_nothing_spills(record) -> None:
    seen = set()
    for language, role, (left, right, top, bottom) in drawn_lines(record):
        if role not in ROOMS:
            continue
        seen.add((language, role))
        first, last = COLUMNS[language]
        assert first - 0.1 <= left, (role, left)
        assert right <= last + 0.1, (role, right)
        assert ROOMS[role][0] - 1 <= top, (role, top)
        assert bottom <= ROOMS[role][1] + 1, (role, bottom)
    assert seen == {(language, role) for language in COLUMNS for role in ROOMS}


CASES = {
    "short": replace(RECORD, name_kk="Ли Ян", name_ru="Ли Ян"),
    "usual": RECORD,
    "long": live(name_kk=LONG_KK, name_ru=LONG_RU, place=2, award="place-2"),
    "one word of the widest letters": replace(RECORD, name_kk="Щ" * 60, name_ru="Ж" * 60),
    "quotes, apostrophes, mixed scripts": replace(
        RECORD, name_kk='O’Nil «Ақ» "Bek" D\'Art', name_ru="Ким-Li & <b>"
    ),
    "nomination": nomination(),
    "finalist": replace(RECORD, kind=AwardKind.FINALIST, place=None, award="finalist", stage=Stage.REGIONAL),
    "thanks": replace(RECORD, kind=AwardKind.THANKS, place=None, award="thanks", stage=Stage.REGIONAL),
    "long titles": replace(
        RECORD,
        contest_kk="«Үздік ауыл әкімі» атты бесінші республикалық конкурсы, 2026 жыл, " * 2 + "қорытынды",
        contest_ru="Пятый республиканский конкурс под названием «Лучший сельский аким» 2026 года и его финал",
        post_kk="Солтүстік Қазақстан облысы, Мағжан Жұмабаев атындағы аудан, Қарақоға-Ақтоғай ауылдық округі",
        order_number="123456789012345678901234567890/НҚ-2026",
    ),
}


@pytest.mark.parametrize("case", CASES, ids=str)
def test_every_text_stays_in_its_place(case: str):
    assert_nothing_spills(CASES[case])


WORD = some.text(KAZAKH_ALPHABET + KAZAKH_ALPHABET.upper() + "-’", min_size=1, max_size=60)
NAMES = some.lists(WORD, min_size=1, max_size=6).map(lambda words: " ".join(words)[:60].strip())


@settings(max_examples=200, deadline=None)
@given(NAMES, NAMES)
def test_a_name_of_sixty_characters_always_fits_and_loses_no_letter(kk: str, ru: str):
    for name, fitted in zip((kk, ru), fit_pair(NAME, (kk, ru)), strict=True):
        assert fitted.size >= NAME.size * SMALLEST - 0.01
        assert len(fitted.lines) * fitted.size * NAME.leading <= NAME.height * 72 / 25.4 + 0.01
        kept = re.sub(r"[-\s]", "", "".join(fitted.lines))
        assert kept == re.sub(r"[-\s]", "", name)


def test_both_languages_have_one_size_and_as_many_lines():
    short, long = fit_pair(NAME, ("Ахметов Ерлан", LONG_RU))
    assert short.size == long.size < NAME.size
    alike = fit_pair(NAME, ("Нұрмағамбетова Айгүл Серікқызы", "Нурмагамбетова Айгуль Сериковна"))
    assert [each.size for each in alike] == [NAME.size, NAME.size]
    assert [each.lines for each in alike] == [
        ("Нұрмағамбетова", "Айгүл Серікқызы"), ("Нурмагамбетова", "Айгуль Сериковна"),
    ]  # fmt: skip


def test_a_place_breaks_after_its_commas():
    post = next(block for block in BLOCKS if block.role == "post")
    assert fit_pair(post, (RECORD.post_kk, RECORD.post_ru))[1].lines == (
        "Туркестанская область, Сайрамский район,", "Карабулакский сельский округ",
    )  # fmt: skip


def test_a_text_for_which_there_is_no_room_is_refused_by_name():
    with pytest.raises(ValueError, match="name is too long for its place"):
        fit_pair(NAME, ("Щ" * 100, "Ли"))


def test_the_file_carries_the_record_tags_and_languages():
    content = draw_certificate(RECORD)
    assert read_attachment(content, FILE_NAME) == RECORD.as_json().encode()
    document = opened(content)
    assert len(document.pages) == 1
    assert [round(float(side)) for side in document.pages[0].MediaBox] == [0, 0, 842, 595]
    roles = structure(document)
    assert [pair for pair in roles if pair[1]] == [("/Sect", "kk"), ("/Sect", "ru")]
    assert [role for role, _ in roles].count("/H1") == 2
    figure = next(
        entry
        for entry in document.objects
        if isinstance(entry, type(document.Root)) and entry.get("/S") == "/Figure"
    )
    assert str(figure.Alt) == RECORD.address
    assert str(document.docinfo.Title) == "Диплом № 12 · Нұрмағамбетова Айгүл Серікқызы · DEMONSTRATION"


def test_only_shipped_fonts_draw_the_certificate():
    fonts = embedded(opened(draw_certificate(RECORD)))
    assert sorted(fonts) == ["PT-Sans", "PT-Sans-Bold", "PT-Serif", "PT-Serif-Bold"]


def test_the_demonstration_is_marked_and_a_live_certificate_is_not():
    words = ("Көрсетілім · Демонстрация · Demonstration", 'class="across"')
    assert [word in certificate_html(RECORD) for word in words] == [True, True]
    assert [word in certificate_html(live()) for word in words] == [False, False]


def test_the_code_can_be_read_and_the_medallion_has_the_place():
    html = certificate_html(RECORD)
    assert ">DEMO-7K3M 9QWX 2R5T 8VY9<" in html
    assert re.findall(r'class="(?:number|place)">(\w+)<', html) == ["орын", "1", "место"]
    assert 'class="place"' not in certificate_html(nomination())


def test_a_name_cannot_bring_markup():
    html = certificate_html(CASES["quotes, apostrophes, mixed scripts"])
    assert "Ким-Li &amp; &lt;b&gt;" in html


def test_a_letter_without_a_shape_is_an_error_that_names_it():
    with pytest.raises(BadInput) as fault:
        draw_certificate(replace(RECORD, name_kk="Ли 日"))
    assert "“日” (U+65E5)" in str(fault.value.message)


def test_the_same_record_gives_the_same_bytes_and_another_record_others():
    assert draw_certificate(RECORD) == draw_certificate(RECORD)
    assert draw_certificate(RECORD) != draw_certificate(replace(RECORD, serial=13))


def test_the_band_is_the_same_from_both_ends():
    """Each side's motifs stand at places that mirror each other about the side's middle."""
    sides = re.findall(r"q [-\d. ]+ cm\n((?:q [-\d. ]+ cm\n[-\d. ]+ cm /(?:Band|Seed) Do\nQ\n)+)", sheet(1))
    assert len(sides) == 4
    for side in sides:
        upright = sorted(float(x) for x in re.findall(r"q 1\.0\S* 0\.0\S* -?0\.0\S* 1\.0\S* (\S+)", side))
        turned = sorted(float(x) for x in re.findall(r"q -1\.0\S* 0\.0\S* -?0\.0\S* -1\.0\S* (\S+)", side))
        length = upright[0] + upright[-1]
        for places in (upright, turned):
            assert places == pytest.approx(sorted(length - place for place in places))


def test_words_of_two_lines_are_heard_apart_and_a_name_that_goes_on_in_the_next_line_is_not():
    record = live(name_kk=LONG_KK, name_ru=LONG_RU)
    paragraphs = re.findall(r"<(?:p|h1) class=\"(\w+) fit\"[^>]*>([^<]+)<", certificate_html(record))
    told = {(role, at // len(BLOCKS)): text for at, (role, text) in enumerate(paragraphs)}
    assert told["name", 0] == "Әбдірахманұлы-\nҚоңырқұлжинский Нұрсұлтан-\nМұхаммед Өскенбайұлы"
    assert told["post", 0] == " Түркістан облысы, Сайрам ауданы, \nҚарабұлақ ауылдық округі"
    assert told["signatory", 0] == "Республикалық конкурстық\n комиссияның төрағасы"
    assert told["signatory", 1] == "Председатель республиканской \nконкурсной комиссии"
