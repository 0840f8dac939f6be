"""The report of pressure: apart from every answer, one a form, and words for the agency's eyes only."""

from __future__ import annotations

import html
import re
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from core import clock
from core.access import Role
from core.urn.models import Intake
from core.web.limits import limiter
from surveys.pressure.models import PressureReport
from surveys.pressure.queries import pressure_counts
from surveys.queries import campaign_by_code
from tests.conftest import NOW
from tests.surveys import sample

WORDS = "The school's director told us what to choose."


@pytest.fixture(autouse=True)
def june(monkeypatch: pytest.MonkeyPatch):
    """Let the edges read the first of June; a test may set another instant."""
    monkeypatch.setattr(clock, "present", lambda: NOW)
    return lambda now: monkeypatch.setattr(clock, "present", lambda: now)


@pytest.fixture
def katos(keep) -> list[str]:
    """Two units of an open campaign."""

    def make(session: Session) -> list[str]:
        units = sample.katos(session, 2)
        sample.opened(session, units)
        return units

    return keep(make)


@pytest.fixture
def client(app) -> FlaskClient:
    return app.test_client(use_cookies=False)


def address(kato: str, lang: str = "en") -> str:
    return f"/report/{sample.CODE}/{kato}?lang={lang}"


def number(page: str) -> str:
    return re.search(r'name="number" value="([^"]+)"', page)[1]


def text(answer) -> str:
    return re.sub(r"\s+", " ", answer.text)


def told(client: FlaskClient, kato: str, **fields: str):
    """Open the form and send it."""
    given = {"number": number(client.get(address(kato)).text), "kind": "told", **fields}
    return client.post(address(kato), data=given)


def kept(app) -> list[PressureReport]:
    with app.extensions["storage"].read() as session:
        return list(session.scalars(select(PressureReport)))


@pytest.mark.parametrize(
    ("lang", "heading", "choice", "button"),
    [
        ("kk", "Қысым туралы хабарлау", "Біреу адамдарға қалай жауап беру керегін айтты", "Жіберу"),
        ("ru", "Сообщить о давлении", "Кто-то указывал людям, как отвечать", "Отправить"),
        ("en", "Report pressure", "Somebody told people how to answer", "Send"),
    ],
)
def test_the_form_needs_no_cookie_and_no_script_and_keeps_its_language(
    client, katos, lang: str, heading: str, choice: str, button: str
):
    answer = client.get(address(katos[0], lang))
    page = text(answer)
    assert answer.status_code == 200
    assert f"<h1>{heading}</h1>" in page
    assert f"<span>{choice}</span>" in page
    assert f"<button>{button}</button>" in page
    assert f'action="/report/{sample.CODE}/{katos[0]}?lang={lang}"' in page
    assert "<script" not in page
    assert "Set-Cookie" not in answer.headers
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["X-Frame-Options"] == "DENY"  # it opens in a window of its own


def test_a_report_is_kept_by_day_and_thanked_without_promises(app, client, katos):
    answer = told(client, katos[0], kind="shown", words=f"  {WORDS}\r\nAnd\x00 \u202ethen… ")
    page = text(answer)
    assert answer.status_code == 200
    assert "Thank you. The report has arrived." in page
    assert "Nobody can write back to you" in page
    assert "What is not protected" in page
    (report,) = kept(app)
    assert (report.kato, report.kind.value, report.day.isoformat()) == (katos[0], "shown", "2026-06-01")
    assert report.words == f"{WORDS}\nAnd then…"
    with app.extensions["storage"].read() as session:
        assert session.scalars(select(Intake)).first() is None


def test_the_same_form_sent_again_is_one_report_and_another_form_another(app, client, katos):
    given = {"number": number(client.get(address(katos[0])).text), "kind": "told"}
    assert [client.post(address(katos[0]), data=given).status_code for _ in range(3)] == [200] * 3
    assert len(kept(app)) == 1
    assert told(client, katos[0]).status_code == 200
    assert len({report.key for report in kept(app)}) == 2


def test_what_is_missing_or_too_long_is_named_and_the_rest_kept(app, client, katos):
    nothing = told(client, katos[0], kind="", words=WORDS.replace("'", ""))
    assert nothing.status_code == 422
    assert '<a href="#kind-told">Choose what happened, then press Send.</a>' in nothing.text
    assert WORDS.replace("'", "") + "</textarea>" in nothing.text
    long = told(client, katos[0], words="ә" * 501)
    assert long.status_code == 422
    assert "The words have 501 characters; at most 500 fit." in long.text
    assert 'value="told" checked' in long.text
    assert told(client, katos[0], kind="a\x00kind").status_code == 422
    assert kept(app) == []
    # A browser sends two characters for the end of a line and counts it as one.
    assert told(client, katos[0], words="\r\n".join(["ә" * 249, "ә" * 250])).status_code == 200


