"""The operator's page: registering sites, the line to paste, the preview, and the look at the pages."""

from __future__ import annotations

import html
import json
import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core import clock
from core.access import Role
from core.audit import JournalEntry
from core.errors import Conflict
from core.places.queries import get_unit
from surveys.embedding import fetching, services
from surveys.embedding.addresses import SitePage
from surveys.embedding.checking import check_every_night, check_sites
from surveys.embedding.inspection import Finding
from surveys.embedding.models import Site
from surveys.embedding.queries import sites_of
from surveys.embedding.services import register_site
from surveys.embedding.snippets import script_line
from surveys.queries import campaign_by_code
from tests import staff
from tests.conftest import NOW
from tests.surveys import sample

PAGE = f"/staff/embedding/{sample.CODE}"
URL = "https://almaty-obl.gov.kz/survey"


@pytest.fixture(autouse=True)
def june(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "present", lambda: NOW)


@pytest.fixture
def katos(keep) -> list[str]:
    def make(session: Session) -> list[str]:
        units = [*sample.katos(session, 2), *sample.katos(session, 1, oblast=sample.OTHER_OBLAST)]
        sample.opened(session, units)
        return units

    return keep(make)


@pytest.fixture
def operator(client, keep, katos) -> FlaskClient:
    sample.signed_in(client, keep, Role.OPERATOR, sample.OBLAST)
    return client


def post(client: FlaskClient, address: str, **data: str):
    page = client.get(PAGE).text
    return client.post(f"{PAGE}/{address}", data={"csrf_token": sample.token(page), **data})


def text(answer) -> str:
    return re.sub(r"\s+", " ", html.unescape(answer.text))


def sites(app) -> list[Site]:
    with app.extensions["storage"].read() as session:
        return sites_of(session, campaign=campaign_by_code(session, sample.CODE), oblasts=None)


def line(page: str, kind: str) -> str:
    return html.unescape(re.search(rf'<code id="{kind}">(.*?)</code>', page, re.DOTALL)[1])


def test_an_operator_registers_a_site_and_takes_it_away_and_both_are_journalled(app, operator):
    assert post(operator, "sites?lang=en", page="almaty-obl.gov.kz/survey").status_code == 302
    (site,) = sites(app)
    assert (site.page, site.origin, site.oblast_kato) == (URL, "https://almaty-obl.gov.kz", sample.OBLAST)
    assert "Nobody has looked yet." in text(operator.get(f"{PAGE}?lang=en"))
    again = post(operator, "sites?lang=en", page=URL)
    assert (again.status_code, "is registered already" in text(again)) == (422, True)
    assert post(operator, f"sites/{site.id}/remove").status_code == 302
    assert sites(app) == []
    assert post(operator, f"sites/{site.id}/remove").status_code == 404
    with app.extensions["storage"].read() as session:
        acts = session.execute(
            select(JournalEntry.action, JournalEntry.subject, JournalEntry.details)
            .where(JournalEntry.action.startswith("site."))
            .order_by(JournalEntry.number)
        ).all()
    facts = {"origin": site.origin, "page": URL, "oblast": sample.OBLAST}
    assert [(act, subject, json.loads(details)) for act, subject, details in acts] == [
        ("site.register", f"campaign:{sample.CODE}", facts),
        ("site.remove", f"campaign:{sample.CODE}", facts),
    ]  # fmt: skip


def test_what_cannot_be_a_site_is_told_at_the_field_and_kept(app, operator):
    answer = post(operator, "sites?lang=en", page="http://almaty-obl.gov.kz")
    assert (answer.status_code, sites(app)) == (422, [])
    assert "the site must be reached over https://" in text(answer)
    assert 'value="http://almaty-obl.gov.kz"' in answer.text


def test_an_operator_touches_the_own_oblast_only(app, operator, keep):
    def others(session: Session) -> list[int]:
        campaign = campaign_by_code(session, sample.CODE)
        return [
            register_site(
                session, campaign=campaign, oblast=oblast, page=SitePage(f"https://{n}.kz", f"https://{n}.kz/"),
                actor=sample.ACTOR, now=NOW,
            ).id
            for n, oblast in (("a", sample.OTHER_OBLAST), ("b", None))
        ]  # fmt: skip

    for number in keep(others):
        assert post(operator, f"sites/{number}/remove").status_code == 403
        assert post(operator, f"sites/{number}/check").status_code == 403
    assert post(operator, f"sites?oblast={sample.OTHER_OBLAST}", page=URL).status_code == 403
    assert operator.get(f"{PAGE}?oblast={sample.OTHER_OBLAST}").status_code == 403
    assert "https://a.kz" not in operator.get(PAGE).text
    assert len(sites(app)) == 2


