"""A letter's code in Chromium: the QR's address fills it in, and it is sent once, in the answer alone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from playwright.sync_api import expect
from sqlalchemy import select

from core import clock
from core.access import Role, Scope
from core.codes import grouped
from core.places.services import load_territories
from core.urn.models import Intake, TraceKind
from surveys.queries import box_of
from surveys.rules import Mode, SurveyRules
from tests import staff
from tests.browser.checks import assert_accessible, assert_fits, screenshot
from tests.browser.conftest import served
from tests.conftest import NOW
from tests.demonstration import empty_demonstration
from tests.surveys import sample
from tests.surveys.voters.test_codes import make

RULES = SurveyRules(criteria_set="2020-six", modes=("codes",))


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory, held_clock: None) -> Iterator[Flask]:
    """The application with an open survey by letters over one unit, and an operator of its oblast."""
    made = empty_demonstration(tmp_path_factory.mktemp("letters"))
    today = clock.day_of(clock.present())
    with made.extensions["storage"].write(now=NOW) as session:
        load_territories(session, now=NOW)
        (kato,) = sample.katos(session, 1)
        sample.population(session, {kato: 40})
        days = {"opens_on": today, "closes_on": today + timedelta(days=10)}
        campaign = sample.drafted(session, [kato], mode=Mode.CODES, **days)
        sample.admitted(session, campaign, RULES)
        codes = make(session, kato, 5)
        sample.services.open_campaign(session, campaign=campaign, actor=sample.ACTOR, now=NOW)
        staff.person(session, "operator", Scope(Role.OPERATOR, sample.OBLAST))
    made.config.update(KATO=kato, CODES=codes)
    yield made
    made.extensions["storage"].engine.dispose()


@pytest.fixture(scope="module")
def site(app) -> Iterator[str]:
    with served(app) as address:
        yield address


def test_the_letters_address_fills_the_code_in_and_no_request_but_the_answer_holds_it(app, site, new_page):
    kato, code = app.config["KATO"], app.config["CODES"][0]
    page = new_page(width=320)
    seen = []
    page.on("request", lambda request: seen.append((request.method, request.url, request.post_data or "")))
    page.goto(f"{site}/s/{sample.CODE}/{kato}?lang=kk#c={code}")
    for lang in ("kk", "ru", "en"):
        page.locator(f'.languages [value="{lang}"]').click()
        expect(page.locator("html")).to_have_attribute("lang", lang)
        expect(page.locator("#code")).to_have_value(grouped(code))
        expect(page).to_have_url(f"{site}/s/{sample.CODE}/{kato}?lang={lang}")
        assert_fits(page)
        assert_accessible(page)
        screenshot(page, f"letter-code-{lang}", 320)
    assert page.evaluate("[localStorage.length, sessionStorage.length, document.cookie]") == [0, 0, ""]
    page.locator("fieldset.rate label.choice").first.click()
    assert not [one for one in seen if code in "".join(one)]
    page.locator("#survey button").click()
    expect(page.locator("h1")).to_contain_text("Thank you")
    assert_accessible(page)
    posts = [one for one in seen if one[0] == "POST"]
    assert len(posts) == 1
    assert not [one for one in seen if code in one[1].replace("%20", "").replace("+", "")]
    with app.extensions["storage"].read() as session:
        kinds = session.scalars(select(Intake.kind).where(Intake.box == box_of(sample.CODE))).all()
        assert kinds == [TraceKind.CODE]


def test_the_staffs_pages_of_letters_are_accessible_and_fit(app, site, new_page):
    kato = app.config["KATO"]
    page = new_page(width=1280)
    page.goto(f"{site}/staff/login?lang=en")
    page.locator("#login").fill("operator")
    page.locator("#password").fill(staff.PASSWORD)
    page.locator("main button").click()
    page.locator("#code").fill(staff.code(clock.present()))
    page.locator("main button").click()
    page.wait_for_url(f"{site}/staff")
    for lang in ("kk", "ru", "en"):
        for name, rest in (("list", ""), ("board", f"/{sample.CODE}"), ("unit", f"/{sample.CODE}/{kato}")):
            page.goto(f"{site}/staff/letters{rest}?lang={lang}")
            for width in (320, 1280):
                page.set_viewport_size({"width": width, "height": 900})
                assert_fits(page)
                assert_accessible(page)
                screenshot(page, f"letters-{name}-{lang}", width)
