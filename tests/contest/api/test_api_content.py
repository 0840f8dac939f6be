"""What each address says, held against the database and the pages that say the same to people."""

from __future__ import annotations

import hashlib
import json

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from contest.contests.models import Contest
from contest.league.models import LeagueRow
from contest.standings.models import Standing, StandingRow
from core.disclosure import MINIMUM_CELL
from core.places.models import Population, Unit
from core.places.naming import UnitKind
from tests.contest.api.conftest import DRAFT, PUBLISHED, WAITING
from tests.contest.api.reading import get, path_of, walk
from tests.staff import counting


@pytest.fixture
def session(site: Flask):
    with site.extensions["storage"].reading() as opened:
        yield opened


def test_the_index_leads_to_everything_and_says_that_it_is_a_demonstration(reader: FlaskClient):
    index = get(reader, "index")
    assert index["demonstration"] is True
    assert index["noteen"].startswith("DEMONSTRATION")
    assert len({index["notekz"], index["noteru"], index["noteen"]}) == 3
    for name in ("units", "contests", "openapi", "documentation"):
        assert reader.get(path_of(index[name])).status_code == 200


def test_units_are_walked_exactly_once_and_filtered(reader: FlaskClient, session):
    everything = [unit["kato"] for unit in walk(reader, "units", per_page=500)]
    present = session.scalars(select(Unit.kato).where(Unit.valid_to.is_(None)).order_by(Unit.kato))
    assert everything == list(present)

    below = select(Unit.kato).where(Unit.parent_kato == "110000000").order_by(Unit.kato)
    found = walk(reader, "units", parent="110000000", per_page=7)
    assert [unit["kato"] for unit in found] == list(session.scalars(below))

    okrugs = walk(reader, "units", oblast="110000000", kind="rural_okrug", per_page=100)
    assert {unit["kind"] for unit in okrugs} == {"rural_okrug"}
    assert {unit["oblast"] for unit in okrugs} == {"110000000"}
    wanted = select(Unit.kato).where(Unit.oblast_kato == "110000000", Unit.kind == UnitKind.RURAL_OKRUG)
    assert len(okrugs) == len(list(session.scalars(wanted)))


def test_a_unit_is_found_by_a_mistyped_name(reader: FlaskClient):
    found = walk(reader, "units", q="Талгарр", per_page=3)
    assert found[0]["nameru"] in {"город Талгар", "Талгарский район"}
    assert len({unit["kato"] for unit in found}) == len(found)
    assert get(reader, "units", q="ъъъъъъъъъъъъ")["items"] == []


def test_a_unit_tells_what_is_known_of_it_and_nothing_else(reader: FlaskClient, session):
    known = session.scalars(select(Population).order_by(Population.unit_kato)).first()
    unit = get(reader, "unit", kato=known.unit_kato)
    assert unit["population"] == {
        "residents": known.residents, "adults": known.adults, "as_of": known.as_of_on.isoformat(),
        "source": known.source,
    }  # fmt: skip
    assert unit["above"][0]["kato"] == unit["oblast"]
    assert unit["above"][-1]["kato"] == unit["parent"]
    assert get(reader, "unit", kato=unit["oblast"])["population"] is None


def test_contests_are_those_with_public_rules(reader: FlaskClient):
    found = {contest["code"]: contest["is_published"] for contest in walk(reader, "contests", per_page=1)}
    assert found == {PUBLISHED: True, WAITING: False}
    contest = get(reader, "contest", code=PUBLISHED)
    assert contest["survey_mode"] == "codes"
    for name in ("webpage", "standings", "league", "turnout", "releases", "rules"):
        assert reader.get(path_of(contest[name])).status_code == 200, name


def test_a_draft_looks_as_if_it_did_not_exist(reader: FlaskClient):
    for tail in ("", "/standings", "/standings/national", "/league", "/turnout", "/releases", "/rules"):
        draft = reader.get(f"/api/v1/contests/{DRAFT}{tail}")
        nothing = reader.get(f"/api/v1/contests/nothing{tail}")
        assert (draft.status_code, nothing.status_code) == (404, 404)
        assert draft.text.replace(DRAFT, "nothing") == nothing.text


