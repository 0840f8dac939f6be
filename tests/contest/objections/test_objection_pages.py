"""The pages of decisions and objections, as the secretary, the nominee, strangers and the public see them."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

import wsgi
from contest.contests import services as life
from contest.meetings.models import AgendaItem, Choice, ItemState
from contest.meetings.voting import cast_vote
from contest.nominees.documents.models import DocumentKind
from contest.nominees.models import Nominee, NomineeState
from contest.objections.models import Objection, Waiver
from contest.rulebook import Stage
from contest.sources.surveys import exclude_by_vote
from contest.standings.models import Standing
from contest.standings.queries import latest_standing
from core import clock
from core.access import Role
from core.application import build_app
from core.storage import Storage, commit
from tests.conftest import NOW
from tests.contest import sample
from tests.contest.sample import OBLASTS, contest

BASE = "/staff/contests/2026"
STAGE = f"{BASE}/objections/stages/regional/{OBLASTS[0]}"
DECISIONS = f"{BASE}/decisions/national/nation"
OWN = "/staff/my-nomination/2026/objections"
ENGLISH = {"Accept-Language": "en"}
PAPER = b"%PDF-1.7\n1 0 obj\nendobj\nstartxref\n9\n%%EOF\n"


@pytest.fixture
def app(settings, settled_sqlite: Storage) -> Flask:
    """On SQLite alone: pages do not depend on the kind of database."""
    from dataclasses import replace

    url = str(settled_sqlite.engine.url)
    made = build_app(replace(settings, database_url=url), wsgi.ROOMS, testing=True)
    yield made
    made.extensions["storage"].engine.dispose()


@pytest.fixture(autouse=True)
def held_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """The pages' present is that of the sample."""
    monkeypatch.setattr(clock, "present", lambda: NOW)


@pytest.fixture
def keep(app: Flask) -> Callable:
    def run(act: Callable) -> object:
        with app.extensions["storage"].writing() as opened:
            result = act(opened)
            commit(opened, now=NOW)
            return result

    return run


def enter(app: Flask, account_id: int, *, asked: datetime = NOW) -> FlaskClient:
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie["_user_id"] = f"{account_id}.1"
        cookie["_fresh"] = True
        cookie["factor_at"] = asked.isoformat()
    return client


def send(client: FlaskClient, address: str, on: str, **fields: str):
    page = client.get(on, headers=ENGLISH)
    assert page.status_code == 200, (on, page.status_code)
    token = re.search(r'name="[\w-]*csrf_token"[^>]*value="([^"]+)"', page.text)[1]
    return client.post(address, data={"csrf_token": token, **fields}, headers=ENGLISH)


def read(client: FlaskClient, address: str) -> str:
    answer = client.get(address, headers=ENGLISH)
    assert answer.status_code == 200, (address, answer.status_code)
    return answer.text


def with_login(session, made: sample.Sample, place: int = 0) -> int:
    account_id = sample.account(session, "own-nominee", Role.NOMINEE, OBLASTS[0])
    session.get_one(Nominee, made.nominees[OBLASTS[0]][place]).account_id = account_id
    return account_id


