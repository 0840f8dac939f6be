"""The ethics pages in Chromium: a slip is answered and leaves nothing; the staff's way to a conclusion."""

from __future__ import annotations

import re
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from playwright.sync_api import Error, Page, expect
from sqlalchemy import update

from core import clock
from core.access import Role, Scope
from core.codes import grouped
from core.places.services import load_territories
from core.urn.keys import KeyRing
from ethics.models import Round
from tests import staff
from tests.browser.checks import assert_accessible, assert_fits, screenshot
from tests.browser.conftest import ARGUMENTS, CHROMIUM, PATIENCE, served
from tests.conftest import NOW
from tests.demonstration import empty_demonstration
from tests.ethics import sample
from tests.ethics.sample import BEST, WORST

LANGUAGES, WIDTHS = ("kk", "ru", "en"), (320, 360, 1280)
REMARKS = ("Жиналыста тек өз сөзі тыңдалады.", "Просим назначить часы приёма.\nИ соблюдать их.")
THANKS = {"kk": "Рақмет", "ru": "Спасибо", "en": "Thank you"}


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory, held_clock: None) -> Iterator[Flask]:
    """The application with a round in each state, the opened one of four offices, and who works with them."""
    made = empty_demonstration(tmp_path_factory.mktemp("ethics"))
    storage, keys = made.extensions["storage"], KeyRing(made.extensions["settings"].key_directory)
    today = clock.day_of(clock.present())
    with storage.write(now=NOW) as session:
        load_territories(session, now=NOW)
        over = sample.prepare(session, [10, 10, 10, 4], takes_remarks=True)
        shut = sample.prepare(session, [5], code="round-3", oblasts=["350000000"])
        # One for each test: a one-time code works once.
        for login in ("commissioner", "deputy"):
            staff.person(session, login, Scope(Role.ETHICS))
        staff.person(session, "agency", Scope(Role.AGENCY))
    remarks = dict(zip(over.codes[over.numbers[0]], REMARKS, strict=False))
    answers = [[BEST] * 9 + [WORST], [BEST] * 10, [WORST] * 10, [BEST] * 4]
    sample.answer_all(storage, keys, over, answers, remarks)
    sample.answer_all(storage, keys, shut, [[BEST] * 5])
    for prepared in (over, shut):
        sample.close(storage, keys, prepared)
    for place in range(4):
        sample.unseal(storage, over, place)
    with storage.write(now=NOW) as session:
        taken = sample.prepare(session, [8], code="round-2", oblasts=sample.OBLASTS[1:], takes_remarks=True)
        draft = sample.draft(session, code="round-4")
        official, kato = sample.new_official(session, oblast="390000000")
        drafted = sample.services.add_questionnaire(
            session, round=draft, official_id=official.id, kato=kato, positions=sample.staff_of(4),
            actor=sample.ACTOR, now=NOW,
        ).id  # fmt: skip
        days = {"opens_on": today, "closes_on": today + timedelta(days=10)}
        session.execute(update(Round).where(Round.id == taken.round_id).values(**days))
    made.config.update(
        OVER=over.numbers, CODES=taken.codes[taken.numbers[0]], OPEN=taken.numbers[0], SHUT=shut.numbers[0],
        DRAFT=drafted,
    )  # fmt: skip
    made.extensions["settings"] = replace(
        made.extensions["settings"], smtp_url="smtp://127.0.0.1:9", mail_from="ethics@example.kz"
    )
    yield made
    storage.engine.dispose()


@pytest.fixture(scope="module")
def site(app) -> Iterator[str]:
    with served(app) as address:
        yield address


def assert_good(page: Page, name: str, widths: tuple[int, ...] = WIDTHS) -> None:
    for width in widths:
        page.set_viewport_size({"width": width, "height": 900})
        assert_fits(page)
        assert_accessible(page)
        screenshot(page, name, width)


def signed_in(page: Page, site: str, login: str) -> Page:
    page.goto(f"{site}/staff/login?lang=en")
    page.locator("#login").fill(login)
    page.locator("#password").fill(staff.PASSWORD)
    page.locator("main button").click()
    page.locator("#code").fill(staff.code(clock.present()))
    page.locator("main button").click()
    page.wait_for_url(f"{site}/staff")
    return page


