"""The pages of a meeting: the secretary leads it, members vote under their own login."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from contest.commissions.models import Seat
from contest.commissions.services import end_seat
from contest.decisions.services import propose_exclusion
from contest.meetings.incidents import recuse_from_item
from contest.meetings.models import AgendaItem, Choice, ItemState, Meeting
from contest.meetings.queries import votes_on
from contest.nominees.models import Nominee
from core import clock
from core.access import Role
from core.journal.queries import Filter, journal_page
from tests.conftest import NOW
from tests.contest import sample
from tests.contest.meetings.acts import recuse
from tests.contest.sample import ACTOR, OBLASTS, contest

BASE = "/staff/contests/2026/meetings"
HERE = f"{BASE}/regional/{OBLASTS[0]}"


@pytest.fixture
def made(keep: Callable) -> sample.Sample:
    return keep(sample.regional)


@pytest.fixture
def secretary(enter: Callable, made: sample.Sample):
    return enter(made.secretaries[OBLASTS[0]])


@pytest.fixture
def page(secretary, made: sample.Sample) -> str:
    """An open meeting with everybody present and one item."""
    today = clock.day_of(clock.present()).isoformat()
    address = secretary.post(HERE, HERE, held_on=today, place="Қонаев").location
    assert secretary.post(f"{address}/open", address).location == address
    secretary.post(f"{address}/attendance", address, present=[str(one) for one in made.judges[OBLASTS[0]]])
    given = {"title_kk": "Кесте бекітілсін", "title_ru": "Утвердить график"}
    assert secretary.post(f"{address}/items", address, **given).location == address
    return address


def item_of(keep: Callable) -> AgendaItem:
    return keep(lambda session: session.query(AgendaItem).filter_by(title_kk="Кесте бекітілсін").one())


def test_a_meeting_goes_from_plan_to_protocol(
    enter: Callable, keep: Callable, made: sample.Sample, secretary, page: str
):
    judges = made.judges[OBLASTS[0]]
    where = f"{page}/items/{item_of(keep).id}"
    assert secretary.post(f"{where}/open-vote", page).status_code == 302
    for judge, choice in zip(judges, ("yes", "abstain", "yes"), strict=True):
        member = enter(judge)
        assert member.post(f"{where}/vote", page, choice=choice).status_code == 302
    seen = secretary.get(page).text
    assert "3 of 3 have voted." in seen
    assert "Votes by name" not in seen
    assert "You have voted: abstained." in enter(judges[1]).get(page).text
    assert secretary.post(f"{where}/close-vote", page).status_code == 302
    seen = secretary.get(page).text
    assert "Carried: 2 for, 0 against, 1 abstained." in seen
    assert "Votes by name" in seen
    assert secretary.post(f"{page}/close", page).location == page
    for language in ("kk", "ru"):
        answer = secretary.get(f"{page}/protocol-{language}.pdf")
        assert answer.content_type == "application/pdf"
        assert answer.data.startswith(b"%PDF")
    assert secretary.get(f"{page}/protocol-en.pdf").status_code == 404


def test_a_member_reads_and_does_not_lead(enter: Callable, keep: Callable, made: sample.Sample, page: str):
    member = enter(made.judges[OBLASTS[0]][1])
    seen = member.get(page).text
    for act in ("Open the vote", "Close the meeting", "Register the attendance", "Put on the agenda"):
        assert act not in seen
    number = item_of(keep).id
    for act in (
        "open", "close", "attendance", "items", f"items/{number}/open-vote", f"items/{number}/close-vote"
    ):  # fmt: skip
        assert member.post(f"{page}/{act}", page).status_code == 403, act


def test_a_stranger_neither_reads_nor_votes(enter: Callable, keep: Callable, made: sample.Sample, page: str):
    where = f"{page}/items/{item_of(keep).id}/vote"
    neighbour = enter(made.judges[OBLASTS[1]][1])
    assert neighbour.get(page).status_code == 403
    other = f"{BASE}/regional/{OBLASTS[1]}"
    assert neighbour.get(other).status_code == 200
    assert neighbour.post(where, other, choice="yes").status_code == 403
    national = enter(made.judges[None][1])
    assert national.get(page).status_code == 403
    assert national.post(where, f"{BASE}/national/nation", choice="yes").status_code == 403
    assert keep(lambda session: votes_on(session, item_of(keep))) == {}


def test_one_who_has_a_conflict_sees_no_ballot(
    enter: Callable, keep: Callable, made: sample.Sample, secretary, page: str
):
    judges, nominee = made.judges[OBLASTS[0]], made.nominees[OBLASTS[0]][0]
    number = item_of(keep).id

    def about(session) -> None:
        session.get_one(AgendaItem, number).nominee_id = nominee
        recuse(session, nominee, judges[1])

    keep(about)
    secretary.post(f"{page}/items/{number}/open-vote", page)
    barred = enter(judges[1])
    seen = barred.get(page).text
    assert "You have a conflict of interests in this item: you do not vote on it." in seen
    assert 'name="choice"' not in seen
    assert barred.post(f"{page}/items/{number}/vote", page, choice="yes").status_code == 403
    assert 'name="choice"' in enter(judges[2]).get(page).text
    for judge in (judges[0], judges[2]):
        enter(judge).post(f"{page}/items/{number}/vote", page, choice="yes")
    secretary.post(f"{page}/items/{number}/close-vote", page)
    assert "conflict of interests: Related by blood or marriage" in secretary.get(page).text


def test_a_vote_sent_again_by_the_page_is_one_vote(
    enter: Callable, keep: Callable, made: sample.Sample, secretary, page: str
):
    number, judge = item_of(keep).id, made.judges[OBLASTS[0]][0]
    secretary.post(f"{page}/items/{number}/open-vote", page)
    first, second = enter(judge), enter(judge)
    where = f"{page}/items/{number}/vote"
    assert first.post(where, page, choice="no").status_code == 302
    assert second.post(where, HERE, choice="no").status_code == 302
    assert second.post(where, HERE, choice="yes").status_code == 409
    assert keep(lambda session: votes_on(session, session.get_one(AgendaItem, number))) == {judge: Choice.NO}
    enter(made.judges[OBLASTS[0]][1]).post(where, page, choice="abstain")
    secretary.post(f"{page}/items/{number}/close-vote", page)
    assert first.post(where, HERE, choice="no").status_code == 409


def test_reasons_in_one_language_are_refused(keep: Callable, secretary, page: str):
    number = item_of(keep).id
    secretary.post(f"{page}/items/{number}/open-vote", page)
    half = secretary.post(f"{page}/items/{number}/close-vote", page, reasons_kk="Себебі")
    assert half.status_code == 422
    assert item_of(keep).state is ItemState.VOTING


def test_what_is_not_there_answers_404(keep: Callable, secretary, page: str):
    today = clock.day_of(clock.present()).isoformat()
    planned = secretary.post(HERE, HERE, held_on=today).location
    for address in (f"{BASE}/99", f"{BASE}/99/protocol-kk.pdf", f"{planned}/protocol-kk.pdf"):
        assert secretary.get(address).status_code == 404, address
    number = item_of(keep).id
    assert secretary.post(f"{planned}/items/{number}/drop", page).status_code == 404


def test_a_meeting_that_was_planned_for_the_wrong_day_is_moved_until_it_opens(secretary):
    today = clock.day_of(clock.present()).isoformat()
    page = secretary.post(HERE, HERE, held_on="2099-01-01", place="Қонаев").location
    assert "opens on its day" in secretary.post(f"{page}/open", page).text
    assert secretary.post(f"{page}/plan", page, held_on="2020-01-01").status_code == 422
    assert secretary.post(f"{page}/plan", page, held_on=today, place="Талғар").location == page
    assert "Талғар" in secretary.get(page).text
    assert secretary.post(f"{page}/open", page).location == page
    assert secretary.post(f"{page}/plan", page, held_on=today).status_code == 409
    assert "Another day or place" not in secretary.get(page).text


def test_who_lost_the_seat_at_a_meeting_is_named_and_not_ticked(
    keep: Callable, made: sample.Sample, secretary, page: str
):
    judges = made.judges[OBLASTS[0]]

    def end(session) -> None:
        seat = session.query(Seat).filter_by(account_id=judges[2]).one()
        end_seat(session, seat=seat, order_number="№ 3", actor=sample.ACTOR, now=NOW)

    keep(end)
    ticked = re.findall(r'<input checked[^>]*name="present"[^>]*value="(\d+)"', secretary.get(page).text)
    assert {int(one) for one in ticked} == set(judges[:2])
    refused = secretary.post(f"{page}/attendance", page, present=[str(one) for one in judges])
    said = f"Judge-{OBLASTS[0]}-2 has no seat in this commission: leave the tick out."
    assert (refused.status_code, said in refused.text) == (422, True)


def test_without_a_quorum_the_page_says_what_to_do(keep: Callable, made: sample.Sample, secretary, page: str):
    secretary.post(f"{page}/attendance", page, present=[str(made.judges[OBLASTS[0]][0])])
    seen = secretary.get(page).text
    assert ("register those who came since, or an alternate" in seen, "Open the vote" in seen) == (
        True,
        False,
    )
    for judge in made.judges[OBLASTS[0]][:2]:
        keep(lambda session, judge=judge: recuse_from_item(
            session, item=session.get_one(AgendaItem, item_of(keep).id), account_id=judge, ground="kinship",
            actor=sample.ACTOR, now=NOW,
        ))  # fmt: skip
    assert "No meeting of the national commission is planned" in secretary.get(page).text


def test_a_secretary_whose_seat_has_ended_leads_nothing_any_more(
    keep: Callable, made: sample.Sample, secretary, page: str
):
    number = item_of(keep).id

    def end(session) -> None:
        seat = session.query(Seat).filter_by(account_id=made.secretaries[OBLASTS[0]]).one()
        end_seat(session, seat=seat, order_number="№ 4", actor=sample.ACTOR, now=NOW)

    keep(end)
    other = f"{BASE}/regional/{OBLASTS[0]}"
    nominees = "/staff/contests/2026/nominees/new"
    for act in ("close", "attendance", f"items/{number}/open-vote", f"items/{number}/drop"):
        assert secretary.post(f"{page}/{act}", nominees).status_code == 403, act
    assert secretary.post(other, nominees, held_on="2099-01-01").status_code == 403
    stage = f"/staff/contests/2026/stages/regional/{OBLASTS[0]}"
    for act in ("marking/open", "marking/close", "propose"):
        assert secretary.post(f"{stage}/{act}", nominees, sure="y").status_code == 403, act
    assert 'action="' + f"{stage}/" not in secretary.get(stage).text
    assert "Open the vote" not in secretary.get(page).text
    assert "Plan the meeting" not in secretary.get(other).text


def test_a_planned_meeting_is_called_off_and_its_matters_go_on_another_agenda(
    enter: Callable, keep: Callable, made: sample.Sample, secretary
):
    def planned() -> str:
        today = clock.day_of(clock.present()).isoformat()
        return secretary.post(HERE, HERE, held_on=today).location

    def proposed(session, page: str) -> int:
        meeting = session.get_one(Meeting, int(page.rpartition("/")[2]))
        return propose_exclusion(
            session, contest=contest(session), meeting=meeting, ground="false-information", actor=ACTOR,
            nominee=session.get_one(Nominee, made.nominees[OBLASTS[0]][0]), now=NOW,
        ).id  # fmt: skip

    page, decisions = planned(), f"/staff/contests/2026/decisions/regional/{OBLASTS[0]}"
    dropped = keep(lambda session: proposed(session, page))
    unseated = keep(lambda session: sample.account(session, "unseated", Role.SECRETARY, OBLASTS[0]))
    said = {"reason": "The road is closed."}
    for account, on in ((made.judges[OBLASTS[0]][1], page), (unseated, page),
                        (made.secretaries[OBLASTS[1]], f"{BASE}/regional/{OBLASTS[1]}")):  # fmt: skip
        assert enter(account).post(f"{page}/call-off", on, **said).status_code == 403
    assert secretary.post(f"{page}/call-off", page, reason=" ").status_code == 422
    with secretary.client.session_transaction() as cookie:
        asked = cookie.pop("factor_at")
    assert secretary.post(f"{page}/call-off", page, **said).location == "/staff/factor"
    with secretary.client.session_transaction() as cookie:
        cookie["factor_at"] = asked
    assert secretary.post(f"{page}/call-off", page, **said).location == page
    seen = secretary.get(page).text
    assert [one in seen for one in ("The road is closed.", "Open the meeting", "Хаттама")] == [
        True,
        False,
        False,
    ]
    assert "called off" in secretary.get(HERE).text
    assert "exclusion-meeting" not in secretary.get(decisions).text
    sent = {"title_kk": "x", "title_ru": "x", "held_on": "2099-01-01", **said}
    for act in ("call-off", "open", "plan", "items", f"items/{dropped}/drop"):
        assert secretary.post(f"{page}/{act}", page, **sent).status_code == 409, act
    assert secretary.get(f"{page}/protocol-ru.pdf").status_code == 404
    other = planned()
    again = keep(lambda session: proposed(session, other))
    states = keep(lambda session: [session.get_one(AgendaItem, one).state for one in (dropped, again)])
    assert states == [ItemState.DROPPED, ItemState.WAITING]
    called = Filter(action="meeting.call-off")
    (entry,) = keep(lambda session: journal_page(session, chosen=called, size=5).entries)
    assert entry.actor == f"account:{made.secretaries[OBLASTS[0]]}"
    secretary.post(f"{other}/open", other)
    refused = secretary.post(f"{other}/call-off", other, **said)
    assert (refused.status_code, "This meeting was opened: close it." in refused.text) == (409, True)
