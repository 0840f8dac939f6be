"""One ticket, one ballot, one receipt: double clicks, fifty at once, a lost thank-you, a failing commit."""

from __future__ import annotations

import re
import threading

import pytest
from flask import Flask
from sqlalchemy import event, func, select
from sqlalchemy.exc import OperationalError

from core import clock
from core.urn.models import Intake, LedgerEntry
from core.urn.services import mix_waiting
from core.web.edge import keys, takers
from surveys.models import Ballot
from tests.conftest import NOW
from tests.surveys import sample

CRITERIA = ("rights", "services", "families", "employment", "infrastructure", "community")
RECEIPT = re.compile(r'class="receipt">([^<]+)<')


@pytest.fixture(autouse=True)
def june(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "present", lambda: NOW)


@pytest.fixture
def address(keep) -> str:
    def make(session) -> str:
        kato = sample.katos(session, 1)[0]
        sample.opened(session, [kato])
        return f"/s/{sample.CODE}/{kato}?lang=en"

    return keep(make)


def form(app: Flask, address: str, rating: str = "4") -> dict[str, str]:
    """A filled form with a new ticket."""
    page = app.test_client(use_cookies=False).get(address).text
    return {**dict.fromkeys(CRITERIA, rating), "ticket": sample.ticket(page)}


def send(app: Flask, address: str, filled: dict[str, str]):
    return app.test_client(use_cookies=False).post(address, data=filled)


def count(app: Flask, model: type) -> int:
    with app.extensions["storage"].read() as session:
        return session.scalar(select(func.count()).select_from(model))


def test_fifty_at_once_with_one_ticket_are_one_ballot_and_one_receipt(app: Flask, address: str):
    filled, answers = form(app, address), []
    start = threading.Barrier(50)

    def click(rating: str) -> None:
        start.wait()
        answers.append(send(app, address, {**filled, "rights": rating}))

    threads = [threading.Thread(target=click, args=(str(n % 5 + 1),)) for n in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [answer.status_code for answer in answers] == [200] * 50
    assert len({RECEIPT.search(answer.text)[1] for answer in answers}) == 1
    assert count(app, Intake) == 1


def test_a_lost_thank_you_is_given_again_after_mixing_too(app: Flask, address: str):
    filled = form(app, address)
    first = RECEIPT.search(send(app, address, filled).text)[1]
    for _ in range(4):
        assert send(app, address, form(app, address)).status_code == 200
    with app.app_context():
        assert mix_waiting(app.extensions["storage"], keys=keys(), takers=takers(), now=NOW) == 5
    again = send(app, address, {**filled, "rights": "1"})
    assert (again.status_code, RECEIPT.search(again.text)[1]) == (200, first)
    assert (count(app, Intake), count(app, Ballot), count(app, LedgerEntry)) == (0, 5, 5)


def test_nobody_is_thanked_before_the_answer_is_kept(app: Flask, address: str):
    filled, engine = form(app, address), app.extensions["storage"].engine

    def fail(connection) -> None:
        raise OperationalError("COMMIT", {}, OSError("no space left on the device"))

    event.listen(engine, "commit", fail)
    try:
        refused = send(app, address, filled)
    finally:
        event.remove(engine, "commit", fail)
    assert refused.status_code == 503
    assert 'class="receipt"' not in refused.text
    assert "Thank you" not in refused.text
    assert count(app, Intake) == 0
    assert send(app, address, filled).status_code == 200
    assert count(app, Intake) == 1
