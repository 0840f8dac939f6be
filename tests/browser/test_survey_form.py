"""The resident's form in Chromium: by keyboard alone, over a lost connection, and on a shared phone."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from urllib.parse import parse_qs

import pytest
from flask import Flask
from playwright.sync_api import Page, Request, Route, expect
from sqlalchemy import func, select

from core import clock
from core.places.models import Unit
from core.places.services import load_territories
from core.urn.models import Intake
from surveys.queries import box_of
from tests.browser.checks import assert_accessible, assert_fits, screenshot
from tests.browser.conftest import PATIENCE, hold_clock, served
from tests.conftest import NOW
from tests.demonstration import empty_demonstration
from tests.surveys import sample

THANKS = {"kk": "Рақмет", "ru": "Спасибо", "en": "Thank you"}


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory, held_clock: None) -> Iterator[Flask]:
    """The application with one open campaign over two units; the first asks for age and sex."""
    made = empty_demonstration(tmp_path_factory.mktemp("form"))
    today = clock.day_of(clock.present())
    with made.extensions["storage"].write(now=NOW) as session:
        load_territories(session, now=NOW)
        katos = sample.katos(session, 2)
        sample.population(session, {katos[0]: 900})
        sample.opened(session, katos, opens_on=today, closes_on=today + timedelta(days=10))
    made.config["KATO"] = katos[0]
    yield made
    made.extensions["storage"].engine.dispose()


@pytest.fixture(scope="module")
def site(app) -> Iterator[str]:
    with served(app) as address:
        yield address


@pytest.fixture
def form(app, site) -> Callable[..., str]:
    """The address of the form in a language."""
    return lambda lang="en": f"{site}/s/{sample.CODE}/{app.config['KATO']}?lang={lang}"


@pytest.fixture
def arrived(app) -> Callable[[], int]:
    """How many answers have arrived since the test began."""

    def count() -> int:
        with app.extensions["storage"].read() as session:
            rows = select(func.count()).where(Intake.box == box_of(sample.CODE))
            return session.scalar(rows)

    before = count()
    return lambda: count() - before


def choose(page: Page, number: int = 0) -> None:
    for row in page.locator("fieldset.rate").all():
        row.locator("label.choice").nth(number).click()


def sends(page: Page) -> list[Request]:
    """The answers that a page sends from now on."""
    sent: list[Request] = []
    page.on("request", lambda request: sent.append(request) if request.method == "POST" else None)
    return sent


def faults(page: Page) -> list[str]:
    """What the browser complains of: a script's error, a refused inline style, a missing file."""
    told: list[str] = []
    page.on("console", lambda message: told.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: told.append(str(error)))
    return told


def answer_once(page: Page, status: int, body: str) -> None:
    """Let the next answer that the page sends meet this instead of the server."""

    def fulfil(route: Route) -> None:
        route.fulfill(status=status, content_type="text/html; charset=utf-8", body=body)

    page.route("**/s/**", fulfil, times=1)


def hold_clock_with_proof(page: Page) -> None:
    """Hold the page's clock once its proof of work, which goes on by timers, is done."""
    expect(page.locator("#survey input[name=altcha]")).to_have_count(1)
    hold_clock(page)


def assert_empty(page: Page) -> None:
    assert page.locator("#survey input:checked").count() == 0
    assert page.locator("#comment").input_value() == ""
    assert page.locator("#band").input_value() == ""


