"""Addresses: a number that no row can have, and a slash too many at the end."""

from __future__ import annotations

import re

import pytest
from flask import Blueprint

import wsgi
from core.access import public
from tests.core.bare import bare_app


@pytest.mark.parametrize(("number", "status"), [
    ("2147483647", 200), ("2147483648", 404), ("99999999999999999999", 404), ("9" * 5000, 404),
])  # fmt: skip
def test_a_number_is_one_that_a_row_can_have(tmp_path, number: str, status: int):
    app, rows = bare_app(tmp_path), Blueprint("rows", __name__)

    @rows.get("/rows/<int:number>")
    @public
    def row(number: int) -> str:
        return str(number)

    app.register_blueprint(rows)
    answer = app.test_client().get(f"/rows/{number}")
    app.extensions["storage"].engine.dispose()
    assert answer.status_code == status


def test_a_slash_at_the_end_of_a_public_address_leads_to_it_without(tmp_path):
    app = bare_app(tmp_path, rooms=wsgi.ROOMS)
    app.extensions["storage"].engine.dispose()
    client = app.test_client()
    for asked, plain in (
        ("/s/2026-main/191037000/", "/s/2026-main/191037000"),
        ("/s/2026-main/?lang=kk&q=%D0%B0%20b%26c", "/s/2026-main?lang=kk&q=%D0%B0%20b%26c"),
        ("/embed/2026-main/?at=https://a.kz/", "/embed/2026-main?at=https://a.kz/"),
        ("/s/%D0%B0%5Cb%3Fc/", "/s/%D0%B0%5Cb%3Fc"),
        ("/e/ABCD/", "/e/ABCD"),
        ("/api/", "/api"),
        ("/api/v1/openapi.json/", "/api/v1/openapi.json"),
    ):
        answer = client.get(asked)
        assert (answer.status_code, answer.location) == (301, plain)
        # It may hold a code, which must stay in no cache.
        assert (answer.headers["Cache-Control"], answer.headers.get("Set-Cookie")) == ("no-store", None)
        assert client.post(asked).status_code == 404
    for asked in ("/staff/campaigns/", "/nowhere/", "/s/a/b/c/", "/\\evil.example/", "/%2F%2Fevil.example/"):
        assert client.get(asked).status_code == 404
    for path in ("//evil.example/", "//s//2026-main/", "/s//evil.example//"):
        answer = client.get("/", environ_overrides={"PATH_INFO": path})
        assert answer.status_code in (301, 308, 404)
        assert re.match(r"http://localhost/[a-z]|/[a-z]|$", answer.location or "")
