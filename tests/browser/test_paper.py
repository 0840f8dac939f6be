"""Paper in a real browser: sheets entered by keyboard alone, and every page fit for all, at every width."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import func, select

from core import clock
from core.access import Role
from core.places.services import load_territories
from surveys.paper.marks import sheet_codes
from surveys.paper.models import PaperEntry
from tests.browser.checks import assert_accessible, assert_fits, screenshot
from tests.browser.conftest import served
from tests.conftest import NOW, SECRET
from tests.demonstration import empty_demonstration
from tests.surveys import sample
from tests.surveys.paper import desk
from tests.surveys.paper.desk import OURS, THEIRS


@dataclass
class Office:
    """A served site with a batch of paper sheets, and the cookies of those who are signed in."""

    app: Flask
    address: str = ""
    code: str = ""
    cookies: dict[str, str] = field(default_factory=dict)

    @property
    def sheets(self) -> tuple[str, ...]:
        return sheet_codes(SECRET, self.code, 20)

    def keep(self, act: Callable) -> object:
        with self.app.extensions["storage"].write(now=NOW) as session:
            return act(session)

    def page(self, new_page: Callable[..., Page], who: str, **wishes: object) -> Page:
        page = new_page(**wishes)
        page.context.add_cookies([{"name": "staff", "value": self.cookies[who], "url": self.address}])
        return page

    def waiting(self) -> int:
        return self.keep(lambda session: session.scalar(select(func.count()).select_from(PaperEntry)))


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    before, clock.present = clock.present, lambda: NOW
    made = Office(empty_demonstration(tmp_path_factory.mktemp("paper")))
    made.keep(lambda session: load_territories(session, now=NOW))

    def register(session) -> str:
        kato = sample.katos(session, 1)[0]
        sample.population(session, {kato: 900})
        return desk.batch(session, sample.opened(session, [kato]), kato).code

    made.code = made.keep(register)
    for who, role, oblast in (
        ("ours", Role.OPERATOR, OURS), ("theirs", Role.OPERATOR, THEIRS), ("agency", Role.AGENCY, None),
    ):  # fmt: skip
        client = made.app.test_client()
        sample.signed_in(client, made.keep, role, oblast, login=who)
        made.cookies[who] = client.get_cookie("staff").value
    with served(made.app) as made.address:
        yield made
    made.app.extensions["storage"].engine.dispose()
    clock.present = before


@pytest.mark.parametrize("script", [True, False])
def test_sheets_are_entered_by_keyboard_alone(office: Office, new_page: Callable[..., Page], script: bool):
    page = office.page(new_page, "ours", java_script_enabled=script, locale="en")
    page.goto(f"{office.address}/staff/paper/{office.code}/enter?lang=en")
    before = office.waiting()
    # A scanner types the code and presses Enter; the digits and the groups follow.
    for number, code in enumerate(office.sheets[2 * script : 2 * script + 2], start=1):
        for name, typed in (("#code", code), ("#digits", "543210")):
            expect(page.locator(name)).to_be_focused()
            page.keyboard.type(typed)
            with page.expect_navigation():
                page.keyboard.press("Enter")
        assert "Kept. The other oblast enters this sheet, too." in page.inner_text("main")
        expect(page.locator("#code")).to_be_focused()
        assert office.waiting() == before + number


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_every_page_is_accessible_and_fits(office: Office, new_page: Callable[..., Page], language: str):
    theirs = office.page(new_page, "theirs")
    batch = f"/staff/paper/{office.code}"
    code = office.sheets[10 + ["kk", "ru", "en"].index(language)]
    for who, digits in (("ours", "543210"), ("theirs", "143215")):
        page = office.page(new_page, who)
        page.goto(f"{office.address}{batch}/enter?lang={language}")
        page.fill("#code", code)
        page.fill("#digits", digits)
        with page.expect_navigation():
            page.press("#digits", "Enter")
    pages = {
        "ours": ("/staff/paper", f"/staff/paper/new/{sample.CODE}", batch, f"{batch}/enter",
                 f"{batch}/differences"),
        "agency": (f"/staff/campaigns/{sample.CODE}", f"/staff/campaigns/{sample.CODE}/import"),
    }  # fmt: skip
    for who, addresses in pages.items():
        page = office.page(new_page, who)
        for address in addresses:
            for width in (1280, 320) if language == "kk" else (320,):
                page.set_viewport_size({"width": width, "height": 900})
                page.goto(f"{office.address}{address}?lang={language}")
                assert_fits(page)
            assert_accessible(page)
            if language == "kk":
                name = "paper-" + address.removeprefix("/staff/").replace("/", "-")
                screenshot(page, name.replace(office.code, "batch"), 320)
                screenshot(page, name.replace(office.code, "batch"), 1280)
    theirs.goto(f"{office.address}{batch}/enter?lang={language}")
    theirs.fill("#code", "0000 0000 0000")
    theirs.fill("#digits", "54")
    with theirs.expect_navigation():
        theirs.press("#digits", "Enter")
    assert_accessible(theirs)
