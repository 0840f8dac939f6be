"""An application without data, for tests of what needs none: the look, and parts of pages."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from flask import Flask, render_template_string

from core.application import build_app
from core.room import Room
from core.settings import Settings


def bare_app(folder: Path, *, kind: str = "demo", rooms: Sequence[Room] = ()) -> Flask:
    """The ground, and rooms if asked, over a database that nobody opens."""
    settings = Settings(
        kind=kind, secret_key="x" * 40, data_directory=folder, key_directory=folder / "keys",
        database_url=f"sqlite:///{folder}/none.sqlite3", redis_url=None, public_url="http://localhost",
        proxy_hops=0, workers=1, metrics_token=None,
    )  # fmt: skip
    return build_app(settings, rooms, testing=True)


def drawn(app: Flask, source: str, **values: object) -> str:
    """A piece of template, in English."""
    with app.test_request_context("/?lang=en"):
        return render_template_string(source, **values)
