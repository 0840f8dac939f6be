"""One answer as bytes, as it is sealed into the urn, and back.

Pure: the standard library only. Canonical compact JSON: the same answer is the same bytes, and
nothing else fits in (no time, no language, no ticket).
"""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from enum import StrEnum

from surveys.rules import Mode

#: "not given", where a stratum must have a name.
NOT_GIVEN = "-"


class Origin(StrEnum):
    """Which way an answer came in."""

    WEB = "web"
    PAPER = "paper"
    TABLET = "tablet"
    IMPORT = "import"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a resident said: one character per criterion, `1` to `5` or `-`, and at most two strata."""

    ratings: str
    origin: Origin
    mode: Mode
    band: str | None = None
    sex: str | None = None


#: In the order of their names, as they stand in an answer's text.
FIELDS = tuple(sorted(field.name for field in fields(Answer)))


def encode(answer: Answer) -> bytes:
    """The answer's one text as bytes."""
    table = {name: getattr(answer, name) for name in FIELDS}
    return json.dumps(table, ensure_ascii=True, separators=(",", ":")).encode()


def decode(data: bytes) -> Answer:
    """The answer in `data`, or a ValueError."""
    table = json.loads(data)
    if not isinstance(table, dict) or sorted(table) != [*FIELDS]:
        raise ValueError("an answer has other fields than ratings, origin, mode, band and sex")
    return Answer(**{**table, "origin": Origin(table["origin"]), "mode": Mode(table["mode"])})
