"""The remark on pages: a box with its warning where a round takes them, words for the commissioner alone."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from core import clock
from core.access import Role, Scope
from core.urn.keys import KeyRing
from core.urn.models import Intake
from ethics.items import shipped
from ethics.models import Round
from tests import staff
from tests.ethics import sample
from tests.ethics.sample import BEST

OWN, OTHER = sample.OBLASTS
LANGUAGE = {"Accept-Language": "en"}
FILLED = {f"item-{item}": point for item, point in zip(shipped("2026").codes, BEST, strict=True)}
WORDS = "<b>Әкім</b> сыпайы"


@pytest.fixture
def prepared(keep) -> sample.Prepared:
    """A round that takes remarks, and one that takes none."""

    def act(session):
        made = sample.prepare(session, [10], takes_remarks=True)
        plain = sample.prepare(session, [5], code="round-2", oblasts=[OTHER])
        made.codes |= plain.codes
        made.numbers += plain.numbers
        return made

    return keep(act)


def code(prepared: sample.Prepared, place: int = 0) -> str:
    return prepared.codes[prepared.numbers[place]][0]


def closed(app, prepared: sample.Prepared, headcount: int) -> str:
    """So many answer, the first with words; the round is closed and opened. Returns the conclusion's page."""
    storage, keys = app.extensions["storage"], KeyRing(app.extensions["settings"].key_directory)
    own = replace(prepared, numbers=prepared.numbers[:1])
    sample.answer_all(storage, keys, own, [[BEST] * headcount], {code(prepared): WORDS})
    sample.close(storage, keys, own)
    sample.unseal(storage, own)
    return f"/staff/ethics/{own.numbers[0]}"


@pytest.fixture
def enter(app, keep):
    """Sign a new account in, in a browser of its own."""

    def act(role: Role, oblast: str | None = None) -> FlaskClient:
        number = keep(lambda session: staff.person(session, f"{role}-{oblast}", Scope(role, oblast)).id)
        client = app.test_client()
        with client.session_transaction() as cookie:
            cookie.update(_user_id=f"{number}.1", _fresh=True, factor_at=clock.present().isoformat())
        return client

    return act


@pytest.mark.parametrize(
    ("language", "label"),
    [("kk", "Қаласаңыз, пікір жазыңыз"), ("ru", "Замечание, если хотите"), ("en", "A remark, if you wish")],
    ids=("kk", "ru", "en"),
)
def test_the_box_stands_with_its_warning_where_a_round_takes_remarks_alone(
    client, prepared: sample.Prepared, language: str, label: str
):
    page = client.post(f"/e?lang={language}", data={"code": code(prepared), "remark": WORDS}).text
    assert f'<label for="remark">{label}</label>' in html.unescape(page)
    assert re.search(r'<textarea id="remark"[^>]*maxlength="500"[^>]*>([^<]*)</textarea>', page)[1] == (
        "&lt;b&gt;Әкім&lt;/b&gt; сыпайы"
    )
    assert 'aria-describedby="remark-hint"' in page
    assert 'id="remark"' not in client.post("/e", data={"code": code(prepared, 1)}).text


def test_a_remark_that_is_too_long_comes_back_with_everything_that_was_chosen(app, client, prepared):
    sent = {"code": code(prepared), **FILLED, "remark": "ң" * 501}
    answer = client.post("/e/answer", data=sent, headers=LANGUAGE)
    page = html.unescape(answer.text)
    assert answer.status_code == 422
    assert '<a href="#remark">Your remark has 501 characters; 500 fit. Shorten it.</a>' in page
    assert page.count(" checked") == 10
    assert "ң" * 501 in page
    blank = html.unescape(client.post("/e/answer", data={"code": code(prepared), "remark": WORDS}).text)
    assert WORDS in blank
    with app.extensions["storage"].read() as session:
        assert session.scalars(select(Intake)).all() == []
    thanks = client.post("/e/answer", data={**sent, "remark": WORDS}, headers=LANGUAGE)
    assert thanks.status_code == 200
    assert "сыпайы" not in thanks.text


def test_the_commissioner_alone_reads_the_words_and_they_are_shown_as_they_are(app, prepared, enter):
    place = closed(app, prepared, 10)
    commissioner, chair, agency = enter(Role.ETHICS, OWN), enter(Role.CHAIR, OWN), enter(Role.AGENCY)
    page = commissioner.get(f"{place}/conclusion?lang=en").text
    assert re.findall(r"<blockquote>(.*?)</blockquote>", page) == ["&lt;b&gt;Әкім&lt;/b&gt; сыпайы"]
    assert enter(Role.ETHICS, OTHER).get(f"{place}/conclusion").status_code == 403
    for client in (chair, agency):
        assert client.get(f"{place}/conclusion").status_code == 403
        shown = client.get(f"{place}?lang=en").text
        assert "сыпайы" not in shown
        assert "<dt>Remarks, blank ones too: came in, opened</dt>\n<dd>10, 10: they agree</dd>" in shown
    assert "taken; the commissioner alone" in agency.get("/staff/ethics-rounds/round-1?lang=en").text


def test_under_ten_answers_the_page_says_that_the_remarks_were_destroyed(app, prepared, enter):
    place = closed(app, prepared, 9)
    page = enter(Role.ETHICS, OWN).get(f"{place}/conclusion?lang=en").text
    assert "The remarks were destroyed unread, as the respondents were promised." in page
    assert "<blockquote>" not in page
    shown = enter(Role.CHAIR, OWN).get(f"{place}?lang=en").text
    # All nine answered alike, so that not even their number is told.
    destroyed = "<dt>Remarks, blank ones too: came in, destroyed unread</dt>"
    assert f"{destroyed}\n<dd>shown only with a score: they agree</dd>" in shown


def test_the_agency_ticks_whether_a_round_takes_remarks(app, enter):
    agency = enter(Role.AGENCY)
    page = agency.get("/staff/ethics-rounds/new?lang=en").text
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)[1]
    today = clock.day_of(clock.present())
    draft = {
        "csrf_token": token, "contest_code": "2026", "title_kk": "С", "title_ru": "А", "title_en": "Q",
        "items_code": "2026", "asked_kk": "Бәрі", "asked_ru": "Все", "asked_en": "All",
        "opens_on": today.isoformat(), "closes_on": (today + timedelta(days=9)).isoformat(),
    }  # fmt: skip
    for name, ticked in (("with", {"takes_remarks": "y"}), ("without", {})):
        sent = agency.post("/staff/ethics-rounds/new", data={**draft, "code": name, **ticked})
        assert sent.status_code == 302, sent.text
    with app.extensions["storage"].read() as session:
        found = dict(session.execute(select(Round.code, Round.takes_remarks)).all())
    assert found == {"with": True, "without": False}
