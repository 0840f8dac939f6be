"""Reads what a request asks for by the operations' table, and refuses what the table does not know.

No web and no database: it gets names and values, and gives them back as they were meant. A refusal names
the parameter, the value and what would be taken.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from flask_babel import lazy_gettext as _l

from contest.api.operations import Operation, Parameter
from contest.api.shapes import KATO
from core.errors import BadInput, NotFound

Wish = Mapping[str, str | int]
_WHOLE = re.compile("0|[1-9][0-9]{0,8}")
_SHOWN = 60


class BadParameter(BadInput):
    """A query parameter that cannot be taken; `name` says which."""

    def __init__(self, name: str, message: object) -> None:
        super().__init__(message)
        self.name = name


def read_query(operation: Operation, given: Mapping[str, Sequence[str]]) -> Wish:
    """The values of a query, with the defaults of what is left out.

    :raises BadParameter: for a parameter that is unknown, repeated, or has an impossible value.
    """
    known = {one.name: one for one in operation.query}
    wish = {name: one.schema["default"] for name, one in known.items() if "default" in one.schema}
    for name, values in given.items():
        if name not in known:
            raise BadParameter(
                name[:_SHOWN],
                _l(
                    "There is no parameter “%(name)s” at this address. It takes: %(names)s.",
                    name=name[:_SHOWN], names=", ".join(known),
                ),
            )  # fmt: skip
        if len(values) > 1:
            raise BadParameter(
                name,
                _l(
                    "The parameter %(name)s is given %(times)s times: give it once.",
                    name=name,
                    times=len(values),
                ),
            )
        wish[name] = _read(known[name], values[0])
    return wish


def read_path(operation: Operation, given: Mapping[str, object]) -> None:
    """Look at the parts of an address before anything is searched by them.

    :raises NotFound: for one that cannot name anything.
    """
    for name, value in given.items():
        parameter = operation.parameter(name)
        if parameter is not None and not _is_text_of(parameter.schema, str(value)):
            raise NotFound(
                _l(
                    "There is nothing called “%(value)s” here: take the addresses from the API’s lists.",
                    value=str(value)[:_SHOWN],
                )
            )


def _read(parameter: Parameter, value: str) -> str | int:
    schema = parameter.schema
    if schema["type"] == "integer":
        if _WHOLE.fullmatch(value) and schema["minimum"] <= int(value) <= schema["maximum"]:
            return int(value)
    elif _is_text_of(schema, value):
        return value
    raise BadParameter(
        parameter.name,
        _l(
            "The parameter %(name)s cannot be “%(value)s”. %(remedy)s",
            name=parameter.name, value=value[:_SHOWN], remedy=_remedy(schema),
        ),
    )  # fmt: skip


def _is_text_of(schema: Mapping[str, object], value: str) -> bool:
    """Whether a string fits a schema of the table: its words, its pattern and its length."""
    return (
        value in schema.get("enum", (value,))
        and schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", len(value))
        and ("pattern" not in schema or re.fullmatch(schema["pattern"], value) is not None)
        and not value.endswith("\n")
    )


def _remedy(schema: Mapping[str, object]) -> object:
    if schema["type"] == "integer":
        return _l(
            "Give a whole number from %(least)s to %(most)s.", least=schema["minimum"], most=schema["maximum"]
        )
    if "enum" in schema:
        return _l("Give one of: %(choices)s.", choices=", ".join(schema["enum"]))
    if schema is KATO:
        return _l("Give the nine digits of a КАТО code.")
    return _l("Give 1 to %(most)s characters.", most=schema["maxLength"])