#: Kazakh on a phone and Russian at a desk: each of the staff's pages is looked at in both.
LOOKS = (("kk", 360), ("ru", 1280))


def look(page: Page, address: str, name: str) -> None:
    for lang, width in LOOKS:
        page.goto(f"{address}?lang={lang}")
        assert_good(page, f"ethics-{name}-{lang}", (width,))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_scanned_slip_is_answered_and_leaves_nothing_in_address_history_or_cookies(
    app, site, new_page, lang: str
):
    code = app.config["CODES"][LANGUAGES.index(lang)]
    page = new_page(width=320)
    seen = []
    page.on("framenavigated", lambda frame: seen.append(frame.url))
    page.goto(f"{site}/e/{code}?lang=en")
    expect(page).to_have_url(f"{site}/e?lang=en")
    expect(page.locator("p .code")).to_have_text(grouped(code))
    expect(page.locator("button:visible")).to_have_count(4)
    assert_good(page, f"ethics-scanned-{lang}")
    page.locator(f'.languages button[lang="{lang}"]').click()
    expect(page.locator("html")).to_have_attribute("lang", lang)
    assert_good(page, f"ethics-form-{lang}")
    page.locator("fieldset.rate label.choice").first.click()
    page.locator("#remark").fill("Пікір")
    page.locator("#receipt").check()
    page.locator("#answer p button").click()
    expect(page.locator("h1")).to_have_text(THANKS[lang])
    assert_good(page, f"ethics-thanks-{lang}")
    # The slip's own address was met once, when it was scanned.
    assert [url for url in seen if code in url] == [f"{site}/e/{code}?lang=en"]
    assert page.context.cookies() == []
    assert page.evaluate("[localStorage.length, sessionStorage.length]") == [0, 0]
    # Whoever presses "back" afterwards finds the filled in form gone.
    with pytest.raises(Error, match="ERR_CACHE_MISS"):
        page.go_back()


#: How Chromium marks the last page of a chain of steps; its list of visited pages shows no others.
CHAIN_END = 0x20000000


def test_a_scanned_slip_is_answered_without_script_and_is_in_no_list_of_visited_pages(
    app, site, new_page, tmp_path
):
    code = app.config["CODES"][4]
    chromium = new_page(width=360).context.browser.browser_type
    found = next(filter(None, map(shutil.which, CHROMIUM)))
    own = chromium.launch_persistent_context(
        tmp_path, executable_path=found, args=list(ARGUMENTS), java_script_enabled=False, timeout=PATIENCE
    )
    own.set_default_timeout(PATIENCE)
    page = own.new_page()
    page.goto(f"{site}/e")
    page.goto(f"{site}/e/{code}?lang=ru")
    page.wait_for_url(f"{site}/e/slip/*?lang=ru")
    page.locator("#slip button").click()
    page.locator("fieldset.rate label.choice").first.click()
    page.locator("#answer p button").click()
    expect(page.locator("h1")).to_have_text(THANKS["ru"])
    own.close()
    with closing(sqlite3.connect(tmp_path / "Default" / "History")) as history:
        visits = history.execute(
            "SELECT urls.url, transition FROM visits JOIN urls ON urls.id = visits.url ORDER BY visits.id"
        ).fetchall()
    assert code in visits[1][0]
    shown = [url.removeprefix(site).partition("?")[0] for url, step in visits if step & CHAIN_END]
    assert [re.sub("/slip/.+", "/slip/", path) for path in shown] == ["/e", "/e/slip/", "/e", "/e/answer"]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_page_of_protection_is_read_without_script(site, new_page, lang: str):
    page = new_page(width=320)
    page.goto(f"{site}/e?lang={lang}")
    assert_good(page, f"ethics-ask-{lang}")
    page.goto(f"{site}/e/protection?lang={lang}")
    assert page.locator("main li").count() == 23
    assert_good(page, f"ethics-protection-{lang}")
    page.goto(f"{site}/e/receipt?lang={lang}")
    page.locator("#receipt").fill("0000 0000 0000")
    page.locator("main form button").click()
    expect(page.locator(".notice")).to_have_count(1)
    assert_good(page, f"ethics-receipt-{lang}", (360,))
    assert page.context.cookies() == []


