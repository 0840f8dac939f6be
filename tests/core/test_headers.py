"""The security headers of every answer: no inline code, no third party, no frame unless it was allowed."""

from __future__ import annotations

import pytest
from flask import Blueprint

from core.access import public
from core.web.headers import allow_framing, no_store
from tests.core.bare import bare_app


def policy(answer) -> dict[str, str]:
    parts = answer.headers["Content-Security-Policy"].split("; ")
    return dict(part.split(" ", 1) for part in parts)


@pytest.fixture
def client(tmp_path):
    app = bare_app(tmp_path)
    pages = Blueprint("pages", __name__)

    @pages.get("/framed")
    @public
    def framed() -> str:
        allow_framing(("https://akimat.example",))
        return "framed"

    @pages.get("/secret")
    @public
    def secret() -> str:
        no_store()
        return "secret"

    app.register_blueprint(pages)
    yield app.test_client()
    app.extensions["storage"].engine.dispose()


@pytest.mark.parametrize("path", ["/nothing-here", "/healthz", "/static/survey.css"])
def test_nothing_inline_nothing_foreign_and_no_frame(client, path: str):
    answer = client.get(path)
    answer.close()
    rules = policy(answer)
    assert rules.pop("img-src") == "'self' data:"
    assert rules.pop("frame-ancestors") == "'none'"
    assert set(rules.values()) == {"'self'", "'none'"}
    assert rules["default-src"] == rules["object-src"] == rules["base-uri"] == "'none'"
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_a_page_is_framed_only_by_the_sites_it_names(client):
    answer = client.get("/framed?lang=ru")
    assert policy(answer)["frame-ancestors"] == "'self' https://akimat.example"
    assert "X-Frame-Options" not in answer.headers
    assert "Set-Cookie" not in answer.headers


def test_a_page_that_leaves_nothing_behind_is_not_kept_nor_told(client):
    answer = client.get("/secret?lang=ru")
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "Set-Cookie" not in answer.headers
