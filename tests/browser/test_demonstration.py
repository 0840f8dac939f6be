"""The demonstration in a browser: every page at two widths and three languages; an answer without cookies."""

from __future__ import annotations

from collections.abc import Iterator

import pyotp
import pytest
from playwright.sync_api import Page, Route, expect
from sqlalchemy import func, select

from contest.certificates.files import directory_of, path_of
from contest.certificates.models import Certificate
from core import clock
from demo.commission import CONTEST
from demo.people import FACTOR, PASSWORD
from demo.plan import OBLASTS
from demo.trial import TRIAL
from surveys.models import Ballot, Campaign
from tests.browser.checks import assert_accessible, assert_fits, screenshot
from tests.browser.conftest import served
from tests.demonstration import loaded

OBLAST = OBLASTS[0]
PUBLIC = {
    "home": "/", "places": "/places?q=Жандосав", "results": "/results", "contest": f"/results/{CONTEST}",
    "oblast": f"/results/{CONTEST}/oblasts/{OBLAST}", "nominee": f"/results/{CONTEST}/nominees/1",
    "national": f"/results/{CONTEST}/national?q=ас&page=all",
    "turnout": f"/results/{CONTEST}/turnout?sort=share",
    "conflicts": f"/results/{CONTEST}/conflicts", "flags": f"/results/{CONTEST}/flags",
    "decisions": f"/results/{CONTEST}/decisions", "map": f"/results/{CONTEST}/map?show=villages",
    "press": f"/results/{CONTEST}/press", "league": f"/results/{CONTEST}/league/all",
    "data": f"/data/{CONTEST}/", "receipts": f"/receipt/{CONTEST}", "api": "/api",
    "rules": f"/results/{CONTEST}/rules", "method": "/method", "protection": "/protection",
    "about-data": "/about-data", "demonstration": "/demonstration", "finder": f"/s/{TRIAL}",
    "form": f"/s/{TRIAL}/111033000", "slip": "/e", "check": "/v", "missing": "/nothing-here",
    "login": "/staff/login",
}  # fmt: skip
NATION, REGION = "stages/national/nation", f"stages/regional/{OBLAST}"
#: Pages far from the menu; the crawl takes them before it has seen enough.
STAFF = {
    "agency": [NATION, f"{NATION}/judges", f"{NATION}/robustness", "meetings/national/nation"],
    "secretary-kz": [f"{NATION}/marks", f"{NATION}/evidence", "commissions/national/nation"],
    "chair-11": [f"{REGION}/judges", f"meetings/regional/{OBLAST}", f"decisions/regional/{OBLAST}"],
    "ethics-11": [], "operator-11": [], "auditor": [f"objections/{REGION}"],
}  # fmt: skip


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory, held_clock: None):
    made = loaded(tmp_path_factory)
    yield made
    made.extensions["storage"].engine.dispose()


@pytest.fixture(scope="module")
def site(app) -> Iterator[str]:
    with served(app) as address:
        yield address


@pytest.mark.parametrize("name", list(PUBLIC))
def test_every_public_page_is_accessible_and_fits(site, new_page, name: str):
    page = new_page(width=360)
    for lang in ("kk", "ru", "en"):
        address = PUBLIC[name]
        answer = page.goto(f"{site}{address}{'&' if '?' in address else '?'}lang={lang}")
        assert answer.status == (404 if name == "missing" else 200)
        assert page.locator("html").get_attribute("lang") == lang
        for width in (360, 1280):
            screenshot(page, f"{name}-{lang}", width)
            assert_fits(page)
            assert_accessible(page)