def test_a_nominee_objects_takes_the_receipt_and_reads_the_reasons(app: Flask, keep: Callable):
    made = keep(sample.marked)
    account_id = keep(lambda session: with_login(session, made))
    nominee, secretary = enter(app, account_id), enter(app, made.secretaries[OBLASTS[0]])
    assert "it will stand here with the last day to object" in read(nominee, OWN)
    keep(lambda session: sample.freeze(session, OBLASTS[0]))
    assert "June 8, 2026" in read(nominee, OWN)
    new = f"{OWN}/standings/1/new"
    claim = {"claim": "The sum is wrong.", "member": "0", "about": "0", "ground": ""}
    assert "Not a valid choice" in send(nominee, new, new, **claim, kind="exclusion").text
    assert send(nominee, new, new, **claim, kind="computation").location == f"{OWN}/1"
    assert "waits to be put on an agenda" in read(nominee, f"{OWN}/1")
    receipt = nominee.get(f"{OWN}/1.pdf")
    assert (receipt.content_type, receipt.data[:5]) == ("application/pdf", b"%PDF-")
    assert "DEMO-2026-objection-1.pdf" in receipt.headers["Content-Disposition"]
    page = f"{BASE}/objections/1"
    assert "The sum is wrong." in read(secretary, page)
    assert "Objections that wait for their vote: 1." in read(secretary, STAGE)
    meeting = keep(lambda session: sample.meeting(session, OBLASTS[0]).id)
    assert send(secretary, f"{page}/agenda", page, **{"agenda-meeting": str(meeting)}).location == page
    assert send(nominee, f"{OWN}/1/withdrawal", f"{OWN}/1", **{"withdraw-sure": "y"}).status_code == 409
    keep(lambda session: sample.decide(session, waiting(session), choice=Choice.NO))
    assert sample.REASONS.ru in read(nominee, f"{OWN}/1")
    assert "refused" in read(nominee, OWN)
    appeal = {"appeal-claim": "Still wrong."}
    assert send(nominee, f"{OWN}/1/appeal", f"{OWN}/1", **appeal).location == f"{OWN}/2"
    assert "Appeal 2" in read(enter(app, made.secretaries[None]), f"{BASE}/objections/stages/national/nation")


def scan() -> tuple[io.BytesIO, str]:
    """A signed paper as the secretary chooses it."""
    return io.BytesIO(PAPER), "paper.pdf"


def test_the_paper_of_an_objection_is_read_by_who_may_read_the_objection_alone(app: Flask, keep: Callable):
    made = keep(sample.marked)
    account_id = keep(lambda session: with_login(session, made, 2))
    keep(lambda session: sample.freeze(session, OBLASTS[0]))
    secretary, number = enter(app, made.secretaries[OBLASTS[0]]), made.nominees[OBLASTS[0]][2]
    claim = {"nominee": str(number), "kind": "computation", "claim": "x", "member": "0", "about": "0"}
    send(secretary, f"{STAGE}/new", f"{STAGE}/new", **claim, ground="", scan=scan())
    paper, own = f"{BASE}/objections/1/paper", f"{OWN}/1/paper"
    document = keep(lambda session: session.scalars(select(Objection.document_id)).one())
    elsewhere = f"{BASE}/nominees/{number}/documents/{document}"

    def visitor(role: Role, oblast: str | None = None) -> FlaskClient:
        return enter(app, keep(lambda session: sample.account(session, f"reader-{role}", role, oblast)))

    nominee, auditor, agency = enter(app, account_id), visitor(Role.AUDITOR), visitor(Role.AGENCY)
    for client, address in ((secretary, paper), (auditor, paper), (agency, paper), (nominee, own)):
        answer = client.get(address)
        assert (answer.data, "attachment" in answer.headers["Content-Disposition"]) == (PAPER, True)
        assert f'href="{address}"' in read(client, address.removesuffix("/paper"))
    far, above = enter(app, made.secretaries[OBLASTS[1]]), enter(app, made.judges[None][1])
    strangers = [far, visitor(Role.OPERATOR, OBLASTS[0]), nominee, above]
    assert [client.get(paper).status_code for client in strangers] == [403] * 4
    # It is none of the nominee's documents, which who marks the finalists may read.
    assert [client.get(elsewhere).status_code for client in strangers] == [403, 403, 403, 404]
    assert (secretary.get(elsewhere).status_code, app.test_client().get(paper).status_code) == (404, 302)
    assert nominee.get(own.replace("objections/1/paper", f"documents/{document}")).status_code == 404
    for client, page in ((secretary, f"{BASE}/nominees/{number}"), (nominee, "/staff/my-nomination/2026"),
                         (secretary, f"{BASE}/nominees/{number}/evidence/regional")):  # fmt: skip
        assert "paper.pdf" not in read(client, page)


def waiting(session) -> AgendaItem:
    return session.scalars(select(AgendaItem).where(AgendaItem.state == ItemState.WAITING)).one()


