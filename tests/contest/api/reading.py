"""How the tests read the API: an answer held against its described shape, and a list page by page."""

from __future__ import annotations

from functools import cache
from typing import Any
from urllib.parse import urlsplit

import jsonschema_rs
from flask.testing import FlaskClient

from contest.api.operations import OPERATIONS
from contest.api.shapes import SHAPES

PREFIX = "/api/v1"


def get(reader: FlaskClient, operation: str, **values: object) -> dict[str, Any]:
    """An answer, which must be of the shape that the description promises."""
    described = OPERATIONS[operation]
    within = {one.name: values.pop(one.name) for one in described.parameters if one.in_path}
    answer = reader.get(described.path.format(**within), query_string=values)
    assert answer.status_code == 200, answer.text
    assert answer.content_type == "application/json"
    _validator(described.shape).validate(answer.json)
    return answer.json


def walk(reader: FlaskClient, operation: str, **values: object) -> list[Any]:
    """Every item of a list, by following `next` from the first page."""
    page = get(reader, operation, **values)
    items, total, pages = list(page["items"]), page["total"], 1
    while page["next"]:
        answer = reader.get(path_of(page["next"]))
        assert answer.status_code == 200, answer.text
        page, pages = answer.json, pages + 1
        items += page["items"]
        assert page["page"] == pages
    assert (len(items), page["pages"]) == (total, pages)
    return items


def path_of(address: str) -> str:
    """The path and query of a whole address of this site."""
    parts = urlsplit(address)
    assert f"{parts.scheme}://{parts.netloc}" == "http://127.0.0.1"
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


@cache
def _validator(shape: str) -> jsonschema_rs.Draft202012Validator:
    whole = {"$ref": f"#/components/schemas/{shape}", "components": {"schemas": SHAPES}}
    return jsonschema_rs.Draft202012Validator(whole, validate_formats=True)
