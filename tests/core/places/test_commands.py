"""The commands of the territory, as somebody at a terminal meets them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import Result

from core.places import queries
from core.tables import read_table
from tests import staff
from tests.conftest import NOW

KARAAUL = "103230000"


@pytest.fixture
def run(app):
    def invoke(*arguments: str | Path) -> Result:
        return staff.run(app, "territories", *map(str, arguments))

    return invoke


def test_load_again_changes_nothing(run):
    result = run("load", "--json")
    assert result.exit_code == 0
    assert json.loads(result.stdout) == {
        "edition": "NK RK 11-2025, 2026-07-17", "units": 15594, "added": 0, "renamed": 0, "ended": 0,
        "posts_opened": 0, "posts_closed": 0,
    }  # fmt: skip


def test_search_prints_the_unit_and_where_it_is(run):
    found = json.loads(run("search", "Карауул", "--limit", "1", "--language", "ru", "--json").stdout)
    assert found == [
        {
            "kato": KARAAUL, "name": "Карааульский сельский округ", "score": 1.0,
            "path": ["область Абай", "Абайский район"], "post": KARAAUL,
        }
    ]  # fmt: skip
    plain = "103230000  Қараауыл ауылдық округі  (Абай облысы, Абай ауданы)  1.00\n"
    assert run("search", "Карауул", "--limit", "1").stdout == plain


def test_list_prints_oblasts_children_and_posts(run):
    assert len(run("list").stdout.splitlines()) == 20
    under = json.loads(run("list", "--under", "103200000", "--json").stdout)
    assert under[0] == {"kato": "103235000", "kind": "rural_okrug", "name": "Арқат ауылдық округі"}
    posts = json.loads(run("list", "--posts", "--json").stdout)
    assert (len(posts), sum(post["kind"] == "town" for post in posts)) == (2319, 32)
    wrong = run("list", "--under", "999999999")
    assert (wrong.exit_code, wrong.stdout) == (1, "")
    assert "999999999" in wrong.stderr


@pytest.mark.parametrize("name", ["t.csv", "t.xlsx"])
@pytest.mark.parametrize("kind", ["population", "officials"])
def test_template_is_written_and_taken_back(run, tmp_path: Path, kind: str, name: str):
    path = tmp_path / name
    assert run(kind, path, "--template").exit_code == 0
    assert len(read_table(path).rows) == 2319
    result = run(kind, path, "--json")
    assert json.loads(result.stdout) == {
        "rows": 0, "added": 0, "revised": 0, "unchanged": 0, "is_dry": False,
    }  # fmt: skip


def test_officials_are_checked_then_taken(run, app, tmp_path: Path):
    path = tmp_path / "akims.csv"
    path.write_text(f"kato;surname;given_name;since_on\n{KARAAUL};Әлиев;Нұрлан;2024-02-01\n")

    def holder() -> object:
        with app.extensions["storage"].read() as session:
            return queries.official_of(session, KARAAUL, on=NOW.date())

    assert json.loads(run("officials", path, "--dry-run", "--json").stdout)["added"] == 1
    assert holder() is None
    assert json.loads(run("officials", path, "--json").stdout)["added"] == 1
    assert queries.official_name(holder()) == "Әлиев Нұрлан"


def test_bad_table_is_refused_with_every_line_named(run, tmp_path: Path):
    path = tmp_path / "people.csv"
    path.write_text(f"kato,as_of_on,residents,adults,source\n1,2026-01-01,5,5,x\n{KARAAUL},x,5,5,x\n")
    result = run("population", path)
    assert result.exit_code == 1
    assert result.stderr.splitlines() == [
        "Error: people.csv: Nothing was taken from this file: correct the places named and send it again.",
        "2 · kato · no unit has the code “1”",
        "3 · as_of_on · “x” is not a day: write it as 2026-01-31",
    ]
