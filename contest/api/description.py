"""The OpenAPI 3.1 document, made from the operations and the shapes; pure.

Nothing is said here about a field or a parameter: only how answers of every kind look from outside.
"""

from __future__ import annotations

from typing import Any

from contest.api.operations import OPERATIONS, Operation, Parameter
from contest.api.shapes import SHAPES, named

ABOUT = """\
Read-only data of the contest “Best Rural Akim”: territorial units, contests, published standings, the league
of villages, turnout, releases and rules. Nothing needs a key; nothing is here before it is published.

Decimals are strings, because the places follow from exact decimals: read them as decimals, never as binary
floating-point numbers. Names are in Kazakh (`…kz`), Russian (`…ru`) and English (`…en`). A parameter that an
address does not have is refused by name, so that a mistyped filter does not answer with everything.
"""
_TAGS = {
    "about": "The beginning and this description.",
    "units": "The territory.",
    "contests": "Contests and their rules.",
    "results": "What is published of a contest.",
}
_PROBLEMS = {
    "400": "A query parameter is unknown, given twice, or has a value that cannot be taken.",
    "404": "There is nothing here, or it is not published.",
    "406": "`Accept` leaves out application/json.",
    "429": "Too many requests came at once.",
    "500": "The fault is ours.",
    "503": "A part of the system does not answer; trying again may help.",
}


def describe(*, public_url: str, note: str | None) -> dict[str, Any]:
    """The whole document for an installation; `note` says what a demonstration makes up."""
    info: dict[str, Any] = {"title": "Auyl Uni", "version": "1", "description": ABOUT}
    if note is not None:
        info |= {"description": f"{note}\n\n{ABOUT}", "x-demonstration": True}
    return {
        "openapi": "3.1.0",
        "info": info,
        "servers": [{"url": public_url}],
        "externalDocs": {"url": f"{public_url}/api", "description": "The same for people"},
        "tags": [{"name": name, "description": about} for name, about in _TAGS.items()],
        "paths": {one.path: {"get": _operation(one)} for one in OPERATIONS.values()},
        "components": {
            "schemas": SHAPES,
            "responses": {status: _problem(status, about) for status, about in _PROBLEMS.items()},
        },
    }


def _operation(operation: Operation) -> dict[str, Any]:
    headers = {
        "ETag": {"required": True, "schema": {"type": "string", "pattern": '^"'}},
        "Cache-Control": {"required": True, "schema": {"type": "string"}},
        "Access-Control-Allow-Origin": {"required": True, "schema": {"type": "string", "enum": ["*"]}},
    }
    if operation.parameter("page"):
        about = "The pages `first`, `prev`, `next` and `last`, as far as there are such (RFC 8288)."
        headers["Link"] = {"required": True, "description": about, "schema": {"type": "string"}}
    return {
        "operationId": operation.name,
        "summary": operation.about,
        "tags": [operation.tag],
        "parameters": [_parameter(one) for one in operation.parameters],
        "responses": {
            "200": {
                "description": operation.about,
                "headers": headers,
                "content": {"application/json": {"schema": named(operation.shape)}},
            },
            "304": {"description": "Unchanged since the answer with this ETag (`If-None-Match`)."},
            **{status: {"$ref": f"#/components/responses/{status}"} for status in _PROBLEMS},
        },
    }


def _parameter(parameter: Parameter) -> dict[str, Any]:
    return {
        "name": parameter.name, "in": "path" if parameter.in_path else "query",
        "required": parameter.in_path, "description": parameter.about, "schema": parameter.schema,
    }  # fmt: skip


def _problem(status: str, about: str) -> dict[str, Any]:
    content = {"application/problem+json": {"schema": named("Problem")}}
    retry = {"Retry-After": {"required": True, "schema": {"type": "integer", "minimum": 1}}}
    return {"description": about, **({"headers": retry} if status == "429" else {}), "content": content}
