"""The demonstration end to end: its numbers equal independent computations, its pages say what they are."""

from __future__ import annotations

import csv
import json
import re
from collections import defaultdict
from decimal import ROUND_HALF_UP, Decimal

import numpy as np
import pytest
from sqlalchemy import select

from contest.certificates.models import Certificate
from contest.commissions.models import ConflictFinding
from contest.commissions.queries import people_of
from contest.contests.queries import contest_by_code
from contest.jury.models import Mark
from contest.meetings.queries import meetings_of
from contest.meetings.recusals import conflicts_before
from contest.nominees.models import Nominee
from contest.rulebook import Stage
from contest.standings.computation import digest_of
from core.places.models import AGE_BANDS
from demo.beside import ANSWERS, BESIDE
from demo.commission import CONTEST
from demo.people import RATINGS
from demo.plan import COLUMNS, OBLASTS
from demo.trial import TRIAL
from surveys.models import Ballot, Campaign, Statistic
from surveys.queries import campaign_by_code
from tests.demo.independent_order import points, shrunken
from tests.staff import run

#: The proposed weights, as the published rules of 2026 name them.
REGIONAL = {"survey": Decimal("0.40"), "ethics": Decimal("0.25"), "project": Decimal("0.35")}


@pytest.fixture(scope="module")
def rankings(demonstration) -> dict[str, list[dict]]:
    """The published rankings as anybody can download them."""
    client = demonstration.test_client()
    found = {
        oblast: client.get(f"/results/{CONTEST}/oblasts/{oblast}.json").get_json()["rows"]
        for oblast in OBLASTS
    }
    found["nation"] = client.get(f"/results/{CONTEST}/national.json").get_json()["rows"]
    return found


def survey_of(rows: list[dict]) -> dict[str, tuple[float, float]]:
    return {
        row["kato"]: (
            float(row["components"]["survey"]["score"]),
            float(row["components"]["survey"]["error"]),
        )
        for row in rows
        if row["components"]["survey"]["score"] is not None
    }


def computed_places(rows: list[dict], pool: dict[str, tuple[float, float]], weights) -> dict[str, Decimal]:
    drawn = dict(zip(pool, shrunken(*zip(*pool.values(), strict=True)), strict=True))
    parts = {
        row["kato"]: {
            code: drawn.get(row["kato"]) if code == "survey" else row["components"][code]["score"]
            for code in weights
        }
        for row in rows
        if row["place"]
    }
    return points(parts, weights)


@pytest.mark.parametrize("oblast", OBLASTS)
def test_regional_points_and_order_equal_an_independent_computation(rankings, oblast: str):
    rows = rankings[oblast]
    expected = computed_places(rows, survey_of(rows), REGIONAL)
    assert {row["kato"]: Decimal(row["points"]) for row in rows if row["place"]} == expected
    in_order = sorted((row for row in rows if row["place"]), key=lambda row: row["place"])
    assert [expected[row["kato"]] for row in in_order] == sorted(expected.values(), reverse=True)
    for row in in_order:
        better = sum(value > expected[row["kato"]] for value in expected.values())
        equal = sum(value == expected[row["kato"]] for value in expected.values())
        assert better + 1 <= row["place"] <= better + equal


def test_national_points_and_order_equal_an_independent_computation(demonstration, rankings):
    weights = json_weights(demonstration)
    pool = {kato: pair for oblast in OBLASTS for kato, pair in survey_of(rankings[oblast]).items()}
    expected = computed_places(rankings["nation"], pool, weights)
    rows = [row for row in rankings["nation"] if row["place"]]
    assert {row["kato"]: Decimal(row["points"]) for row in rows} == expected
    assert [row["place"] for row in rows] == sorted(row["place"] for row in rows)
    assert [expected[row["kato"]] for row in rows] == sorted(expected.values(), reverse=True)


def json_weights(app) -> dict[str, Decimal]:
    """The national weights, read from the rule book's own file."""
    import tomllib

    from demo.commission import RULES

    book = tomllib.loads(RULES.read_text(), parse_float=Decimal)
    return {part["code"]: part["weight"] for part in book["stages"]["national"]["components"]}


def ratings_by_area() -> dict[str, list[list[int | None]]]:
    """The ratings straight from the CSV: 9 is "don't know"."""
    found = defaultdict(list)
    with RATINGS.open(newline="") as file:
        for row in csv.DictReader(file):
            found[row["ZIP"]].append([None if row[c] == "9" else int(row[c]) for c in COLUMNS.values()])
    return found


def two_decimals(value: float) -> Decimal:
    return Decimal(repr(round(float(value), 9))).quantize(Decimal("0.01"), ROUND_HALF_UP)


