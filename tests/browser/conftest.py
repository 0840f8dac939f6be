"""A real browser on a real server: Chromium, and the application on a free port over SQLite.

A missing browser fails these tests, so that nobody takes pages for tested that were never opened.
"""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect, sync_playwright
from werkzeug.serving import WSGIRequestHandler, make_server

from core import clock

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
#: Draws the same pages without a desktop browser around them, at a third of the work.
SHELL = "chromium-headless-shell"
ARGUMENTS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip
#: How long a busy machine may take for what must come; in milliseconds.
PATIENCE = 120_000
expect.set_options(timeout=PATIENCE)


class Quiet(WSGIRequestHandler):
    """A request handler that writes no line for every request."""

    def log_request(self, code: object = "-", size: object = "-") -> None:
        pass


@contextmanager
def served(app: Flask) -> Iterator[str]:
    """Serve an application on a free port of this machine; gives its address."""
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def chromium(*arguments: str, names: tuple[str, ...] = CHROMIUM) -> Iterator[Browser]:
    """Chromium with further arguments, or a failure that says how to get it."""
    found = next(filter(None, map(shutil.which, names)), None)
    if found is None:
        pytest.fail("Chromium is not installed. `make test` installs it; by hand: apt-get install chromium")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(
            executable_path=found, args=[*ARGUMENTS, *arguments], timeout=PATIENCE
        )
        yield opened
        opened.close()


def hold_clock(page: Page) -> None:
    """From now on a page's timers run only when the test lets them; its clock must be installed."""
    page.clock.pause_at(datetime.now(UTC) + timedelta(hours=1))


@pytest.fixture(scope="module")
def held_clock() -> Iterator[None]:
    """The server's clock stands still, so that no machine is too slow for a one-time code, nor too late."""
    before, instant = clock.present, clock.present()
    clock.present = lambda: instant
    yield
    clock.present = before


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium(names=(SHELL, *CHROMIUM)) as opened:
        yield opened


@pytest.fixture
def new_page(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Open a page in a context of its own; keywords are Playwright's (colour scheme, script, width).

    Nothing moves in it: a colour on its way to another one is no colour that could be judged.
    """
    contexts = []

    def open_page(*, width: int = 1280, height: int = 900, **wishes: object) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": height}, reduced_motion="reduce", **wishes
        )
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        return context.new_page()

    yield open_page
    for context in contexts:
        context.close()
