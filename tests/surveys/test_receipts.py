"""A code of receipt: received, counted or not on the list; no more than that, and not at speed."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from core import clock
from core.codes import check_character, grouped, receipt_of
from core.urn.services import mix_waiting
from core.web.edge import keys, takers
from core.web.limits import limiter
from surveys.queries import box_of
from tests.conftest import NOW, SECRET
from tests.surveys import sample

OTHER = "2025-trial"


@pytest.fixture(autouse=True)
def june(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "present", lambda: NOW)


@pytest.fixture
def client(app) -> FlaskClient:
    return app.test_client(use_cookies=False)


@pytest.fixture
def katos(app, keep) -> list[str]:
    """Two units: six answers of the first are mixed, three of the second wait; a survey without answers."""

    def make(session: Session) -> list[str]:
        units = sample.katos(session, 2)
        sample.opened(session, units)
        sample.opened(session, units, code=OTHER)
        return units

    units = keep(make)
    with app.app_context():
        keep(lambda session: sample.put(session, keys(), units[0], ["555555"] * 6))
        mix_waiting(app.extensions["storage"], keys=keys(), takers=takers(), now=NOW)
        keep(lambda session: sample.put(session, keys(), units[1], ["111111"] * 3))
    return units


def receipt(kato: str, number: int = 0, *, code: str = sample.CODE) -> str:
    return receipt_of(SECRET, box_of(code), f"{kato}{number:07d}".encode())


def checked(client: FlaskClient, typed: str):
    return client.post("/receipt?lang=en", data={"code": typed})


def text(answer) -> str:
    return re.sub(r"\s+", " ", answer.get_data(as_text=True))


def said(answer) -> list[str]:
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in answer.headers
    return re.findall(r'<div class="notice.*?<strong>(.*?)</strong>', text(answer))


def test_a_code_is_received_or_not_on_the_list_and_before_the_closing_nobody_learns_more(client, katos):
    mixed = checked(client, receipt(katos[0]))
    waits = checked(client, grouped(receipt(katos[1])).lower())
    # Whoever has four waiting answers of a place must not learn here when a neighbour answers.
    assert said(mixed) == said(waits) == ["Received."]
    assert text(mixed).count(grouped(receipt(katos[0]))) == 1
    assert text(mixed).replace(grouped(receipt(katos[0])), "") == text(waits).replace(
        grouped(receipt(katos[1])), ""
    )
    assert "Survey 2026" in text(waits)
    for before_and_after_all in ("000000000", "999999999"):
        nobody = checked(client, receipt(before_and_after_all))
        assert said(nobody) == ["This code is not on the list."]
    # The same trace in another survey has another code.
    assert said(checked(client, receipt(katos[0], code=OTHER))) == ["This code is not on the list."]


def test_the_code_of_the_thank_you_page_is_on_the_list(app, client, katos):
    address = f"/s/{sample.CODE}/{katos[0]}?lang=en"
    ticket = sample.ticket(text(client.get(address)))
    thanks = text(client.post(address, data={"ticket": ticket, "rights": "3"}))
    code = re.search(r'class="receipt">([0-9A-Z ]{14})<', thanks)[1]
    assert said(checked(client, code)) == ["Received."]


def test_what_is_no_code_is_named_with_its_slip(client, katos):
    right = receipt(katos[0])
    wrong = right[:-1] + ("0" if right[-1] != "0" else "1")
    short = right[:5] + check_character(right[:5])
    for typed, words in (
        (wrong, f"“{wrong}” has a slip in it"),
        ("Ü" * 12, "is not a code"),
        ("", "is not a code"),
        (short, "A code has 12 characters, this one has 6"),
    ):
        answer = checked(client, typed)
        assert answer.status_code == 422
        assert words in text(answer)
        assert f'value="{typed}"' in text(answer)


def test_an_address_never_holds_a_code(client, katos):
    answer = client.get(f"/receipt?lang=en&code={receipt(katos[0])}")
    assert said(answer) == []
    assert receipt(katos[0]) not in re.sub(r'href="[^"]*"', "", text(answer))


def test_checking_costs_the_same_however_many_answers_there_are(app, client, keep, katos):
    with sample.counting(app.extensions["storage"].engine) as few:
        checked(client, receipt(katos[0]))
    with app.app_context():
        keep(lambda session: sample.put(session, keys(), katos[0], ["555555"] * 20, first=100))
        mix_waiting(app.extensions["storage"], keys=keys(), takers=takers(), now=NOW)
    with sample.counting(app.extensions["storage"].engine) as many:
        checked(client, receipt(katos[0]))
    assert len(many) == len(few)
    assert all(" LIKE " not in statement for statement in many)


def test_codes_cannot_be_tried_at_speed(app, client, katos, monkeypatch):
    monkeypatch.setattr("time.time", lambda: NOW.timestamp())  # by which the limits count the minute
    app.config["RATELIMIT_ENABLED"] = True
    limiter.init_app(app)
    statuses = [checked(client, receipt("999999999")).status_code for _ in range(32)]
    limiter.enabled = False
    assert statuses == [200] * 30 + [429] * 2
