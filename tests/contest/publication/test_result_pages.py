"""The public results of the demonstration: pages, what is asked of them, files, and nothing before its time.

On SQLite alone: what a page shows does not depend on the kind of database.
"""

from __future__ import annotations

import csv
import gzip
import html
import io
import re
from collections.abc import Iterable, Iterator
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, select

from contest.commissions.models import ConflictFinding, Recusal
from contest.commissions.queries import people_of
from contest.contests.models import Contest, ContestState
from contest.nominees.models import Nominee
from contest.publication.conflicts.queries import published_conflicts
from contest.rulebook import Stage
from contest.standings.models import Standing, StandingRow
from core.audit import record
from core.places.queries import units_by_kato
from core.web.limits import limiter
from demo.commission import CONTEST
from demo.plan import OBLASTS
from demo.trial import TRIAL
from surveys.models import Statistic
from surveys.queries import campaign_by_code
from tests.conftest import NOW
from tests.contest.pages import hold_minute
from tests.demonstration import loaded
from tests.staff import counting

BASE = f"/results/{CONTEST}"


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    made = loaded(tmp_path_factory)
    yield made
    made.extensions["storage"].engine.dispose()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def page(client: FlaskClient, address: str, *, language: str = "en", status: int = 200) -> str:
    answer = client.get(address, headers={"Accept-Language": language})
    assert answer.status_code == status, address
    return html.unescape(answer.text)


def heads(text: str) -> list[str]:
    """What names the lines of a list."""
    return re.findall(r'<th scope="row">(?:<a [^>]*>)?([^<]+)<', text)


def national_rows(app: Flask) -> list[StandingRow]:
    with app.extensions["storage"].read() as session:
        wanted = select(StandingRow).join(Standing).where(Standing.stage == Stage.NATIONAL)
        return sorted(session.scalars(wanted), key=lambda row: row.place)


def public_addresses(app: Flask, code: str) -> dict[str, str]:
    """Every address that is open to everybody, from the application's own map, by its pattern."""
    values = {
        "code": code, "campaign": code, "kato": OBLASTS[0], "nominee_id": 1, "size": "medium", "version": 1,
        "suffix": "json", "form": "csv", "file": f"DEMO-{code}-release-1.zip", "token": "x",
    }  # fmt: skip
    adapter = app.url_map.bind("localhost")
    # The tablet's program and the service of sign-in are no pages; a certificate is asked for by its code.
    others = ("/staff", "/static", "/tablet", "/verify", "/v/", "/embed.js")
    rules = [
        rule
        for rule in app.url_map.iter_rules()
        if "GET" in rule.methods and not rule.rule.startswith(others)
    ]
    return {
        rule.rule: adapter.build(
            rule.endpoint,
            {name: values[name] for name in rule.arguments}
            | ({"form": "txt"} if "press." in rule.rule else {}),
        )
        for rule in rules
    }


def own_addresses(app: Flask, code: str) -> list[str]:
    """Those of them that show what is published; the contest's own page and its rules stand before."""
    return [
        address for rule, address in public_addresses(app, code).items()
        if rule.startswith(("/results/<string:code>/", "/data/<string:code>/")) and "/rules" not in rule
    ]  # fmt: skip


def test_the_winners_stand_first_with_what_they_won_and_where_more_is_told(app: Flask, client: FlaskClient):
    text = page(client, BASE)
    winners = text[text.index("Winners") : text.index("Rankings of the oblasts")]
    rows = national_rows(app)
    awarded = [row for row in rows if row.award]
    links = re.findall(r'<h3><a href="([^"]+)">([^<]+)</a>', winners)
    assert links == [(f"{BASE}/nominees/{row.nominee_id}", row.name_kk) for row in awarded]
    assert winners.count("Place 1<") == 1
    for address in re.findall(
        r'href="(/[^"?#]*)"', text[text.index("Everything else") : text.index("<footer")]
    ):
        assert client.get(address).status_code == 200, address


def test_the_archive_names_the_first_in_one_line_by_year(app: Flask, client: FlaskClient):
    text = page(client, "/results", language="ru")
    first = national_rows(app)[0]
    assert f"1 место: {first.name_ru} (" in text
    assert '<h2 id="year-2026">2026</h2>' in text
    assert text.index("правила опубликованы".capitalize()) != text.index(first.name_ru)


