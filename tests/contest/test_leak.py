"""Before the marking of a stage closes nobody sees a score of it, nor another's mark; as every role.

The numbers are put in first, and the same crawl is shown to find them once marking is closed.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask

from contest.rulebook import Stage
from core import clock
from core.access import Role
from tests.contest import sample
from tests.contest.sample import OBLASTS

#: Numbers that stand nowhere else in a page, in both ways of writing decimals.
SCORES = ((41, "83.47", "1.93"), (23, "67.89", "2.61"), (67, "91.17", "1.57"))
ETHICS = ((17, "78.63", "3.37"), (14, "61.39", "3.43"), (19, "73.97", "3.11"))
TRACES = [number for row in (*SCORES, *ETHICS) for number in row[1:]]
ROLES = [(role, oblast) for role in Role for oblast in (None, OBLASTS[0], OBLASTS[1])]


@pytest.fixture
def filled(app: Flask, keep: Callable):
    """A regional stage with everything published and marks confirmed, but marking not closed."""

    def fill(session):
        made = sample.regional(session)
        for oblast in OBLASTS:
            sample.mark_all(session, made, oblast, marks=sample.MARKS)
            made.judges[oblast].append(sample.judge(session, f"late-{oblast}", oblast))
        katos = [kato for oblast in OBLASTS for kato in made.units[oblast][:3]]
        officials = [one for oblast in OBLASTS for one in made.officials[oblast][:3]]
        sample.publish_survey(session, dict(zip(katos, SCORES * 2, strict=True)))
        sample.publish_ethics(session, dict(zip(officials, ETHICS * 2, strict=True)))
        for number, (role, oblast) in enumerate(ROLES):
            if role is not Role.AGENCY or oblast is None:
                made.judges[f"{role}-{oblast}"] = [sample.account(session, f"visitor-{number}", role, oblast)]
        return made

    return keep(fill)


def visitor(app: Flask, account_id: int):
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie["_user_id"] = f"{account_id}.1"
        cookie["_fresh"] = True
        cookie["factor_at"] = clock.present().isoformat()
    return client


def addresses(app: Flask, made: sample.Sample) -> list[str]:
    """Every page of the contest and the public, with every value its address can take."""
    values = {
        "code": [sample.CODE], "stage": list(Stage), "area": [*OBLASTS, "nation"], "kato": list(OBLASTS),
        "nominee_id": [number for oblast in OBLASTS for number in made.nominees[oblast]],
        "standing_id": [1, 2], "suffix": ["csv", "xlsx", "json"],
    }  # fmt: skip
    found = []
    for rule in app.url_map.iter_rules():
        own = rule.rule.startswith(("/staff/contests", "/results", "/data", "/api")) or rule.rule == "/"
        if "GET" not in rule.methods or not own or rule.arguments - set(values):
            continue
        combinations = [{}]
        for name in rule.arguments:
            combinations = [{**one, name: value} for one in combinations for value in values[name]]
        adapter = app.url_map.bind("localhost")
        found += [adapter.build(rule.endpoint, one) for one in combinations]
    return found


def leaks(app: Flask, made: sample.Sample, account_ids: list[int]) -> tuple[set[str], int]:
    """Which of the numbers a crawl finds, and how many pages it opened."""
    seen, opened = set(), 0
    for account_id in account_ids:
        client = visitor(app, account_id)
        for address in addresses(app, made):
            answer = client.get(address, headers={"Accept-Language": "en"})
            assert answer.status_code < 500, address
            opened += answer.status_code == 200
            seen |= {
                trace for trace in TRACES if trace in answer.text or trace.replace(".", ",") in answer.text
            }
    return seen, opened


def everybody(made: sample.Sample) -> list[int]:
    """One account of each role in each scope, and one judge of each commission who has marked."""
    return [accounts[0] for accounts in made.judges.values()]


def test_no_page_shows_a_score_before_marking_closes(app: Flask, filled: sample.Sample):
    seen, opened = leaks(app, filled, everybody(filled))
    assert seen == set()
    assert opened > 100


def test_the_same_crawl_finds_the_scores_after_closing_and_only_those_of_the_closed_oblast(
    app: Flask, filled: sample.Sample, keep: Callable
):
    def close(session) -> None:
        late = filled.judges[OBLASTS[0]][3]
        for nominee in filled.nominees[OBLASTS[0]]:
            sample.mark(session, nominee, late, (5, 5, 5, 5))
        sample.close(session, OBLASTS[0])

    keep(close)
    own, _ = leaks(app, filled, filled.judges[f"{Role.SECRETARY}-{OBLASTS[0]}"])
    assert {"83.47", "67.89", "91.17", "78.63"} <= own
    other, _ = leaks(app, filled, filled.judges[f"{Role.SECRETARY}-{OBLASTS[1]}"])
    assert other == set()


def test_a_judge_sees_ones_own_marks_and_nobody_elses(app: Flask, filled: sample.Sample):
    nominee = filled.nominees[OBLASTS[0]][0]
    address = f"/staff/contests/2026/marking/regional/{nominee}"
    field = re.compile(r'name="project--\w+"[^>]* value="(\d*)"')
    first = visitor(app, filled.judges[OBLASTS[0]][0]).get(address).text
    assert field.findall(first) == ["8", "7", "9", "6"]
    late = visitor(app, filled.judges[OBLASTS[0]][3]).get(address).text
    assert field.findall(late) == ["", "", "", ""]
    assert visitor(app, filled.judges[OBLASTS[1]][0]).get(address).status_code == 403


def test_the_stage_page_counts_and_does_not_name_who_has_marked(app: Flask, filled: sample.Sample):
    chair = filled.judges[f"{Role.CHAIR}-{OBLASTS[0]}"][0]
    page = visitor(app, chair).get(
        f"/staff/contests/2026/stages/regional/{OBLASTS[0]}", headers={"Accept-Language": "en"}
    )
    assert "3 of 4" in page.text
    assert "Judge-" not in page.text
