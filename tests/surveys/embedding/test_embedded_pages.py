"""The survey inside another site: who may frame it, its direct address, and that no link leads out of it."""

from __future__ import annotations

import html
import re
from datetime import timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.exc import InterfaceError, InternalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session

from core import clock
from core.urn.models import Intake
from core.web.origins import refuse_foreign_origin
from surveys.embedding import framing
from surveys.embedding.addresses import read_page
from surveys.embedding.queries import MOST_ORIGINS, framing_origins
from surveys.embedding.services import register_site
from surveys.embedding.snippets import SANDBOX
from surveys.queries import campaign_by_code
from tests.conftest import NOW
from tests.house.walk import ROOT
from tests.surveys import sample

SITE = "https://almaty-obl.gov.kz"
ALL_FIVE = dict.fromkeys(("rights", "services", "families", "employment", "infrastructure", "community"), "5")


class Time:
    """The clock that the edges read."""

    now = NOW


@pytest.fixture(autouse=True)
def time(monkeypatch: pytest.MonkeyPatch) -> Time:
    held = Time()
    monkeypatch.setattr(clock, "present", lambda: held.now)
    framing._LAST.clear()
    return held


def registered(session: Session, page: str, oblast: str | None = sample.OBLAST) -> None:
    register_site(
        session, campaign=campaign_by_code(session, sample.CODE), oblast=oblast,
        page=read_page(page, allow_local=False), actor=sample.ACTOR, now=NOW,
    )  # fmt: skip


@pytest.fixture
def katos(keep) -> list[str]:
    """Two units of an open campaign, and one site of their oblast that may show it."""

    def make(session: Session) -> list[str]:
        units = sample.katos(session, 2)
        sample.population(session, {units[0]: 900, units[1]: 300})
        sample.opened(session, units)
        registered(session, f"{SITE}/survey")
        return units

    return keep(make)


@pytest.fixture
def client(app):
    return app.test_client(use_cookies=False)


def ancestors(answer) -> str:
    return re.search(r"frame-ancestors ([^;]*)", answer.headers["Content-Security-Policy"])[1]


def address(kato: str, site: str | None = SITE, lang: str = "en") -> str:
    return f"/embed/{sample.CODE}/{kato}?lang={lang}" + (f"&at={site}" if site else "")


def test_a_registered_site_may_frame_every_page_and_nobody_else_may(client, katos):
    for page in (
        address(katos[0]),
        f"/embed/{sample.CODE}?lang=kk&at={SITE}",
        f"/embed/{sample.CODE}/1?at={SITE}",
    ):
        answer = client.get(page)
        assert ancestors(answer) == f"'self' {SITE}"
        assert "X-Frame-Options" not in answer.headers
        assert "Set-Cookie" not in answer.headers
    foreign = client.get(address(katos[0], "https://evil.example"))
    assert (foreign.status_code, ancestors(foreign)) == (200, "'self'")
    assert 'data-site=""' in foreign.text
    assert ancestors(client.get(f"/s/{sample.CODE}/{katos[0]}")) == "'none'"


def test_a_frame_that_names_no_site_may_be_shown_by_the_registered_ones(client, katos, keep):
    keep(lambda session: registered(session, "https://www.gov.kz/a", None))
    keep(lambda session: registered(session, "https://www.gov.kz/b", None))
    assert ancestors(client.get(address(katos[0], None))) == f"'self' {SITE} https://www.gov.kz"
    assert ancestors(client.get(f"/embed/{sample.CODE}")) == f"'self' https://www.gov.kz {SITE}"


def test_the_own_oblast_comes_first_where_there_are_many_sites(settled):
    with settled.writing() as session:
        units = sample.katos(session, 1)
        sample.opened(session, units)
        for number in range(MOST_ORIGINS):
            registered(session, f"https://a{number}.gov.kz", sample.OTHER_OBLAST)
        registered(session, "https://zz.gov.kz")
        found = framing_origins(session, code=sample.CODE, site=None, kato=units[0])
        assert (found[0], len(found)) == ("https://zz.gov.kz", MOST_ORIGINS)


