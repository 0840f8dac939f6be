"""Visits with a tablet: planned, made ready once, and their sealed answers taken exactly once."""

from __future__ import annotations

import base64
import json
import re
import threading
from datetime import UTC, date, datetime

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from core import clock
from core.access import Role
from core.audit import JournalEntry
from core.errors import BadInput, Conflict, Gone
from core.urn.keys import KeyRing
from core.urn.models import Intake, IntakeKey, LedgerEntry
from core.urn.rotation import forget_empty_keys, give_up_key
from core.urn.sealing import seal
from core.urn.services import mix_box
from surveys.answers import Answer, Origin, encode
from surveys.inclusion.queries import settled
from surveys.models import Ballot, Campaign
from surveys.queries import box_of, campaign_by_code
from surveys.recount import recount
from surveys.rules import Mode, SurveyRules
from surveys.services import close_campaign
from surveys.tablet import services
from surveys.tablet.models import Visit, VisitState
from tests.conftest import NOW, SECRET
from tests.surveys import sample

DAY, SEND_BY = date(2026, 6, 5), date(2026, 6, 10)
VISITING = datetime(2026, 6, 5, 9, tzinfo=UTC)


@pytest.fixture
def keys(app) -> KeyRing:
    return KeyRing(app.extensions["settings"].key_directory)