def test_a_code_is_typed_and_sent_by_keyboard_without_script(app, site, new_page):
    page = new_page(width=360, java_script_enabled=False)
    page.goto(f"{site}/e?lang=ru")
    page.locator("#code").focus()
    page.keyboard.type(grouped(app.config["CODES"][3]).lower())
    page.keyboard.press("Enter")
    expect(page.locator("fieldset.rate")).to_have_count(10)
    page.locator("fieldset.rate input").first.focus()
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text(THANKS["ru"])
    assert page.context.cookies() == []


def test_the_commissioners_conclusion_is_accessible_and_fits(app, site, new_page):
    page = signed_in(new_page(), site, "commissioner")
    full, small = app.config["OVER"][0], app.config["OVER"][3]
    for lang in LANGUAGES:
        page.goto(f"{site}/staff/ethics/{small}/conclusion?lang={lang}")
        assert_good(page, f"ethics-conclusion-small-{lang}", (320, 1280))
        page.goto(f"{site}/staff/ethics/{full}/conclusion?lang={lang}")
        assert_good(page, f"ethics-conclusion-{lang}", (320, 1280))
    page.locator("#verdict-0").check()
    page.locator("#reasons_kk").fill("Ескерту жоқ.")
    page.locator("#reasons_ru").fill("Замечаний нет.")
    page.locator("main form button").click()
    expect(page.locator(".card h3")).to_have_count(1)
    # As tall as its words, not as the page.
    assert page.locator(".card").bounding_box()["height"] < 300
    assert_good(page, "ethics-conclusion-signed", (320, 1280))


def test_the_commissioners_and_holders_pages_are_accessible_and_fit(app, site, new_page):
    page = signed_in(new_page(), site, "deputy")
    mine = f"{site}/staff/ethics"
    opened, open_, shut, draft = (app.config[name] for name in ("OVER", "OPEN", "SHUT", "DRAFT"))
    for address, name in (
        (mine, "list"), (f"{mine}/new/round-4", "add"), (f"{mine}/{draft}", "draft"),
        (f"{mine}/{draft}/slips", "making"), (f"{mine}/{draft}/slips/mail", "mail"),
        (f"{mine}/{open_}/slips", "handing-out"), (f"{mine}/{shut}/open", "opening"),
        (f"{mine}/{opened[0]}", "opened"), (f"{mine}/{opened[3]}", "opened-small"),
    ):  # fmt: skip
        look(page, address, name)
    # What is shown once is looked at where it comes: the shares, the sheets.
    for lang, first, name in (("kk", f"{mine}/{draft}", "shares"), ("ru", f"{mine}/{draft}/slips", "sheets")):
        page.goto(f"{first}?lang={lang}")
        with page.expect_navigation():
            page.locator("main .actions form button:not(.danger)").first.click()
        page.locator("main summary").first.click()
        assert_good(page, f"ethics-{name}-{lang}", (360, 1280))
    look(page, f"{mine}/{draft}/rehearsal", "rehearsal")
    page.goto(f"{mine}/{open_}/slips")
    page.locator("#first_witness").fill("Бас маман")
    page.locator("#second_witness").fill("Кеңесші")
    with page.expect_navigation():
        page.locator("main form button").click()
    look(page, f"{mine}/{open_}/slips", "counting")


def test_the_agencys_pages_of_rounds_are_accessible_and_fit(app, site, new_page):
    page = signed_in(new_page(), site, "agency")
    rounds = f"{site}/staff/ethics-rounds"
    for address, name in (
        (rounds, "rounds"), (f"{rounds}/new", "round-new"), (f"{rounds}/round-1", "round-published"),
        (f"{rounds}/round-2", "round-open"), (f"{rounds}/round-3", "round-closed"),
        (f"{rounds}/round-4", "round-draft"),
    ):  # fmt: skip
        look(page, address, name)
