"""A survey that is published is attacked: nothing smaller than the floor stands alone, and leaks are found.

On SQLite alone: what is published does not depend on the kind of database.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date
from types import SimpleNamespace

import pytest
from sqlalchemy.orm import Session

from contest.release.collecting.evidence import survey_sheets
from contest.release.sheets import sheet_files
from surveys.answers import Origin
from surveys.rules import Counting, ExclusionRule
from tests.conftest import NOW
from tests.contest.release import answered
from tests.contest.release.answered import AFTER, Person, Truth
from tests.contest.release.attack import CELL, SCORE, Evidence, by_algebra, by_bounds, by_criteria, evidence
from tests.contest.release.survey_numbers import Survey
from tests.surveys import sample as survey

WITHOUT = replace(
    survey.RULES, excluding=(ExclusionRule("burst", 1000),), counting=Counting.WITHOUT_FLAGGED.value
)


def closed_survey(session: Session, *, seed: int, counts_all: bool) -> Evidence:
    """A survey over three districts, one of them with a single unit, and the tables of its release.

    The seeds are those in which small units stand together, few came by one origin, or a score is weighted.
    """
    katos = survey.katos(session, 11) + survey.katos(session, 3, oblast=survey.OTHER_OBLAST)
    truth = answered.drawn(session, katos, seed=seed, counts_all=counts_all, last_day=survey.CLOSES_ON)
    campaign = survey.drafted(session, katos)
    survey.admitted(session, campaign, survey.RULES if counts_all else WITHOUT)
    answered.close(session, campaign, truth, now=AFTER, with_receipts=True)
    sheets = survey_sheets(session, SimpleNamespace(campaign_code=survey.CODE))
    return evidence(session, survey.CODE, truth, sheet_files(sheets, is_demo=True))


@pytest.mark.parametrize(("seed", "counts_all"), [(34, True), (9, False), (1, False)])
def test_no_small_group_of_a_survey_stands_alone(settled_sqlite, seed: int, counts_all: bool):
    with settled_sqlite.write(now=NOW) as session:
        found = closed_survey(session, seed=seed, counts_all=counts_all)
    assert len(found.known.scored) > 200
    assert by_algebra(found.known) == []
    assert by_criteria(found.known) == []
    assert by_bounds(found) == []


# The same attack on tables that leak.

DISTRICT = "100000000"
KATOS = FIRST, SECOND, THIRD, FOURTH = "100000001", "100000002", "100000003", "100000004"
DAY, FLAGGED, LAST = date(2026, 6, 1), date(2026, 6, 2), date(2026, 6, 20)


def residents(n: int, kato: str = FIRST, *, origin: Origin = Origin.WEB, **changes) -> list[Person]:
    given = {"day": DAY, "band": "-", "sex": "-", "ratings": "432155", **changes}
    return [Person(kato=kato, origin=origin, **given) for _ in range(n)]


def by_hand(*persons: list[Person]) -> Evidence:
    """A district of four units: their numbers, scores and turnout, and receipts, as the rules have them."""
    everybody = tuple(one for some in persons for one in some)
    counts = Counter(one.kato for one in everybody)
    ways = Counter((one.kato, one.origin) for one in everybody)
    origins = Counter(one.origin for one in everybody)
    area = dict.fromkeys(KATOS, DISTRICT)
    tables = {
        "survey/units": [
            {
                "kato": kato, "n": str(n) if n >= CELL else "", "score": "60.00" if n >= SCORE else "",
                "adults": "", "exceeds_adults": "false",
            }
            for kato, n in ((kato, counts[kato]) for kato in KATOS)
        ],
        "survey/groups": [], "survey/strata": [], "survey/variants": [],
        "survey/turnout": [
            {"kato": kato, "origin": origin, "answers_at_least": str(ways[kato, origin] // 5 * 5)}
            for kato in KATOS for origin in Origin
        ],
    }  # fmt: skip
    truth = Truth(everybody, frozenset([(FIRST, FLAGGED)]), True, LAST, area, area, {})
    receipts = {
        "count": origins[Origin.WEB] + origins[Origin.TABLET], "unreadable": 0,
        "by_origin": {origin: origins[origin] // 10 * 10 for origin in (Origin.WEB, Origin.TABLET)},
    }  # fmt: skip
    return Evidence(Survey(tables, truth), receipts, {})


def small_ones() -> Evidence:
    """20 in the first unit, 12 in the second, 4 and 3 in the others; four of a group, three on a day."""
    return by_hand(
        residents(4, band="60+", sex="f"), residents(13, band="18-29", sex="m"),
        residents(3, day=FLAGGED, band="18-29", sex="m"), residents(8, SECOND),
        residents(4, SECOND, origin=Origin.TABLET), residents(4, THIRD), residents(3, FOURTH),
    )  # fmt: skip


def and_row(table: str, **row: str) -> Evidence:
    """The same with one row more in a table."""
    made = small_ones()
    made.known.tables[f"survey/{table}"].append({"n": "", "score": "", **row})
    return made


OF_FIRST = {"kato": FIRST, "sex": "-"}
LEAKS = {
    "a stratum of four": ("strata", {**OF_FIRST, "age_band": "60+", "n": "4"}),
    "the complement of four": ("strata", {**OF_FIRST, "age_band": "18-29", "n": "16"}),
    "a variant less by three": ("variants", {"kato": FIRST, "variant": "without-flagged", "n": "17"}),
    "a score of seven": ("groups", {"level": "nation", "area": "nation", "n": "39", "score": "61.00"}),
}


def test_the_attack_finds_nothing_where_small_groups_are_kept_back():
    assert (by_algebra(small_ones().known), by_bounds(small_ones())) == ([], [])


@pytest.mark.parametrize("leak", LEAKS)
def test_the_attack_succeeds_on_sums_and_differences(leak: str):
    table, row = LEAKS[leak]
    assert len(by_algebra(and_row(table, **row).known)) == 2  # by algebra, and one by one


def test_the_attack_succeeds_where_two_small_units_leave_each_other_no_room():
    made = and_row("groups", level="district", area=DISTRICT, n="39")
    assert by_algebra(made.known) == []
    assert by_bounds(made) == [f"{THIRD} has 3 to 4", f"{FOURTH} has 3 to 4"]


def test_the_attack_succeeds_where_turnout_has_rows_for_those_alone_who_came():
    made = small_ones()
    made.known.tables["survey/turnout"][:] = [
        row for row in made.known.tables["survey/turnout"]
        if row["origin"] == Origin.WEB or (row["kato"], row["origin"]) == (SECOND, Origin.TABLET)
    ]  # fmt: skip
    assert f"{SECOND} by tablet has 3 to 4" in by_bounds(made)


def test_the_attack_succeeds_on_receipts_in_steps_of_five():
    made = by_hand(residents(14), residents(4, origin=Origin.TABLET))
    assert (made.receipts["count"], by_bounds(made)) == (18, [])
    assert "by tablet has 4 to 4" in by_bounds(made, step=5)
