"""The API's operations as data: address, parameters, shape of the answer, how long it keeps.

Pure. The views read their parameters by this table, the OpenAPI document shows it, and a test compares it
with the addresses that there are.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from contest.api.shapes import CODE, KATO, KINDS, SIZE_CODE, Shape, one_of

PREFIX = "/api/v1"
PER_PAGE = 100
MOST_PER_PAGE = 500
LAST_PAGE = 100_000
LONGEST_SEARCH = 100
MINUTE, HOUR = 60, 3600


@dataclass(frozen=True, slots=True)
class Parameter:
    """A part of the address or of the query, with its schema."""

    name: str
    about: str
    schema: Shape
    in_path: bool = False


@dataclass(frozen=True, slots=True)
class Operation:
    """One address of the API, named as its view.

    :param shape: the answer's shape in :data:`contest.api.shapes.SHAPES`.
    :param keeps: for how many seconds an answer may be used without asking again.
    """

    name: str
    path: str
    about: str
    shape: str
    tag: str
    keeps: int = MINUTE
    parameters: tuple[Parameter, ...] = field(default=())

    def parameter(self, name: str) -> Parameter | None:
        """The parameter of a name, in the path or in the query."""
        return next((one for one in self.parameters if one.name == name), None)

    @property
    def query(self) -> tuple[Parameter, ...]:
        """The parameters of the query."""
        return tuple(one for one in self.parameters if not one.in_path)


def _whole(least: int, most: int, default: int) -> dict[str, Any]:
    return {"type": "integer", "minimum": least, "maximum": most, "default": default}


LANG = Parameter(
    "lang", "The language of a problem's words; else `Accept-Language` decides.", one_of("kk", "ru", "en")
)
PAGE = Parameter("page", "Which page, from 1.", _whole(1, LAST_PAGE, 1))
SIZE = Parameter("per_page", "How many items on a page.", _whole(1, MOST_PER_PAGE, PER_PAGE))
CONTEST = Parameter("code", "The contest's code.", CODE, in_path=True)
PAGED = (PAGE, SIZE, LANG)
OBLAST = Parameter("oblast", "Only units of this oblast (or city of its rank).", KATO)

_ALL = (
    Operation("index", PREFIX, "Where everything begins", "Index", "about", HOUR, (LANG,)),
    Operation(
        "openapi", f"{PREFIX}/openapi.json", "This description", "Description", "about", HOUR, (LANG,)
    ),
    Operation(
        "units", f"{PREFIX}/units", "All present units of the KATO classifier", "Units", "units", HOUR,
        (
            Parameter("parent", "Only the units directly under this one.", KATO),
            OBLAST,
            Parameter("kind", "Only units of this kind.", one_of(*KINDS)),
            Parameter(
                "q", "A name in Kazakh, Russian or Latin letters, also mistyped; at most the 200 most alike.",
                {"type": "string", "minLength": 1, "maxLength": LONGEST_SEARCH},
            ),
            *PAGED,
        ),
    ),
    Operation(
        "unit", f"{PREFIX}/units/{{kato}}", "One unit, with its population where it is known", "UnitDetail",
        "units", HOUR, (Parameter("kato", "The unit's code.", KATO, in_path=True), LANG),
    ),
    Operation(
        "contests", f"{PREFIX}/contests", "The contests whose rules are public", "Contests", "contests",
        parameters=PAGED,
    ),
    Operation(
        "contest", f"{PREFIX}/contests/{{code}}", "One contest", "ContestDetail", "contests",
        parameters=(CONTEST, LANG),
    ),
    Operation(
        "standings", f"{PREFIX}/contests/{{code}}/standings", "The published standings of a contest",
        "Standings", "results", parameters=(CONTEST, *PAGED),
    ),
    Operation(
        "national_standing", f"{PREFIX}/contests/{{code}}/standings/national",
        "The national standing with its rows", "Standing", "results", parameters=(CONTEST, *PAGED),
    ),
    Operation(
        "regional_standing", f"{PREFIX}/contests/{{code}}/standings/regional/{{kato}}",
        "An oblast's standing with its rows", "Standing", "results",
        parameters=(CONTEST, Parameter("kato", "The oblast's code.", KATO, in_path=True), *PAGED),
    ),
    Operation(
        "league", f"{PREFIX}/contests/{{code}}/league", "The classes of the league of villages", "League",
        "results", parameters=(CONTEST, *PAGED),
    ),
    Operation(
        "league_class", f"{PREFIX}/contests/{{code}}/league/{{size}}", "The villages of a class",
        "LeagueRows", "results",
        parameters=(CONTEST, Parameter("size", "The class's code.", SIZE_CODE, in_path=True), *PAGED),
    ),
    Operation(
        "turnout", f"{PREFIX}/contests/{{code}}/turnout", "How many answered in each unit",
        "Turnout", "results", parameters=(CONTEST, OBLAST, *PAGED),
    ),
    Operation(
        "releases", f"{PREFIX}/contests/{{code}}/releases", "The files for computing the results again",
        "Releases", "results", parameters=(CONTEST, *PAGED),
    ),
    Operation(
        "rules", f"{PREFIX}/contests/{{code}}/rules", "The editions of the rule book", "Rules", "contests",
        parameters=(CONTEST, *PAGED),
    ),
)  # fmt: skip

#: By the name of the view that answers.
OPERATIONS = {one.name: one for one in _ALL}