def test_the_pages_of_a_certificate_and_of_a_given_file_are_accessible_and_fit(app, site, new_page, tmp_path):
    with app.extensions["storage"].read() as session:
        code = session.scalars(select(Certificate.code).order_by(Certificate.serial)).first()
    file = path_of(directory_of(app.extensions["settings"].data_directory), code)
    foreign = tmp_path / "foreign.pdf"
    foreign.write_bytes(b"%PDF-1.7 of somebody else")
    for width, lang in ((360, "kk"), (1280, "ru")):
        page = new_page(width=width)
        page.goto(f"{site}/v/{code}?lang={lang}")
        assert_fits(page)
        assert_accessible(page)
        screenshot(page, f"certificate-{lang}", width)
        for given in (file, foreign):
            page.goto(f"{site}/v?lang={lang}")
            page.locator("input[type=file]").set_input_files(given)
            page.locator("form[method=post] button").click()
            expect(page.locator("input[type=file]")).to_have_count(0)
            assert_fits(page)
            assert_accessible(page)
            screenshot(page, f"certificate-{given.stem[:7]}-{lang}", width)


def sign_in(page: Page, site: str, login: str) -> None:
    page.goto(f"{site}/staff/login?lang=kk")
    page.get_by_label("Логин").fill(login)
    page.locator("input[type=password]").fill(PASSWORD)
    page.locator("main button").first.click()
    page.locator("main input[inputmode=numeric], main input[autocomplete=one-time-code]").first.fill(
        pyotp.TOTP(FACTOR).at(clock.present())
    )
    page.locator("main button").first.click()
    page.wait_for_url(f"{site}/staff")


@pytest.mark.parametrize("login", list(STAFF))
def test_every_staff_page_of_the_menu_is_accessible_and_fits(site, new_page, login: str):
    page = new_page()
    sign_in(page, site, login)
    links = page.locator("nav.menu a").evaluate_all("all => all.map(one => one.getAttribute('href'))")
    assert links
    seen: set[str] = set()
    waiting = ["/staff", *(f"/staff/contests/{CONTEST}/{path}" for path in STAFF[login]), *links]
    while waiting and len(seen) < 16:
        address = waiting.pop(0).partition("?")[0]
        if (
            address in seen
            or not address.startswith("/staff")
            or address.rpartition(".")[2] in ("csv", "json", "pdf", "toml", "xlsx", "zip")
        ):
            continue
        seen.add(address)
        for width, lang in ((1280, "kk"), (360, "ru")):
            page.set_viewport_size({"width": width, "height": 900})
            assert page.goto(f"{site}{address}?lang={lang}").status == 200, address
            assert_fits(page)
            assert_accessible(page)
            screenshot(page, f"staff-{login}{address.replace('/', '_')}-{lang}", width)
        waiting += page.locator("main a").evaluate_all("all => all.map(one => one.getAttribute('href'))")


def without_cookies(route: Route) -> None:
    """Send a request as a browser does that keeps no cookie."""
    headers = {name: value for name, value in route.request.headers.items() if name != "cookie"}
    route.continue_(headers=headers)


def test_an_answer_with_cookies_and_script_off_is_counted_after_mixing(app, site, new_page):
    for number in range(5):
        page = new_page(width=360, height=800, java_script_enabled=False)
        page.route("**/*", without_cookies)
        page.goto(f"{site}/s/{TRIAL}?lang=kk&q=Журавлевка")
        page.locator(f"main a[href*='/s/{TRIAL}/']").first.click()
        expect(page.locator("fieldset.rate")).to_have_count(6)
        for row in page.locator("fieldset.rate").all():
            row.locator("label.choice").nth(number % 5).click()
        page.locator("form.survey button, main form button").last.click()
        expect(page.locator("main")).to_contain_text("Рақмет")
    with app.extensions["storage"].read() as session:
        trial = select(Campaign.id).where(Campaign.code == TRIAL).scalar_subquery()
        count = select(func.count()).select_from(Ballot).where(Ballot.campaign_id == trial)
        assert session.scalar(count) == 0
    assert app.test_cli_runner().invoke(args=["urn", "mix"]).exit_code == 0
    with app.extensions["storage"].read() as session:
        ballots = session.scalars(select(Ballot).where(Ballot.campaign_id == trial)).all()
    assert sorted(ballot.ratings for ballot in ballots) == ["111111", "222222", "333333", "444444", "555555"]
