"""The letters: made by the agency once, drawn with code and address, counted back by operators."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path

import pikepdf
import pytest
import segno
from sqlalchemy import func, select

from core import clock
from core.access import Role
from core.codes import clean_code, code_mark, grouped
from surveys.models import CampaignUnit
from surveys.queries import asked_unit, campaign_by_code
from surveys.services import open_campaign
from surveys.voters.letters import draw_letters
from surveys.voters.models import Code, CodeCount
from surveys.voters.queries import CODE_PURPOSE
from surveys.voters.services import draw_codes
from tests.conftest import NOW, SECRET
from tests.core.test_series import modules
from tests.staff import run
from tests.surveys import sample
from tests.surveys.voters.test_codes import drafted, make

PAGE = f"/staff/letters/{sample.CODE}"


@pytest.fixture(autouse=True)
def june(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(clock, "present", lambda: NOW)


def count(app, what) -> int:
    with app.extensions["storage"].read() as session:
        return session.scalar(select(func.count()).select_from(what))


def post(client, address: str, on: str, **fields: str):
    token = sample.token(client.get(f"{on}?lang=en").text)
    return client.post(address, data={"csrf_token": token, **fields})


def words_of(pdf: bytes) -> str:
    """The words of a tagged PDF, by the maps from its fonts' glyphs to letters."""
    found = []
    with pikepdf.open(io.BytesIO(pdf)) as document:
        for page in document.pages:
            fonts = {name: unicodes(font) for name, font in page.Resources.Font.items()}
            current = {}
            for operands, operator in pikepdf.parse_content_stream(page):
                if str(operator) == "Tf":
                    current = fonts[str(operands[0])]
                elif str(operator) == "TJ":
                    for part in operands[0]:
                        if isinstance(part, pikepdf.String):
                            data = bytes(part)
                            pairs = (data[at : at + 2] for at in range(0, len(data), 2))
                            found.append("".join(current.get(pair, "") for pair in pairs))
                    found.append(" ")
    return re.sub(r"\s+", " ", "".join(found))


def unicodes(font) -> dict[bytes, str]:
    text = font.ToUnicode.read_bytes().decode("latin-1")
    pairs = re.findall(r"<([0-9a-fA-F]{4})>\s*<([0-9a-fA-F]+)>", text)
    return {bytes.fromhex(glyph): bytes.fromhex(letters).decode("utf-16-be") for glyph, letters in pairs}


def test_a_letter_holds_its_code_the_address_and_what_is_protected_in_both_languages(settled):
    with settled.write(now=NOW) as session:
        kato, _other = drafted(session)
        asked = asked_unit(session, code=sample.CODE, kato=kato)
    codes = draw_codes(4)
    pdf = draw_letters(codes, asked=asked, batch=2, public_url="https://uni.example", is_demo=True)
    with pikepdf.open(io.BytesIO(pdf)) as document:
        assert len(document.pages) == 2
        drawn = [modules(image) for page in document.pages for image in page.Resources.XObject.values()]
    address = f"https://uni.example/s/{sample.CODE}/{kato}"
    for code in codes:
        wanted = segno.make(f"{address}#c={code}", error="m", micro=False).matrix
        assert drawn.count([list(row) for row in wanted]) == 1, code
    words = words_of(pdf)
    for code in codes:
        first, second = grouped(code)[:9], grouped(code)[10:]
        assert words.count(first) == words.count(second) == 2, code
    flat = words.replace(" ", "")
    for said in (
        asked.name.kk, asked.name.ru, "Сіздің кодыңыз", "Ваш код", "Бір код – бір жауап",
        "Один код – один ответ", "КӨРСЕТІЛІМ", "ДЕМОНСТРАЦИЯ", "2026 ж. 20 маусым", "20 июня 2026 г.",
    ):  # fmt: skip
        assert flat.count("".join(said.split())) == len(codes), said
    assert flat.count(f"uni.example/s/{sample.CODE}/{kato}") == 2 * len(codes)
    assert "№2" in flat


def test_the_agency_makes_letters_once_and_the_page_then_shows_counts_only(app, client, keep):
    kato, other = keep(drafted)
    sample.signed_in(client, keep, Role.AGENCY)
    page = f"{PAGE}/{kato}"
    assert 'name="count"' in client.get(f"{page}?lang=en").text
    made = post(client, f"/staff/campaigns/{sample.CODE}/codes/{kato}", page, count="3")
    assert (made.status_code, made.mimetype) == (200, "application/pdf")
    assert made.headers["Cache-Control"] == "no-store"
    assert made.headers["Content-Disposition"] == f'attachment; filename="DEMO-{sample.CODE}-{kato}-1.pdf"'
    codes = {
        clean_code(first + second)
        for first, second in re.findall(
            r"([0-9A-Z]{4} [0-9A-Z]{4}) ?([0-9A-Z]{4} [0-9A-Z]{4})", words_of(made.data)
        )
    }
    with app.extensions["storage"].read() as session:
        assert set(session.scalars(select(Code.mark))) == {
            code_mark(SECRET, CODE_PURPOSE, code) for code in codes
        }
        assert len(codes) == 3
    shown = client.get(f"{page}?lang=en").text
    assert "List 1: 3 letters" in shown
    assert not [code for code in codes if code in shown or grouped(code) in shown]
    board = client.get(f"{PAGE}?oblast={sample.OBLAST}&lang=en").text
    assert board.count('<td class="number" data-label="Made">3</td>') == 1
    assert board.count('class="tag warning">No list yet<') == 1
    assert "Letters by oblast" in client.get(f"{PAGE}?lang=en").text
    assert sample.CODE in client.get("/staff/letters?lang=en").text
    refused = post(client, f"/staff/campaigns/{sample.CODE}/codes/{other}", f"{PAGE}/{other}", count="31")
    assert (refused.status_code, count(app, Code)) == (409, 3)
    gone = post(client, f"/staff/campaigns/{sample.CODE}/codes/{kato}/withdraw", page, reason="misprinted")
    assert (gone.status_code, count(app, Code), count(app, CodeCount)) == (302, 0, 0)