def test_the_agency_sees_all_and_registers_for_the_country(app, client, keep, katos):
    sample.signed_in(client, keep, Role.AGENCY)
    assert post(client, "sites", page="https://www.gov.kz/survey").status_code == 302
    assert post(client, f"sites?oblast={sample.OBLAST}", page=URL).status_code == 302
    assert [site.oblast_kato for site in sites(app)] == [sample.OBLAST, None]
    page = text(client.get(f"{PAGE}?lang=en"))
    assert "https://www.gov.kz/survey" in page
    assert URL in page
    assert 'data-campaign="2026-main" data-lang="en"' in line(client.get(f"{PAGE}?lang=en").text, "script")


@pytest.mark.parametrize("role", [Role.MEMBER, Role.AUDITOR, Role.ETHICS])
def test_others_have_no_business_here(client, keep, katos, role: Role):
    sample.signed_in(client, keep, role, sample.OBLAST)
    for address in ("/staff/embedding", PAGE, f"{PAGE}/preview/{katos[0]}"):
        assert client.get(address).status_code == 403


def test_the_only_survey_that_goes_on_is_opened_at_once(operator):
    answer = operator.get("/staff/embedding")
    assert (answer.status_code, answer.location) == (302, PAGE)


def test_the_line_follows_the_choice(operator, katos):
    start = operator.get(f"{PAGE}?lang=kk").text
    public = "http://localhost"
    given = {"campaign": sample.CODE, "language": "kk"}
    assert line(start, "script") == script_line(public, unit=sample.OBLAST, **given)
    page = operator.get(f"{PAGE}?lang=en&unit={katos[0]}&words=ru").text
    assert line(page, "script") == script_line(public, unit=katos[0], campaign=sample.CODE, language="ru")
    frame = line(page, "frame")
    assert f'src="http://localhost/embed/{sample.CODE}/{katos[0]}?lang=ru"' in frame
    assert 'title="Опрос 2026"' in frame
    assert f'src="{PAGE}/preview/{katos[0]}?lang=ru"' in page
    assert operator.get(f"{PAGE}?unit={katos[2]}").status_code == 404
    assert operator.get(f"{PAGE}?unit=1").status_code == 404


def test_the_plain_frame_names_the_site_that_it_is_for(operator):
    for page in ("https://b.gov.kz/", "https://a.gov.kz/", "https://a.gov.kz/second"):
        post(operator, "sites", page=page)
    assert line(operator.get(PAGE).text, "frame").count("at=https://a.gov.kz&amp;") == 0
    assert 'at=https://a.gov.kz"' in line(operator.get(PAGE).text, "frame")
    chosen = operator.get(f"{PAGE}?site=https://b.gov.kz").text
    assert 'at=https://b.gov.kz"' in line(chosen, "frame")
    assert chosen.count("<option") - operator.get(PAGE).text.count("<option") == 0


def test_a_village_is_found_by_name_within_the_oblast(app, operator, katos):
    with app.extensions["storage"].read() as session:
        name = get_unit(session, katos[0]).name_kk
    page = operator.get(PAGE, query_string={"lang": "kk", "q": name}).text
    assert f"unit={katos[0]}" in page
    assert f"unit={katos[2]}" not in page
    nothing = operator.get(PAGE, query_string={"lang": "en", "q": "zzzqqq"})
    assert "Nothing by the name “zzzqqq” is asked here" in text(nothing)


def test_the_preview_is_framed_by_our_own_page_and_cannot_be_sent(operator, katos):
    answer = operator.get(f"{PAGE}/preview/{katos[0]}?lang=ru")
    assert "frame-ancestors 'self'" in answer.headers["Content-Security-Policy"]
    assert 'name="ticket" value=""' in answer.text
    assert "action=" not in re.search(r'<form id="survey".*?>', answer.text)[0]


class Sites(BaseHTTPRequestHandler):
    """An akimat's server: a page for each thing that can be wrong."""

    pages: dict[str, str] = {}

    def do_GET(self) -> None:
        body = self.pages.get(self.path)
        self.send_response(200 if body is not None else 404)
        self.end_headers()
        self.wfile.write((body or "").encode())

    def log_message(self, *parts: object) -> None:
        pass


