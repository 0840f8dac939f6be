"""The shapes of what the API answers, as JSON Schema: the one place where a field is described.

Pure data. The OpenAPI document shows these shapes, and the tests hold every answer against them; nothing
else says what a field is.
"""

from __future__ import annotations

from typing import Any

Shape = dict[str, Any]

KATO: Shape = {"type": "string", "pattern": "^[0-9]{9}$", "examples": ["110000000"]}
CODE: Shape = {
    "type": "string", "pattern": "^[a-z0-9]+(-[a-z0-9]+)*$", "maxLength": 40, "examples": ["2026"],
}  # fmt: skip
SIZE_CODE: Shape = {**CODE, "examples": ["medium"]}
DIGEST: Shape = {"type": "string", "pattern": "^[0-9a-f]{64}$", "description": "SHA-256 in hexadecimal."}
ADDRESS: Shape = {"type": "string", "format": "uri"}
WEBPAGE: Shape = {**ADDRESS, "description": "The same for people."}
INSTANT: Shape = {"type": "string", "format": "date-time", "description": "In UTC."}
DAY: Shape = {"type": "string", "format": "date"}
TEXT: Shape = {"type": "string"}
YES_OR_NO: Shape = {"type": "boolean"}
COUNT: Shape = {"type": "integer", "minimum": 0}
PLACE: Shape = {"type": "integer", "minimum": 1}
DECIMAL: Shape = {
    "type": "string",
    "pattern": r"^-?[0-9]+(\.[0-9]+)?$",
    "description": "A decimal number in a string, exactly as it was published. Read it as a decimal.",
    "examples": ["54.70"],
}
LEVELS = ("oblast", "district", "sub_district", "settlement")
KINDS = (
    "oblast", "city", "district", "city_area", "city_district", "rural_okrug", "village", "settlement",
    "town", "locality",
)  # fmt: skip
POSTS = ("rural_okrug", "village", "settlement", "town")
POSITIONS = ("ranked", "not-firm", "no-score", "no-size")


def maybe(shape: Shape) -> Shape:
    """The shape, or null."""
    if "$ref" in shape or "anyOf" in shape:
        return {"anyOf": [shape, {"type": "null"}]}
    also = {"enum": [*shape["enum"], None]} if "enum" in shape else {}
    return {**shape, "type": [shape["type"], "null"], **also}


def one_of(*values: str) -> Shape:
    """One of some words."""
    return {"type": "string", "enum": list(values)}


def named(name: str) -> Shape:
    """Another shape of this module."""
    return {"$ref": f"#/components/schemas/{name}"}


def many(shape: Shape) -> Shape:
    """A list."""
    return {"type": "array", "items": shape}


def said(shape: Shape, about: str) -> Shape:
    """The shape with a sentence about it."""
    return {**shape, "description": about}


def record(about: str, *, optional: tuple[str, ...] = (), **fields: Shape) -> Shape:
    """An object with these fields and no others; all are there unless they are named as optional."""
    return {
        "type": "object", "description": about, "properties": fields,
        "required": [name for name in fields if name not in optional], "additionalProperties": False,
    }  # fmt: skip


def _words(stem: str, shape: Shape = TEXT) -> dict[str, Shape]:
    """The field in Kazakh, Russian and English, named as the open-data portal names such pairs."""
    return {f"{stem}kz": shape, f"{stem}ru": shape, f"{stem}en": shape}


MARK: dict[str, Shape] = {
    "demonstration": said(YES_OR_NO, "Whether a part of what is answered is made up."),
    **_words("note", said(maybe(TEXT), "What is made up; null where nothing is.")),
}


def answered(about: str, **fields: Shape) -> Shape:
    """The whole of an answer about one thing."""
    return record(about, **MARK, **fields)


def listed(about: str, item: str, **fields: Shape) -> Shape:
    """The whole of an answer that is one page of a list."""
    return record(
        about, **MARK,
        page=said(PLACE, "Which page this is, from 1."),
        per_page=said(PLACE, "How many items a page has."),
        pages=said(PLACE, "How many pages there are; an empty list has one."),
        total=said(COUNT, "How many items there are on all pages."),
        next=said(maybe(ADDRESS), "The next page; null on the last one."),
        **fields, items=many(named(item)),
    )  # fmt: skip