def test_standings_are_the_frozen_numbers_to_the_last_digit(reader: FlaskClient, session):
    contest = session.scalars(select(Contest).where(Contest.code == PUBLISHED)).one()
    frozen = session.scalars(select(Standing).where(Standing.contest_id == contest.id)).all()
    listed = walk(reader, "standings", code=PUBLISHED, per_page=2)
    assert len(listed) == len(frozen) == 7
    assert (listed[0]["stage"], listed[0]["oblast"]) == ("national", None)
    assert {one["inputs_digest"] for one in listed} == {one.inputs_digest for one in frozen}
    by_area = {standing.oblast_kato: standing.id for standing in frozen}
    for summary in listed:
        kato = summary["oblast"] and summary["oblast"]["kato"]
        where = {"code": PUBLISHED, "per_page": 3} | ({"kato": kato} if kato else {})
        rows = walk(reader, "regional_standing" if kato else "national_standing", **where)
        kept = session.scalars(select(StandingRow).where(StandingRow.standing_id == by_area[kato])).all()
        assert len(rows) == len(kept) == summary["nominees"]
        by_nominee = {row["nominee"]["id"]: row for row in rows}
        for row in kept:
            said = by_nominee[row.nominee_id]
            assert said["points"] == (None if row.shown is None else str(row.shown))
            assert said["error"] == (None if row.error is None else str(row.error))
            assert (said["place"] or 0, said["place_from"] or 0, said["place_to"] or 0) == (
                row.place, row.low, row.high
            )  # fmt: skip
            assert said["components"] == json.loads(row.components_json)
            assert (said["unit"]["kato"], said["award"]) == (row.kato, row.award)
        file = f"oblasts/{kato}.json" if kato else "national.json"
        assert path_of(summary["webpage"]) == f"/results/{PUBLISHED}/{file.removesuffix('.json')}"
        page = reader.get(f"/results/{PUBLISHED}/{file}").json["rows"]
        assert {(row["points"], row["nominee"]["namekz"], row["nominee"]["nameru"]) for row in rows} == {
            (row["points"], row["name"], row["name_ru"]) for row in page
        }


def test_a_longer_list_asks_the_database_no_more_often(reader: FlaskClient, session):
    sent = []
    for size in (1, 7):
        with counting(session) as statements:
            assert len(get(reader, "standings", code=PUBLISHED, per_page=size)["items"]) == size
        sent.append(len(statements))
    assert sent[0] == sent[1] > 0


def test_the_league_is_walked_exactly_once_by_class(reader: FlaskClient, session):
    kept = {row.kato: row for row in session.scalars(select(LeagueRow))}
    walked: list[str] = []
    for one in walk(reader, "league", code=PUBLISHED, per_page=1):
        rows = walk(reader, "league_class", code=PUBLISHED, size=one["code"], per_page=5)
        assert len(rows) == one["units"] == sum(one["positions"].values())
        for row in rows:
            frozen = kept[row["unit"]["kato"]]
            assert (frozen.size, frozen.position) == (one["code"], row["position"])
            assert (row["n"], row["adults"], row["place"] or 0) == (frozen.n, frozen.adults, frozen.place)
            for name, number in (("score", frozen.score), ("points", frozen.used), ("error", frozen.error)):
                assert row[name] == (None if number is None else str(number))
            walked.append(row["unit"]["kato"])
    assert sorted(walked) == sorted(kept)


def test_turnout_is_what_its_page_says_and_no_more(reader: FlaskClient, session):
    rows = walk(reader, "turnout", code=PUBLISHED, per_page=10)
    page = reader.get(f"/results/{PUBLISHED}/turnout.json").json["rows"]
    said = {row["kato"]: (row["answers"], row["adults"], row["oblast"]) for row in page}
    assert {
        row["unit"]["kato"]: (row["answers"], row["adults"], row["oblast"]["kato"]) for row in rows
    } == said
    numbers = [row["answers"] for row in rows]
    assert None in numbers
    assert min(number for number in numbers if number is not None) >= MINIMUM_CELL
    oblast = rows[0]["oblast"]["kato"]
    within = walk(reader, "turnout", code=PUBLISHED, oblast=oblast)
    assert within == [row for row in rows if row["oblast"]["kato"] == oblast]


def test_rules_lead_to_the_text_whose_digest_is_their_fingerprint(reader: FlaskClient):
    editions = walk(reader, "rules", code=PUBLISHED)
    assert [one["is_in_force"] for one in editions] == [True, *[False] * (len(editions) - 1)]
    text = reader.get(path_of(editions[0]["canonical"])).get_data()
    assert hashlib.sha256(text).hexdigest() == editions[0]["fingerprint"]
    assert reader.get(path_of(editions[0]["webpage"])).status_code == 200


def test_releases_are_listed_with_their_digest_and_file(reader: FlaskClient):
    newest = walk(reader, "releases", code=PUBLISHED, per_page=1)[0]
    assert (newest["version"], newest["sha256"], newest["size"]) == (91, "5" * 64, 4096)
    assert path_of(newest["href"]) == f"/data/{PUBLISHED}/91.zip"
    assert walk(reader, "releases", code=WAITING) == []


def test_before_publication_there_are_no_results(reader: FlaskClient):
    assert get(reader, "standings", code=WAITING)["items"] == []
    for tail in ("standings/national", "standings/regional/110000000", "league", "league/small", "turnout"):
        assert reader.get(f"/api/v1/contests/{WAITING}/{tail}").status_code == 404
