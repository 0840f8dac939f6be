"""A visit with a tablet in a real browser: made ready, answered without network, sent once."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import func, select

import wsgi
from core import clock
from core.application import build_app
from core.storage import Storage
from core.urn.keys import KeyRing
from core.urn.models import Intake
from core.urn.services import mix_box
from surveys.answers import Origin
from surveys.models import Ballot
from surveys.queries import box_of
from surveys.tablet.services import plan_visit
from tests.browser.checks import assert_accessible, assert_fits, screenshot
from tests.browser.conftest import PATIENCE, served
from tests.conftest import NOW, SECRET
from tests.surveys import sample

VISITING = datetime(2026, 6, 5, 9, tzinfo=UTC)
#: So many that five drawn at random are not the first five, but once in twenty million times.
TICKETS = 80
CHOSEN = ["543211", "555555", "1-----", "222222", "234512"]

#: Everything that the tablet keeps, as one text.
KEPT = """() => new Promise(resolve => {
  const request = indexedDB.open("auyl-tablet");
  request.onsuccess = () => {
    const stores = ["facts", "tickets", "answers"], kept = {};
    const transaction = request.result.transaction(stores);
    stores.forEach(name => {
      const all = transaction.objectStore(name).getAll();
      all.onsuccess = () => { kept[name] = all.result; };
      const keys = transaction.objectStore(name).getAllKeys();
      keys.onsuccess = () => { kept.keys = { ...kept.keys, [name]: keys.result }; };
    });
    transaction.oncomplete = () => { request.result.close(); resolve(kept); };
  };
})"""


@pytest.fixture
def site(settings, settled_sqlite: Storage, monkeypatch) -> Iterator[tuple[str, str, Storage, KeyRing]]:
    """A site with an open survey and a planned visit: its address, the visit's code, storage and keys."""
    monkeypatch.setattr(clock, "present", lambda: VISITING)
    url = settled_sqlite.engine.url.render_as_string(hide_password=False)
    app = build_app(replace(settings, database_url=url), wsgi.ROOMS, testing=True)
    keys = KeyRing(settings.key_directory)
    with settled_sqlite.write(now=NOW) as session:
        katos = sample.katos(session, 2)
        sample.population(session, {katos[0]: 900, katos[1]: 300})
        campaign = sample.opened(session, katos)
        _visit, code = plan_visit(
            session, campaign=campaign, katos=katos, day=date(2026, 6, 5), send_by=date(2026, 6, 10),
            tickets=TICKETS, keys=keys, secret=SECRET, actor=sample.ACTOR, now=NOW,
        )  # fmt: skip
    with served(app) as address:
        yield address, code, settled_sqlite, keys
    app.extensions["storage"].engine.dispose()


def ready(page: Page, address: str, code: str, language: str = "en") -> None:
    page.goto(f"{address}/tablet/?lang={language}#{code}")
    expect(page.locator("#code")).to_have_value(code)
    expect(page).to_have_url(f"{address}/tablet/?lang={language}")
    page.evaluate("navigator.serviceWorker.ready")
    page.click("#prepare button")
    page.wait_for_selector("#ready:not([hidden])")


def answer(page: Page, ratings: str) -> None:
    page.click("#begin")
    for name, value in zip(
        ("rights", "services", "families", "employment", "infrastructure", "community"), ratings, strict=True
    ):
        page.check(f"input[name={name}][value='{value}']", force=True)
    page.click("#answer button:not([type])")
    page.wait_for_selector("#thanks:not([hidden])")


def in_intake(storage: Storage) -> int:
    with storage.read() as session:
        return session.scalar(select(func.count()).select_from(Intake))


def test_people_answer_without_network_and_each_answer_arrives_once(site, new_page: Callable[..., Page]):
    address, code, storage, keys = site
    page = new_page(width=768)
    ready(page, address, code)
    page.context.set_offline(True)
    for ratings in CHOSEN[:3]:
        answer(page, ratings)
        page.click("#next")
    page.reload()
    page.wait_for_selector("#ready:not([hidden])")
    answer(page, CHOSEN[3])
    page.click("#show")
    expect(page.locator("#receipt strong")).to_have_text(re.compile(r"^\s*(\w{4}\s?){3}\s*$"))
    page.click("#next")
    expect(page.locator("#receipt strong")).to_have_text("")
    answer(page, CHOSEN[4])
    page.click("#next")
    kept = page.evaluate(KEPT)
    assert [len(kept[name]) for name in ("answers", "tickets")] == [5, TICKETS - 5]
    assert not [row for row in kept["answers"] if b"ratings" in base64.b64decode(row["sealed"])]
    assert {frozenset(row) for row in kept["answers"]} == {frozenset({"ticket", "kato", "sealed"})}
    # Tickets are spent at random: by their order, who answered first would be the first ticket.
    assert max(kept["keys"]["answers"]) > min(kept["keys"]["tickets"])
    page.click("#send")
    expect(page.locator("#state")).to_contain_text("no network")
    assert in_intake(storage) == 0
    page.context.set_offline(False)
    expect(page.locator("[data-fill=waiting]")).to_have_text("0")
    assert in_intake(storage) == 5
    assert page.evaluate(KEPT)["answers"] == []
    page.once("dialog", lambda dialog: dialog.accept())
    page.click("#forget")
    page.wait_for_selector("#start:not([hidden])")
    assert [page.evaluate(KEPT)[name] for name in ("facts", "tickets", "answers")] == [[], [], []]
    with storage.write(now=VISITING) as session:
        assert mix_box(session, keys=keys, box=box_of(sample.CODE), takers=sample.TAKERS, now=VISITING) == 5
    with storage.read() as session:
        ballots = session.scalars(select(Ballot)).all()
    assert sorted(ballot.ratings for ballot in ballots) == sorted(CHOSEN)
    assert {ballot.origin for ballot in ballots} == {Origin.TABLET}


