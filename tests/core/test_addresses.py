"""A number in an address that no row can have is an address that does not exist."""

from __future__ import annotations

import pytest
from flask import Blueprint

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