def test_nobody_reads_or_files_an_objection_of_somebody_else(app: Flask, keep: Callable):
    made = keep(sample.marked)
    account_id = keep(lambda session: with_login(session, made))
    keep(lambda session: sample.freeze(session, OBLASTS[0]))
    other = keep(lambda session: sample.freeze(session, OBLASTS[1]).id)
    claim = {"kind": "computation", "claim": "x", "member": "0", "about": "0", "ground": ""}
    new = f"{OWN}/standings/1/new"
    send(enter(app, account_id), new, new, **claim)

    def second(session) -> int:
        stranger = sample.account(session, "other-nominee", Role.NOMINEE, OBLASTS[1])
        session.get_one(Nominee, made.nominees[OBLASTS[1]][0]).account_id = stranger
        return stranger

    stranger = enter(app, keep(second))
    for address in (f"{OWN}/1", f"{OWN}/1.pdf", new):
        assert stranger.get(address).status_code == 404, address
    assert stranger.get(f"{BASE}/objections/1").status_code == 403
    far = enter(app, made.secretaries[OBLASTS[1]])
    for address in (f"{BASE}/objections/1", f"{BASE}/objections/1.pdf", STAGE, f"{STAGE}/new"):
        assert far.get(address).status_code == 403, address
    assert stranger.get(f"{OWN}/standings/{other}/new").status_code == 200
    # Once the term is over, what is taken back is gone: nobody does it from a desk that was left open.
    left_open = enter(app, account_id, asked=NOW - timedelta(hours=1))
    send(left_open, f"{OWN}/1/withdrawal", f"{OWN}/1", **{"withdraw-sure": "y"})
    assert keep(lambda session: session.scalars(select(Objection.withdrawn_at)).one()) is None


def test_the_secretary_registers_papers(app: Flask, keep: Callable):
    made = keep(sample.marked)
    keep(lambda session: sample.freeze(session, OBLASTS[0]))
    secretary = enter(app, made.secretaries[OBLASTS[0]])
    first, second, third = map(str, made.nominees[OBLASTS[0]])
    judge = str(made.judges[OBLASTS[0]][1])
    claim = {"nominee": second, "kind": "conflict", "claim": "Kin.", "about": third, "ground": "kinship"}
    page = f"{STAGE}/new"
    without = send(secretary, page, page, **claim, member=judge)
    assert (without.status_code, "Choose a file." in without.text) == (200, True)
    for refused in ({"member": "0"}, {"member": judge, "scan": (io.BytesIO(b"MZ"), "paper.pdf")}):
        assert send(secretary, page, page, **{**claim, "scan": scan(), **refused}).status_code == 422
    kept = app.extensions["settings"].data_directory / "documents"
    assert (keep(lambda session: session.scalars(select(Objection.id)).all()), [*kept.glob("*")]) == ([], [])
    filed = send(secretary, page, page, **claim, member=judge, scan=scan())
    assert filed.location == f"{BASE}/objections/1"
    assert "Related by blood or marriage" in read(secretary, f"{BASE}/objections/1")
    waiver = {"waiver-nominee": first, "waiver-sure": "y"}
    refused = send(secretary, f"{STAGE}/waivers", STAGE, **waiver)
    assert (refused.status_code, "is not handed in" in refused.text) == (409, True)
    keep(lambda session: sample.document(
        session, session.get_one(Nominee, int(first)), DocumentKind.WAIVER, now=clock.present()
    ))  # fmt: skip
    assert send(secretary, f"{STAGE}/waivers", STAGE, **waiver).location == STAGE
    assert keep(lambda session: session.scalars(select(Waiver.nominee_id)).all()) == [int(first)]
    assert keep(lambda session: session.scalars(select(Objection.is_on_paper)).all()) == [True]
    member = enter(app, made.judges[OBLASTS[0]][1])
    assert member.get(f"{BASE}/objections/1/paper").data == PAPER
    assert send(member, f"{BASE}/objections/1/agenda", STAGE.replace("/objections/stages", "/stages"),
                meeting="1").status_code == 403  # fmt: skip


