"""The league's pages: after publication alone, page by page, by place and by name, and as files.

On SQLite alone: nothing here depends on the kind of database.
"""

from __future__ import annotations

import csv
import gzip
import html
import io
import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

import wsgi
from contest.contests.models import ContestState
from contest.league.computation import Position
from contest.league.models import League, LeagueRow
from contest.league.services import freeze_league
from contest.publication.listing import ROWS_PER_PAGE
from core.application import build_app
from core.audit import append_pending
from core.places.models import Population
from tests.conftest import NOW
from tests.contest import sample
from tests.contest.sample import ACTOR, OBLASTS, contest
from tests.staff import counting

BASE = f"/results/{sample.CODE}/league"
ENGLISH = {"Accept-Language": "en"}
UNITS = 125
#: The Kazakh alphabet once more, so that the order is not read from the code under test.
ALPHABET = "аәбвгғдеёжзийкқлмнңоөпрстуұүфхһцчшщъыіьэюя"


def score_of(place: int) -> tuple[int, str, str]:
    return 20 + place, f"{40 + place * 37 % 50}.{place % 10}0", f"{1 + place % 10}.20"


def adults_of(place: int) -> int | None:
    """Most are of one class, so that it needs a second page; a few are of each other kind."""
    return {0: None, 1: 499, 2: 4000, 3: 80_000}.get(place, 900)


def prepare(session) -> None:
    """A contest with a closed survey in 250 units of two oblasts; three of them have too few answers."""
    made = sample.published(session, units=UNITS)
    katos = [kato for oblast in OBLASTS for kato in made.units[oblast]]
    sample.publish_survey(
        session, {kato: None if place in (9, 10, 11) else score_of(place) for place, kato in enumerate(katos)}
    )
    session.add_all(
        Population(
            unit_kato=kato, as_of_on=date(2026, 1, 1), revision=1, residents=None, adults=adults_of(place),
            source="made up", loaded_at=NOW,
        )
        for place, kato in enumerate(katos)
    )  # fmt: skip
    session.flush()


@pytest.fixture
def site(settled_sqlite, settings) -> Iterator[Flask]:
    """The application on a contest whose league is computed and whose results are not public yet."""
    with settled_sqlite.write(now=NOW) as session:
        prepare(session)
        freeze_league(session, contest=contest(session), actor=ACTOR, now=NOW)
    url = settled_sqlite.engine.url.render_as_string(hide_password=False)
    app = build_app(replace(settings, database_url=url), wsgi.ROOMS, testing=True)
    yield app
    app.extensions["storage"].engine.dispose()


@pytest.fixture
def client(site: Flask) -> FlaskClient:
    """A reader after publication."""
    with site.extensions["storage"].write(now=NOW) as session:
        found = contest(session)
        found.state, found.published_at = ContestState.PUBLISHED, NOW
    return site.test_client()


def text_of(client: FlaskClient, address: str, language: str = "en") -> str:
    answer = client.get(address, headers={"Accept-Language": language})
    assert answer.status_code == 200, answer.text
    return answer.text


def names_on(page: str) -> list[str]:
    """The units of a class's page, in its order."""
    return [html.unescape(name) for name in re.findall(r'<th scope="row">([^<]+)<', page)]


def kept(site: Flask) -> list[LeagueRow]:
    with site.extensions["storage"].read() as session:
        return list(session.scalars(select(LeagueRow)))


def test_before_publication_nobody_sees_a_league(site: Flask):
    reader = site.test_client()
    for address in ("", ".csv", ".xlsx", ".json", "/all", "/medium", "/medium.csv"):
        assert reader.get(BASE + address).status_code == 404, address
    assert "/league" not in reader.get(f"/results/{sample.CODE}").text


def test_the_overview_names_every_class_and_its_leaders(client: FlaskClient, site: Flask):
    page = text_of(client, BASE)
    titles = ("Under 500 adults", "From 500 to 2,000 adults", "From 2,000 to 5,000 adults",
              "5,000 adults and more", "Number of adults unknown")  # fmt: skip
    assert re.findall(r"<h2><a[^>]*>([^<]+)</a>", page) == list(titles)
    rows = [row for row in kept(site) if row.size == "medium"]
    ranked = [row for row in rows if row.position is Position.RANKED]
    assert f"Villages: {len(rows)}. With a place: {len(ranked)}." in page
    assert {len(rows), *(row.n for row in rows if row.position is Position.NO_SCORE)} == {246, None}
    assert f'href="{BASE}"' in text_of(client, f"/results/{sample.CODE}")


