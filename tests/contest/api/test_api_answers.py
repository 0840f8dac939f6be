"""How the API answers: for readers everywhere, without cookies, and with problems that say what to do."""

from __future__ import annotations

import gzip
import json
import re
from dataclasses import replace
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

import wsgi
from contest.api.description import describe
from contest.api.operations import OPERATIONS
from contest.api.views_public import PER_MINUTE
from core.application import build_app
from core.settings import Settings
from core.storage import Storage
from core.web.limits import limiter
from tests.contest.api.conftest import PUBLISHED
from tests.contest.api.reading import PREFIX, path_of
from tests.contest.pages import hold_minute

UNITS = f"{PREFIX}/units?per_page=50"
ENGLISH = {"Accept-Language": "en"}


def test_the_description_names_every_address_and_no_other(site: Flask, reader: FlaskClient):
    served = reader.get(f"{PREFIX}/openapi.json").json
    rules = [rule for rule in site.url_map.iter_rules() if rule.rule.startswith("/api/")]
    assert {rule.rule.replace("<string:", "{").replace(">", "}") for rule in rules} == set(served["paths"])
    assert {rule.endpoint for rule in rules} == {f"api_public.{name}" for name in OPERATIONS}
    note = served["info"]["description"].partition("\n")[0]
    assert served["info"]["x-demonstration"] is True
    assert served == json.loads(json.dumps(describe(public_url="http://127.0.0.1", note=note)))


def test_an_unchanged_answer_is_304_packed_or_not(reader: FlaskClient):
    packed = reader.get(UNITS, headers={"Accept-Encoding": "gzip"})
    plain = reader.get(UNITS)
    assert gzip.decompress(packed.get_data()) == plain.get_data()
    tags = [answer.headers["ETag"] for answer in (packed, plain)]
    assert all(tag.startswith('"') for tag in tags)
    assert tags[0] != tags[1]
    for answer, accepted in ((packed, "gzip"), (plain, "identity")):
        headers = {"Accept-Encoding": accepted, "If-None-Match": answer.headers["ETag"]}
        again = reader.get(UNITS, headers=headers)
        assert (again.status_code, again.get_data()) == (304, b"")
        assert again.headers["ETag"] == answer.headers["ETag"]
        assert again.headers["Access-Control-Allow-Origin"] == "*"
    other = reader.get(UNITS, headers={"If-None-Match": '"something else"'})
    assert other.status_code == 200
    assert plain.headers["Cache-Control"] == "public, max-age=3600"
    assert reader.get(f"{PREFIX}/contests").headers["Cache-Control"] == "public, max-age=60"