def test_survey_scores_equal_those_computed_from_the_csv(demonstration):
    persons = {
        area: [
            np.mean([(r - 1) * 25 for r in ratings if r is not None])
            for ratings in rows
            if sum(r is not None for r in ratings) >= 3
        ]
        for area, rows in ratings_by_area().items()
    }
    pooled = sum((len(v) - 1) * np.var(v, ddof=1) for v in persons.values() if len(v) > 1) / sum(
        len(v) - 1 for v in persons.values() if len(v) > 1
    )
    expected = []
    for values in persons.values():
        n = len(values)
        if n >= 10:
            variance = (10 * pooled + (n - 1) * np.var(values, ddof=1)) / (10 + n - 1)
            error = np.sqrt(variance / n)
            expected.append((n, two_decimals(np.mean(values)), two_decimals(error)))
    with demonstration.extensions["storage"].read() as session:
        campaign = campaign_by_code(session, CONTEST)
        rows = session.scalars(select(Statistic).where(Statistic.campaign_id == campaign.id)).all()
        published = [(row.n, row.score, row.error) for row in rows if row.score is not None]
    assert len(expected) == 31
    assert sorted(published) == sorted(expected)


def test_the_league_can_be_computed_again_from_its_public_file(demonstration):
    listed = demonstration.test_client().get(f"/results/{CONTEST}/league.json").get_json()
    rows = sorted(listed["rows"], key=lambda row: row["kato"])
    measured = [row for row in rows if row["score"] is not None]
    drawn = shrunken(*zip(*((float(row["score"]), float(row["error"])) for row in measured), strict=True))
    points_of = {
        row["kato"]: Decimal(str(round(number, 9))).quantize(Decimal("0.01"), ROUND_HALF_UP)
        for row, number in zip(measured, drawn, strict=True)
    }
    placed = [row for row in rows if row["place"]]
    for row in placed:
        better = [
            other for other in placed
            if other["class"] == row["class"] and points_of[other["kato"]] > points_of[row["kato"]]
        ]  # fmt: skip
        assert row["place"] == 1 + len(better)
        assert Decimal(row["points"]) == points_of[row["kato"]]
    firm = {row["kato"] for row in measured if Decimal(row["reliability"]) >= Decimal("0.7")}
    assert {row["kato"] for row in placed} == firm
    inputs = {
        "contest": CONTEST,
        "rulebook": listed["rulebook_fingerprint"],
        "units": [[row[name] for name in ("kato", "n", "score", "error", "adults")] for row in rows],
    }
    assert digest_of(inputs) == listed["inputs_digest"]
    assert {row["class"] for row in rows} == {"small", "medium", "large"}


def test_every_rating_became_one_ballot_with_its_strata_kept(demonstration):
    with demonstration.extensions["storage"].read() as session:
        campaign = campaign_by_code(session, CONTEST)
        ballots = session.scalars(select(Ballot).where(Ballot.campaign_id == campaign.id)).all()
    wanted = sorted(
        "".join("-" if r is None else str(r) for r in one) for v in ratings_by_area().values() for one in v
    )
    assert sorted(ballot.ratings for ballot in ballots) == wanted
    assert {ballot.age_band for ballot in ballots} == {*AGE_BANDS, None}


def test_the_demonstration_has_what_it_promises(rankings):
    flags = {oblast: [flag for row in rows for flag in row["flags"]] for oblast, rows in rankings.items()}
    assert sum(flag == "tie-broken" for oblast in OBLASTS for flag in flags[oblast]) == 2
    assert "missing:ethics" in flags[OBLASTS[1]]
    assert sum(flag == "missing:survey" for oblast in OBLASTS for flag in flags[oblast]) == 16
    assert all(sum(row["place"] == 1 for row in rankings[oblast]) == 1 for oblast in OBLASTS)
    assert len(rankings["nation"]) == len(OBLASTS)


def test_conflicts_found_and_declared_stand_in_protocols_and_keep_marks_away(demonstration):
    with demonstration.extensions["storage"].read() as session:
        found = session.scalars(
            select(ConflictFinding)
            .where(ConflictFinding.ground.is_not(None))
            .order_by(ConflictFinding.nominee_id)
        ).all()
        assert [(one.stage, one.ground) for one in found] == [
            ("regional", "nominated"),
            ("regional", "district"),
            ("national", "oblast"),
        ]
        contest = contest_by_code(session, CONTEST)
        for one in found:
            nominee = session.get_one(Nominee, one.nominee_id)
            oblast = nominee.oblast_kato if one.stage is Stage.REGIONAL else None
            last = meetings_of(session, contest, one.stage, oblast)[-1]
            assert one.account_id in conflicts_before(session, last)[nominee.id]
            marked = select(Mark.judge_account_id).where(
                Mark.nominee_id == nominee.id, Mark.stage == one.stage
            )
            marks = set(session.scalars(marked))
            alternate = people_of(session, contest, one.stage, oblast).alternates[0]
            assert (one.account_id in marks, alternate in marks) == (False, True)


def test_the_rules_were_corrected_once_with_a_reason_and_its_difference(demonstration):
    page = demonstration.test_client().get(f"/results/{CONTEST}/rules?lang=ru").text
    assert "стал известен первый день Курбан-айта" in page
    assert "27 мая 2026" in page