@pytest.mark.parametrize("width", [320, 360, 1280])
def test_the_whole_way_is_accessible_and_fits_in_three_languages(site, form, new_page, width: int):
    page = new_page(width=width)
    told = faults(page)

    def look(name: str, lang: str) -> None:
        assert page.locator("html").get_attribute("lang") == lang
        assert_fits(page)
        assert_accessible(page)
        screenshot(page, f"survey-{name}-{lang}", width)

    for lang, thanks in THANKS.items():
        page.goto(form(lang))
        look("form", lang)
        page.locator("#survey button").click()
        expect(page.locator(".summary")).to_be_focused()
        look("nothing-chosen", lang)
        choose(page, 1)
        page.locator("#survey button").click()
        expect(page.locator("h1")).to_contain_text(thanks)
        page.locator("summary").last.click()
        look("thanks", lang)
        code = page.locator(".receipt").inner_text()
        page.locator(".receipt").evaluate("box => { box.textContent = 'WWWW MMMM WWWW'; }")  # the widest
        assert_fits(page)
        page.goto(f"{site}/receipt?lang={lang}")
        page.locator("#code").fill(code)
        with page.expect_navigation():
            page.locator("main button").click()
        look("receipt", lang)
        for query in ("", "&q=Шеңгелді"):
            page.goto(f"{site}/s/{sample.CODE}?lang={lang}{query}")
            look("finder" if not query else "found", lang)
    assert [words for words in told if "422" not in words] == []


def test_the_form_is_accessible_in_the_dark(form, new_page):
    page = new_page(width=360, color_scheme="dark")
    page.goto(form("kk"))
    choose(page)
    assert_accessible(page)
    screenshot(page, "survey-form-dark-kk", 360)


def test_an_answer_is_given_by_keyboard_alone(form, new_page, arrived):
    page = new_page(width=360)
    page.goto(form())
    for _turn in range(60):
        page.keyboard.press("Tab")
        at = page.evaluate("[document.activeElement.type, document.activeElement.name]")
        if at[0] == "radio":
            page.keyboard.press("Space")
            page.keyboard.press("ArrowDown")
        elif at[0] == "textarea":
            page.keyboard.type("the road")
        elif at[1] == "band":
            page.keyboard.press("ArrowDown")
        elif at == ["submit", ""]:  # a language has a name
            page.keyboard.press("Enter")
            break
    expect(page.locator("h1")).to_contain_text("Thank you")
    expect(page.locator("main")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".receipt")).to_be_visible()
    assert re.fullmatch(r"(\w{4} ?){3}", page.locator(".receipt").inner_text())
    assert arrived() == 1


def test_offline_the_answers_stay_in_the_page_and_go_when_it_is_back(form, new_page, arrived):
    page = new_page(width=360)
    page.goto(form("kk"))
    choose(page, 2)
    page.context.set_offline(True)
    page.locator("#survey button").click()
    expect(page.locator(".said")).to_contain_text("Байланыс жоқ")
    assert page.locator("#survey input:checked").count() == 6
    assert arrived() == 0
    assert_accessible(page)
    page.context.set_offline(False)
    expect(page.locator("h1")).to_contain_text("Рақмет")
    assert arrived() == 1


def test_a_broken_answer_and_a_lost_thank_you_are_sent_again_and_count_once(form, new_page, arrived):
    page = new_page(width=360)
    page.clock.install()
    page.goto(form())
    choose(page)
    tries: list[int] = []

    def break_off(route: Route) -> None:
        tries.append(len(tries))
        if tries[-1] == 0:
            route.fulfill(status=503, content_type="text/html", body="<main><form id=survey></form></main>")
        elif tries[-1] == 1:
            route.fetch(timeout=PATIENCE)  # it arrives, and the thank-you is lost
            route.abort("connectionreset")
        else:
            route.continue_()

    page.route(
        "**/s/**", lambda route: break_off(route) if route.request.method == "POST" else route.continue_()
    )
    hold_clock_with_proof(page)
    page.locator("#survey button").click()
    for seconds in (5, 9):
        expect(page.locator(".said")).to_contain_text("no connection")
        page.clock.run_for(seconds * 1000)
    expect(page.locator("h1")).to_contain_text("Thank you")
    assert len(tries) == 3
    assert arrived() == 1


