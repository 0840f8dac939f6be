"""The form and the thank-you are drawn once: what is new in each answer is new, and nothing old is shown."""

from __future__ import annotations

import gzip
import re

import pytest
from flask import Flask
from sqlalchemy import update

from core import clock
from surveys.models import CampaignUnit
from surveys.queries import campaign_by_code
from surveys.services import pause_campaign
from tests.conftest import NOW
from tests.surveys import sample

CRITERIA = ("rights", "services", "families", "employment", "infrastructure", "community")
RECEIPT = re.compile(r'class="receipt">([^<]+)<')
FIRST_VIEW = 14 * 1024


@pytest.fixture(autouse=True)
def june(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "present", lambda: NOW)


@pytest.fixture
def katos(keep) -> list[str]:
    def make(session) -> list[str]:
        units = sample.katos(session, 2)
        sample.population(session, {units[0]: 900})
        sample.opened(session, units)
        return units

    return keep(make)


def page(app: Flask, kato: str, **headers: str) -> str:
    client = app.test_client(use_cookies=False)
    answer = client.get(f"/s/{sample.CODE}/{kato}?lang=en", headers=headers)
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")
    is_packed = answer.headers.get("Content-Encoding") == "gzip"
    assert is_packed == bool(headers)
    if is_packed:
        assert len(answer.data) < FIRST_VIEW
    return (gzip.decompress(answer.data) if is_packed else answer.data).decode()


def test_each_reader_gets_a_ticket_and_a_challenge_of_one_page(app: Flask, katos: list[str]):
    pages = [page(app, katos[0]), page(app, katos[0]), page(app, katos[0], **{"Accept-Encoding": "gzip"})]
    found = [(sample.ticket(one), re.search(r'data-challenge="([^"]+)"', one)[1]) for one in pages]
    assert len({ticket for ticket, _ in found}) == len({challenge for _, challenge in found}) == 3
    rest = {
        one.replace(ticket, "").replace(challenge, "")
        for one, (ticket, challenge) in zip(pages, found, strict=True)
    }
    assert len(rest) == 1
    assert "hole" not in rest.pop()
    other = page(app, katos[1])
    assert ('name="band"' in pages[0], 'name="band"' in other) == (True, False)


def test_each_thank_you_has_its_own_code(app: Flask, katos: list[str]):
    codes = set()
    for _ in range(3):
        filled = {**dict.fromkeys(CRITERIA, "4"), "ticket": sample.ticket(page(app, katos[0]))}
        answer = app.test_client(use_cookies=False).post(f"/s/{sample.CODE}/{katos[0]}?lang=en", data=filled)
        codes.add(RECEIPT.search(answer.text)[1])
    assert len(codes) == 3


def test_a_page_is_kept_for_its_language_its_frame_and_what_it_shows(app: Flask, katos: list[str], keep):
    client = app.test_client(use_cookies=False)

    def shown(address: str, language: str = "en") -> str:
        text = client.get(address, headers={"Accept-Language": language}).text
        return re.sub(r'data-challenge="[^"]+"|name="ticket" value="[^"]+"', "", text)

    own, framed = f"/s/{sample.CODE}/{katos[1]}", f"/embed/{sample.CODE}/{katos[1]}"
    pages = [shown(own), shown(own, "ru"), shown(f"{own}?lang=kk"), shown(framed)]
    assert len(set(pages)) == 4
    assert shown(own) == pages[0]
    keep(lambda session: session.execute(update(CampaignUnit).values(asks_strata=True)))
    assert ('name="band"' in pages[0], 'name="band"' in shown(own)) == (False, True)


def test_a_kept_page_ends_with_what_it_says(app: Flask, katos: list[str], keep):
    page(app, katos[0])
    keep(
        lambda session: pause_campaign(
            session, campaign=campaign_by_code(session, sample.CODE), reason="a test", actor="account:1",
            now=NOW,
        )
    )  # fmt: skip
    answer = app.test_client(use_cookies=False).get(f"/s/{sample.CODE}/{katos[0]}?lang=en")
    assert answer.status_code == 409
    assert "ticket" not in answer.text