def test_no_number_is_published_for_fewer_than_ten(rankings):
    for rows in rankings.values():
        for row in rows:
            survey, ethics = row["components"]["survey"], row["components"]["ethics"]
            assert survey["score"] is None or survey["n"] >= 10
            assert ethics["score"] is None or ethics["n"] >= 5
            if ethics["score"] is not None and ethics["n"] < 10:
                assert Decimal(ethics["score"]) % 5 == 0


@pytest.mark.parametrize("lang", ["kk", "ru", "en"])
@pytest.mark.parametrize(
    "path",
    ["/", "/results", f"/results/{CONTEST}", f"/results/{CONTEST}/rules", "/method", "/protection", "/places",
     f"/results/{CONTEST}/oblasts/{OBLASTS[0]}", f"/results/{CONTEST}/league", "/demonstration",
     "/about-data", f"/s/{TRIAL}", "/v"],
)  # fmt: skip
def test_every_public_page_opens_in_three_languages_and_says_demonstration(
    demonstration, path: str, lang: str
):
    answer = demonstration.test_client().get(path, query_string={"lang": lang})
    assert answer.status_code == 200
    assert f'<html lang="{lang}">' in answer.text
    mark = {"kk": "КӨРСЕТІЛІМ", "ru": "ДЕМОНСТРАЦИЯ", "en": "DEMONSTRATION"}[lang]
    title = answer.text.split("<title>")[1].split("</title>")[0]
    assert mark in title


def test_the_winner_stands_on_the_page_of_the_contest(demonstration, rankings):
    page = demonstration.test_client().get(f"/results/{CONTEST}?lang=kk").text
    winner = next(row for row in rankings["nation"] if row["place"] == 1)
    assert winner["name"] in page
    assert "1-орын" in page


def test_files_say_demonstration_too(demonstration):
    client = demonstration.test_client()
    table = client.get(f"/results/{CONTEST}/national.csv?lang=ru")
    assert "ДЕМОНСТРАЦИЯ" in table.get_data().decode("utf-8-sig")
    assert "DEMO-2026-national.csv" in table.headers["Content-Disposition"]
    assert client.get(f"/results/{CONTEST}/national.json").get_json()["demonstration"] is True
    assert client.get(f"/results/{CONTEST}/national.xlsx").data[:2] == b"PK"


def test_certificate_codes_answer_on_the_check_page(demonstration):
    with demonstration.extensions["storage"].read() as session:
        certificates = session.scalars(select(Certificate).order_by(Certificate.serial)).all()
    assert [one.serial for one in certificates] == list(range(1, len(certificates) + 1))
    assert certificates
    client = demonstration.test_client()
    for one in (certificates[0], certificates[-1]):
        assert one.code.startswith("DEMO-")
        page = client.get(f"/v/{one.code}?lang=kk")
        assert page.status_code == 200
        assert json.loads(one.record_json)["name_kk"] in page.text
        assert one.sha256 in page.text.replace(" ", "")
        path = demonstration.extensions["settings"].data_directory / "certificates" / f"{one.code}.pdf"
        assert path.read_bytes()[:5] == b"%PDF-"


def test_codes_of_the_survey_beside_are_counted_and_its_answers_enter_no_place(demonstration, rankings):
    client = demonstration.test_client()
    text = client.get("/demonstration?lang=en").text
    codes = re.findall(r"<code>((?:[0-9A-Z]{4} ){2}[0-9A-Z]{4})</code>", text)
    assert len(set(codes)) == 3
    for code in codes:
        answer = client.post("/receipt?lang=en", data={"code": code}).text
        assert "<strong>Counted.</strong> Open survey, not counted in the ranking, 2026" in answer
    with demonstration.extensions["storage"].read() as session:
        numbers = select(Statistic).join(Campaign, Campaign.id == Statistic.campaign_id)
        counted, beside = (
            {row.kato: row.n for row in session.scalars(numbers.where(Campaign.code == code))}
            for code in (CONTEST, BESIDE)
        )
        ((village, n),) = beside.items()
        nominee = session.scalars(select(Nominee.id).where(Nominee.kato == village)).one()
    assert n == ANSWERS
    rows = [row for oblast in OBLASTS for row in rankings[oblast]]
    assert {row["kato"]: row["components"]["survey"]["n"] for row in rows} == counted
    page = client.get(f"/results/{CONTEST}/nominees/{nominee}?lang=en").text
    assert "Its answers enter neither the points nor the place." in page


def test_loading_again_changes_nothing(demonstration):
    runner = demonstration.test_cli_runner()
    assert runner.invoke(args=["demo", "load", "--if-empty"]).exit_code == 0
    again = runner.invoke(args=["demo", "load"])
    assert again.exit_code == 1
    assert "loaded" in again.output
    with demonstration.extensions["storage"].read() as session:
        assert len(session.scalars(select(Campaign)).all()) == 3


def test_the_journal_of_the_demonstration_holds(demonstration):
    result = run(demonstration, "audit", "verify")
    assert result.exit_code == 0, result.output


def test_tallies_equal_a_recount_of_the_ballots(demonstration):
    result = run(demonstration, "campaigns", "recount", CONTEST)
    assert result.exit_code == 0, result.output