def test_answers_sent_again_after_a_lost_reply_are_not_doubled(site, new_page: Callable[..., Page]):
    address, code, storage, _keys = site
    page = new_page(width=768)
    ready(page, address, code)
    page.route("**/tablet/answers.json*", lambda route: (route.fetch(timeout=PATIENCE), route.abort()))
    answer(page, CHOSEN[0])
    page.click("#next")
    page.click("#send")
    expect(page.locator("#state")).to_contain_text("no network")
    assert in_intake(storage) == 1
    assert len(page.evaluate(KEPT)["answers"]) == 1
    page.unroute("**/tablet/answers.json*")
    page.click("#send")
    expect(page.locator("[data-fill=waiting]")).to_have_text("0")
    assert in_intake(storage) == 1


def test_two_taps_keep_one_answer_and_what_is_refused_holds_up_nothing(site, new_page: Callable[..., Page]):
    address, code, storage, _keys = site
    page = new_page(width=768)
    ready(page, address, code)
    for _ in range(2):
        page.click("#begin")
        page.check("input[name=rights][value='5']", force=True)
        page.evaluate("[1, 2].forEach(() => document.getElementById('answer').requestSubmit())")
        page.wait_for_selector("#thanks:not([hidden])")
        page.click("#next")
    kept = page.evaluate(KEPT)
    assert [len(kept[name]) for name in ("answers", "tickets")] == [2, TICKETS - 2]
    damage = """() => new Promise(resolve => {
      indexedDB.open("auyl-tablet").onsuccess = event => {
        const transaction = event.target.result.transaction("answers", "readwrite");
        const cursor = transaction.objectStore("answers").openCursor();
        cursor.onsuccess = () => cursor.result.update({ ...cursor.result.value, kato: "000000000" });
        transaction.oncomplete = () => { event.target.result.close(); resolve(); };
      };
    })"""
    page.evaluate(damage)
    page.click("#send")
    expect(page.locator("#state")).to_contain_text("not part of this visit")
    assert in_intake(storage) == 1
    # Nothing is given up beside an answer that was not tried yet.
    expect(page.locator("#forget")).to_be_visible()
    answer(page, CHOSEN[0])
    page.click("#next")
    expect(page.locator("[data-fill=waiting]")).to_have_text("2")
    expect(page.locator("#forget")).to_be_hidden()
    page.click("#send")
    expect(page.locator("[data-fill=waiting]")).to_have_text("1")
    expect(page.locator("#forget")).to_be_visible()
    assert in_intake(storage) == 2
    # The server will never take it: the operator is told so, and can make the tablet ready for another visit.
    said = []
    page.once("dialog", lambda dialog: (said.append(dialog.message), dialog.accept()))
    page.click("#forget")
    page.wait_for_selector("#start:not([hidden])")
    assert ["they are lost" in message for message in said] == [True]
    assert [page.evaluate(KEPT)[name] for name in ("facts", "tickets", "answers")] == [[], [], []]


def test_an_answer_left_lying_is_cleared(site, new_page: Callable[..., Page]):
    address, code, _storage, _keys = site
    page = new_page(width=768)
    page.clock.install()
    ready(page, address, code)
    page.click("#begin")
    page.check("input[name=rights][value='5']", force=True)
    page.clock.fast_forward(61_000)
    page.wait_for_selector("#ready:not([hidden])")
    page.click("#begin")
    expect(page.locator("#answer")).to_be_visible()
    assert page.locator("input:checked").count() == 0


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_every_screen_is_accessible_in_each_language(site, new_page: Callable[..., Page], language: str):
    address, code, _storage, _keys = site
    page = new_page(width=768)
    page.goto(f"{address}/tablet/?lang={language}")
    page.wait_for_selector("#start:not([hidden])")
    assert_accessible(page)
    ready(page, address, code, language)
    screens = {"ready": lambda: None, "asking": lambda: page.click("#begin")}
    for name, step in screens.items():
        step()
        for width in (1280, 320):
            screenshot(page, f"tablet-{name}-{language}", width)
            assert_fits(page)
        assert_accessible(page)
    page.check("input[name=rights][value='5']", force=True)
    page.click("#answer button:not([type])")
    page.wait_for_selector("#thanks:not([hidden])")
    page.click("#show")
    assert_accessible(page)
    screenshot(page, f"tablet-thanks-{language}", 768)
