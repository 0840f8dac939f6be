"""The press kit's pages over the demonstration: its facts, its files, what other sites are told, and when.

SQLite alone: what the pages show does not depend on the kind of database.
"""

from __future__ import annotations

import html
import io
import re

import pikepdf
import pytest
from PIL import Image
from sqlalchemy import delete, select

from contest.contests.queries import contest_by_code
from contest.rulebook import Stage
from contest.standings.models import Standing, StandingRow
from core.storage import commit
from demo.commission import CONTEST
from tests.conftest import NOW
from tests.demonstration import loaded

PAGE = f"/results/{CONTEST}/press"
REASON = "A mark was typed wrongly."
FILES = [f"{PAGE}.pdf", f"{PAGE}.txt", f"{PAGE}.png"]


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    made = loaded(tmp_path_factory)
    yield made
    made.extensions["storage"].engine.dispose()


def test_the_text_names_every_winner_of_the_published_ranking(app):
    client = app.test_client()
    rows = client.get(f"/results/{CONTEST}/national.json").json["rows"]
    awarded = [row for row in rows if row["award"]]
    assert len(awarded) == 6
    for code in ("kk", "ru", "en"):
        text = client.get(f"{PAGE}.txt?lang={code}").text
        for row in awarded:
            assert row["unit"][code] in text
            interval = f"{row['place_from']}–{row['place_to']}"
            assert interval in text
        if code == "kk":
            named = re.findall(r"^\S.*?: (.+) \(", text, re.MULTILINE)
            assert named == [row["name"] for row in sorted(awarded, key=order)]
        assert f"http://127.0.0.1/results/{CONTEST}" in text


def order(row: dict) -> tuple:
    """Places first; then the nominations as the rule book lists them."""
    codes = ["nomination:project", "nomination:open", "nomination:enterprising"]
    return (codes.index(row["award"]) if row["award"] in codes else -1, row["place"])


def test_the_page_has_three_languages_files_and_the_picture_s_words(app):
    page = app.test_client().get(f"{PAGE}?lang=ru").text
    assert re.findall(r'<pre id="text-(\w\w)" lang="(\w\w)">', page) == [
        ("ru", "ru"),
        ("kk", "kk"),
        ("en", "en"),
    ]
    assert "ДЕМОНСТРАЦИЯ" in page[page.index("<main") :]
    addresses = {html.unescape(one) for one in re.findall(r'href="([^"]*press\.(?:pdf|txt|png)[^"]*)"', page)}
    assert addresses == {
        f"{PAGE}.{form}"
        for code in ("kk", "ru", "en")
        for form in (
            f"pdf?lang={code}", f"txt?lang={code}", f"png?lang={code}&shape=wide",
            f"png?lang={code}&shape=square",
        )
    }  # fmt: skip
    for lang, words in re.findall(r'<img[^>]*lang="(\w\w)" alt="([^"]+)"', page):
        shown = re.search(rf'id="words-{lang}" lang="{lang}">([^<]+)<', page)[1]
        assert html.unescape(words) == html.unescape(shown)


def test_files_have_their_kind_name_and_fingerprint(app):
    client = app.test_client()
    pdf = client.get(f"{PAGE}.pdf?lang=en")
    assert (pdf.mimetype, pdf.headers["Content-Disposition"]) == (
        "application/pdf", f"attachment; filename=DEMO-{CONTEST}-winners-en.pdf",
    )  # fmt: skip
    with pikepdf.open(io.BytesIO(pdf.data)) as document:
        assert str(document.Root.Lang) == "en"
    square = client.get(f"{PAGE}.png?lang=en&shape=square")
    assert square.mimetype == "image/png"
    assert Image.open(io.BytesIO(square.data)).size == (1080, 1080)
    again = client.get(f"{PAGE}.png?lang=en&shape=square", headers={"If-None-Match": square.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert client.get(f"{PAGE}.png?shape=huge").status_code == 404


def test_other_sites_are_told_of_a_picture_at_a_whole_address(app):
    page = app.test_client().get(f"{PAGE}?lang=kk").text
    told = dict(re.findall(r'<meta property="(og:[^"]+)" content="([^"]*)">', page))
    image = html.unescape(told["og:image"])
    assert image.startswith("http://127.0.0.1/results/")
    picture = app.test_client().get(image.removeprefix("http://127.0.0.1"))
    size = Image.open(io.BytesIO(picture.data)).size
    assert size == (int(told["og:image:width"]), int(told["og:image:height"]))
    assert told["og:image:alt"].startswith("КӨРСЕТІЛІМ. ")


def test_the_kit_follows_the_corrected_standing_and_says_so(app):
    storage = app.extensions["storage"]
    before = app.test_client().get(f"{PAGE}.txt?lang=en").text
    with storage.writing() as session:
        contest = contest_by_code(session, CONTEST)
        first = session.scalars(
            select(Standing).where(Standing.contest_id == contest.id, Standing.stage == Stage.NATIONAL)
        ).one()
        second = copy_of(first, version=2, reason=REASON, published_at=NOW)
        session.add(second)
        session.flush()
        for row in session.scalars(select(StandingRow).where(StandingRow.standing_id == first.id)).all():
            changed = {"name_kk": "Жаңабаев Нұрбол"} if row.place == 1 else {}
            session.add(copy_of(row, standing_id=second.id, **changed))
        commit(session, now=NOW)
    after = app.test_client().get(f"{PAGE}.txt?lang=en").text
    assert "Corrected result" not in before and "Corrected result" in after
    assert "Janabaev Nurbol" in after
    page = app.test_client().get(f"{PAGE}?lang=en").text
    assert "This is version 2 of the result" in page
    with storage.writing() as session:
        second = session.scalars(select(Standing).where(Standing.reason == REASON)).one()
        session.execute(delete(StandingRow).where(StandingRow.standing_id == second.id))
        session.delete(second)
        commit(session, now=NOW)


def copy_of(row, **changes):
    """A new row with the values of another, but for its key and what is changed."""
    values = {one.name: getattr(row, one.name) for one in row.__table__.columns if one.name != "id"}
    return type(row)(**{**values, **changes})


def test_before_publication_there_is_no_kit(app):
    storage = app.extensions["storage"]
    with storage.writing() as session:
        kept = {one.id: one.published_at for one in session.scalars(select(Standing))}
        for one in session.scalars(select(Standing)):
            one.published_at = None
        commit(session, now=NOW)
    assert {app.test_client().get(address).status_code for address in (PAGE, *FILES)} == {404}
    with storage.writing() as session:
        for one in session.scalars(select(Standing)):
            one.published_at = kept[one.id]
        commit(session, now=NOW)
    assert {app.test_client().get(address).status_code for address in (PAGE, *FILES)} == {200}
