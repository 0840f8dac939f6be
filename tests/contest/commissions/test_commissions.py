"""Commissions: seats by order, roles in scope, alternates called up, conflicts found and declared."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from contest.commissions import services
from contest.commissions.models import Commission, Seat, SeatRole
from contest.commissions.queries import commission_of, conflicts_of, people_of, seatable, voters
from contest.jury.models import Mark
from contest.jury.services import declare_conflict
from contest.nominees.models import Nominee
from contest.rulebook import Stage
from core.access import Role
from core.audit import append_pending
from core.errors import BadInput, Conflict
from core.places.models import Unit
from tests.conftest import NOW
from tests.contest import sample
from tests.contest.sample import ACTOR, OBLASTS, contest

ORDER = {"order_number": "№ 7", "actor": ACTOR, "now": NOW}
FULL = (8, 7, 9, 6)


@pytest.fixture
def territory(settled_sqlite):
    with settled_sqlite.writing() as opened:
        yield opened


def commission(session: Session, area: str | None = OBLASTS[0]) -> Commission:
    return commission_of(session, contest(session), Stage.NATIONAL if area is None else Stage.REGIONAL, area)


def seat_of(session: Session, account_id: int) -> Seat:
    return session.scalars(select(Seat).where(Seat.account_id == account_id, Seat.until_on.is_(None))).one()


def facts(session: Session, account_id: int, **known: str | None) -> None:
    empty = dict.fromkeys(("employer", "district_kato", "oblast_kato", "heads_kato"))
    services.enter_facts(session, account_id=account_id, **{**empty, **known}, actor=ACTOR, now=NOW)


def found(session: Session, nominee_id: int, stage: Stage = Stage.REGIONAL) -> dict[int, str]:
    return conflicts_of(session, contest(session), stage, [session.get_one(Nominee, nominee_id)])[nominee_id]


def district(session: Session, nominee_id: int) -> str:
    return session.get_one(Unit, session.get_one(Nominee, nominee_id).kato).district_kato


def test_a_seat_needs_the_role_in_this_very_scope(territory: Session):
    sample.regional(territory)
    elsewhere = sample.account(territory, "elsewhere", Role.MEMBER, OBLASTS[1])
    nation = sample.account(territory, "nation", Role.MEMBER, None)
    clerk = sample.account(territory, "clerk", Role.OPERATOR, OBLASTS[0])
    facts = {"commission": commission(territory), "from_on": date(2026, 5, 29), **ORDER}
    for stranger in (elsewhere, nation, clerk):
        with pytest.raises(BadInput, match="lacks the role"):
            services.give_seat(territory, account_id=stranger, role=SeatRole.MEMBER, **facts)
    own = sample.account(territory, "own", Role.MEMBER, OBLASTS[0])
    with pytest.raises(BadInput, match="lacks the role"):
        services.give_seat(territory, account_id=own, role=SeatRole.SECRETARY, **facts)
    with pytest.raises(BadInput, match="has not come yet"):
        services.give_seat(
            territory, account_id=own, role=SeatRole.MEMBER,
            **{**facts, "from_on": NOW.date() + timedelta(days=1)},
        )  # fmt: skip
    assert [number for number, _name in seatable(territory, commission(territory))] == [own]
    services.give_seat(territory, account_id=own, role=SeatRole.MEMBER, **facts)
    with pytest.raises(Conflict, match="has a seat in this commission already"):
        services.give_seat(territory, account_id=own, role=SeatRole.ALTERNATE, **facts)


def test_a_commission_has_one_chair_and_one_secretary(territory: Session):
    made = sample.regional(territory)
    second = sample.account(territory, "second", Role.CHAIR, OBLASTS[0])
    given = {"commission": commission(territory), "account_id": second, "role": SeatRole.CHAIR}
    with pytest.raises(Conflict, match="one chair and one secretary"):
        services.give_seat(territory, from_on=date(2026, 5, 29), **given, **ORDER)
    with pytest.raises(IntegrityError), territory.begin_nested():
        territory.add(
            Seat(
                commission_id=given["commission"].id, account_id=second, role=SeatRole.CHAIR,
                order_number="1", from_on=date(2026, 5, 29),
            )
        )  # fmt: skip
        territory.flush()
    services.end_seat(territory, seat=seat_of(territory, made.judges[OBLASTS[0]][0]), **ORDER)
    services.give_seat(territory, from_on=date(2026, 5, 29), **given, **ORDER)
    assert people_of(territory, contest(territory), Stage.REGIONAL, OBLASTS[0]).chair == second


def test_a_called_up_alternate_votes_in_the_members_place_until_sent_back(territory: Session):
    made = sample.regional(territory)
    judges = made.judges[OBLASTS[0]]
    alternate = sample.judge(territory, "alternate", OBLASTS[0], SeatRole.ALTERNATE)
    seats = {"alternate": seat_of(territory, alternate), "member": seat_of(territory, judges[1])}
    here = (contest(territory), Stage.REGIONAL, OBLASTS[0])
    services.call_up(territory, **seats, **ORDER)
    assert voters(territory, *here) == {judges[0], judges[2], alternate}
    with pytest.raises(Conflict, match="called up already"):
        services.call_up(territory, **seats, **ORDER)
    with pytest.raises(BadInput, match="Choose an alternate"):
        services.call_up(territory, alternate=seats["member"], member=seats["alternate"], **ORDER)
    services.send_back(territory, alternate=seats["alternate"], **ORDER)
    assert voters(territory, *here) == set(judges)
    services.call_up(territory, **seats, **ORDER)
    services.end_seat(territory, seat=seats["member"], **ORDER)
    assert voters(territory, *here) == {judges[0], judges[2]}


def test_a_full_regional_stage_works_with_every_member_of_the_own_oblast(territory: Session):
    made = sample.regional(territory)
    for judge in made.judges[OBLASTS[0]]:
        facts(territory, judge, oblast_kato=OBLASTS[0])
    sample.mark_all(territory, made, OBLASTS[0], marks=sample.MARKS)
    sample.close(territory, OBLASTS[0])
    first = made.nominees[OBLASTS[0]][0]
    assert found(territory, first) == {}
    facts(territory, made.judges[None][0], oblast_kato=OBLASTS[0])
    assert found(territory, first, Stage.NATIONAL) == {made.judges[None][0]: "oblast"}


def test_a_fact_entered_later_takes_the_marks_and_says_nothing_of_the_person(territory: Session):
    made = sample.regional(territory, nominees=1)
    nominee, judges = made.nominees[OBLASTS[0]][0], made.judges[OBLASTS[0]]
    for judge in judges:
        sample.mark(territory, nominee, judge, FULL)
    facts(territory, judges[0], district_kato=district(territory, nominee), employer="Қыркүйек ЖШС")
    assert found(territory, nominee) == {judges[0]: "district"}
    with pytest.raises(Conflict, match="conflict of interests"):
        sample.mark(territory, nominee, judges[0], FULL)
    sample.close(territory, OBLASTS[0])
    assert set(territory.scalars(select(Mark.judge_account_id))) == set(judges[1:])
    entries = append_pending(territory, now=NOW)
    assert "Қыркүйек" not in "".join(entry.details for entry in entries)
    struck = [entry.details for entry in entries if entry.action == "marks.cease"]
    assert struck == [f'{{"judge":{judges[0]},"stage":"regional"}}']


def test_who_leaves_before_the_close_leaves_no_marks(territory: Session):
    made = sample.regional(territory, nominees=1)
    nominee, judges = made.nominees[OBLASTS[0]][0], made.judges[OBLASTS[0]]
    for judge in judges:
        sample.mark(territory, nominee, judge, FULL)
    services.end_seat(territory, seat=seat_of(territory, judges[2]), **ORDER)
    sample.close(territory, OBLASTS[0])
    assert set(territory.scalars(select(Mark.judge_account_id))) == set(judges[:2])


def test_a_declared_conflict_holds_from_its_stage_on_and_only_for_its_nominee(territory: Session):
    made = sample.regional(territory)
    first, second = made.nominees[OBLASTS[0]][:2]
    judge = made.judges[OBLASTS[0]][1]
    declare_conflict(
        territory, contest=contest(territory), stage=Stage.REGIONAL,
        nominee=territory.get_one(Nominee, first), ground="kinship", details="бажа", judge_account_id=judge,
        actor=f"account:{judge}", now=NOW,
    )  # fmt: skip
    assert found(territory, first) == found(territory, first, Stage.NATIONAL) == {judge: "kinship"}
    assert found(territory, second) == {}
    above = made.judges[None][0]
    declare_conflict(
        territory, contest=contest(territory), stage=Stage.NATIONAL,
        nominee=territory.get_one(Nominee, second), ground="kinship", details=None, judge_account_id=above,
        actor=f"account:{above}", now=NOW,
    )  # fmt: skip
    assert found(territory, second) == {}
    assert found(territory, second, Stage.NATIONAL) == {above: "kinship"}
    assert "бажа" not in "".join(entry.details for entry in append_pending(territory, now=NOW))


def test_whoever_proposed_a_nominee_does_not_judge(territory: Session):
    made = sample.regional(territory)
    nominee = territory.get_one(Nominee, made.nominees[OBLASTS[0]][0])
    nominee.proposer_account_id = made.judges[OBLASTS[0]][0]
    territory.flush()
    assert found(territory, nominee.id) == {made.judges[OBLASTS[0]][0]: "nominated"}


def test_the_journal_tells_which_facts_changed_and_not_what_they_say(territory: Session):
    made = sample.regional(territory)
    given = {
        "account_id": made.judges[OBLASTS[0]][0], "district_kato": None, "oblast_kato": None,
        "heads_kato": None, "actor": ACTOR, "now": NOW,
    }  # fmt: skip
    for employer in ("Akimat", "School", ""):
        services.enter_facts(territory, employer=employer, **given)
    entries = [entry for entry in append_pending(territory, now=NOW) if entry.action == "member.facts"]
    assert [json.loads(entry.details) for entry in entries] == [
        {"changed": [], "entered": ["employer"], "removed": []},
        {"changed": ["employer"], "entered": [], "removed": []},
        {"changed": [], "entered": [], "removed": ["employer"]},
    ]
