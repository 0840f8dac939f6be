"""What the log says of a fault that nobody expected: where it was, and nothing of what was sent."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from core.web.failures import on_unknown

WORDS = "what somebody wrote"


def test_a_row_that_the_database_refuses_is_not_quoted_in_the_log(app: Flask, capsys: pytest.CaptureFixture):
    storage = app.extensions["storage"]
    with pytest.raises(IntegrityError) as caught, storage.engine.begin() as connection:
        connection.execute(text("CREATE TEMPORARY TABLE told (words TEXT CHECK (length(words) < 5))"))
        connection.execute(text("INSERT INTO told VALUES (:words)"), {"words": WORDS})
    assert WORDS not in str(caught.value) or storage.engine.dialect.name == "postgresql"
    with app.test_request_context("/"):
        assert on_unknown(caught.value).status_code == 500
    logged = capsys.readouterr().out
    assert "IntegrityError" in logged
    assert "test_failures.py" in logged
    assert WORDS not in logged