def test_a_class_is_read_by_place_in_pages_of_two_hundred(client: FlaskClient, site: Flask):
    first, second = text_of(client, f"{BASE}/medium"), text_of(client, f"{BASE}/medium?page=2")
    assert (len(names_on(first)), len(names_on(second))) == (ROWS_PER_PAGE, 46)
    places = [int(place) for place in re.findall(r'<b class="place[^>]*>(\d+)<', first + second)]
    rows = [row for row in kept(site) if row.size == "medium"]
    assert places == sorted(row.place for row in rows if row.place)
    assert first.count("may be the best") == sum(row.low == 1 for row in rows)
    counts = Counter(row.position for row in rows)
    assert counts[Position.NOT_FIRM] > 0
    both = first + second
    assert both.count("not firm enough to compare") == counts[Position.NOT_FIRM]
    assert both.count("too few answers") == counts[Position.NO_SCORE] == 3
    assert client.get(f"{BASE}/medium?page=3").status_code == 404
    assert client.get(f"{BASE}/huge").status_code == 404
    assert len(gzip.compress(first.encode())) < 20_000


def test_names_follow_the_kazakh_alphabet(client: FlaskClient):
    names = [
        name
        for page in (1, 2)
        for name in names_on(text_of(client, f"{BASE}/medium?sort=name&page={page}", language="kk"))
    ]
    assert len(names) == 246
    ranks = {letter: rank for rank, letter in enumerate(ALPHABET, start=100)}
    assert names == sorted(names, key=lambda name: [ranks.get(one, ord(one)) for one in name.lower()])
    assert names != sorted(names)


def test_files_hold_every_unit_and_numbers_as_published(client: FlaskClient, site: Flask):
    rows = {row.kato: row for row in kept(site)}
    listed = client.get(f"{BASE}.json").get_json()
    assert listed["demonstration"] is True
    assert {row["kato"] for row in listed["rows"]} == rows.keys()
    for given in listed["rows"]:
        row = rows[given["kato"]]
        assert (given["place"] or 0, given["score"], given["class"]) == (
            row.place, None if row.score is None else str(row.score), row.size
        )  # fmt: skip
    table = client.get(f"{BASE}/medium.csv", headers=ENGLISH)
    assert table.headers["Content-Disposition"] == 'attachment; filename="DEMO-2026-league-medium.csv"'
    lines = list(csv.reader(io.StringIO(table.data.decode("utf-8-sig"))))
    assert len(lines) == 2 + 246
    assert lines[1][0].startswith("DEMONSTRATION")
    codes = [line[lines[0].index("КАТО code")] for line in lines[2:]]
    assert codes == [row["kato"] for row in listed["rows"] if row["class"] == "medium"]
    assert [row["class"] for row in listed["rows"]].count(None) == 1
    assert client.get(f"{BASE}/unknown-size.xlsx").data[:2] == b"PK"


def test_a_list_needs_the_same_queries_for_one_row_and_for_two_hundred(client: FlaskClient, site: Flask):
    numbers = []
    for size in ("small", "medium"):
        client.get(f"{BASE}/{size}")
        with site.extensions["storage"].read() as session, counting(session) as statements:
            client.get(f"{BASE}/{size}")
        numbers.append(len(statements))
    assert numbers[0] == numbers[1]


def test_freezing_again_changes_nothing_and_new_numbers_make_a_version(site: Flask):
    with site.extensions["storage"].writing() as session:
        append_pending(session, now=NOW)
        found = contest(session)
        (league,) = session.scalars(select(League))
        assert freeze_league(session, contest=found, actor=ACTOR, now=NOW) is league
        session.add(
            Population(
                unit_kato=session.scalars(select(LeagueRow.kato).where(LeagueRow.size.is_(None))).one(),
                as_of_on=date(2026, 2, 1), revision=1, residents=None, adults=450, source="made up",
                loaded_at=NOW,
            )
        )  # fmt: skip
        after = freeze_league(session, contest=found, actor=ACTOR, now=NOW)
        assert (league.version, after.version) == (1, 2)
        (entry,) = append_pending(session, now=NOW)
        assert entry.action == "league.freeze"
        assert json.loads(after.inputs_json)["units"] != json.loads(league.inputs_json)["units"]
