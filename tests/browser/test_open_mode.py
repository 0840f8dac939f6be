"""The open mode and the report of pressure in Chromium: script solves, no script waits, all is readable."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import func, select

from core import clock
from core.places.services import load_territories
from core.urn.models import Intake
from core.web.limits import limiter
from surveys.pressure.models import PressureReport
from tests.browser.checks import assert_accessible, assert_fits, screenshot
from tests.browser.conftest import served
from tests.conftest import NOW
from tests.demonstration import empty_demonstration
from tests.surveys import sample


class Site:
    """The served application, its unit, and what has arrived."""

    def __init__(self, app, address: str, kato: str) -> None:
        self.storage, self.kato = app.extensions["storage"], kato
        self.form = f"{address}/s/{sample.CODE}/{kato}"
        self.report = f"{address}/report/{sample.CODE}/{kato}"

    def count(self, table: type) -> int:
        with self.storage.read() as session:
            return session.scalar(select(func.count()).select_from(table))


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, held_clock: None) -> Iterator[Site]:
    """A survey of one unit that takes answers now, with limits on."""
    app = empty_demonstration(tmp_path_factory.mktemp("open"))
    now = clock.present()
    with app.extensions["storage"].write(now=NOW) as session:
        load_territories(session, now=NOW)
        kato = sample.katos(session, 1)[0]
        today = clock.day_of(now)
        sample.opened(session, [kato], opens_on=today, closes_on=today + timedelta(days=3))
    app.config["RATELIMIT_ENABLED"] = True
    limiter.init_app(app)
    with served(app) as address:
        yield Site(app, address, kato)
    limiter.enabled = False
    app.extensions["storage"].engine.dispose()


def test_with_script_an_answer_goes_in_at_once(site: Site, new_page: Callable[..., Page]):
    before, page = site.count(Intake), new_page(width=360)
    page.goto(f"{site.form}?lang=ru")
    page.locator("label:has(#rights-4)").click()
    page.get_by_role("button", name="Отправить").click()
    expect(page.locator("h1")).to_contain_text("Спасибо")
    assert site.count(Intake) == before + 1


def test_without_script_the_page_says_how_long_and_the_same_page_then_works(
    site: Site, new_page: Callable[..., Page], monkeypatch: pytest.MonkeyPatch
):
    before, page = site.count(Intake), new_page(width=320, java_script_enabled=False)
    page.goto(f"{site.form}?lang=kk")
    page.locator("label:has(#rights-4)").click()
    page.get_by_role("button", name="Жіберу").click()
    expect(page.get_by_role("alert")).to_contain_text("Жауаптарыңыз сақталып тұр")
    assert page.locator("#rights-4").is_checked()
    assert not page.locator("[name=website]").is_visible()
    assert_fits_without_script(page)
    ripe = clock.present() + timedelta(seconds=10)
    monkeypatch.setattr(clock, "present", lambda: ripe)
    page.get_by_role("alert").get_by_role("button", name="Жіберу").click()
    expect(page.locator("h1")).to_contain_text("Рақмет")
    assert site.count(Intake) == before + 1


def assert_fits_without_script(page: Page) -> None:
    """The page is no wider than the screen; axe and the other measures need script."""
    assert page.locator("main").bounding_box()["width"] <= 320


@pytest.mark.parametrize(("language", "width"), [("kk", 320), ("ru", 360), ("en", 1280)])
def test_pressure_is_reported_by_keyboard_alone(
    site: Site, new_page: Callable[..., Page], language: str, width: int
):
    before, page = site.count(PressureReport), new_page(width=width)
    page.goto(f"{site.report}?lang={language}")
    assert_fits(page)
    assert_accessible(page)
    screenshot(page, f"pressure-{language}", width)
    page.locator("main button").press("Enter")
    link = page.get_by_role("alert").get_by_role("link")
    expect(link).to_have_count(1)
    assert_accessible(page)
    link.press("Enter")
    page.locator("#kind-told").press("ArrowDown")
    page.keyboard.press("Tab")
    page.keyboard.type("Ә, ғ, қ")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#words")).to_have_count(0)
    assert_fits(page)
    assert_accessible(page)
    screenshot(page, f"pressure-thanks-{language}", width)
    assert site.count(PressureReport) == before + 1
    with site.storage.read() as session:
        kinds = {(report.kind.value, report.words) for report in session.scalars(select(PressureReport))}
    assert kinds == {("shown", "Ә, ғ, қ")}