_UNIT = {
    "kato": KATO,
    "level": one_of(*LEVELS),
    "kind": one_of(*KINDS),
    **_words("name"),
    "parent": said(maybe(KATO), "The unit directly above; null for an oblast."),
    "oblast": KATO,
    "district": maybe(KATO),
}
_CONTEST = {
    "code": CODE,
    **_words("title"),
    "is_published": said(YES_OR_NO, "Whether the results are published."),
    "published_at": maybe(INSTANT),
    "href": ADDRESS,
    "webpage": WEBPAGE,
    **dict.fromkeys(("standings", "league", "turnout", "releases", "rules"), ADDRESS),
}
_COMPUTED = {
    "version": said(PLACE, "A correction is a new version; the highest is in force and shown here."),
    "rulebook_fingerprint": said(DIGEST, "Of the edition of the rules by which it was computed."),
    "inputs_digest": said(DIGEST, "Of everything that the places were computed from."),
}
_INTERVAL = {
    "place_from": said(maybe(PLACE), "The place interval's best place."),
    "place_to": said(maybe(PLACE), "The place interval's last place."),
    "top_probability": said(
        maybe(DECIMAL),
        "Of being among the first k, from 0 to 1; k is `top` of the stage in the rule book, in the league "
        "that of the national stage.",
    ),
}

