"""The what-if in a browser and as a command: who may, what is marked as simulated, what is refused."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from contest.contests.models import ContestState
from contest.standings.models import Standing
from core import clock
from core.access import Role
from core.audit import JournalEntry
from tests.conftest import NOW
from tests.contest import sample
from tests.contest.sample import OBLASTS, contest

BASE = "/staff/contests/2026/what-if"
ENGLISH = {"Accept-Language": "en"}
HALF = {"weight-survey": "50", "weight-ethics": "20", "weight-project": "30", "estimator": "plain"}
pytestmark = pytest.mark.usefixtures("held_clock")


@pytest.fixture
def enter(app: Flask, keep: Callable) -> Callable[..., FlaskClient]:
    """Sign a new account of a role in."""

    def run(role: Role, oblast: str | None = None) -> FlaskClient:
        made = keep(lambda session: sample.account(session, f"{role}-{oblast}".lower(), role, oblast))
        client = app.test_client()
        with client.session_transaction() as cookie:
            cookie.update(_user_id=f"{made}.1", _fresh=True, factor_at=clock.present().isoformat())
        return client

    return run


def frozen(session) -> int:
    sample.marked(session)
    return sample.freeze(session, OBLASTS[0]).id


def publish(session) -> None:
    """As the results would be published; the steps between are not this page's."""
    session.scalars(select(Standing)).one().published_at = NOW
    found = contest(session)
    found.state, found.published_at = ContestState.PUBLISHED, NOW


def send(client: FlaskClient, address: str, **fields: str):
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get(address).text)[1]
    return client.post(address, data={"csrf_token": token, **fields}, headers=ENGLISH)


def runs(keep: Callable) -> list[dict]:
    wanted = select(JournalEntry.details).where(JournalEntry.action == "whatif.run")
    return keep(lambda session: [json.loads(text) for text in session.scalars(wanted)])


def test_real_evidence_is_there_after_the_results_and_simulated_evidence_says_so(
    enter: Callable, keep: Callable
):
    number = keep(frozen)
    agency, page = enter(Role.AGENCY), f"{BASE}/standings/{number}"
    assert agency.get(page).status_code == 409
    assert f"/standings/{number}" not in agency.get(BASE).text
    tried = send(agency, f"{BASE}/simulated/regional", seed="5", **HALF).text
    assert "SIMULATED places" in tried and "Made-up nominee 12" in tried
    assert "Ахметов" not in tried
    wrong = send(agency, f"{BASE}/simulated/regional", seed="5", **{**HALF, "weight-survey": "40"}).text
    assert "The weights add up to 90, not to 100." in wrong and "SIMULATED places" not in wrong
    keep(publish)
    assert f"/standings/{number}" in agency.get(BASE).text
    real = send(agency, page, **HALF).text
    assert real.count("Ахметов") == 3 and "SIMULATED" not in real
    assert [(run["evidence"], run["weights"]["survey"]) for run in runs(keep)] == [
        ("simulated", "0.5"), ("published", "0.5")
    ]  # fmt: skip


def test_a_chair_tries_the_own_oblast_and_a_member_nothing(enter: Callable, keep: Callable):
    number = keep(frozen)
    keep(publish)
    page = f"{BASE}/standings/{number}"
    assert enter(Role.CHAIR, OBLASTS[0]).get(page).status_code == 200
    other = enter(Role.CHAIR, OBLASTS[1])
    assert other.get(page).status_code == 403
    assert f"/standings/{number}" not in other.get(BASE).text
    assert enter(Role.MEMBER, OBLASTS[0]).get(BASE).status_code == 403


def test_the_command_prints_the_places_and_refuses_what_the_pages_refuse(app: Flask, keep: Callable):
    keep(frozen)

    def run(*words: str):
        with app.app_context():
            return app.test_cli_runner().invoke(args=["contest", "what-if", "2026", "regional", *words])

    refused = run("--oblast", OBLASTS[0])
    assert refused.exit_code == 1 and "only once the results are published" in refused.output
    assert run("--seed", "5").output.startswith("SIMULATED: nobody real\n")
    assert run("--seed", "5", "--weight", "survey=0.5").exit_code == 1
    keep(publish)
    moved = ("--weight", "survey=0.5", "--weight", "ethics=0.2", "--weight", "project=0.3")
    made = json.loads(run("--oblast", OBLASTS[0], *moved, "--json").output)
    assert made["simulated"] is False
    assert sorted(row["before"] for row in made["rows"]) == [1, 2, 3]
    assert len(runs(keep)) == 2