def test_a_ranking_shows_points_error_answers_interval_mode_and_remarks(app: Flask, client: FlaskClient):
    text, rows = page(client, f"{BASE}/national"), national_rows(app)
    assert heads(text) == [row.name_kk for row in rows]
    for row in rows:
        assert f">{row.shown:.2f} ± {row.error:.2f}</td>" in text
        assert f"</svg>{row.low}–{row.high}</td>" in text
    assert "The survey's mode: by codes: one code, one answer." in text
    assert text.count("may be the best<") + text.count("may be the best ·") == 1 + sum(
        row.low == 1 for row in rows
    )
    regional = page(client, f"{BASE}/oblasts/{OBLASTS[0]}")
    assert 'href="/results/2026/national"' not in regional


def test_a_list_is_searched_ordered_and_narrowed_by_its_address(app: Flask, client: FlaskClient):
    rows = national_rows(app)
    last = rows[-1]
    found = page(client, f"{BASE}/national?q={last.name_kk.split()[0]}")
    assert heads(found) == [last.name_kk]
    assert f"Found: 1 of {len(rows)}." in found
    narrowed = page(client, f"{BASE}/national?oblast={last.oblast_kato}&sort=answers")
    assert heads(narrowed) == [row.name_kk for row in rows if row.oblast_kato == last.oblast_kato]
    assert heads(page(client, f"{BASE}/national?order=desc")) == [row.name_kk for row in rows[::-1]]
    nothing = page(client, f"{BASE}/national?q=qwrtpsdfgh")
    assert "Nothing in this list fits" in nothing
    assert f'href="{BASE}/national"' in nothing
    for wrong in ("sort=x", "order=x", "oblast=1", "page=x", f"q={'x' * 200}"):
        assert "This cannot be taken as it is" in page(client, f"{BASE}/national?{wrong}", status=422)
    assert "there is no page 9" in page(client, f"{BASE}/national?page=9", status=404)


def test_a_file_holds_exactly_what_was_found_and_says_so(app: Flask, client: FlaskClient):
    rows = national_rows(app)
    wish = f"q={rows[1].name_kk.split()[0]}"
    data = client.get(f"{BASE}/national.json?{wish}").get_json()
    assert [row["name"] for row in data["rows"]] == [rows[1].name_kk]
    assert data["selection"]["q"] == rows[1].name_kk.split()[0]
    assert (data["rows_of_the_whole"], data["rows"][0]["points"]) == (len(rows), str(rows[1].shown))
    part = client.get(f"{BASE}/national.csv?{wish}", headers={"Accept-Language": "en"})
    assert part.headers["Content-Disposition"] == f'attachment; filename="DEMO-{CONTEST}-national-part.csv"'
    lines = list(csv.reader(io.StringIO(part.data.decode("utf-8-sig"))))
    assert f"A part of the list: 1 of {len(rows)} rows." in lines[1][0]
    assert lines[2][:2] == [str(rows[1].place), rows[1].name_kk]
    whole = client.get(f"{BASE}/national.csv?sort=name&order=desc")
    assert whole.headers["Content-Disposition"] == f'attachment; filename="DEMO-{CONTEST}-national.csv"'
    assert len(list(csv.reader(io.StringIO(whole.data.decode("utf-8-sig"))))) == len(rows) + 2
    assert client.get(f"{BASE}/national.xlsx?{wish}").data[:2] == b"PK"
    assert client.get(f"{BASE}/national.csv?sort=x").status_code == 422


def test_a_nominee_is_told_with_every_part_and_each_criterion(app: Flask, client: FlaskClient):
    row = national_rows(app)[0]
    text = page(client, f"{BASE}/nominees/{row.nominee_id}")
    assert "Regional stage" in text
    assert f"{row.shown:.2f} of 100 points, standard error {row.error:.2f}" in text
    assert "Probability of being among the first 3: " in text
    assert "Probability of being the first: " in text
    assert text.count('<svg class="share"') == 6
    for address in ("decisions", "flags", "rules"):
        assert f'href="{BASE}/{address}"' in text