def test_flags_are_proposed_voted_and_given_to_the_survey(app: Flask, keep: Callable):
    made = keep(sample.opened)
    keep(lambda session: sample.seat_commissions(session, made))
    secretary = enter(app, made.secretaries[None])
    assert "Plan a meeting first" in read(secretary, DECISIONS)
    meeting = keep(lambda session: sample.meeting(session, None).id)
    given = {"signals-burst": "99", "signals-meeting": str(meeting)}
    assert send(secretary, f"{DECISIONS}/signals", DECISIONS, **given).status_code == 422
    given["signals-burst"] = "10000"
    assert send(secretary, f"{DECISIONS}/signals", DECISIONS, **given).location == DECISIONS
    item = keep(lambda session: waiting(session).id)
    held = f"{BASE}/meetings/{meeting}"
    assert send(secretary, f"{held}/items/{item}/open-vote", held).status_code == 302
    for voter in made.judges[None]:
        keep(lambda session, voter=voter: cast_vote(
            session, item=session.get_one(AgendaItem, item), account_id=voter, choice=Choice.YES,
            actor=f"account:{voter}", now=NOW,
        ))  # fmt: skip
    assert send(secretary, f"{held}/items/{item}/close-vote", held).status_code == 302
    assert "The survey follows this vote." in read(secretary, DECISIONS)
    admit = {"campaign_code": sample.CAMPAIGN, "rules": (), "actor": sample.ACTOR, "now": NOW}
    keep(lambda session: exclude_by_vote(session, **admit))
    assert "Give the vote to the survey" in read(secretary, DECISIONS)
    far = enter(app, made.secretaries[OBLASTS[0]])
    assert far.get(DECISIONS).status_code == 403
    assert send(secretary, f"{DECISIONS}/signals/survey", DECISIONS).location == DECISIONS
    assert "The survey follows this vote." in read(secretary, DECISIONS)


def test_an_exclusion_is_proposed_on_the_page_of_the_commission(app: Flask, keep: Callable):
    made = keep(sample.regional)
    keep(lambda session: sample.meeting(session, OBLASTS[0]))
    page = f"{BASE}/decisions/regional/{OBLASTS[0]}"
    secretary = enter(app, made.secretaries[OBLASTS[0]])
    meeting = keep(lambda session: str(sample.meeting(session, OBLASTS[0]).id))
    given = {
        "exclusion-nominee": str(made.nominees[OBLASTS[0]][0]), "exclusion-ground": "false-information",
        "exclusion-meeting": meeting,
    }  # fmt: skip
    assert send(secretary, f"{page}/exclusions", page, **given).location == page
    held, item = f"{BASE}/meetings/{meeting}", keep(lambda session: waiting(session).id)
    assert send(secretary, f"{held}/items/{item}/open-vote", held).status_code == 302
    for voter in made.judges[OBLASTS[0]]:
        keep(lambda session, voter=voter: cast_vote(
            session, item=session.get_one(AgendaItem, item), account_id=voter, choice=Choice.YES,
            actor=f"account:{voter}", now=NOW,
        ))  # fmt: skip
    close = f"{held}/items/{item}/close-vote"
    assert send(secretary, close, held).status_code == 422
    said = {"reasons_kk": "Мәлімет жалған.", "reasons_ru": "Сведения ложны."}
    unread = send(secretary, close, held, **said)
    assert (unread.status_code, "Read the reasons once more" in unread.text) == (422, True)
    assert send(secretary, close, held, **said, is_read="y").status_code == 302
    first = made.nominees[OBLASTS[0]][0]
    assert keep(lambda session: session.get_one(Nominee, first).state) is NomineeState.EXCLUDED
    assert "Exclusion of a nominee: carried" in read(secretary, page)
    assert "Сведения ложны." in read(secretary, f"{BASE}/nominees/{first}")
    assert "can object until the end of June 8, 2026" in read(secretary, STAGE)
    marking = STAGE.replace("/objections/stages", "/stages")
    refused = send(secretary, f"{marking}/marking/close", marking, sure="y")
    assert (refused.status_code, "can still come back" in refused.text) == (409, True)


