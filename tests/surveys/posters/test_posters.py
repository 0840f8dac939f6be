"""Posters: both languages, the code and the address, the days; one file or a ZIP of an area."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import replace
from datetime import date

import pikepdf
import pytest
import segno

from core import clock
from core.access import Role
from core.words import Words
from surveys.posters import drawing, wording
from surveys.posters.drawing import draw_poster, zipped
from surveys.posters.queries import Poster
from surveys.rules import Mode
from tests import staff
from tests.conftest import NOW
from tests.surveys import sample

ADDRESS = "https://auyl.example/s/2026-main/191037000"
POSTER = Poster(
    campaign="2026-main", kato="191037000",
    name=Words("Жандосов ауылдық округі", "Жандосовский сельский округ", "Jandosov rural okrug"),
    above=(
        Words("Қарасай ауданы", "Карасайский район", "-"),
        Words("Алматы облысы", "Алматинская область", "-"),
    ),
    mode=Mode.OPEN, opens_on=date(2026, 5, 25), closes_on=date(2026, 6, 20), address=ADDRESS, is_demo=False,
)  # fmt: skip
LONG = Words(
    "Бауыржан Момышұлы атындағы Қызылжұлдыз ауылдық округі",
    "Кызылжулдызский сельский округ имени Бауыржана Момышулы", "-",
)  # fmt: skip


@pytest.fixture
def html(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The pages that go to the PDF door; no PDF is drawn."""
    pages: list[str] = []
    monkeypatch.setattr(drawing, "render_pdf", lambda page, **given: pages.append(page) or b"%PDF")
    return pages


def test_a_poster_is_one_tagged_sheet_in_two_languages():
    with pikepdf.open(io.BytesIO(draw_poster(POSTER))) as pdf:
        assert len(pdf.pages) == 1
        assert [round(float(side) / 72 * 25.4) for side in pdf.pages[0].MediaBox] == [0, 0, 210, 297]
        assert str(pdf.Root.Lang) == "kk"
        languages = {str(one.get("/Lang")) for one in pdf.objects if isinstance(one, pikepdf.Dictionary)
                     and one.get("/S") == "/Sect"}  # fmt: skip
        assert languages == {"kk", "ru"}


def test_the_largest_sheet_and_the_longest_name_stay_on_one_page():
    demonstration = replace(POSTER, name=LONG, mode=Mode.VERIFIED, is_demo=True)
    with pikepdf.open(io.BytesIO(draw_poster(demonstration, size="a3"))) as pdf:
        assert len(pdf.pages) == 1
        assert [round(float(side) / 72 * 25.4) for side in pdf.pages[0].MediaBox] == [0, 0, 297, 420]


def test_a_poster_says_where_until_when_and_how_it_is_protected(html):
    draw_poster(POSTER)
    page = html[0]
    for language in ("kk", "ru"):
        assert POSTER.name.in_(language) in page
        assert wording.PROTECTION[language] in page
        assert len(re.findall(r"[.:] [А-ЯӘІҢҒҮҰҚӨҺ]|\.$", wording.PROTECTION[language])) == 2
    assert ">auyl.example/s/2026-main/191037000<" in page
    assert "2026 жылғы 25 мамыр – 20 маусым" in page
    assert "25 мая – 20 июня 2026 года" in page
    drawn = segno.make(ADDRESS, error="q", micro=False).svg_inline(
        border=0, dark="#000", svgclass=None, lineclass=None, omitsize=True
    )
    assert re.search(r' d="[^"]+"', drawn)[0] in page
    assert "КӨРСЕТІЛІМ" not in page


@pytest.mark.parametrize("mode", list(Mode))
def test_what_one_needs_is_said_by_the_mode(html, mode: Mode):
    draw_poster(replace(POSTER, mode=mode, is_demo=True))
    assert wording.NEEDED[mode]["kk"] in html[0]
    assert wording.NEEDED[mode]["ru"] in html[0]
    assert "КӨРСЕТІЛІМ · ДЕМОНСТРАЦИЯ" in html[0]


def test_days_over_a_new_year_name_both_years():
    assert (
        wording.days(date(2026, 12, 25), date(2027, 1, 10), "kk")
        == "2026 жылғы 25 желтоқсан – 2027 жылғы 10 қаңтар"
    )
    assert (
        wording.days(date(2026, 12, 25), date(2027, 1, 10), "ru")
        == "25 декабря 2026 года – 10 января 2027 года"
    )


def test_a_zip_comes_in_pieces_with_a_folder_for_each_district(html):
    other = replace(POSTER, kato="191039000", above=(Words("Талғар ауданы", "Талгарский район", "-"),))
    pieces = list(zipped([POSTER, other]))
    assert len(pieces) == 3
    with zipfile.ZipFile(io.BytesIO(b"".join(pieces))) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == [
            "Қарасай ауданы/2026-main-191037000-a4.pdf", "Талғар ауданы/2026-main-191039000-a4.pdf",
        ]  # fmt: skip


def test_an_operator_takes_posters_of_the_own_oblast(app, client, keep, html, monkeypatch, tmp_path):
    monkeypatch.setattr(clock, "present", lambda: NOW)
    katos = keep(lambda session: [
        *sample.katos(session, 3), *sample.katos(session, 1, oblast=sample.OTHER_OBLAST),
    ])  # fmt: skip
    keep(lambda session: sample.opened(session, katos))
    sample.signed_in(client, keep, Role.OPERATOR, sample.OBLAST)
    base = f"/staff/posters/{sample.CODE}"
    one = client.get(f"{base}/{katos[0]}.pdf?size=a3")
    assert (one.status_code, one.mimetype) == (200, "application/pdf")
    assert f"DEMO-{sample.CODE}-{katos[0]}-a3.pdf" in one.headers["Content-Disposition"]
    with zipfile.ZipFile(io.BytesIO(client.get(f"{base}/{sample.OBLAST}.zip").data)) as archive:
        assert len(archive.namelist()) == 3
    assert f"http://localhost/s/{sample.CODE}/{katos[0]}".partition("://")[2] in html[0]
    statuses = {
        f"{katos[3]}.pdf": 403, f"{sample.OTHER_OBLAST}.zip": 403, f"{sample.OBLAST}.pdf": 404,
        f"{katos[0]}.pdf?size=a5": 404, "710000000.zip": 403, "1.pdf": 404,
    }  # fmt: skip
    assert {path: client.get(f"{base}/{path}").status_code for path in statuses} == statuses
    folder = tmp_path / "posters"
    result = staff.run(app, "campaigns", "posters", sample.CODE, sample.OBLAST, "--to", str(folder))
    assert (result.exit_code, len(list(folder.iterdir()))) == (0, 3)
    assert result.stdout.splitlines()[-1] == f"3 posters in {folder}"
    assert (
        staff.run(app, "campaigns", "posters", sample.CODE, "710000000", "--to", str(folder)).exit_code == 1
    )