def test_the_turnout_is_the_published_numbers_and_sums_of_them(app: Flask, client: FlaskClient):
    with app.extensions["storage"].read() as session:
        campaign = campaign_by_code(session, CONTEST)
        wanted = select(Statistic).where(Statistic.campaign_id == campaign.id)
        numbers = {row.kato: row.n for row in session.scalars(wanted)}
    data = client.get(f"{BASE}/turnout.json").get_json()
    assert {row["kato"]: row["answers"] for row in data["rows"]} == numbers
    known = [n for n in numbers.values() if n is not None]
    text = page(client, f"{BASE}/turnout")
    assert f"at least {sum(known):,} answers from {len(known)} units" in text
    assert text.count("fewer than 5<") == len(numbers) - len(known) > 0


def test_conflicts_are_counted_by_ground_and_nobody_is_named(app: Flask, client: FlaskClient):
    text = page(client, f"{BASE}/conflicts")
    assert "1 of them could not judge at least one nominee." in text
    assert re.search(r"Proposed the nominee[^<]*</th>\s*<td[^>]*>1</td>\s*<td[^>]*>1</td>", text)


def test_who_declared_a_conflict_after_the_closing_is_counted_apart(app: Flask):
    with app.extensions["storage"].writing() as session:
        contest = session.scalars(select(Contest).where(Contest.code == CONTEST)).one()
        before = published_conflicts(session, contest)[0]
        chair = people_of(session, contest, Stage.NATIONAL, None).chair
        finalist = session.scalars(select(Nominee.id).where(Nominee.is_finalist.is_(True))).first()
        session.add(
            Recusal(
                nominee_id=finalist, stage=Stage.NATIONAL, account_id=chair, ground="kinship", declared_at=NOW
            )
        )
        session.flush()
        after = published_conflicts(session, contest)[0]
    assert (before.stage, before.late, after.late) == ("national", 0, 1)
    assert (after.members, after.grounds) == (before.members, before.grounds)


def test_a_ground_of_the_other_stage_has_its_name_among_the_conflicts(app: Flask):
    with app.extensions["storage"].writing() as session:
        contest = session.scalars(select(Contest).where(Contest.code == CONTEST)).one()
        nominee = session.scalars(select(Nominee).where(Nominee.is_finalist.is_(True))).first()
        chair = people_of(session, contest, Stage.REGIONAL, nominee.oblast_kato).chair
        session.merge(
            ConflictFinding(
                nominee_id=nominee.id, stage=Stage.REGIONAL, account_id=chair, ground="oblast",
                found_at=NOW,
            )
        )  # fmt: skip
        session.flush()
        areas = published_conflicts(session, contest)
    assert "From the same oblast" in [
        getattr(ground.title, "en", ground.title) for one in areas[1:] for ground in one.grounds
    ]


def test_kept_answers_are_packed_marked_and_the_same_for_everybody(app: Flask, client: FlaskClient):
    packed = {"Accept-Encoding": "gzip", "Accept-Language": "ru"}
    first, second = (client.get(f"{BASE}/national", headers=packed) for _ in range(2))
    assert first.data == second.data
    plain = client.get(f"{BASE}/national", headers={"Accept-Language": "ru"})
    assert gzip.decompress(first.data) == plain.data
    mark = first.headers["ETag"]
    assert client.get(f"{BASE}/national", headers={**packed, "If-None-Match": mark}).status_code == 304
    other = client.get(f"{BASE}/national", headers={**packed, "Accept-Language": "kk", "If-None-Match": mark})
    assert other.status_code == 200
    assert {"Accept-Encoding", "Accept-Language", "Cookie"} <= set(first.vary)


@pytest.mark.parametrize("suffix", ["toml", "json"])
def test_the_rules_of_a_demonstration_say_so_in_their_file_s_name(client: FlaskClient, suffix: str):
    answer = client.get(f"{BASE}/rules/1.{suffix}")
    wanted = f'attachment; filename="DEMO-{CONTEST}-rules-1.{suffix}"'
    assert answer.headers["Content-Disposition"] == wanted


