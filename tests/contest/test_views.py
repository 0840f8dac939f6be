"""The staff pages: what a form does, what it refuses, who may, and how many queries a list needs."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from contest.commissions.models import Recusal
from contest.contests.models import Contest, ContestState
from contest.jury.models import Mark, Marking
from contest.meetings.models import AgendaItem
from contest.nominees.models import Nominee
from contest.nominees.queries import list_nominees
from contest.rulebook import Stage
from contest.standings.models import Standing
from core import clock
from core.access import Role
from tests.contest import sample
from tests.contest.sample import OBLASTS
from tests.staff import counting

BASE = "/staff/contests"
ENGLISH = {"Accept-Language": "en"}
ORDER = {"order_number": "№ 12-Ө", "order_on": "2026-05-29", "sure": "y"}
STAGE = f"{BASE}/2026/stages/regional/{OBLASTS[0]}"
pytestmark = pytest.mark.usefixtures("held_clock")


@pytest.fixture
def enter(app: Flask, keep: Callable) -> Callable[..., FlaskClient]:
    """Sign a new account of a role in, with a fresh second factor unless told otherwise."""

    def run(role: Role, oblast: str | None = None, *, is_fresh: bool = True, account_id: int | None = None):
        login = f"{role}-{oblast}".lower()
        made = account_id or keep(lambda session: sample.account(session, login, role, oblast))
        client = app.test_client()
        with client.session_transaction() as cookie:
            cookie["_user_id"] = f"{made}.1"
            cookie["_fresh"] = True
            if is_fresh:
                cookie["factor_at"] = clock.present().isoformat()
        return client

    return run


def token_of(client: FlaskClient, on: str) -> str:
    page = client.get(on, headers=ENGLISH).text
    return re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)[1]


def send(client: FlaskClient, address: str, on: str, **fields: str):
    given = {"csrf_token": token_of(client, on), **fields}
    return client.post(address, data=given, headers=ENGLISH)


def send_at_once(browsers: Sequence[FlaskClient], address: str, on: str, **fields: str) -> list:
    """Every browser has the page open and sends its form at the same moment."""
    tokens, gate = [token_of(client, on) for client in browsers], Barrier(len(browsers))

    def act(client: FlaskClient, token: str):
        gate.wait()
        return client.post(address, data={"csrf_token": token, **fields}, headers=ENGLISH)

    with ThreadPoolExecutor(len(browsers)) as pool:
        return list(pool.map(act, browsers, tokens))


def state(keep: Callable) -> ContestState:
    return keep(lambda session: session.scalars(select(Contest.state)).one())


def count(keep: Callable, model: type) -> int:
    return keep(lambda session: len(session.scalars(select(model)).all()))


def test_the_agency_drafts_a_contest(enter: Callable, keep: Callable):
    agency = enter(Role.AGENCY)
    given = {
        "code": "2026", "title_kk": "Конкурс", "title_ru": "Конкурс", "title_en": "Contest", "rules": "2026",
        "campaign_code": "main", "round_code": "first",
    }  # fmt: skip
    refused = send(agency, f"{BASE}/new", f"{BASE}/new", **{**given, "code": "Год 2026"})
    assert "“Год 2026” cannot be a contest&#39;s code" in refused.text
    assert count(keep, Contest) == 0
    made = send(agency, f"{BASE}/new", f"{BASE}/new", **given)
    assert made.location == f"{BASE}/2026"
    page = agency.get(made.location, headers=ENGLISH).text
    assert "Next step: Publish the rules" in page
    assert "Draft a campaign with this code; the rules come before its opening." in page
    assert 'action="/staff/contests/2026/rules"' not in page


def test_rules_are_published_with_an_order_a_tick_and_a_fresh_factor(enter: Callable, keep: Callable):
    keep(sample.drafted)
    agency, page = enter(Role.AGENCY), f"{BASE}/2026"
    unsure = send(agency, f"{page}/rules", page, **{**ORDER, "sure": ""})
    assert unsure.status_code == 422
    assert "I have checked this. It cannot be undone." in unsure.text
    assert state(keep) is ContestState.DRAFT
    done = send(agency, f"{page}/rules", page, **ORDER)
    assert done.location == page
    assert "edition 1, order № 12-Ө of" in agency.get(page, headers=ENGLISH).text
    assert state(keep) is ContestState.RULES_PUBLISHED


def test_a_step_without_a_fresh_factor_asks_for_one(enter: Callable, keep: Callable):
    keep(sample.drafted)
    agency = enter(Role.AGENCY, is_fresh=False)
    answer = send(agency, f"{BASE}/2026/rules", f"{BASE}/2026", **ORDER)
    assert (answer.status_code, "/factor" in answer.location) == (302, True)
    assert state(keep) is ContestState.DRAFT


def test_only_the_agency_takes_steps(enter: Callable, keep: Callable):
    keep(sample.published)
    for role in (Role.SECRETARY, Role.CHAIR, Role.MEMBER, Role.AUDITOR):
        client = enter(role)
        token = send(client, f"{BASE}/2026/steps/open", f"{BASE}/2026", sure="y")
        assert token.status_code == 403, role
    assert state(keep) is ContestState.RULES_PUBLISHED
    agency = enter(Role.AGENCY)
    assert send(agency, f"{BASE}/2026/steps/dance", f"{BASE}/2026", sure="y").status_code == 404
    assert send(agency, f"{BASE}/2026/steps/open", f"{BASE}/2026", sure="y").location == f"{BASE}/2026"
    assert state(keep) is ContestState.OPEN


def test_a_secretary_proposes_in_the_own_oblast_alone(enter: Callable, keep: Callable):
    made = keep(lambda session: sample.opened(session, nominees=0))
    secretary, page = enter(Role.SECRETARY, OBLASTS[0]), f"{BASE}/2026/nominees/new"
    other = send(secretary, page, page, official=str(made.officials[OBLASTS[1]][0]))
    assert "Not a valid choice" in other.text
    own = send(secretary, page, page, official=str(made.officials[OBLASTS[0]][0]), name_kk="Ерлан Ахмет")
    assert own.location == f"{BASE}/2026/nominees/1"
    listed = secretary.get(f"{BASE}/2026/nominees", headers=ENGLISH).text
    assert "Ерлан Ахмет" in listed
    assert count(keep, Nominee) == 1


def test_a_nominee_of_another_oblast_is_not_shown_or_touched(enter: Callable, keep: Callable):
    made = keep(sample.opened)
    other = f"{BASE}/2026/nominees/{made.nominees[OBLASTS[1]][0]}"
    own = f"{BASE}/2026/nominees/{made.nominees[OBLASTS[0]][0]}"
    secretary = enter(Role.SECRETARY, OBLASTS[0])
    assert secretary.get(other).status_code == 403
    refused = send(secretary, f"{other}/withdraw", own, **{"withdraw-reason": "x"})
    assert refused.status_code == 403


def test_a_member_drafts_confirms_and_is_told_what_is_off_the_scale(enter: Callable, keep: Callable):
    made = keep(sample.regional)
    member = enter(Role.MEMBER, account_id=made.judges[OBLASTS[0]][0])
    page = f"{BASE}/2026/marking/regional/{made.nominees[OBLASTS[0]][0]}"
    names = ("need", "result", "thrift", "people")
    off = send(member, page, page, **{"project--need": "11", "project--result": "ten", "act": "draft"})
    assert off.status_code == 422
    assert off.text.count("give a whole number from 0 to 10") == 2
    assert '<a href="#project--need">' in off.text
    assert count(keep, Mark) == 0
    assert send(member, page, page, **{"project--need": "7", "act": "draft"}).status_code == 302
    assert 'value="7"' in member.get(page).text
    full = {f"project--{name}": "8" for name in names}
    assert send(member, page, page, **full, act="confirm").location == f"{BASE}/2026/marking"
    assert "confirmed" in member.get(f"{BASE}/2026/marking", headers=ENGLISH).text
    assert send(member, page, page, **full, act="draft").status_code == 409


def test_a_member_declares_a_conflict(enter: Callable, keep: Callable):
    made = keep(sample.regional)
    member = enter(Role.MEMBER, account_id=made.judges[OBLASTS[0]][0])
    page = f"{BASE}/2026/marking/regional/{made.nominees[OBLASTS[0]][0]}"
    assert send(member, f"{page}/conflict", page, ground="weather").status_code == 422
    assert send(member, f"{page}/conflict", page, ground="kinship").status_code == 302
    assert count(keep, Recusal) == 1
    assert "You declared a conflict with this nominee" in member.get(page, headers=ENGLISH).text


def test_a_chair_opens_closes_and_freezes_the_own_oblast(enter: Callable, keep: Callable):
    made = keep(sample.opened)

    def seat(session) -> sample.Sample:
        sample.seat_commissions(session, made)
        sample.vote_signals(session)
        sample.life.open_stage(
            session, contest=sample.contest(session), stage=Stage.REGIONAL, actor="account:1", now=sample.NOW
        )
        return made

    made = keep(seat)
    chair = enter(Role.CHAIR, account_id=made.judges[OBLASTS[0]][0])
    assert send(chair, f"{STAGE}/marking/open", STAGE).location == STAGE
    other = STAGE.replace(OBLASTS[0], OBLASTS[1])
    assert send(chair, f"{other}/marking/open", STAGE).status_code == 403
    assert count(keep, Marking) == 1

    def fill(session) -> None:
        sample.mark_all(session, made, OBLASTS[0], marks=sample.MARKS)
        sample.publish_survey(session, dict(zip(made.units[OBLASTS[0]], sample.SCORES, strict=True)))
        sample.publish_ethics(session, dict(zip(made.officials[OBLASTS[0]], sample.ETHICS, strict=False)))

    keep(fill)
    assert "81.83" not in chair.get(STAGE, headers=ENGLISH).text
    assert send(chair, f"{STAGE}/marking/close", STAGE, sure="y").location == STAGE
    page = chair.get(STAGE, headers=ENGLISH).text
    assert "Computed standing, not frozen yet" in page
    assert "81.83" in page
    assert send(chair, f"{STAGE}/ask", STAGE, sure="y").status_code == 409
    meeting = keep(lambda session: sample.meeting(session, OBLASTS[0]).id)
    assert send(chair, f"{STAGE}/propose", STAGE, meeting=str(meeting)).location == STAGE
    keep(lambda session: sample.decide(session, session.scalars(
        select(AgendaItem).where(AgendaItem.meeting_id == meeting)
    ).one()))  # fmt: skip
    assert "The commission has approved exactly these numbers." in chair.get(STAGE, headers=ENGLISH).text
    secretary = enter(Role.SECRETARY, account_id=made.secretaries[OBLASTS[0]])
    assert send(secretary, f"{STAGE}/ask", STAGE, sure="y").location == STAGE
    assert "The second signature is the other" in secretary.get(STAGE, headers=ENGLISH).text
    assert send(secretary, f"{STAGE}/confirm", STAGE, sure="y").status_code == 403
    assert count(keep, Standing) == 0
    browsers = [chair, enter(Role.CHAIR, account_id=made.judges[OBLASTS[0]][0])]
    first, second = send_at_once(browsers, f"{STAGE}/confirm", STAGE, sure="y")
    again = send(chair, f"{STAGE}/confirm", STAGE, sure="y")
    assert first.location == second.location == again.location == f"{BASE}/2026/standings/1"
    assert count(keep, Standing) == 1
    frozen = chair.get(first.location, headers=ENGLISH).text
    assert frozen.index("Ерлан 2") < frozen.index("Ерлан 0") < frozen.index("Ерлан 1")
    assert send(chair, f"{STAGE}/correct", STAGE, sure="y", reason="again", objection="0").status_code == 409


def test_what_is_not_there_answers_404(enter: Callable, keep: Callable):
    keep(sample.opened)
    agency = enter(Role.AGENCY)
    for address in (
        "/2031", "/2026/nominees/99", "/2026/standings/1", "/2026/stages/local/nation",
        "/2026/stages/national/190000000", "/2026/stages/regional/nation", "/2026/stages/regional/000000000",
    ):  # fmt: skip
        assert agency.get(BASE + address).status_code == 404, address


@pytest.mark.parametrize("lang", ["kk", "ru", "en"])
def test_the_rules_stand_in_plain_words_in_three_languages(enter: Callable, keep: Callable, lang: str):
    keep(sample.published)
    page = enter(Role.AUDITOR).get(f"{BASE}/2026/rules?lang={lang}").text
    words = {"kk": "Жобаны қорғау", "ru": "Защита проекта", "en": "Project defence"}
    assert words[lang] in page


def test_a_list_of_nominees_needs_as_many_queries_for_one_as_for_three(settled):
    found = []
    with settled.writing() as session:
        sample.opened(session, nominees=3)
        for oblasts in ([OBLASTS[0]], OBLASTS):
            session.expunge_all()
            contest = sample.contest(session)
            with counting(session) as sent:
                lines = list_nominees(session, contest, oblasts=oblasts)
            found.append((len(lines), len(sent)))
    assert found == [(3, 2), (6, 2)]