def test_a_page_of_any_site_may_read_and_nothing_more(reader: FlaskClient):
    origin = {"Origin": "https://newspaper.example"}
    answer = reader.get(UNITS, headers=origin)
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Access-Control-Expose-Headers"] == "ETag, Link, Retry-After"
    assert "Access-Control-Allow-Credentials" not in answer.headers
    asking = {**origin, "Access-Control-Request-Method": "GET"}
    preflight = reader.options(UNITS, headers=asking)
    assert preflight.status_code == 200
    assert preflight.headers["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS"
    assert preflight.headers["Access-Control-Allow-Headers"] == "If-None-Match"
    assert "Access-Control-Allow-Origin" not in reader.get("/results", headers=origin).headers


def test_no_cookie_is_read_or_set_and_no_session_kept(site: Flask):
    client = site.test_client()
    with client.session_transaction() as cookie:
        cookie["_user_id"], cookie["_fresh"] = "1.1", True
        cookie.permanent = True
    client.set_cookie("lang", "ru")
    answer = client.get(f"{PREFIX}/contests?lang=ru")
    assert answer.status_code == 200
    assert answer.headers.getlist("Set-Cookie") == []
    assert answer.headers["Vary"] == "Accept-Encoding"
    problem = client.get(f"{PREFIX}/contests/nothing", headers=ENGLISH)
    assert (problem.json["title"], problem.headers["Content-Language"]) == ("There is no such page", "en")
    assert problem.headers.getlist("Set-Cookie") == []


def test_the_link_header_leads_through_the_pages(reader: FlaskClient):
    def links(address: str) -> dict[str, str]:
        pairs = (part.split("; ") for part in reader.get(address).headers["Link"].split(", "))
        return {relation[5:-1]: path_of(target[1:-1]) for target, relation in pairs}

    first = links(f"{PREFIX}/units?parent=110000000&per_page=6&page=1")
    assert set(first) == {"first", "next", "last"}
    second = links(first["next"])
    assert set(second) == {"first", "prev", "next", "last"}
    assert urlsplit(second["prev"]).query == urlsplit(first["first"]).query
    assert set(links(first["last"])) == {"first", "prev", "last"}


@pytest.mark.parametrize(
    ("query", "parameter", "named"),
    [
        ("knd=village", "knd", "parent, oblast, kind, q, page, per_page, lang"),
        ("kind=castle", "kind", "rural_okrug"),
        ("page=0", "page", "1 to 100000"),
        ("page=1.5", "page", "1.5"),
        ("per_page=501", "per_page", "1 to 500"),
        ("page=1&page=2", "page", "2 times"),
        ("parent=12345678x", "parent", "nine digits"),
        ("q=", "q", "1 to 100 characters"),
        ("lang=de", "lang", "kk, ru, en"),
    ],
)
def test_a_parameter_that_cannot_be_taken_is_named_with_the_remedy(
    reader: FlaskClient, query: str, parameter: str, named: str
):
    answer = reader.get(f"{PREFIX}/units?{query}", headers=ENGLISH)
    assert answer.status_code == 400
    assert answer.content_type == "application/problem+json"
    assert answer.json["parameter"] == parameter
    assert named in answer.json["detail"]
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("method", "path", "headers", "status"),
    [
        ("GET", "/api/v1/nothing", {}, 404),
        ("GET", "/api/nothing/", {}, 404),
        ("GET", "/api/v2/units", {}, 404),
        ("GET", "/api/v1/units?page=9999", {}, 404),
        ("GET", "/api/v1/units/110000000%0A", {}, 404),
        ("GET", "/api/v1/contests/%00", {}, 404),
        ("GET", f"/api/v1/contests/{PUBLISHED}/standings/regional/710000000", {}, 404),
        ("GET", f"/api/v1/contests/{PUBLISHED}/league/huge", {}, 404),
        ("POST", "/api/v1/units", {}, 405),
        ("GET", "/api/v1/units", {"Accept": "text/html"}, 406),
    ],
)
def test_every_error_is_a_problem_that_other_sites_may_read(
    reader: FlaskClient, method: str, path: str, headers: dict[str, str], status: int
):
    answer = reader.open(path, method=method, headers={**ENGLISH, **headers})
    assert (answer.status_code, answer.json["status"]) == (status, status)
    assert answer.content_type == "application/problem+json"
    assert set(answer.json) == {"type", "status", "title", "detail"}
    assert answer.json["title"] and answer.json["detail"]
    described = describe(public_url="", note=None)["components"]["responses"]
    assert str(status) in described or status == 405
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_problems_speak_the_readers_language(reader: FlaskClient):
    said = {lang: reader.get(f"{PREFIX}/units?page=9999&lang={lang}") for lang in ("kk", "ru", "en")}
    assert len({answer.json["detail"] for answer in said.values()}) == 3
    assert [answer.headers["Content-Language"] for answer in said.values()] == ["kk", "ru", "en"]


def test_the_page_about_it_stands_in_three_languages_with_addresses_that_work(reader: FlaskClient):
    for lang, title in (
        ("kk", "Бағдарламаларға"),
        ("ru", "Данные для программ"),
        ("en", "Data for programs"),
    ):
        page = reader.get(f"/api?lang={lang}")
        assert (page.status_code, page.content_type) == (200, "text/html; charset=utf-8")
        assert title in page.text
    examples = re.findall(r'<code>curl "([^"]+)"</code>', page.text)
    assert len(examples) == 3
    for example in examples:
        assert reader.get(path_of(example)).status_code == 200


def test_faults_of_ours_and_too_many_requests_are_problems(
    settled_sqlite: Storage, settings: Settings, monkeypatch: pytest.MonkeyPatch
):
    """As it runs for real: with rate limits, and with nothing raised through."""
    hold_minute(monkeypatch)
    with settled_sqlite.engine.begin() as connection:
        connection.execute(text("PRAGMA ignore_check_constraints = ON"))
        connection.execute(text("UPDATE units SET kind = 'castle' WHERE kato = '110000000'"))
        connection.execute(text("ALTER TABLE contests RENAME TO lost"))
    url = settled_sqlite.engine.url.render_as_string(hide_password=False)
    app = build_app(replace(settings, database_url=url), wsgi.ROOMS)
    reader = app.test_client(use_cookies=False)
    for path, status in (("/units/110000000", 500), ("/contests", 503)):
        answer = reader.get(PREFIX + path, headers=ENGLISH)
        assert (answer.status_code, answer.json["status"]) == (status, status)
        assert answer.content_type == "application/problem+json"
        assert "castle" not in answer.text
    try:
        statuses = [reader.get(PREFIX).status_code for _ in range(PER_MINUTE)]
        refused = reader.get(PREFIX)
    finally:
        limiter.reset()
        limiter.enabled = False
        app.extensions["storage"].engine.dispose()
    assert set(statuses) == {200}
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "60")
    assert refused.content_type == "application/problem+json"