@pytest.fixture(autouse=True)
def visiting(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(clock, "present", lambda: VISITING)
    return lambda now: monkeypatch.setattr(clock, "present", lambda: now)


def planned(session, keys: KeyRing, *, units: int = 2, **changes) -> tuple[Visit, str]:
    katos = sample.katos(session, units)
    campaign = session.scalars(select(Campaign)).first() or sample.opened(session, katos)
    given = {
        "campaign": campaign, "katos": katos, "day": DAY, "send_by": SEND_BY, "tickets": 20, "keys": keys,
        "secret": SECRET, "actor": sample.ACTOR, "now": NOW,
    }  # fmt: skip
    return services.plan_visit(session, **{**given, **changes})


def sealed(facts: dict, ratings: str, ticket: int, *, kato: str | None = None) -> dict[str, str]:
    """One answer as a tablet sends it."""
    answer = encode(Answer(ratings, Origin.TABLET, Mode.OPEN))
    return {
        "ticket": facts["tickets"][ticket][0], "kato": kato or facts["units"][0]["kato"],
        "sealed": base64.b64encode(seal(answer, base64.b64decode(facts["key"]))).decode(),
    }  # fmt: skip


def prepared(client: FlaskClient, code: str) -> dict:
    answer = client.post("/tablet/prepare.json", json={"code": code})
    assert answer.status_code == 200, answer.text
    return answer.get_json()


def count(app, model: type) -> int:
    with app.extensions["storage"].read() as session:
        return session.scalar(select(func.count()).select_from(model))


def test_a_tablet_is_made_ready_once_and_gets_all_it_needs(app, client, keep, keys):
    _visit, code = keep(lambda session: planned(session, keys))
    facts = prepared(client, code.lower())
    assert len({ticket for ticket, _receipt in facts["tickets"]}) == 20
    assert [set(unit) for unit in facts["units"]] == [{"kato", "name", "asks_strata"}] * 2
    assert [criterion["code"] for criterion in facts["criteria"]["criteria"]][:2] == ["rights", "services"]
    again = client.post("/tablet/prepare.json", json={"code": code}, headers={"Accept-Language": "en"})
    assert again.status_code == 410
    assert "plan another visit" in again.get_json()["detail"]
    wrong = client.post(
        "/tablet/prepare.json", json={"code": "0" * 15 + "1"}, headers={"Accept-Language": "en"}
    )
    assert wrong.status_code == 422


def test_sealed_answers_go_in_once_however_often_they_are_sent(app, client, keep, keys):
    _visit, code = keep(lambda session: planned(session, keys))
    facts = prepared(client, code)
    first = [sealed(facts, ratings, n) for n, ratings in enumerate(["543211", "1-----", "555555"])]
    for _ in range(2):
        answer = client.post("/tablet/answers.json", json={"visit": facts["visit"], "answers": first})
        assert sorted(answer.get_json()["taken"]) == sorted(row["ticket"] for row in first)
    assert count(app, Intake) == 3
    more = [sealed(facts, "222222", n) for n in (3, 4)]
    client.post("/tablet/answers.json", json={"visit": facts["visit"], "answers": more})
    keep(
        lambda session: mix_box(
            session, keys=keys, box=box_of(sample.CODE), takers=sample.TAKERS, now=VISITING
        )
    )
    with app.extensions["storage"].read() as session:
        ballots = [(one.ratings, one.origin) for one in session.scalars(select(Ballot))]
    assert sorted(ballots) == sorted(
        (ratings, Origin.TABLET) for ratings in ["543211", "1-----", "555555", "222222", "222222"]
    )
    # Sent once more after mixing: the tickets are in the ledger, nothing goes in.
    answer = client.post("/tablet/answers.json", json={"visit": facts["visit"], "answers": first + more})
    assert len(answer.get_json()["taken"]) == 5
    assert (count(app, Intake), count(app, LedgerEntry), count(app, Ballot)) == (0, 5, 5)


def test_a_tablet_cannot_say_that_its_answers_came_another_way(app, client, keep, keys):
    """Else one forged answer "on paper" would keep the whole country's list of receipts back."""
    _visit, code = keep(lambda session: planned(session, keys))
    facts = prepared(client, code)
    lies = [
        Answer("111111", Origin.PAPER, Mode.OPEN), Answer("111111", Origin.IMPORT, Mode.OPEN),
        Answer("111111", Origin.WEB, Mode.OPEN), Answer("111111", Origin.TABLET, Mode.CODES),
    ]  # fmt: skip
    rows = [sealed(facts, "555555", number) for number in range(6)]
    for row, lie in zip(rows, lies, strict=False):
        row["sealed"] = base64.b64encode(seal(encode(lie), base64.b64decode(facts["key"]))).decode()
    client.post("/tablet/answers.json", json={"visit": facts["visit"], "answers": rows[:5]})
    given = {"keys": keys, "takers": sample.TAKERS}
    keep(lambda session: mix_box(session, box=box_of(sample.CODE), now=VISITING, **given))
    client.post("/tablet/answers.json", json={"visit": facts["visit"], "answers": rows})
    closing = datetime(2026, 6, 21, 9, tzinfo=UTC)

    def close(session) -> list[str]:
        campaign = campaign_by_code(session, sample.CODE)
        close_campaign(
            session, campaign=campaign, secret=SECRET, actor=sample.ACTOR, now=closing, **given
        )  # fmt: skip
        numbers = settled(session, campaign=campaign).numbers
        assert (numbers.receipts, numbers.tablet, numbers.unreadable, numbers.agrees) == (6, 2, 4, True)
        return list(session.scalars(select(Ballot.ratings)))

    assert keep(close) == ["555555", "555555"]
    with app.extensions["storage"].read() as session:
        assert recount(session, campaign=campaign_by_code(session, sample.CODE)).faults == ()


def test_two_tablets_at_once_are_not_both_made_ready(app, keep, keys):
    _visit, code = keep(lambda session: planned(session, keys))
    together, outcomes = threading.Barrier(2), []

    def tablet() -> None:
        own = app.test_client()
        together.wait(timeout=120)
        outcomes.append(own.post("/tablet/prepare.json", json={"code": code}).status_code)

    tablets = [threading.Thread(target=tablet) for _ in range(2)]
    for one in tablets:
        one.start()
    for one in tablets:
        one.join(timeout=300)
    assert sorted(outcomes) == [200, 410]


def test_the_receipt_of_a_tablets_ticket_is_the_one_of_its_answer(app, client, keep, keys):
    from core.codes import Tickets, grouped, receipt_of

    _visit, code = keep(lambda session: planned(session, keys))
    ticket, receipt = prepared(client, code)["tickets"][0]
    tickets = Tickets(SECRET, services.TICKET_PURPOSE, life=services.TICKET_LIFE)
    nonce = tickets.read(ticket, now=VISITING).nonce
    assert receipt == grouped(receipt_of(SECRET, box_of(sample.CODE), nonce))


def test_foreign_damaged_and_late_answers_are_refused_by_name(app, client, keep, keys, visiting):
    _visit, code = keep(lambda session: planned(session, keys))
    facts = prepared(client, code)
    _other, other_code = keep(lambda session: planned(session, keys))
    other = prepared(client, other_code)
    good = sealed(facts, "555555", 0)
    bad = [
        sealed(other, "555555", 0),
        {**sealed(facts, "555555", 1), "kato": "111033000"},
        {**sealed(facts, "555555", 2), "sealed": base64.b64encode(b"short").decode()},
        {**sealed(facts, "555555", 3), "ticket": "forged.ticket"},
    ]
    answer = client.post("/tablet/answers.json", json={"visit": facts["visit"], "answers": [good, *bad]})
    assert answer.get_json()["taken"] == [good["ticket"]]
    assert [ticket for ticket, _reason in answer.get_json()["refused"]] == [row["ticket"] for row in bad]
    assert count(app, Intake) == 1
    for body in ({}, {"visit": 1}, {"visit": 1, "answers": [{}]}, {"visit": 99, "answers": [good]}, []):
        assert client.post("/tablet/answers.json", json=body).status_code == 422, body
    visiting(datetime(2026, 6, 11, 9, tzinfo=UTC))
    late = client.post("/tablet/answers.json", json={"visit": facts["visit"], "answers": [good]})
    assert (late.status_code, count(app, Intake)) == (410, 1)


def test_a_visit_whose_key_is_lost_is_not_begun_and_ends_by_name(app, client, keep, keys):
    """Else people would answer into a seal that nobody can open, or the tablet could never be used again."""
    english = {"Accept-Language": "en"}
    visit, code = keep(lambda session: planned(session, keys))
    private, path = keys.private(visit.key_name), keys.directory / f"{visit.key_name}.intake"
    path.unlink()
    assert client.post("/tablet/prepare.json", json={"code": code}).status_code == 503
    path.write_bytes(private)
    facts = prepared(client, code)
    body = {"visit": facts["visit"], "answers": [sealed(facts, "555555", 0)]}
    assert len(client.post("/tablet/answers.json", json=body).get_json()["taken"]) == 1
    path.unlink()
    lost = keep(lambda session: give_up_key(session, keys=keys, name=visit.key_name, actor="system"))
    assert lost == {box_of(sample.CODE): 1}
    body["answers"] = [sealed(facts, "555555", 1)]
    told = client.post("/tablet/answers.json", json=body, headers=english)
    assert (told.status_code, "lost and given up" in told.get_json()["detail"]) == (410, True)


def test_the_key_of_a_visit_outlives_the_days_until_it_is_sent(app, keep, keys):
    visit, _code = keep(lambda session: planned(session, keys))

    def forgotten(now: datetime) -> list[str]:
        return keep(lambda session: forget_empty_keys(session, now=now), now=now)

    assert visit.key_name not in forgotten(datetime(2026, 6, 10, 9, tzinfo=UTC))
    assert count(app, IntakeKey) == 1
    assert forgotten(datetime(2026, 6, 12, 9, tzinfo=UTC)) == [visit.key_name]


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"katos": []}, BadInput),
        ({"katos": ["999999999"]}, BadInput),
        ({"day": date(2026, 5, 1)}, BadInput),
        ({"send_by": date(2026, 6, 21)}, BadInput),
        ({"tickets": 0}, BadInput),
        ({"tickets": 501}, BadInput),
    ],
)
def test_a_visit_that_cannot_be_is_refused(app, keep, keys, changes, error):
    with pytest.raises(error):
        keep(lambda session: planned(session, keys, **changes))