@pytest.fixture
def akimat() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Sites)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_look_says_what_each_page_shows_on_demand_nightly_and_by_command(
    app, operator, katos, akimat, monkeypatch
):
    good = script_line("http://localhost", campaign=sample.CODE, unit=katos[0], language="kk")
    # A busy machine is no silent site.
    monkeypatch.setattr(fetching, "LONGEST_WAIT", 60)
    monkeypatch.setattr(fetching, "LONGEST_VISIT", 120)
    monkeypatch.setattr(
        Sites, "pages", {"/good": good, "/empty": "<p>", "/old": good.replace(sample.CODE, "2020-old")}
    )
    for path in ("good", "empty", "gone", "old"):
        assert post(operator, "sites", page=f"{akimat}/{path}").status_code == 302
    numbers = {site.page.rpartition("/")[2]: site.id for site in sites(app)}
    for path, sentence in (
        ("good", "The page shows the survey."),
        ("empty", "The page answers, but our line is not on it."),
        ("gone", "The page does not answer: 404."),
        ("old", "Another survey is on it: “2020-old”."),
    ):
        assert post(operator, f"sites/{numbers[path]}/check?lang=en").status_code == 302
        assert f"{akimat}/{path}: {sentence}" in text(operator.get(f"{PAGE}?lang=en"))
    found = {site.page.rpartition("/")[2]: site.finding for site in sites(app)}
    assert found == {
        "good": Finding.SHOWN, "empty": Finding.ABSENT, "gone": Finding.STATUS, "old": Finding.OTHER_CAMPAIGN,
    }  # fmt: skip
    monkeypatch.setattr(Sites, "pages", {"/empty": good})
    with app.app_context(), app.extensions["storage"].writing() as session:
        check_every_night(session, NOW)
        assert not session.in_transaction(), "a write lock would be held while sites are asked"
    assert [site.finding for site in sites(app) if site.page.endswith(("/empty", "/good"))] == [
        Finding.SHOWN, Finding.STATUS,
    ]  # fmt: skip
    stored = json.loads(staff.run(app, "campaigns", "sites", sample.CODE, "--stored", "--json").stdout)
    assert {(one["page"].rpartition("/")[2], one["finding"]) for one in stored} == {
        ("good", "status"), ("empty", "shown"), ("gone", "status"), ("old", "status"),
    }  # fmt: skip
    monkeypatch.setattr(Sites, "pages", {"/good": good})
    asked = staff.run(app, "campaigns", "sites", sample.CODE)
    assert f"{akimat}/good  The page shows the survey." in asked.stdout
    assert staff.run(app, "campaigns", "sites", "none").exit_code == 1


def test_a_site_that_is_taken_away_while_it_is_asked_is_passed_over(app, keep, katos, monkeypatch):
    with app.app_context():
        number = keep(
            lambda session: register_site(
                session, campaign=campaign_by_code(session, sample.CODE), oblast=None,
                page=SitePage("https://a.kz", "https://a.kz/"), actor=sample.ACTOR, now=NOW,
            ).id
        )  # fmt: skip

        def meanwhile(count: int) -> None:
            with app.extensions["storage"].write(now=NOW) as session:
                session.delete(session.get(Site, number))

        monkeypatch.setattr(
            "surveys.embedding.fetching._visit", lambda page, *, allow_local: "https://10.0.0.1/"
        )
        assert check_sites(code=sample.CODE, now=NOW, progress=meanwhile) == []


def test_an_oblast_cannot_register_without_end(settled_sqlite, monkeypatch):
    monkeypatch.setattr(services, "MOST_SITES", 2)
    with settled_sqlite.writing() as session:
        campaign = sample.drafted(session, sample.katos(session, 1))
        given = {"campaign": campaign, "oblast": None, "actor": sample.ACTOR, "now": NOW}
        for name in ("a", "b"):
            register_site(session, page=SitePage(f"https://{name}.kz", f"https://{name}.kz/"), **given)
        with pytest.raises(Conflict, match="2 pages are registered here"):
            register_site(session, page=SitePage("https://c.kz", "https://c.kz/"), **given)


@pytest.mark.parametrize(
    "wrong", [{"origin": "ftp://a.kz"}, {"finding": Finding.SHOWN}, {"checked_at": NOW}], ids=str
)
def test_the_database_refuses_a_site_that_cannot_be(settled_sqlite, wrong):
    with settled_sqlite.writing() as session:
        campaign = sample.drafted(session, sample.katos(session, 1))
        given = {"campaign_id": campaign.id, "origin": "https://a.kz", "page": "https://a.kz/"}
        session.add(Site(added_on=NOW.date(), detail="", **{**given, **wrong}))
        with pytest.raises(IntegrityError):
            session.flush()


def test_the_page_asks_the_database_as_often_for_three_sites_as_for_one(app, operator):
    counts = []
    for count in (1, 2):
        for number in range(count):
            post(operator, "sites", page=f"https://s{count}{number}.gov.kz/")
        with sample.counting(app.extensions["storage"].engine) as sent:
            operator.get(PAGE)
        counts.append(len(sent))
    assert counts[0] == counts[1]
