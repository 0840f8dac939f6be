"""The pages of the rules: every rule in plain words, today's step, corrections, the text to check."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient

from contest.contests import services as life
from contest.rulebook_reading import read_rulebook
from core import clock
from core.access import Role
from tests.conftest import NOW
from tests.contest import sample
from tests.contest.sample import ACTOR, ORDER, contest

PAGE = "/results/2026/rules"
STAFF = "/staff/contests/2026/rules"
ENGLISH = {"Accept-Language": "en"}
SEVEN = sample.rules_text().replace("objection_days = 5", "objection_days = 7")
SENT = {"reason": "The term was too short.", "order_number": "№ 13-Ө", "order_on": "2026-05-30", "sure": "y"}
pytestmark = pytest.mark.usefixtures("held_clock")


@pytest.fixture
def agency(app: Flask, keep: Callable) -> FlaskClient:
    """The agency in a browser, with a fresh second factor."""
    made = keep(lambda session: sample.account(session, "agency", Role.AGENCY))
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie.update(_user_id=f"{made}.1", _fresh=True, factor_at=clock.present().isoformat())
    return client


def send(client: FlaskClient, address: str, **fields: str):
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get(address).text)[1]
    return client.post(address, data={"csrf_token": token, **fields}, headers=ENGLISH)


def corrected(session) -> None:
    life.correct_rules(
        session, contest=contest(session), rules_text=SEVEN, reason="The term was too short.", actor=ACTOR,
        now=NOW, **ORDER,
    )  # fmt: skip


def test_everybody_reads_every_rule_in_three_languages(client: FlaskClient, keep: Callable):
    keep(sample.drafted)
    assert client.get(PAGE).status_code == 404
    keep(lambda session: life.publish_rules(session, contest=contest(session), actor=ACTOR, now=NOW, **ORDER))
    book = read_rulebook(sample.rules_text())
    for lang in ("kk", "ru", "en"):
        page = client.get(f"{PAGE}?lang={lang}").text
        grounds = [*book.exclusion, *book.regional.conflicts, *book.national.conflicts, *book.eligibility]
        parts = [*book.regional.components, *book.national.components, *book.nominations, *book.league]
        words = [one.title.in_(lang) for one in [*grounds, *parts]] + [one.in_(lang) for one in book.keepers]
        assert [one for one in words if one.replace("'", "&#39;") not in page] == []
        for number in (book.ranking.interval_seed, book.ranking.top_seed, book.fingerprint, "2/3", "№ 12-Ө"):
            assert str(number) in page


def test_the_page_says_today_s_step(client: FlaskClient, keep: Callable, monkeypatch: pytest.MonkeyPatch):
    keep(sample.published)
    monkeypatch.setattr(clock, "present", lambda: datetime(2026, 5, 31, 9, tzinfo=UTC))
    page = client.get(PAGE, headers=ENGLISH).text
    assert "no step is open." in page
    assert "Next: Nominations, from June 1, 2026<" in page
    monkeypatch.setattr(clock, "present", lambda: NOW)
    page = client.get(PAGE, headers=ENGLISH).text
    assert "Today, June 1, 2026:" in page
    assert page.count("<strong>open</strong>") == 6


def test_a_correction_is_shown_before_and_after_and_both_texts_stay(client: FlaskClient, keep: Callable):
    keep(sample.published)
    keep(corrected)
    page = client.get(PAGE, headers=ENGLISH).text
    assert "What edition 2 changed" in page
    assert "Reason of the correction: The term was too short." in page
    row = re.search(r"days for an objection</th>\s*<td[^>]*>(\S+)</td>\s*<td[^>]*>(\S+)</td>", page)
    assert row.groups() == ("5", "7")
    first = client.get(f"{PAGE}/1", headers=ENGLISH).text
    assert "A later edition is in force." in first
    assert "within 5 days" in first and "within 7 days" in page
    assert client.get(f"{PAGE}/3").status_code == 404
    for version, text in ((1, sample.rules_text()), (2, SEVEN)):
        assert client.get(f"{PAGE}/{version}.toml").text == text
        canonical = client.get(f"{PAGE}/{version}.json").data
        assert hashlib.sha256(canonical).hexdigest() == read_rulebook(text).fingerprint


def test_the_agency_looks_at_a_correction_before_it_is_published(agency: FlaskClient, keep: Callable):
    keep(sample.published)
    looked = send(agency, f"{STAFF}/correction", rules_text=SEVEN, look="1").text
    assert "What this text would change" in looked
    assert "days for an objection" in looked
    same = send(agency, f"{STAFF}/correction", rules_text=sample.rules_text(), look="1").text
    assert "This text says the same as the rules in force." in same
    bad = send(agency, f"{STAFF}/correction", rules_text=SEVEN.replace("= 7", "= 700"), look="1").text
    assert "rule book, terms.objection_days: is 700; give a whole number from 0 to 90" in bad
    assert "What edition 2 changed" not in agency.get(PAGE, headers=ENGLISH).text
    done = send(agency, f"{STAFF}/correction", rules_text=SEVEN, **SENT)
    assert done.location == PAGE
    assert "What edition 2 changed" in agency.get(PAGE, headers=ENGLISH).text


def test_the_agency_rewrites_a_draft_and_reads_every_fault(agency: FlaskClient, keep: Callable):
    keep(sample.drafted)
    bad = SEVEN.replace("= 7", "= 700").replace("weight = 0.40", "weight = 0.41", 1)
    refused = send(agency, f"{STAFF}/draft", rules_text=bad).text
    assert "rule book, terms.objection_days: is 700" in refused
    assert "rule book, stages.regional.components: the weights add up to 1.01, not to 1" in refused
    assert send(agency, f"{STAFF}/draft", rules_text=SEVEN).location == STAFF
    page = agency.get(STAFF, headers=ENGLISH).text
    assert "within 7 days" in page
    assert "nothing can open before they are" in page