def test_there_are_never_more_tickets_than_adults(app, keep, keys):
    def act(session):
        katos = sample.katos(session, 2)
        sample.population(session, dict.fromkeys(katos, 9))
        sample.opened(session, katos)
        with pytest.raises(BadInput, match="1 to 18"):
            planned(session, keys, tickets=19)
        planned(session, keys, tickets=18)

    keep(act)


def test_surveys_that_let_in_one_by_one_are_not_for_tablets(app, keep, keys):
    def act(session):
        rules = SurveyRules(criteria_set="2020-six", modes=("codes",))
        campaign = sample.drafted(session, sample.katos(session, 2), mode=Mode.CODES)
        sample.admitted(session, campaign, rules)
        with pytest.raises(Conflict, match="paper forms"):
            planned(session, keys, campaign=campaign)

    keep(act)


def test_an_ended_visit_takes_nothing_and_the_journal_tells_no_code(app, client, keep, keys):
    visit, code = keep(lambda session: planned(session, keys))
    facts = prepared(client, code)

    def end(session):
        found = session.get_one(Visit, visit.id)
        services.end_visit(session, visit=found, actor=sample.ACTOR, now=VISITING)
        with pytest.raises(Conflict):
            services.end_visit(session, visit=found, actor=sample.ACTOR, now=VISITING)

    keep(end)
    with pytest.raises(Gone):
        keep(
            lambda session: services.take_sealed(
                session, number=visit.id, answers=[], secret=SECRET, now=VISITING
            )
        )
    with app.extensions["storage"].read() as session:
        acts = select(JournalEntry).where(JournalEntry.action.like("visit.%")).order_by(JournalEntry.number)
        entries = session.scalars(acts).all()
    assert [entry.action for entry in entries] == ["visit.plan", "visit.prepare", "visit.end"]
    told = json.dumps([entry.details for entry in entries])
    assert code not in told and facts["tickets"][0][0] not in told