def test_what_others_write_behind_an_address_leads_to_the_address_without(app: Flask, client: FlaskClient):
    for address in (
        BASE,
        f"{BASE}/nominees/{national_rows(app)[0].nominee_id}",
        f"{BASE}/map",
        f"{BASE}/flags",
    ):
        shared = client.get(f"{address}?sort=nonsense&lang=ru&fbclid=somebody")
        assert (shared.status_code, shared.location) == (302, f"{address}?lang=ru")
    shared = client.get(f"{BASE}/national?fbclid=somebody&sort=name&q=")
    assert (shared.status_code, shared.location) == (302, f"{BASE}/national?sort=name")
    assert client.get(f"{BASE}/national?q=nobody&utm_source=x").location == f"{BASE}/national?q=nobody"


def test_a_place_is_found_with_its_akim_s_places_and_its_line_of_the_league(app: Flask, client: FlaskClient):
    first = national_rows(app)[0]
    with app.extensions["storage"].read() as session:
        name = units_by_kato(session, [first.kato])[first.kato].name_ru
    text = page(client, f"/places?q={name}")
    own = text[text.index(f"КАТО {first.kato}") :].partition('</li>\n<li class="card"')[0]
    assert f'href="{BASE}/nominees/{first.nominee_id}">{first.name_kk}</a>: regional stage, place 1;' in own
    assert f'href="{BASE}/league/all?q={first.kato}"' in own
    assert heads(page(client, f"{BASE}/league/all?q={first.kato}")) == [
        units_by_kato(session, [first.kato])[first.kato].name_en
    ]


def test_pages_of_decisions_are_drawn_again_after_an_act_and_not_before(app: Flask, client: FlaskClient):
    storage = app.extensions["storage"]
    for address in (f"{BASE}/decisions", f"{BASE}/conflicts", f"{BASE}/flags", f"{BASE}/map?show=answers"):
        first = page(client, address)
        with storage.read() as session, counting(session) as sent:
            assert page(client, address) == first
        assert len(sent) <= 4, address
    with storage.write(now=NOW) as session:
        contest = session.scalars(select(Contest).where(Contest.code == CONTEST)).one()
        kept, contest.title_en = contest.title_en, "A contest under another name"
        record(session, actor="system", action="contest.rename", subject=CONTEST)
    assert "A contest under another name" in page(client, f"{BASE}/conflicts")
    with storage.write(now=NOW) as session:
        session.scalars(select(Contest).where(Contest.code == CONTEST)).one().title_en = kept
        record(session, actor="system", action="contest.rename", subject=CONTEST)


def test_what_is_searched_for_is_drawn_so_often_for_one_reader(tmp_path_factory, monkeypatch):
    monkeypatch.setattr("contest.publication.kept.DRAWN_ANEW", "4 per minute")
    monkeypatch.setattr("contest.publication.kept.ROWS_AT_ONCE", 3)
    hold_minute(monkeypatch)
    app = loaded(tmp_path_factory)
    app.config["RATELIMIT_ENABLED"] = True
    limiter.init_app(app)
    client = app.test_client()
    try:
        # Six rows weigh as much as two answers.
        asked = [client.get(f"{BASE}/national?q=a{n}").status_code for n in range(3)]
        kept = client.get(f"{BASE}/national").status_code
    finally:
        limiter.reset()
        limiter.enabled = False
        app.extensions["storage"].engine.dispose()
    assert (asked, kept) == ([200, 200, 429], 200)


def test_a_file_is_made_once_whatever_is_written_behind_its_address(app: Flask, client: FlaskClient):
    shelf = app.extensions["results-answers"]
    first = client.get(f"{BASE}/national.xlsx?x=1")
    before = len(shelf)
    assert client.get(f"{BASE}/national.xlsx?x=2").data == first.data
    assert len(shelf) == before > 0


def test_winners_and_nominees_are_read_once(app: Flask, client: FlaskClient):
    for address in (BASE, f"{BASE}/press", f"{BASE}/nominees/{national_rows(app)[0].nominee_id}"):
        page(client, address)
        with app.extensions["storage"].read() as session, counting(session) as sent:
            page(client, address)
        assert not any("standing_rows.name_kk" in one for one in sent)


