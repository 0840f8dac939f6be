"""The reference of the journey: a bare Flask app that serves constant pages and does one durable INSERT.

Its pages are the product's own, as they were transferred, so that only the making of them differs.
"""

from __future__ import annotations

import gzip
import os
import secrets
import sqlite3
import threading
from pathlib import Path

from flask import Flask, Response, request

_local = threading.local()


def create_app() -> Flask:
    app, folder, url = Flask("bare"), Path(os.environ["AUYL_DATA"]), os.environ["DATABASE_URL"]
    form, thanks = (_page(folder / name) for name in ("form.page", "thanks.page"))

    @app.get("/s/<string:campaign>/<string:kato>")
    def show(campaign: str, kato: str) -> Response:
        return form()

    @app.post("/s/<string:campaign>/<string:kato>")
    def take(campaign: str, kato: str) -> Response:
        assert request.form["ticket"]
        _insert(url)
        return thanks()

    @app.get("/healthz")
    def healthz() -> str:
        return "ok"

    return app


def _page(path: Path):
    body = path.read_bytes()
    headers = {"Content-Encoding": "gzip"} if body[:2] == gzip.compress(b"")[:2] else {}
    return lambda: Response(body, headers=headers, content_type="text/html; charset=utf-8")


def _insert(url: str) -> None:
    row = (secrets.token_bytes(16), secrets.token_bytes(496))
    if not hasattr(_local, "connection"):
        _local.connection = _connect(url)
    sign = "?" if url.startswith("sqlite") else "%s"
    _local.connection.execute(f"INSERT INTO bare VALUES ({sign}, {sign})", row)


def _connect(url: str):
    if url.startswith("sqlite"):
        connection = sqlite3.connect(
            url.removeprefix("sqlite:///"), timeout=30, isolation_level=None, check_same_thread=False
        )
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=30000"):
            connection.execute(f"PRAGMA {pragma}")
    else:
        import psycopg

        connection = psycopg.connect(url.replace("+psycopg", ""), autocommit=True)
    return connection
