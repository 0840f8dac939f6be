"""The contest's commands: thin over the services, JSON where asked, 1 on a refusal."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from contest.commands import contest
from contest.rulebook import Stage
from core.places.queries import post_units
from tests.contest import sample
from tests.contest.sample import OBLASTS

pytestmark = pytest.mark.usefixtures("held_clock")


@pytest.fixture
def run(app: Flask) -> Callable:
    def invoke(*words: str):
        with app.app_context():
            return app.test_cli_runner().invoke(contest, words)

    return invoke


def test_a_contest_is_drafted_published_and_opened(run: Callable, keep: Callable, tmp_path: Path):
    book = tmp_path / "book.toml"
    book.write_text(sample.rules_text())

    def sources(session) -> None:
        sample.sources(session, [unit.kato for _, unit in post_units(session, oblast=OBLASTS[0])[:3]])

    keep(sources)
    titles = ("--kk", "К", "--ru", "К", "--en", "C")
    made = run(
        "create", "2026", "--rules", str(book), "--campaign", sample.CAMPAIGN, "--round", sample.ROUND,
        *titles,
    )  # fmt: skip
    assert (made.exit_code, made.output) == (0, "drafted contest 2026\n")
    assert run("publish-rules", "2026", "--order", "1", "--order-on", "2026-05-29").exit_code == 0
    assert run("open", "2026").output == "nominations are open\n"
    facts = json.loads(run("show", "2026", "--json").output)
    assert (facts["state"], facts["next"], facts["missing"]) == (
        "open", "open-regional", [
            "at least one nominee is registered",
            "the national commission has voted which signals leave a day out, or the survey is closed",
        ],
    )  # fmt: skip
    refused = run("open-stage", "2026", "regional")
    assert refused.exit_code == 1
    assert "at least one nominee is registered" in refused.output
    assert run("list").output == "2026  open\n"


def test_standings_are_computed_and_printed_and_frozen_by_no_command(run: Callable, keep: Callable):
    keep(sample.marked)
    oblast = ("--oblast", OBLASTS[0])
    computed = json.loads(run("compute", "2026", "regional", *oblast, "--json").output)
    assert run("freeze", "2026", "regional", *oblast).exit_code == 2
    keep(lambda session: sample.freeze(session, OBLASTS[0]))
    frozen = json.loads(run("standing", "2026", "regional", *oblast, "--json").output)
    assert computed == frozen
    assert [row["place"] for row in frozen["rows"]] == [1, 2, 3]
    assert run("standing", "2026", "regional", "--oblast", OBLASTS[1]).exit_code == 1
    assert run("compute", "2026", "regional").exit_code == 2
    assert "  1   81.83  " in run("standing", "2026", "regional", *oblast).output


def test_the_results_are_published(run: Callable, keep: Callable):
    keep(sample.national)
    assert run("publish", "2026").exit_code == 1
    keep(lambda session: sample.waive_all(session, sample.freeze(session, None, stage=Stage.NATIONAL)))
    assert run("publish", "2026").output == "the results are published\n"
    assert json.loads(run("list", "--json").output) == [{"code": "2026", "state": "published"}]


def test_a_bad_rule_book_is_told_with_its_place(run: Callable, tmp_path):
    file = tmp_path / "book.toml"
    file.write_text(sample.shipped_text("2026").replace("weight = 0.40", "weight = 0.30"))
    made = run(
        "create", "2026", "--rules", str(file), "--campaign", "a", "--round", "b", "--kk", "К", "--ru", "К",
        "--en", "C",
    )  # fmt: skip
    assert made.exit_code == 1
    assert "stages.regional.components: the weights add up to 0.90, not to 1" in made.output