def test_a_ranking_in_which_nobody_is_left_does_not_stop_the_page(tmp_path_factory):
    app = loaded(tmp_path_factory)
    storage = app.extensions["storage"]
    with storage.write(now=NOW) as session:
        emptied = session.scalars(select(Standing).where(Standing.stage == Stage.REGIONAL).limit(1)).one()
        session.execute(delete(StandingRow).where(StandingRow.standing_id == emptied.id))
        oblast = emptied.oblast_kato
    client = app.test_client()
    assert f"{BASE}/oblasts/{oblast}" in page(client, BASE)
    for address in (f"{BASE}/oblasts/{oblast}", f"{BASE}/oblasts/{oblast}.csv", f"{BASE}/map"):
        page(client, address)
    storage.engine.dispose()


def test_a_list_needs_as_many_queries_for_one_row_as_for_all(app: Flask, client: FlaskClient):
    numbers = []
    for wish in (f"q={national_rows(app)[0].name_kk.split()[0]}", "q=а"):
        with app.extensions["storage"].read() as session, counting(session) as sent:
            page(client, f"{BASE}/national?{wish}&page=all")
        numbers.append(len(sent))
    assert numbers[0] == numbers[1]


def published_numbers(app: Flask) -> set[str]:
    """The points of everybody who has a place, in the nation and in the oblast that is asked for."""
    wanted = (
        select(StandingRow.shown)
        .join(Standing)
        .where(StandingRow.place > 0, Standing.oblast_kato.is_(None) | (Standing.oblast_kato == OBLASTS[0]))
    )
    with app.extensions["storage"].read() as session:
        return {f"{number:.2f}" for number in session.scalars(wanted)}


def numbers_at(app: Flask, addresses: Iterable[str]) -> set[str]:
    """Which of these points stand at some addresses, for everybody."""
    client, wanted = app.test_client(), published_numbers(app)
    seen = set()
    for address in addresses:
        with client.get(address, headers={"Accept-Language": "en"}) as answer:
            seen |= {number for number in wanted if number.encode() in answer.data}
    return seen


def test_before_publication_there_is_nothing_even_if_it_was_there_a_moment_ago(tmp_path_factory):
    app = loaded(tmp_path_factory)
    client, storage = app.test_client(), app.extensions["storage"]
    addresses = own_addresses(app, CONTEST)
    assert len(addresses) >= 24
    for address in addresses:
        with client.get(address) as answer:
            assert answer.status_code == 200, address
    everywhere = public_addresses(app, CONTEST).values()
    assert numbers_at(app, everywhere) == published_numbers(app)
    for address in own_addresses(app, TRIAL):
        assert client.get(address).status_code == 404, address
    with storage.write(now=NOW) as session:
        contest = session.scalars(select(Contest).where(Contest.code == CONTEST)).one()
        contest.state, contest.published_at = ContestState.CLOSED, None
        for standing in session.scalars(select(Standing)):
            standing.published_at = None
    for address in addresses:
        assert client.get(address).status_code == 404, address
    assert numbers_at(app, everywhere) == set()
    assert "Winners" not in client.get(BASE, headers={"Accept-Language": "en"}).text
    storage.engine.dispose()


def test_a_correction_is_seen_at_once(tmp_path_factory):
    app = loaded(tmp_path_factory)
    client, storage = app.test_client(), app.extensions["storage"]
    before = page(client, f"{BASE}/national")
    with storage.write(now=NOW) as session:
        old = session.scalars(select(Standing).where(Standing.stage == Stage.NATIONAL)).one()
        facts = {
            column.key: getattr(old, column.key)
            for column in Standing.__table__.columns
            if column.key not in ("id", "version", "reason")
        }
        new = Standing(**facts, version=2, reason="A sum was wrong")
        new.published_at = old.published_at + timedelta(days=1)
        session.add(new)
        session.flush()
        row = session.scalars(
            select(StandingRow).where(StandingRow.standing_id == old.id, StandingRow.place == 1)
        ).one()
        facts = {c.key: getattr(row, c.key) for c in StandingRow.__table__.columns if c.key != "id"}
        session.add(StandingRow(**{**facts, "standing_id": new.id}))
    after = page(client, f"{BASE}/national")
    assert len(heads(before)) > 1
    assert heads(after) == heads(before)[:1]
    assert "Version 2 of the standing" in after
    storage.engine.dispose()