SHAPES: dict[str, Shape] = {
    "Index": answered(
        "Where everything begins.", version=one_of("1"),
        **dict.fromkeys(("units", "contests", "openapi", "documentation"), ADDRESS),
    ),
    "Description": {"type": "object", "required": ["openapi", "info", "paths"]},
    "UnitName": record("A territorial unit by its KATO code.", kato=KATO, **_words("name")),
    "Unit": record("A unit of the classifier of administrative-territorial objects (KATO).", **_UNIT),
    "FormerName": record("A name that a unit had.", **_words("name"), valid_from=DAY, valid_to=DAY),
    "Population": record(
        "How many live in a unit, by a named source.", residents=maybe(COUNT),
        adults=said(maybe(COUNT), "18 years and older."), as_of=DAY, source=TEXT,
    ),
    "UnitDetail": answered(
        "A unit with everything that is known about it; one that ended too.", **_UNIT,
        officialkz=said(TEXT, "As the classifier writes it."),
        officialru=said(TEXT, "As the classifier writes it."),
        valid_from=DAY, valid_to=said(maybe(DAY), "The last day of a unit that ended."),
        edition=said(TEXT, "Of the classifier."),
        above=said(many(named("UnitName")), "From the oblast down."),
        former_names=many(named("FormerName")),
        post=said(maybe(one_of(*POSTS)), "The akim's post of the unit; null where it has none of its own."),
        population=said(maybe(named("Population")), "null where it is not known."),
    ),
    "Units": listed("Units, by KATO code; with `q` the most alike first.", "Unit"),
    "Contest": record("A contest whose rules are public.", **_CONTEST),
    "ContestDetail": answered(
        "One contest.", **_CONTEST,
        survey_mode=said(maybe(TEXT), "How residents were admitted: open, codes or verified."),
    ),
    "Contests": listed("Contests, the last code first.", "Contest"),
    "StandingSummary": record(
        "A published standing without its rows.",
        stage=one_of("regional", "national"),
        oblast=said(maybe(named("UnitName")), "null for the national standing."),
        published_at=INSTANT, **_COMPUTED, nominees=said(COUNT, "Rows of the standing."),
        placed=said(COUNT, "Rows with a place."), href=ADDRESS, webpage=WEBPAGE,
    ),
    "Standings": listed("The published standings: the nation's, then each oblast's.", "StandingSummary"),
    "Component": record(
        "What a component of the points says about a nominee.",
        optional=("mean",), code=TEXT, weight=said(maybe(DECIMAL), "Its weight in this row."),
        n=said(maybe(COUNT), "Answers or judges; null where nothing may be shown."),
        score=said(maybe(DECIMAL), "From 0 to 100, as published."),
        error=said(maybe(DECIMAL), "Standard error of the score."),
        used=said(maybe(DECIMAL), "What went into the points: the score, or what was drawn from it."),
        reliability=maybe(DECIMAL),
        is_coarse=said(YES_OR_NO, "Whether the score stands in steps of 5, because fewer than 10 answered."),
        mean=said(maybe(DECIMAL), "The plain mean of the marks, beside an adjusted score."),
    ),
    "Nominee": record(
        "Who was nominated; names are written in Kazakh and in Russian.",
        id=PLACE, namekz=TEXT, nameru=TEXT, webpage=WEBPAGE,
    ),
    "StandingRow": record(
        "A nominee's outcome.",
        place=said(maybe(PLACE), "Equal points share a place: 1, 2, 2, 4. null where there is no place."),
        nominee=named("Nominee"), unit=named("UnitName"), oblast=named("UnitName"), points=maybe(DECIMAL),
        error=said(maybe(DECIMAL), "Standard error of the points."), **_INTERVAL,
        is_finalist=said(YES_OR_NO, "Goes on from the regional stage to the national one."),
        award=said(maybe(TEXT), "`place-1`, `place-2`, ... or `nomination:<code>` of the rules."),
        components=many(named("Component")),
        flags=said(many(TEXT), "What to know about the row, as `kind` or `kind:component`."),
    ),
    "Standing": listed(
        "A published standing with its rows: by place, those without a place last.", "StandingRow",
        standing=named("StandingSummary"),
    ),
    "LeagueClass": record(
        "Villages of like size.",
        code=TEXT, **_words("title", said(maybe(TEXT), "null where the size is unknown.")), units=COUNT,
        positions=record("Units by their position.", **dict.fromkeys(POSITIONS, COUNT)),
        href=ADDRESS, webpage=WEBPAGE,
    ),
    "League": listed(
        "The classes of the league of villages, from small to big.", "LeagueClass", **_COMPUTED
    ),
    "LeagueRow": record(
        "A village in the league.",
        position=said(one_of(*POSITIONS), "`ranked`, or why there is no place."), place=maybe(PLACE),
        unit=named("UnitName"), oblast=named("UnitName"), adults=maybe(COUNT),
        n=said(maybe(COUNT), "Scored answers; null where fewer than 5."),
        score=said(maybe(DECIMAL), "Of the residents, 0 to 100, from 10 answers on."), error=maybe(DECIMAL),
        reliability=maybe(DECIMAL), points=said(maybe(DECIMAL), "What the place was read from."),
        **_INTERVAL,
    ),
    "LeagueRows": listed(
        "A class of the league, best place first.", "LeagueRow", **_COMPUTED,
        size=said(TEXT, "The code of the class."),
    ),
    "UnitTurnout": record(
        "How many answered in a unit.",
        unit=named("UnitName"), oblast=named("UnitName"),
        adults=said(maybe(COUNT), "When the survey opened."),
        answers=said(maybe(COUNT), "Answers that entered the score; null where fewer than 5."),
    ),
    "Turnout": listed("The turnout of the survey, as it was published.", "UnitTurnout"),
    "Release": record(
        "A file from which anyone computes the results again.",
        version=PLACE, file=TEXT, size=said(COUNT, "In bytes."), sha256=DIGEST, built_at=INSTANT,
        href=said(ADDRESS, "The file."), webpage=WEBPAGE,
    ),
    "Releases": listed("The published releases, the newest first.", "Release"),
    "Edition": record(
        "An edition of the rule book.",
        version=PLACE, is_in_force=YES_OR_NO,
        fingerprint=said(DIGEST, "Of the canonical text, which `canonical` leads to."),
        order_number=TEXT, order_on=DAY, published_at=INSTANT,
        reason=said(maybe(TEXT), "Of a correction."), webpage=WEBPAGE,
        canonical=said(ADDRESS, "The canonical text as JSON."), source=said(ADDRESS, "As it was published."),
    ),
    "Rules": listed("The editions of the rule book, the one in force first.", "Edition"),
    "Problem": record(
        "What went wrong (RFC 9457), in the language of `lang` or `Accept-Language`.",
        optional=("parameter",), type=TEXT, status={"type": "integer", "minimum": 400, "maximum": 599},
        title=TEXT, detail=said(TEXT, "The value, its place and the remedy."),
        parameter=said(TEXT, "The query parameter that cannot be taken."),
    ),
}  # fmt: skip
