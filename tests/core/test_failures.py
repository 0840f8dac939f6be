"""What is logged of a fault of ours: where it arose, and nothing that somebody has sent."""

from __future__ import annotations

import pytest
from flask import Blueprint, Flask, Response, request
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError
from structlog.testing import capture_logs

from core.access import public
from core.accounts.models import Account
from core.storage import Storage
from core.web import failures
from tests.conftest import NOW
from tests.core.bare import bare_app

SENT = "secret-word"


def keep_twice(storage: Storage) -> None:
    with storage.writing() as session:
        for _ in range(2):
            session.execute(insert(Account).values(login=SENT, name=SENT, created_at=NOW))


def test_an_error_of_the_database_names_no_value(storage: Storage):
    with pytest.raises(IntegrityError) as found:
        keep_twice(storage)
    assert SENT not in str(found.value).partition("DETAIL")[0]


def test_a_fault_is_logged_without_its_words_and_without_the_address(tmp_path, storage: Storage):
    app = bare_app(tmp_path)
    pages = Blueprint("pages", __name__)

    @pages.get("/broken/<string:word>")
    @public
    def broken(word: str) -> str:
        try:
            keep_twice(storage)
        except IntegrityError:
            raise ValueError(word)
        return ""

    @pages.get("/late/<string:word>")
    @public
    def late(word: str) -> str:
        return word

    @pages.after_request
    def fail(response: Response) -> Response:
        if request.endpoint == "pages.late" and response.status_code == 200:
            raise ValueError(response.get_data(as_text=True))
        return response

    app.register_blueprint(pages)
    app.testing = False
    failures.register(app)
    told = {}
    for name in ("broken", "late"):
        with capture_logs() as logged:
            answer = app.test_client().get(f"/{name}/{SENT}?q={SENT}&lang=en")
        assert (answer.status_code, "Something went wrong on our side" in answer.text) == (500, True)
        (line,) = logged
        assert (line["event"], line["endpoint"]) == ("unexpected", f"pages.{name}")
        assert "test_failures.py" in line["fault"]
        assert "builtins.ValueError" in line["fault"]
        told[name] = line["fault"]
        assert SENT not in str(line)
    assert "IntegrityError" in told["broken"]
    app.extensions["storage"].engine.dispose()


def test_a_text_that_the_database_cannot_hold_is_no_fault_of_ours(app: Flask):
    """SQLite holds it and finds nothing; PostgreSQL refuses it."""
    status = {"sqlite": 404, "postgresql": 400}[app.extensions["storage"].engine.dialect.name]
    for address in ("/results/a%00b", "/receipt/a%00b", "/data/a%00b/"):
        assert app.test_client().get(address).status_code == status, address