def test_an_answer_arrives_from_the_frame_without_cookie_script_or_referrer(app, client, katos, time):
    page = client.get(address(katos[0], lang="kk")).text
    assert f'action="/embed/{sample.CODE}/{katos[0]}?lang=kk&amp;at=https://almaty-obl.gov.kz"' in unquoted(
        page
    )
    time.now += timedelta(minutes=2)
    sent = {"ticket": sample.ticket(page), **ALL_FIVE}
    answer = client.post(
        address(katos[0], lang="kk"), data=sent, headers={"Origin": "null", "Sec-Fetch-Site": "same-origin"}
    )
    assert (answer.status_code, waiting(app)) == (200, 1)
    assert ancestors(answer) == f"'self' {SITE}"
    assert "Рақмет" in answer.text
    again = client.post(address(katos[0]), data=sent)
    assert (again.status_code, waiting(app)) == (200, 1)


def waiting(app) -> int:
    with app.extensions["storage"].read() as session:
        return session.scalar(select(func.count()).select_from(Intake))


def unquoted(page: str) -> str:
    return page.replace("%3A", ":").replace("%2F", "/")


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Origin": "null"}, 200),
        ({"Origin": "http://localhost"}, 200),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "http://localhost"}, 200),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": SITE}, 403),
    ],
)
def test_forms_of_other_sites_are_refused_where_a_browser_says_so(app, client, katos, time, headers, status):
    page = client.get(address(katos[0])).text
    time.now += timedelta(minutes=2)
    answer = client.post(address(katos[0]), data={"ticket": sample.ticket(page), **ALL_FIVE}, headers=headers)
    assert (answer.status_code, waiting(app)) == (status, status == 200)


def test_behind_a_proxy_the_public_address_is_our_own(app):
    with app.test_request_context("http://10.0.0.7:8000/", headers={"Origin": "http://localhost"}):
        refuse_foreign_origin()


def links(page: str) -> list[str]:
    """The links and forms that would open inside of the frame."""
    tags = re.findall(r"<(?:a|form)\b[^>]*>", page)
    inside = [tag for tag in tags if 'target="_blank"' not in tag]
    found = [re.search(r'(?:href|action)="([^"]*)"', tag) for tag in inside]
    return [unquoted(one[1].replace("&amp;", "&")) for one in found if one]


@pytest.mark.parametrize("lang", ["kk", "ru", "en"])
def test_no_link_leads_out_of_the_frame_and_each_keeps_language_and_site(client, katos, time, lang: str):
    form = client.get(address(katos[0], lang=lang)).text
    time.now += timedelta(minutes=2)
    thanks = client.post(address(katos[0], lang=lang), data={"ticket": sample.ticket(form), **ALL_FIVE})
    pages = [
        form, thanks.text,
        client.post(address(katos[0], lang=lang), data={"ticket": ""}).text,
        client.get(f"/embed/{sample.CODE}?lang={lang}&at={SITE}").text,
        client.get(f"/embed/{sample.CODE}?lang={lang}&at={SITE}&in={sample.OBLAST}").text,
        client.get(f"/embed/{sample.CODE}/1?lang={lang}&at={SITE}").text,
        client.get(f"/embed/none?lang={lang}&at={SITE}").text,
    ]  # fmt: skip
    for page in pages:
        inside = [link for link in links(page) if not link.startswith("#")]
        assert inside
        for link in inside:
            assert link.startswith("/embed/"), link
            assert f"at={SITE}" in link, link
            assert re.search(r"lang=(kk|ru|en)", link) or 'role="search"' in page, link
        direct = re.search(r'href="(http://localhost/s/[^"]*)" target="_blank"', page)[1]
        assert direct.endswith(f"lang={lang}") or "in=" in direct


def test_the_search_of_the_list_keeps_the_site(client, katos):
    page = client.get(f"/embed/{sample.CODE}?lang=en&at={SITE}").text
    form = re.search(r"<form.*?</form>", page, re.DOTALL)[0]
    assert f'name="at" value="{SITE}"' in form


