"""Pages without data, and all parts of pages, in Chromium: readable, reachable, usable without script."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from flask import Flask, render_template
from flask_login import AnonymousUserMixin
from jinja2 import ChoiceLoader, FileSystemLoader
from playwright.sync_api import Page, expect

from core.access import public
from surveys.criteria import shipped
from tests.browser.checks import assert_accessible, assert_fits, screenshot
from tests.browser.conftest import served
from tests.core.test_parts import Form
from tests.demonstration import empty_demonstration

WIDTHS = (320, 1280)
PAGES = ("/", "/places", "/results", "/method", "/about-data", "/v", "/staff/login", "/nothing")
NAMES = ("Нұрланқызы Айгерім", "Сейітқали Ержан Мұхтарұлы", "Оразбаева Гүлнәр", "Төлегенов Бақытжан")
ROWS = tuple(
    SimpleNamespace(place=place, name=name, score=90 - place, low=max(place - 1, 1), high=4)
    for place, name in enumerate(NAMES, 1)
)


class Somebody(AnonymousUserMixin):
    """A member of staff, for the look of staff pages only."""

    is_authenticated = True
    name = "Сәуле Әбдіқадырова"


def _with_samples(app: Flask) -> Flask:
    """Add pages that show every part of a page in each layout; they exist in the tests alone."""
    app.jinja_loader = ChoiceLoader([app.jinja_loader, FileSystemLoader(Path(__file__).parent)])

    def sample(layout: str) -> str:
        form = Form(meta={"csrf": False}, formdata=None)
        form.validate()
        entries = [SimpleNamespace(endpoint=f"accounts.{name}", label=name) for name in ("home", "me")]
        return render_template(
            "sample.html", layout=f"layout_{layout}.html", rows=ROWS, form=form,
            criteria=shipped("2020-six"), current_user=Somebody(), staff_menu=entries,
        )  # fmt: skip

    app.add_url_rule("/sample/<any(public, staff):layout>", "sample", public(sample))
    return app


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    app = _with_samples(empty_demonstration(tmp_path_factory.mktemp("site")))
    with served(app) as address:
        yield address
    app.extensions["storage"].engine.dispose()


@pytest.mark.parametrize(("language", "width"), [("kk", 320), ("ru", 1280)])
@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_accessible_and_fits(site: str, new_page: Callable[..., Page], path, language, width):
    page = new_page(width=width)
    faults: list[str] = []
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    answer = page.goto(f"{site}{path}?lang={language}")
    expected = 404 if path == "/nothing" else 200
    assert answer.status == expected
    assert [fault for fault in faults if not (expected == 404 and "404" in fault)] == []
    assert page.locator("html").get_attribute("lang") == language
    assert page.locator("h1").count() == 1
    assert_fits(page)
    assert_accessible(page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("layout", ["public", "staff"])
def test_every_part_of_a_page_is_accessible_and_fits(site, new_page, layout, width, scheme):
    page = new_page(width=width, color_scheme=scheme)
    assert page.goto(f"{site}/sample/{layout}?lang=kk").status == 200
    assert_fits(page)
    assert_accessible(page)
    screenshot(page, f"sample-{layout}-{scheme}", width)


def test_axe_finds_a_planted_fault(new_page):
    page = new_page()
    page.set_content("<html lang=kk><title>x</title><main><h1>x</h1><img src='data:,'></main></html>")
    with pytest.raises(AssertionError, match="image-alt"):
        assert_accessible(page)


def test_what_sticks_out_and_what_is_too_small_is_found(new_page):
    page = new_page(width=320)
    page.set_content("<svg width=400 height=9></svg>")
    with pytest.raises(AssertionError, match="svg"):
        assert_fits(page)
    page.set_content("<button>x</button>")
    with pytest.raises(AssertionError, match="button"):
        assert_fits(page)


def test_the_keyboard_reaches_the_content_first(site, new_page):
    page = new_page()
    page.goto(f"{site}/?lang=en")
    page.keyboard.press("Tab")
    skip = page.locator(".skip")
    expect(skip).to_be_focused()
    assert skip.bounding_box()["x"] >= 0
    page.keyboard.press("Enter")
    expect(page.locator("#content")).to_be_focused()


def test_a_rating_is_given_by_keyboard_and_by_finger(site, new_page):
    page = new_page(width=360)
    page.goto(f"{site}/sample/public?lang=kk")
    first = page.locator(".rate").first
    first.get_by_role("radio").first.focus()
    page.keyboard.press("ArrowDown")
    expect(first.locator("input:checked")).to_have_attribute("value", "4")
    first.locator(".choice").last.click()
    expect(first.locator("input:checked")).to_have_attribute("value", "-")


def test_the_language_changes_without_script_on_the_same_page(site, new_page):
    page = new_page(width=360, java_script_enabled=False)
    page.goto(f"{site}/method?lang=kk")
    page.get_by_role("link", name="Рус").click()
    expect(page).to_have_url(f"{site}/method?lang=ru")
    expect(page.locator("html")).to_have_attribute("lang", "ru")


def test_the_menu_opens_without_script_on_a_phone(site, new_page):
    page = new_page(width=360, java_script_enabled=False)
    page.goto(f"{site}/method?lang=en")
    results = page.locator("details.menu a[href='/results']")
    assert not results.is_visible()
    page.locator("summary").click()
    expect(results).to_be_visible()
