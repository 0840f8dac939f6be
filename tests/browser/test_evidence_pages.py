"""The pages that are made from numbers in Chromium: accessible, fitting, in Kazakh and Russian."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from core import clock
from tests import staff
from tests.browser.checks import assert_accessible, assert_fits, screenshot
from tests.browser.conftest import served
from tests.contest.evidence.sites import Site, published_site
from tests.contest.sample import OBLASTS

STAFF = "/staff/contests/2026"
STAGE = f"{STAFF}/stages/regional/{OBLASTS[0]}"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, held_clock: None) -> Iterator[Site]:
    found = published_site(tmp_path_factory.mktemp("evidence"))
    yield found
    found.app.extensions["storage"].engine.dispose()


@pytest.fixture(scope="module")
def address(made: Site) -> Iterator[str]:
    with served(made.app) as served_at:
        yield served_at


def sign_in(page: Page, address: str) -> None:
    page.goto(f"{address}/staff/login?lang=en")
    page.locator("#login").fill("looks-4")
    page.locator("#password").fill(staff.PASSWORD)
    page.locator("main button").click()
    page.locator("#code").fill(staff.code(clock.present()))
    page.locator("main button").click()
    page.wait_for_url(f"{address}/staff")


def assert_good(page: Page, where: str, name: str) -> None:
    for width, lang in ((1280, "kk"), (360, "ru")):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.goto(f"{where}?lang={lang}").status == 200
        assert_fits(page)
        assert_accessible(page)
        screenshot(page, f"{name}-{lang}", width)


def test_pages_from_numbers_are_accessible_and_fit_without_script(made: Site, address: str, new_page):
    page = new_page()
    sign_in(page, address)
    winner = made.made.nominees[OBLASTS[0]][2]
    staff_pages = {
        "evidence": f"{STAFF}/nominees/{winner}/evidence/regional", "evidence-list": f"{STAGE}/evidence",
        "judges": f"{STAGE}/judges", "robustness-staff": f"{STAGE}/robustness",
    }  # fmt: skip
    for name, where in staff_pages.items():
        assert_good(page, address + where, name)
    assert_good(page, f"{address}/results/2026/robustness", "robustness-national")
    assert page.locator("main script").count() == 0