def test_the_direct_address_stands_in_the_frame_as_people_read_it(client, katos):
    page = client.get(address(katos[0])).text
    assert f'href="http://localhost/s/{sample.CODE}/{katos[0]}?lang=en"' in page
    assert f">localhost/s/{sample.CODE}/{katos[0]}</a>" in page


def test_a_line_for_an_oblast_leads_to_its_villages_in_three_clicks(client, katos):
    answer = client.get(address(sample.OBLAST, lang="kk"))
    assert answer.status_code == 302
    page = client.get(answer.location).text
    cards = re.findall(r'class="card" href="([^"]+)"', page)
    page = client.get(cards[0].replace("&amp;", "&")).text
    cards = re.findall(r'class="card" href="([^"]+)"', page)
    assert 'class="rate"' in client.get(cards[0].replace("&amp;", "&")).text
    assert client.get(address("710000000")).status_code == 404


def test_a_survey_that_is_over_says_so_in_the_frame(client, katos, time):
    time.now = NOW + timedelta(days=30)
    answer = client.get(address(katos[0]))
    assert (answer.status_code, ancestors(answer)) == (410, f"'self' {SITE}")
    assert "The survey ended on June 20, 2026" in answer.text


def test_a_lost_database_is_told_in_the_frame(app, client, katos, time, backend):
    """A table that is gone stands for a database that is: SQLite says the same of both."""
    if backend.name != "sqlite":
        pytest.skip("PostgreSQL tells a missing table from a missing server")
    page = client.get(address(katos[0])).text
    time.now += timedelta(minutes=2)
    with app.extensions["storage"].write(now=NOW) as session:
        session.connection().exec_driver_sql("ALTER TABLE survey_sites RENAME TO gone")
        session.connection().exec_driver_sql("ALTER TABLE survey_units RENAME TO gone_too")
    answer = client.post(address(katos[0]), data={"ticket": sample.ticket(page), **ALL_FIVE})
    assert (answer.status_code, ancestors(answer)) == (503, f"'self' {SITE}")


@pytest.mark.parametrize(
    "fault",
    [PoolTimeout("all connections are taken"), InterfaceError("x", {}, Exception("closed")),
     InternalError("x", {}, Exception("read-only transaction")), OSError(28, "No space left on device")],
    ids=lambda fault: type(fault).__name__,
)  # fmt: skip
def test_whatever_is_lost_the_frame_keeps_the_answers(app, client, katos, time, fault: Exception):
    """Each of them must leave the page framed, or the browser shows nothing in its place."""
    page, engine = client.get(address(katos[0])).text, app.extensions["storage"].engine
    time.now += timedelta(minutes=2)
    sent = {"ticket": sample.ticket(page), **ALL_FIVE}

    def refuse(*parts: object) -> None:
        raise fault

    event.listen(engine, "before_cursor_execute", refuse)
    answer = client.post(address(katos[0]), data=sent)
    event.remove(engine, "before_cursor_execute", refuse)
    assert (answer.status_code, ancestors(answer)) == (503, f"'self' {SITE}")
    target = html.unescape(re.search(r'<form method="post" action="([^"]+)"', answer.text)[1])
    assert dict(parse_qsl(urlsplit(target).query)) == {"lang": "en", "at": SITE}
    kept = dict(re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', answer.text))
    assert kept == sent
    assert "Thank you" in client.post(target, data=kept).text


def test_the_pasted_script_is_small_kept_briefly_and_asks_the_same_sandbox(client):
    with client.get("/embed.js") as answer:
        content = answer.data
    assert (answer.status_code, answer.mimetype) == (200, "text/javascript")
    assert len(content) < 2048
    assert answer.headers["Cache-Control"] == "public, max-age=600"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert "Set-Cookie" not in answer.headers
    assert f'"{SANDBOX}"' in (ROOT / "static" / "embed.js").read_text()
    assert re.findall(rb"https?://\w+", content) == []