def test_an_excluded_nominee_reads_the_decision_and_objects_without_a_standing(app: Flask, keep: Callable):
    made = keep(sample.regional)
    account_id = keep(lambda session: with_login(session, made))
    keep(lambda session: sample.exclude(session, made.nominees[OBLASTS[0]][0]))
    nominee, secretary = enter(app, account_id), enter(app, made.secretaries[OBLASTS[0]])
    own = read(nominee, "/staff/my-nomination/2026")
    new = f"{OWN}/exclusions/1/new"
    for said in (sample.REASONS.ru, "June 8, 2026", f'href="{new}"', "for 3, against 0, abstained 0"):
        assert said in own, said
    assert f'href="{new}"' in read(nominee, OWN)
    assert nominee.get(f"{OWN}/exclusions/2/new").status_code == 404
    assert send(nominee, new, new, claim="I am in the post.").location == f"{OWN}/1"
    assert nominee.get(f"{OWN}/1.pdf").data[:5] == b"%PDF-"
    assert "June 8, 2026" in read(secretary, STAGE)
    other = {
        "nominee": str(made.nominees[OBLASTS[0]][0]),
        "claim": "x",
        "member": "0",
        "about": "0",
        "scan": scan(),
    }
    again = send(secretary, f"{STAGE}/new", f"{STAGE}/new", **other, kind="exclusion", ground="")
    assert (again.status_code, "Objection number 1 waits" in again.text) == (409, True)
    keep(lambda session: sample.exclude(session, made.nominees[OBLASTS[0]][1]))
    keep(lambda session: sample.document(
        session, session.get_one(Nominee, made.nominees[OBLASTS[0]][1]), DocumentKind.WAIVER
    ))  # fmt: skip
    paper = {"waiver-nominee": "exclusion-2", "waiver-sure": "y"}
    assert send(secretary, f"{STAGE}/waivers", STAGE, **paper).location == STAGE
    assert "has given up the right to object" in read(secretary, STAGE)


@pytest.mark.parametrize("lang", ["kk", "ru", "en"])
def test_decisions_are_published_with_the_results_and_not_before(app: Flask, keep: Callable, lang: str):
    made = keep(sample.national)
    page = "/results/2026/decisions"
    public = app.test_client()
    assert public.get(page).status_code == 404

    def finish(session) -> None:
        standing = sample.freeze(session, None, stage=Stage.NATIONAL)
        sample.waive_all(session, standing)
        life.publish_results(session, contest=contest(session), actor=sample.ACTOR, now=NOW)
        sample.exclude(session, made.nominees[OBLASTS[0]][1])
        item = sample.propose(session, OBLASTS[0])
        sample.decide(session, item, choice=Choice.NO)
        sample.decide(session, sample.propose(session, OBLASTS[0]))
        sample.sign(session, OBLASTS[0], reason="Бір үміткер шығарылды")

    keep(finish)
    text = public.get(f"{page}?lang={lang}").text
    assert f'<html lang="{lang}">' in text
    assert "Бір үміткер шығарылды" in text
    assert sample.REASONS.kk in text if lang == "kk" else sample.REASONS.ru in text
    assert "Judge-" not in text
    excluded = keep(lambda session: session.get_one(Nominee, made.nominees[OBLASTS[0]][1]).name_kk)
    assert excluded not in text
    if lang == "en":
        assert text.count("Standing approved") == 4
        assert text.count("Standing returned") == 1
        assert "Which days the survey leaves out" in text
        assert 'href="/results/2026/decisions"' in public.get("/results/2026?lang=en").text


def test_a_stage_shows_votes_signatures_and_until_when_one_can_object(app: Flask, keep: Callable):
    made = keep(sample.marked)
    chair = enter(app, made.judges[OBLASTS[0]][0])
    page = f"{BASE}/stages/regional/{OBLASTS[0]}"
    assert "Plan a meeting first" in read(chair, page)
    keep(lambda session: sample.decide(session, sample.propose(session, OBLASTS[0]), choice=Choice.NO))
    assert "What became different after this return" in read(chair, page)
    keep(lambda session: sample.decide(session, sample.propose(session, OBLASTS[0])))
    keep(lambda session: sample.ask(session, OBLASTS[0]))
    assert "Signed first by Scribe-190000000" in read(chair, page)
    member = enter(app, made.judges[OBLASTS[0]][1])
    assert "Sign second and freeze" not in read(member, page)
    keep(lambda session: sample.confirm(session, OBLASTS[0]))
    assert "0 of 3 nominees have given their right up" in read(member, page)
    keep(lambda session: sample.waive_all(
        session, latest_standing(session, contest(session), Stage.REGIONAL, OBLASTS[0])
    ))  # fmt: skip
    assert "It is final: nobody can object to it any more." in read(member, page)
    assert keep(lambda session: len(session.scalars(select(Standing)).all())) == 1