def test_another_language_keeps_what_was_chosen(form, new_page, arrived):
    page = new_page(width=360)
    told = faults(page)
    page.goto(form("kk"))
    choose(page, 3)
    page.locator("#comment").fill("жол")
    page.locator("#band").select_option("60+")
    page.get_by_role("button", name="Рус").click()
    expect(page.locator("#survey button")).to_have_text("Отправить")
    expect(page.get_by_role("button", name="Рус")).to_be_focused()
    assert page.locator("html").get_attribute("lang") == "ru"
    assert page.url == form("ru")
    assert [box.get_attribute("value") for box in page.locator("#survey input:checked").all()] == ["2"] * 6
    assert (page.locator("#comment").input_value(), page.locator("#band").input_value()) == ("жол", "60+")
    assert_accessible(page)
    page.context.set_offline(True)
    with page.expect_event("requestfailed"):
        page.get_by_role("button", name="Eng").click()
    page.context.set_offline(False)
    assert page.locator("#survey input:checked").count() == 6
    sent = sends(page)
    # What fails on the way leaves the page alone.
    answer_once(page, 502, "<main></main>")
    with page.expect_response(lambda answer: answer.status == 502):
        page.get_by_role("button", name="Eng").click()
    # A form that does not come, since a survey ended or one had to confirm who one is, comes by sending.
    answer_once(page, 410, '<main><p class="lead">This is over.</p></main>')
    page.get_by_role("button", name="Eng").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator("#survey input:checked")).to_have_count(6)
    expect(page.locator("#survey button")).to_have_text("Send")
    assert (len(sent), arrived()) == (1, 0)
    page.locator("#survey button").click()
    expect(page.locator("h1")).to_contain_text("Thank you")
    assert arrived() == 1
    assert [words for words in told if not re.search("ERR_INTERNET_DISCONNECTED|410|502", words)] == []


def test_without_script_another_language_keeps_it_too(form, new_page, arrived):
    page = new_page(width=320, java_script_enabled=False)
    page.goto(form("kk"))
    choose(page, 3)
    page.locator("#comment").fill("жол")
    for lang, name in (("ru", "Рус"), ("kk", "Қаз")):
        page.get_by_role("button", name=name).click()
        expect(page.locator("html")).to_have_attribute("lang", lang)
        expect(page).to_have_url(form(lang))
        expect(page.locator("#survey input:checked")).to_have_count(6)
        expect(page.locator("#comment")).to_have_value("жол")
        screenshot(page, f"survey-turned-{lang}", 320)
    assert arrived() == 0
    page.locator("#survey button").click()
    expect(page.locator("h1")).to_contain_text("Рақмет")
    assert arrived() == 1


def test_a_double_click_sends_once_with_a_proof_of_work(form, new_page, arrived):
    page = new_page(width=360)
    page.goto(form())
    sent = sends(page)
    choose(page, 4)
    page.locator("#survey button").evaluate("button => { button.click(); button.click(); }")
    expect(page.locator("h1")).to_contain_text("Thank you")
    assert (len(sent), arrived()) == (1, 1)
    fields = parse_qs(sent[0].post_data)
    shown = json.loads(base64.b64decode(fields["altcha"][0]))
    assert set(shown) == {"algorithm", "challenge", "number", "salt", "signature"}


def test_who_has_to_wait_sees_the_button_count_down(form, new_page, arrived):
    page = new_page(width=360)
    page.clock.install()
    page.goto(form())
    plain = page.context.request.get(form()).text()
    waiting = plain.replace('<form id="survey"', '<form id="survey" data-wait="3"')
    choose(page)
    answer_once(page, 429, re.sub(r' data-challenge="[^"]*"', "", waiting))
    button = page.locator("#survey button")
    hold_clock_with_proof(page)
    button.click()
    for left in (3, 2, 1):
        expect(button).to_have_text(f"Send ({left})")
        expect(button).to_be_disabled()
        page.clock.run_for(1000)
    expect(button).to_have_text("Send")
    expect(button).to_be_enabled()
    page.clock.resume()
    # With a challenge, a proof of work that is done ends the wait.
    choose(page)
    answer_once(page, 429, waiting.replace('data-wait="3"', 'data-wait="3000"'))
    button.click()
    expect(page.locator("#survey[data-wait='3000'] input[name=altcha]")).to_have_count(1)
    expect(button).to_be_enabled()
    choose(page)
    button.click()
    expect(page.locator("h1")).to_contain_text("Thank you")
    assert arrived() == 1


