"""What a page is held to in a browser: axe-core finds nothing, nothing sticks out, fingers can hit it."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

from playwright.sync_api import Page

HERE = Path(__file__).parent
PICTURES = os.environ.get("AUYL_PICTURES")
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
SMALLEST_TARGET = 44

#: What stands out of the page to the right, apart from what scrolls or is for the ear only.
_STICKING_OUT = """() => [...document.querySelectorAll("body *")].filter(element =>
  element.getBoundingClientRect().right > document.documentElement.clientWidth + 1
  && !element.closest(".unseen, .skip, .table-scroll, thead, pre")
).map(element => element.outerHTML.slice(0, 120))"""

_SMALL = """(least) => [...document.querySelectorAll(
  "nav a, button, .button, summary, select, .choice, input:not([type=hidden], [type=radio], [type=checkbox])"
)].filter(element => element.checkVisibility() && element.getBoundingClientRect().height < least - 0.5
).map(element => element.outerHTML.slice(0, 120))"""


@cache
def _axe() -> str:
    return (HERE / "axe.min.js").read_text()


def assert_accessible(page: Page) -> None:
    """axe-core finds nothing on the page; a finding is told with its rule, remedy and element."""
    page.wait_for_load_state()
    page.evaluate(_axe())
    found = page.evaluate(
        "rules => axe.run(document, {runOnly: rules, resultTypes: ['violations']})", list(RULES)
    )
    lines = [
        f"{fault['id']}: {fault['help']}: {node['html'][:160]} {node['failureSummary']}"
        for fault in found["violations"]
        for node in fault["nodes"]
    ]
    assert lines == [], f"{page.url}: " + "\n".join(lines)


def assert_fits(page: Page) -> None:
    """Nothing sticks out of the page to the right, and everything to press is large enough."""
    page.wait_for_load_state()
    wide = page.evaluate(_STICKING_OUT)
    assert wide == [], f"{page.url}: sticks out: {wide[:5]}"
    small = page.evaluate(_SMALL, SMALLEST_TARGET)
    assert small == [], f"{page.url}: lower than {SMALLEST_TARGET} px: {small[:5]}"


def screenshot(page: Page, name: str, width: int) -> None:
    """Set the width; with AUYL_PICTURES set, keep a picture of the whole page there for people to look at."""
    page.set_viewport_size({"width": width, "height": 900})
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"{name}-{width}.png", full_page=True)