def test_an_old_or_foreign_form_keeps_what_was_written(app, client, katos, june):
    old = number(client.get(address(katos[0])).text)
    given = {"kind": "other", "words": WORDS}
    june(NOW + timedelta(hours=25))
    answer = client.post(address(katos[0]), data={"number": old, **given})
    assert answer.status_code == 410
    assert "What you wrote is still here: press Send again." in answer.text
    assert 'value="other" checked' in answer.text
    fresh = number(answer.text)
    assert client.post(address(katos[1]), data={"number": fresh, **given}).status_code == 410
    # The ticket of an answer is no number of a report.
    with_ticket = {"number": sample.ticket(client.get(f"/s/{sample.CODE}/{katos[0]}").text), **given}
    assert client.post(address(katos[0]), data=with_ticket).status_code == 410
    assert kept(app) == []
    assert client.post(address(katos[0]), data={"number": fresh, **given}).status_code == 200


def test_other_sites_and_large_bodies_are_refused_and_a_draft_is_not_known(app, client, katos, keep):
    given = {"number": number(client.get(address(katos[0])).text), "kind": "told"}
    foreign = client.post(address(katos[0]), data=given, headers={"Origin": "https://elsewhere.example"})
    assert foreign.status_code == 403
    assert client.post(address(katos[0]), data={**given, "words": "x" * 100_000}).status_code == 413
    assert client.get(address("000000000")).status_code == 404
    keep(lambda session: sample.drafted(session, katos, code="2026-draft"))
    assert client.get(f"/report/2026-draft/{katos[0]}").status_code == 409
    assert kept(app) == []


def test_many_reports_from_one_network_have_to_wait_with_what_was_written(app, client, katos):
    app.config["RATELIMIT_ENABLED"] = True
    limiter.init_app(app)
    try:
        corrected = [told(client, katos[0], kind="").status_code for _ in range(61)]
        answers = [told(client, katos[0], words=WORDS) for _ in range(61)]
    finally:
        limiter.enabled = False
    assert corrected == [422] * 61  # correcting a form never counts
    assert [answer.status_code for answer in answers] == [200] * 60 + [429]
    assert "Many reports came from this network" in answers[-1].text
    assert "told us what to choose.</textarea>" in answers[-1].text
    assert len(kept(app)) == 60


def test_with_the_database_gone_the_page_keeps_what_was_written(app, client, katos):
    given = {"number": number(client.get(address(katos[0])).text), "kind": "told", "words": WORDS}
    engine = app.extensions["storage"].engine

    def refuse(*parts: object) -> None:
        raise OperationalError("x", {}, OSError("No space left on device"))

    event.listen(engine, "before_cursor_execute", refuse)
    answer = client.post(address(katos[0]), data=given)
    event.remove(engine, "before_cursor_execute", refuse)
    assert (answer.status_code, kept(app)) == (503, [])
    assert "What you wrote is not lost: it is kept in this page." in text(answer)
    hidden = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', answer.text)
    again = {name: html.unescape(value) for name, value in hidden}
    assert again == given
    for _ in range(2):
        assert client.post(address(katos[0]), data=again).status_code == 200
    assert [report.words for report in kept(app)] == [WORDS]


def test_others_see_counts_in_steps_from_five_on(app, client, katos, keep):
    for kato, times in ((katos[0], 12), (katos[1], 4)):
        for _ in range(times):
            assert told(client, kato).status_code == 200

    def counted(session: Session) -> dict[str, int]:
        return pressure_counts(session, campaign=campaign_by_code(session, sample.CODE))

    assert keep(counted) == {katos[0]: 10}
    assert told(client, katos[1]).status_code == 200
    assert keep(counted) == {katos[0]: 10, katos[1]: 5}


def test_only_the_agency_reads_the_words(app, client, katos, keep):
    told(client, katos[0], kind="promised", words="<b>A bag of flour</b>")
    staff = app.test_client()
    sample.signed_in(staff, keep, Role.AGENCY)
    overview = text(staff.get("/staff/pressure-reports?lang=en"))
    assert f'<a href="/staff/pressure-reports/{sample.CODE}">{sample.CODE}</a>' in overview
    assert '<td class="number" data-label="Reports">1</td>' in overview
    page = text(staff.get(f"/staff/pressure-reports/{sample.CODE}?lang=en"))
    assert '<th scope="row">Somebody promised something, or threatened</th>' in page
    assert "&lt;b&gt;A bag of flour&lt;/b&gt;" in page
    assert "It is a sign to look closer, not proof." in page
    others = (
        (Role.OPERATOR, sample.OBLAST), (Role.ETHICS, sample.OBLAST), (Role.AUDITOR, None),
        (Role.CHAIR, None),
    )  # fmt: skip
    for role, oblast in others:
        other = app.test_client()
        sample.signed_in(other, keep, role, oblast, login=role.value)
        for where in ("/staff/pressure-reports", f"/staff/pressure-reports/{sample.CODE}"):
            assert other.get(where).status_code == 403, (role, where)
    assert client.get("/staff/pressure-reports").status_code == 302


def test_a_report_holds_no_more_than_it_says():
    """That no time, order or path to a person is in it is seen by tests/house/test_models.py."""
    columns = {column.name for column in PressureReport.__table__.columns}
    assert columns == {"key", "campaign_id", "kato", "kind", "words", "day"}