def test_an_operator_plans_for_the_own_oblast_alone_and_sees_the_code_once(app, client, keep, keys):
    katos = keep(lambda session: sample.katos(session, 3))
    keep(lambda session: sample.opened(session, katos + sample.katos(session, 1, oblast=sample.OTHER_OBLAST)))
    sample.signed_in(client, keep, Role.OPERATOR, sample.OBLAST)
    assert client.get("/staff/visits?lang=en").status_code == 200
    foreign = f"/staff/visits/new/{sample.CODE}?in={sample.OTHER_OBLAST}"
    assert client.get(foreign).status_code == 403
    with app.extensions["storage"].read() as session:
        from core.places.models import Unit

        district = session.get_one(Unit, katos[0]).district_kato
    address = f"/staff/visits/new/{sample.CODE}?in={district}&lang=en"
    page = client.get(address).text
    ticks = re.findall(r'<div class="tick"><input([^>]*)>', page)
    assert ticks
    assert not [tick for tick in ticks if "required" in tick]  # a browser would insist on every village
    given = {"csrf_token": sample.token(page), "katos": katos[:1], "day": "2026-06-06", "tickets": "30"}
    refused = client.post(address, data={**given, "send_by": "2026-06-30"})
    assert refused.status_code == 422
    assert "choose a day from that of the visit to June 20, 2026" in refused.text
    made = client.post(address, data={**given, "send_by": "2026-06-08"})
    assert made.status_code == 200
    assert "Make the tablet ready" in made.text
    with app.extensions["storage"].read() as session:
        visit = session.scalars(select(Visit)).one()
        assert (visit.oblast_kato, visit.tickets, visit.state) == (sample.OBLAST, 30, VisitState.PLANNED)
    page = client.get(f"/staff/visits/{visit.id}?lang=en").text
    ended = client.post(f"/staff/visits/{visit.id}/end", data={"csrf_token": sample.token(page)})
    assert ended.status_code == 302
    sample.signed_in(client, keep, Role.OPERATOR, sample.OTHER_OBLAST, login="bota")
    assert client.get(f"/staff/visits/{visit.id}").status_code == 403


def test_another_site_cannot_send_and_large_bodies_are_not_read(client):
    foreign = client.post(
        "/tablet/answers.json",
        json={},
        headers={"Sec-Fetch-Site": "cross-site", "Origin": "https://else.example"},
    )
    assert foreign.status_code == 403
    assert client.post("/tablet/answers.json", data=b"x" * 200_000).status_code in (413, 422)