def test_an_error_without_a_form_does_not_take_the_answers_away(form, new_page, arrived):
    page = new_page(width=360)
    page.goto(form())
    choose(page)
    body = '<main><p class="lead">Go back, reload the page and try again.</p></main>'
    answer_once(page, 403, body)
    page.locator("#survey button").click()
    expect(page.locator(".said")).to_have_text("Go back, reload the page and try again.")
    assert page.locator("#survey input:checked").count() == 6
    page.locator("#survey button").click()
    expect(page.locator("h1")).to_contain_text("Thank you")
    assert arrived() == 1


@pytest.mark.parametrize("has_script", [True, False], ids=["script", "no script"])
def test_nothing_stays_on_a_shared_phone(site, form, new_page, arrived, has_script: bool):
    page = new_page(width=360, java_script_enabled=has_script)
    page.goto(f"{site}/s/{sample.CODE}?lang=en")
    page.goto(form())
    choose(page, 3)
    page.locator("#comment").fill("the road")
    page.locator("#band").select_option("60+")
    with page.expect_navigation():  # leaves without sending
        page.get_by_role("link", name="Another village").click()
    page.go_back()
    assert_empty(page)
    choose(page, 3)
    page.locator("#survey button").click()
    expect(page.locator("h1")).to_contain_text("Thank you")
    assert arrived() == 1
    page.get_by_role("link", name="Another person may answer now").click()
    expect(page.locator("#survey")).to_be_visible()
    assert_empty(page)
    page.go_back()
    if page.locator("#survey").count():
        assert_empty(page)
    kept = page.context.storage_state()
    assert [cookie["name"] for cookie in kept["cookies"]] == ["lang"]  # from the finder; the form sets none
    assert kept["origins"] == []


def test_a_page_that_the_browser_kept_in_memory_is_emptied_and_made_new(form, new_page):
    page = new_page(width=360)
    page.goto(form())
    ticket = page.locator("input[name=ticket]").input_value()
    choose(page)
    page.locator("#comment").fill("the road")
    # What a browser says that keeps pages in memory; this one does not, so the events are made here.
    page.evaluate("dispatchEvent(new PageTransitionEvent('pagehide', {persisted: true}))")
    assert_empty(page)
    with page.expect_navigation():
        page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))")
    assert page.locator("input[name=ticket]").input_value() != ticket


def test_the_error_summary_has_the_focus_without_script(form, new_page):
    page = new_page(width=320, java_script_enabled=False)
    page.goto(form())
    page.locator("#survey button").click()
    expect(page.locator(".summary")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#rights-5")).to_be_focused()


@pytest.mark.parametrize("typed", ["{kk}", "{ru}", "{wrong}"])
def test_three_clicks_lead_to_the_form_from_a_name(app, site, form, new_page, typed: str):
    with app.extensions["storage"].read() as session:
        unit = session.get_one(Unit, app.config["KATO"])
    wrong = unit.name_ru[:2] + unit.name_ru[3:]
    page = new_page(width=360, java_script_enabled=False)
    page.goto(f"{site}/s/{sample.CODE}?lang=kk")
    page.locator("#q").fill(typed.format(kk=unit.name_kk, ru=unit.name_ru, wrong=wrong))
    page.locator("form.search button").click()
    page.locator(f"main a[href*='/{app.config['KATO']}']").first.click()
    expect(page).to_have_url(form("kk"))
    expect(page.locator("fieldset.rate")).to_have_count(6)
