"""The pages of commissions: the agency seats, the secretary enters facts, others read."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import select

from contest.commissions.models import MemberFacts, Seat, SeatRole
from contest.commissions.queries import voters
from contest.nominees.leaving import withdraw_nominee
from contest.nominees.models import Nominee
from contest.rulebook import Stage
from core.access import Role
from core.places.models import Unit
from tests.conftest import NOW
from tests.contest import sample
from tests.contest.sample import OBLASTS, contest

BASE = "/staff/contests/2026/commissions"
HERE = f"{BASE}/regional/{OBLASTS[0]}"
SEAT = {"from_on": "2026-05-29", "order_number": "№ 7"}


def test_the_agency_makes_a_commission_and_seats_it(enter: Callable, keep: Callable):
    keep(sample.opened)
    agency = enter(keep(lambda session: sample.account(session, "agency", Role.AGENCY)))
    assert "There is no commission here yet" in agency.get(HERE).text
    assert agency.post(HERE, HERE, order_number="№ 7", order_on="2026-05-29").location == HERE
    assert "invite people on the page of accounts first" in agency.get(HERE).text
    chair = keep(lambda session: sample.account(session, "chair", Role.CHAIR, OBLASTS[0]))
    stranger = keep(lambda session: sample.account(session, "stranger", Role.CHAIR, OBLASTS[1]))
    assert agency.post(f"{HERE}/seats", HERE, account=str(stranger), role="chair", **SEAT).status_code == 422
    assert agency.post(f"{HERE}/seats", HERE, account=str(chair), role="chair", **SEAT).location == HERE
    seen = agency.get(HERE).text
    assert "Chair of the commission" in seen
    assert "№ 7" in seen
    seat = keep(lambda session: session.scalars(select(Seat)).one().id)
    assert agency.post(f"{HERE}/seats/{seat}/end", HERE, order_number="№ 8").location == HERE
    assert keep(lambda session: voters(session, contest(session), Stage.REGIONAL, OBLASTS[0])) == frozenset()


def test_an_alternate_is_called_up_and_sent_back_on_the_page(enter: Callable, keep: Callable):
    made = keep(sample.regional)
    alternate = keep(lambda session: sample.judge(session, "alternate", OBLASTS[0], SeatRole.ALTERNATE))
    agency = enter(keep(lambda session: sample.account(session, "agency", Role.AGENCY)))

    def seat(session, account_id: int) -> int:
        return session.scalars(select(Seat.id).where(Seat.account_id == account_id)).one()

    own, other = keep(lambda s: seat(s, alternate)), keep(lambda s: seat(s, made.judges[OBLASTS[0]][1]))
    given = {"member": str(other), "order_number": "№ 9"}
    assert agency.post(f"{HERE}/seats/{own}/call-up", HERE, **given).location == HERE
    assert "in the place of Judge-190000000-1" in agency.get(HERE).text
    assert agency.post(f"{HERE}/seats/{own}/send-back", HERE, order_number="№ 10").location == HERE
    assert "in the place of" not in agency.get(HERE).text


def test_the_secretary_enters_facts_and_the_conflict_shows(enter: Callable, keep: Callable):
    made = keep(sample.regional)
    judge, secretary = made.judges[OBLASTS[0]][1], enter(made.secretaries[OBLASTS[0]])
    kato = keep(lambda session: session.get_one(Unit, made.units[OBLASTS[0]][0]).district_kato)
    address = f"{HERE}/people/{judge}"
    sent = secretary.post(address, address, employer="Аудан әкімдігі", district=kato, oblast="", heads="")
    assert sent.location == HERE
    assert keep(lambda session: session.get_one(MemberFacts, judge).oblast_kato) == OBLASTS[0]
    assert "From the same district" in secretary.get(HERE).text
    assert f'<option selected value="{kato}"' in secretary.get(address).text
    member = enter(judge)
    assert member.get(address).status_code == 403
    assert "Аудан әкімдігі" not in member.get(HERE).text
    outside = made.judges[OBLASTS[1]][0]
    assert secretary.get(f"{HERE}/people/{outside}").status_code == 404


def test_only_the_agency_changes_seats_and_each_sees_the_own_commissions(enter: Callable, keep: Callable):
    made = keep(sample.regional)
    secretary = enter(made.secretaries[OBLASTS[0]])
    meetings = f"/staff/contests/2026/meetings/regional/{OBLASTS[0]}"
    for act in ("", "/seats", "/seats/1/end", "/seats/1/call-up", "/seats/1/send-back"):
        assert secretary.post(HERE + act, meetings).status_code == 403
    assert "Give a seat" not in secretary.get(HERE).text
    assert secretary.get(f"{BASE}/regional/{OBLASTS[1]}").status_code == 403
    assert secretary.get(f"{BASE}/national/nation").status_code == 403
    listed = secretary.get(BASE).text
    assert HERE in listed
    assert OBLASTS[1] not in listed


def test_every_oblast_has_its_line_before_the_first_nominee_and_after_the_last(
    enter: Callable, keep: Callable
):
    made = keep(lambda session: sample.opened(session, nominees=0))
    agency = enter(keep(lambda session: sample.account(session, "agency", Role.AGENCY)))
    seen = agency.get(BASE).text
    assert [f"/commissions/regional/{oblast}" in seen for oblast in OBLASTS] == [True, True]
    last = keep(lambda session: sample.enrol(session, made.officials[OBLASTS[0]][0]).id)
    stage = f"/staff/contests/2026/stages/regional/{OBLASTS[0]}"

    def leave(session) -> None:
        nominee = session.get_one(Nominee, last)
        withdraw_nominee(session, nominee=nominee, reason="health", actor=sample.ACTOR, now=NOW)

    assert stage in agency.get("/staff/contests/2026").text
    keep(leave)
    seen = agency.get("/staff/contests/2026").text
    assert (stage in seen, "/stages/national/nation" in seen) == (True, True)