def test_making_letters_needs_a_fresh_factor_and_the_agency(app, client, keep):
    kato, _other = keep(drafted)
    sample.signed_in(client, keep, Role.AGENCY)
    with client.session_transaction() as cookie:
        cookie["factor_at"] = "2026-06-01T08:00:00+00:00"
    asked = post(client, f"/staff/campaigns/{sample.CODE}/codes/{kato}", f"{PAGE}/{kato}", count="3")
    assert asked.location.startswith("/staff/factor")
    operator = app.test_client()
    sample.signed_in(operator, keep, Role.OPERATOR, sample.OBLAST, login="operator")
    token = sample.token(operator.get("/staff?lang=en").text)
    address = f"/staff/campaigns/{sample.CODE}/codes/{kato}"
    for action in (address, f"{address}/withdraw"):
        assert operator.post(action, data={"csrf_token": token, "count": "3"}).status_code == 403
    assert count(app, Code) == 0


def test_an_operator_counts_back_the_letters_of_the_own_oblast_alone(app, client, keep):
    kato, other = keep(drafted)
    keep(lambda session: [make(session, unit, 20) for unit in (kato, other)])
    keep(lambda session: open_campaign(
        session, campaign=campaign_by_code(session, sample.CODE), actor=sample.ACTOR, now=NOW
    ))  # fmt: skip
    sample.signed_in(client, keep, Role.OPERATOR, sample.OBLAST)
    page = f"{PAGE}/{kato}"
    assert client.get(PAGE).location == f"{PAGE}?oblast={sample.OBLAST}"
    assert "Make letters" not in client.get(f"{page}?lang=en").text
    kept = post(client, f"{page}/1", page, returned="7", spoiled="1")
    assert kept.location == page
    with app.extensions["storage"].read() as session:
        row = session.get(CodeCount, (1, kato, 1))
        assert (row.made, row.returned, row.spoiled) == (20, 7, 1)
    wrong = post(client, f"{page}/1?lang=en", page, returned="20", spoiled="1")
    assert (wrong.status_code, "the list has 20" in wrong.text) == (422, True)
    stranger = app.test_client()
    sample.signed_in(stranger, keep, Role.OPERATOR, sample.OTHER_OBLAST, login="stranger")
    token = sample.token(stranger.get("/staff?lang=en").text)
    sent = {"csrf_token": token, "returned": "0", "spoiled": "0"}
    assert stranger.get(page).status_code == 403
    assert stranger.post(f"{page}/1", data=sent).status_code == 403
    assert stranger.get(f"{PAGE}?oblast={sample.OBLAST}").status_code == 403


def test_the_command_makes_a_file_for_each_unit_that_has_none(app, keep, tmp_path: Path):
    first, second = keep(lambda session: drafted(session, (4, 3)))
    folder = tmp_path / "letters"
    folder.mkdir()
    made = run(app, "campaigns", "codes", sample.CODE, "--output", str(folder), "--json")
    assert made.exit_code == 0, made.output
    assert [(row["kato"], row["count"]) for row in json.loads(made.stdout)["made"]] == [
        (first, 4),
        (second, 3),
    ]
    files = sorted(folder.iterdir())
    assert [path.name for path in files] == [f"DEMO-{sample.CODE}-{kato}-1.pdf" for kato in (first, second)]
    assert {path.stat().st_mode & 0o777 for path in files} == {0o600}
    assert count(app, Code) == 7
    again = run(app, "campaigns", "codes", sample.CODE, "--output", str(folder))
    assert (again.exit_code, count(app, Code)) == (0, 7)
    more = run(app, "campaigns", "codes", sample.CODE, "--output", str(folder), "--unit", first)
    assert more.exit_code == 1
    assert "it has 4 adults and 4 codes already" in more.stderr
    assert (sorted(folder.iterdir()), count(app, Code), count(app, CampaignUnit)) == (files, 7, 2)


def test_a_file_that_cannot_be_written_leaves_no_code(app, keep, tmp_path: Path):
    kato, _other = keep(lambda session: drafted(session, (4, 3)))
    (tmp_path / f"DEMO-{sample.CODE}-{kato}-1.pdf").touch()
    refused = run(app, "campaigns", "codes", sample.CODE, "--output", str(tmp_path), "--unit", kato)
    assert (refused.exit_code, count(app, Code)) == (1, 0)
    assert "is there already" in refused.stderr
