"""The staff page of the territory: guarded, says what is known, takes a table or only checks it."""

from __future__ import annotations

import io
import re

import pytest

from core.access import Role, Scope
from core.places import queries
from core.tables import read_table
from tests.staff import Browser, English, person

KARAAUL = "103230000"
PAGE = "/staff/territories"
TABLE = f"kato,as_of_on,residents,adults,source\n{KARAAUL},2026-01-01,4021,2500,census\n"


@pytest.fixture
def agency(browser: Browser, keep) -> Browser:
    """A browser in which the agency is signed in."""
    keep(lambda session: person(session).id)
    browser.sign_in()
    return browser


def send(browser: Browser, text: str, *, kind: str = "population", **fields: str):
    token = re.search(rf'name="{kind}-csrf_token"[^>]*value="([^"]+)"', browser.get(PAGE).text)
    data = {
        f"{kind}-csrf_token": token[1],
        f"{kind}-table": (io.BytesIO(text.encode()), "people.csv"),
        **{f"{kind}-{name}": value for name, value in fields.items()},
    }
    return browser.client.post(f"{PAGE}/{kind}", data=data, headers=English)


def adults(app) -> int | None:
    with app.extensions["storage"].read() as session:
        return queries.adults_by_kato(session, [KARAAUL])[KARAAUL]


def test_page_is_the_agencys_alone(browser: Browser, keep):
    assert browser.get(PAGE).status_code == 302
    keep(lambda session: person(session, "aigul", Scope(Role.SECRETARY)).id)
    browser.sign_in()
    assert browser.get(PAGE).status_code == 403


def test_page_says_what_is_known_in_three_languages(agency: Browser):
    page = agency.get(PAGE).text
    assert re.findall(r"<dd>([^<]+)</dd>", page) == [
        "20", "209", "2,379", "12,986", "2,319", "0 of 2,319", "0 of 2,319", "0 of 2,319",
    ]  # fmt: skip
    assert "NK RK 11-2025, 2026-07-17" in page
    for language in ("kk", "ru"):
        assert agency.client.get(PAGE, query_string={"lang": language}).status_code == 200


def test_table_is_checked_then_taken(agency: Browser, app):
    checked = send(agency, TABLE, dry_run="y")
    assert (checked.status_code, adults(app)) == (302, None)
    assert "Checked, nothing changed. New: 1" in agency.get(PAGE).text
    taken = send(agency, TABLE)
    assert (taken.status_code, adults(app)) == (302, 2500)
    assert "1 of 2,319" in agency.get(PAGE).text


def test_bad_table_is_shown_by_line_and_nothing_is_taken(agency: Browser, app):
    answer = send(agency, TABLE + "1,2026-01-01,5,5,x\n")
    assert (answer.status_code, adults(app)) == (422, None)
    assert "no unit has the code “1”" in answer.text


def test_missing_file_is_said_in_the_summary_and_at_the_field(agency: Browser):
    token = re.search(r'name="officials-csrf_token"[^>]*value="([^"]+)"', agency.get(PAGE).text)
    fields = {"officials-csrf_token": token[1]}
    answer = agency.client.post(f"{PAGE}/officials", data=fields, headers=English)
    assert answer.status_code == 422
    assert answer.text.count("Choose a file.") == 2


def test_a_table_without_the_pages_token_is_refused(agency: Browser, app):
    fields = {"population-table": (io.BytesIO(TABLE.encode()), "people.csv")}
    answer = agency.client.post(f"{PAGE}/population", data=fields, headers=English)
    assert (answer.status_code, adults(app)) == (400, None)


def test_template_has_every_post(agency: Browser):
    answer = agency.get(f"{PAGE}/officials/template")
    assert answer.headers["Content-Disposition"] == "attachment; filename=DEMO-officials.xlsx"
    table = read_table(answer.data, filename="officials.xlsx")
    assert (len(table.rows), table.rows[0].values["name"]) == (2319, "Qaraauyl rural okrug")
    assert agency.get(f"{PAGE}/cows/template").status_code == 404
