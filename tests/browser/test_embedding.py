"""The survey inside a page of another site, in Chromium with third-party cookies blocked.

The site is another origin by host and by port. An answer arrives without script and by keyboard alone, the
height fits, nothing is asked of a third party, and a site that is not registered sees nothing.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from time import monotonic

import pytest
from flask import Flask
from playwright.sync_api import Browser, Frame, Page, expect
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core import clock
from core.access import Role
from core.places.services import load_territories
from core.urn.models import Intake
from surveys.embedding.addresses import read_page
from surveys.embedding.services import register_site
from surveys.embedding.snippets import frame_line, script_line
from tests.browser.checks import PICTURES, assert_accessible, assert_fits, screenshot
from tests.browser.conftest import PATIENCE, chromium, hold_clock, served
from tests.conftest import NOW
from tests.demonstration import empty_demonstration
from tests.surveys import sample

WIDTHS = (320, 360, 1280)


class Time:
    """The clock of the server, which a test moves."""

    now = NOW


class Sites(BaseHTTPRequestHandler):
    """An akimat's server: it serves the pages that a test puts in."""

    pages: dict[str, str] = {}

    def do_GET(self) -> None:
        body = self.pages.get(self.path)
        self.send_response(404 if body is None else 200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        if self.path == "/cookie":
            body = f"cookie: {self.headers.get('Cookie')}"
            self.send_header("Set-Cookie", "third=1; SameSite=None; Secure; Path=/")
        self.end_headers()
        self.wfile.write((body or "").encode())

    def log_message(self, *parts: object) -> None:
        pass


@contextmanager
def akimat() -> Iterator[str]:
    """A site under another host name than the survey's, on a port of its own."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Sites)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://localhost:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def time() -> Iterator[Time]:
    held, before = Time(), clock.present
    clock.present = lambda: held.now
    yield held
    clock.present = before


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    made = empty_demonstration(tmp_path_factory.mktemp("embedding"))
    with made.extensions["storage"].write(now=NOW) as session:
        load_territories(session, now=NOW)
    yield made
    made.extensions["storage"].engine.dispose()


@pytest.fixture(scope="module")
def survey(app, time) -> Iterator[str]:
    """The address of the survey, which is its public one."""
    with served(app) as address:
        app.extensions["settings"] = replace(app.extensions["settings"], public_url=address)
        yield address


@pytest.fixture(scope="module")
def site(app, survey) -> Iterator[str]:
    """An akimat's site that is registered, and the campaign that it shows."""
    with akimat() as address:
        with app.extensions["storage"].write(now=NOW) as session:
            katos = sample.katos(session, 1)
            sample.population(session, {katos[0]: 900})
            campaign = sample.opened(session, katos)
            page = read_page(f"{address}/", allow_local=True)
            register_site(
                session, campaign=campaign, oblast=sample.OBLAST, page=page, actor=sample.ACTOR, now=NOW
            )
        yield address


@pytest.fixture(scope="module")
def kato(app, site) -> str:
    with app.extensions["storage"].read() as session:
        return sample.katos(session, 1)[0]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium as it is where third-party cookies are gone; its shell knows no such setting."""
    with chromium("--test-third-party-cookie-phaseout") as opened:
        yield opened


def host_page(line: str, lang: str = "kk") -> str:
    return f'<!doctype html><html lang="{lang}"><title>Әкімдік</title><h1>Әкімдік</h1><p>Жаңалық</p>{line}'


def script(survey: str, kato: str | None, lang: str = "kk") -> str:
    return script_line(survey, campaign=sample.CODE, unit=kato, language=lang)


def plain(survey: str, kato: str, site: str | None, lang: str = "kk") -> str:
    return frame_line(survey, campaign=sample.CODE, unit=kato, language=lang, site=site, title="Сауалнама")


def inside(page: Page, survey: str) -> Frame:
    """The survey's frame, once it has loaded."""
    page.wait_for_function("document.querySelector('iframe')")
    frame = page.query_selector("iframe").content_frame()
    frame.wait_for_url(f"{survey}/embed/**")
    return frame


def waiting(app: Flask) -> int:
    with app.extensions["storage"].read() as session:
        return session.scalar(
            select(func.count()).select_from(Intake).where(Intake.box == "survey:2026-main")
        )


def test_an_answer_arrives_with_third_party_cookies_blocked_and_scripts_off(
    app, time, survey, site, kato, new_page
):
    Sites.pages = {"/": host_page(plain(survey, kato, None))}
    page, before = new_page(width=360, java_script_enabled=False), waiting(app)
    page.goto(f"{site}/")
    frame = inside(page, survey)
    for row in frame.locator("fieldset.rate").all():
        row.locator("label.choice").nth(1).click()
    time.now += timedelta(minutes=2)  # a page without script must ripen
    frame.get_by_role("button", name="Жіберу").click()
    frame.get_by_role("heading", name="Рақмет").wait_for()
    assert page.url == f"{site}/"
    assert waiting(app) == before + 1
    assert page.context.cookies() == []


def test_third_party_cookies_are_really_blocked_in_this_browser(site, new_page):
    other = f"{site.replace('localhost', '127.0.0.1')}/cookie"
    Sites.pages = {"/": host_page(f'<iframe src="{other}"></iframe>'), "/cookie": ""}
    page = new_page()
    for _ in range(2):
        page.goto(other)
    assert page.locator("body").inner_text() == "cookie: third=1"
    page.goto(f"{site}/")
    expect(page.frame_locator("iframe").locator("body")).to_have_text("cookie: None")


def test_an_answer_arrives_by_keyboard_alone_and_the_frame_fits_its_page(
    app, time, survey, site, kato, new_page
):
    Sites.pages = {"/": host_page(script(survey, kato) + "<p>Соңы</p>")}
    page, before = new_page(width=1280), waiting(app)
    page.goto(f"{site}/")
    frame = inside(page, survey)
    assert_fitting(page, frame)
    tall = page.locator("iframe").bounding_box()["height"]
    assert tall > 1500
    time.now += timedelta(minutes=2)
    by_keyboard(page, frame)
    frame.get_by_role("heading", name="Рақмет").wait_for()
    assert waiting(app) == before + 1
    assert_fitting(page, frame)
    assert page.locator("iframe").bounding_box()["height"] < tall / 2


def by_keyboard(page: Page, frame: Frame) -> None:
    """Answer with Tab, arrows and Enter, from the top of the akimat's page."""
    answered = 0
    for _ in range(80):
        page.keyboard.press("Tab")
        focused = frame.evaluate("[document.activeElement.type, document.activeElement.name]")
        if focused[0] == "radio":
            page.keyboard.press("ArrowDown")
            answered += 1
        elif focused == ["submit", ""]:  # a language has a name
            page.keyboard.press("Enter")
            break
    assert answered >= 6


def assert_fitting(page: Page, frame: Frame) -> None:
    """The frame becomes as high as its page."""
    frame.wait_for_load_state("load")
    until = monotonic() + PATIENCE / 1000
    # Neither window sees the other, and each may still move: both are asked until they agree.
    while True:
        given = page.evaluate("document.querySelector('iframe').getBoundingClientRect().height")
        needed, scrolled, shown = frame.evaluate(
            "[document.documentElement.offsetHeight, document.documentElement.scrollHeight, innerHeight]"
        )
        if abs(given - needed) <= 1 and scrolled <= shown + 1:
            return
        assert monotonic() < until, f"the frame has {given} px ({shown} inside), its page needs {needed}"
        page.wait_for_timeout(20)


def test_a_new_page_in_the_frame_is_seen_from_its_top(survey, site, kato, new_page):
    Sites.pages = {"/": host_page(script(survey, kato) + '<div style="height: 9000px">')}
    page = new_page(width=360)
    page.goto(f"{site}/")
    frame = inside(page, survey)
    assert_fitting(page, frame)
    frame.get_by_role("link", name="Басқа ауыл").click()
    frame.wait_for_url("**/embed/2026-main?**")
    page.wait_for_function("Math.abs(document.querySelector('iframe').getBoundingClientRect().top) <= 1")


def test_a_height_that_another_window_tells_is_not_taken(survey, site, kato, new_page):
    other = "<script>parent.postMessage({auylHeight: 5}, '*')</script>"
    Sites.pages = {
        "/": host_page(script(survey, kato) + '<iframe src="/other"></iframe>'), "/other": other,
    }  # fmt: skip
    page = new_page()
    page.goto(f"{site}/")
    frame = inside(page, survey)
    page.evaluate("postMessage({auylHeight: 6}, '*')")
    assert_fitting(page, frame)
    assert page.locator("iframe").first.bounding_box()["height"] > 1000


def test_the_frame_tells_its_height_to_the_registered_site_alone(survey, site, kato, new_page):
    """Named `at` another site, the page is not shown; and the script is given no name to tell."""
    foreign = plain(survey, kato, "https://evil.example")
    Sites.pages = {"/": host_page(foreign)}
    page = new_page()
    with page.expect_console_message(lambda message: "frame-ancestors" in message.text):
        page.goto(f"{site}/")
    assert_empty(page)


@pytest.mark.parametrize("has_script", [True, False])
def test_a_site_that_is_not_registered_shows_nothing(survey, site, kato, new_page, has_script: bool):
    with akimat() as stranger:
        line = script(survey, kato) if has_script else plain(survey, kato, None)
        Sites.pages = {"/": host_page(line)}
        page = new_page(java_script_enabled=has_script)
        with page.expect_console_message(lambda message: "frame-ancestors" in message.text):
            page.goto(f"{stranger}/")
        assert_empty(page)
        if has_script:
            link = page.get_by_role("link", name="Ауыл әкімі туралы сауалнама")
            assert link.get_attribute("href") == f"{survey}/s/{sample.CODE}/{kato}?lang=kk"


def assert_empty(page: Page) -> None:
    """The browser has put its own page of a refused address into the frame."""
    frame = page.frame_locator("iframe")
    expect(frame.locator("body")).to_have_count(1)
    expect(frame.locator("main, form")).to_have_count(0)


def test_nothing_is_asked_of_a_third_party_and_no_referrer_is_sent(survey, site, kato, new_page):
    Sites.pages = {"/": host_page(script(survey, kato) + script(survey, None, "ru"))}
    page, asked = new_page(), []
    page.on("request", lambda request: asked.append(request))
    page.goto(f"{site}/")
    page.wait_for_function("document.querySelectorAll('iframe').length === 2")
    page.locator("iframe").last.scroll_into_view_if_needed()
    for place, lang in enumerate(("kk", "ru")):
        frame = page.frame_locator("iframe").nth(place)
        expect(frame.locator("html")).to_have_attribute("lang", lang)
        expect(frame.locator("fieldset.rate, main a.card").first).to_be_attached()
    hosts = {request.url.split("/")[2] for request in asked if not request.url.startswith("data:")}
    assert hosts == {survey.split("/")[2], site.split("/")[2]}
    embedded = [request for request in asked if "/embed/" in request.url]
    assert len(embedded) == 2
    assert all("referer" not in request.headers for request in embedded)
    assert [frame.evaluate("document.documentElement.lang") for frame in page.frames[1:]] == ["kk", "ru"]


def test_a_village_is_found_inside_the_frame_in_three_clicks(survey, site, kato, new_page):
    Sites.pages = {"/": host_page(script(survey, None))}
    page = new_page(width=360)
    page.goto(f"{site}/")
    frame = inside(page, survey)
    for _ in range(3):
        with page.expect_event("framenavigated"):
            frame.locator("main a.card").first.click()
        frame.wait_for_load_state("load")
    expect(frame.locator("fieldset.rate")).to_have_count(6)
    assert_fitting(page, frame)


@pytest.mark.parametrize("lang", ["kk", "ru", "en"])
def test_pages_in_the_frame_are_accessible_and_fit(
    survey, site, kato, new_page: Callable[..., Page], lang: str
):
    Sites.pages = {"/": host_page(script(survey, kato, lang), lang)}
    for width in WIDTHS:
        page = new_page(width=width)
        page.goto(f"{site}/")
        frame = inside(page, survey)
        assert frame.evaluate("document.documentElement.lang") == lang
        assert_fitting(page, frame)
        assert_fits(frame)
        assert_accessible(frame)
        # A frame of another origin is painted only where the window shows it.
        page.set_viewport_size({"width": width, "height": int(page.evaluate("document.body.scrollHeight"))})
        if PICTURES:
            page.screenshot(path=Path(PICTURES) / f"embedded-{lang}-{width}.png")
    page.goto(f"{survey}/embed/{sample.CODE}?lang={lang}&at={site}")
    assert_fits(page)
    assert_accessible(page)
    screenshot(page, f"embedded-finder-{lang}", 360)


def test_the_operators_page_is_accessible_previews_and_copies(app, survey, site, kato, new_page):
    client, keep = app.test_client(), writing(app)
    sample.signed_in(client, keep, Role.OPERATOR, sample.OBLAST)
    page = new_page(permissions=["clipboard-read", "clipboard-write"])
    page.context.add_cookies([{"name": "staff", "value": client.get_cookie("staff").value, "url": survey}])
    page.clock.install()
    for width, lang in ((360, "kk"), (1280, "ru"), (320, "en")):
        page.set_viewport_size({"width": width, "height": 900})
        page.goto(f"{survey}/staff/embedding/{sample.CODE}?lang={lang}&unit={kato}")
        expect(page.frame_locator("iframe").locator("fieldset.rate")).to_have_count(6)
        assert_fits(page)
        assert_accessible(page)
        screenshot(page, f"staff-embedding-{lang}", width)
    hold_clock(page)  # the word "Copied" goes after a while
    page.get_by_role("button", name="Copy").first.click()
    page.get_by_role("button", name="Copied").wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == script(survey, kato, "en")


def writing(app: Flask) -> Callable[[Callable[[Session], object]], object]:
    """Run a function with a writing session and commit, as the fixture `keep` does."""

    def keep(act: Callable[[Session], object]) -> object:
        with app.extensions["storage"].write(now=NOW) as session:
            return act(session)

    return keep
