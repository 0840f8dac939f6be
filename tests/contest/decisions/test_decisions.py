"""Decisions: flags before any score, approval and returns, two signatures, exclusions, voted nominations."""

from __future__ import annotations

import json
import threading
import time

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from contest.contests import services as life
from contest.decisions.differences import Change, Outcome
from contest.decisions.models import FreezeRequest
from contest.decisions.queries import approval_state, signals_decision
from contest.decisions.references import (
    exclusion_from,
    exclusion_reference,
    nomination_from,
    nomination_reference,
    signals_from,
    signals_reference,
)
from contest.decisions.services import (
    hand_over_signals,
    nomination_candidates,
    propose_exclusion,
    propose_nomination,
    propose_signals,
)
from contest.meetings.models import Choice, ItemKind
from contest.meetings.voting import close_vote
from contest.nominees.leaving import withdraw_nominee
from contest.nominees.models import Nominee, NomineeExclusion, NomineeState
from contest.rulebook import Exclusion, Stage
from contest.standings.models import Standing
from contest.standings.queries import compute_standing, rows_of
from contest.standings.signing import signing_of
from core.errors import BadInput, Conflict, Forbidden
from core.storage import Storage
from surveys.queries import campaign_by_code
from surveys.rules import rules_from_json
from tests.conftest import NOW
from tests.contest import sample
from tests.contest.sample import ACTOR, OBLASTS, contest

BURST = Exclusion("burst", 10_000)
VOTED = sample.shipped_text("2026").replace('decided = "formula"', 'decided = "vote"')


@pytest.fixture
def territory(settled_sqlite: Storage):
    """On SQLite alone: what is voted and signed does not depend on the kind of database."""
    with settled_sqlite.writing() as opened:
        yield opened


def signals(session: Session, *rules: Exclusion):
    return propose_signals(
        session, contest=contest(session), meeting=sample.meeting(session, None), rules=rules, actor=ACTOR,
        now=NOW,
    )  # fmt: skip


def held(session: Session):
    return rules_from_json(campaign_by_code(session, sample.CAMPAIGN).rules_json)


def returned(session: Session):
    return sample.decide(session, sample.propose(session, OBLASTS[0]), choice=Choice.NO)


def digest(session: Session, oblast: str | None = OBLASTS[0]) -> str:
    stage = Stage.REGIONAL if oblast else Stage.NATIONAL
    return compute_standing(session, contest=contest(session), stage=stage, oblast_kato=oblast).digest


def test_references_are_read_as_they_were_written():
    rules = (Exclusion("burst", 10_000), Exclusion("trap", 500))
    assert signals_from(signals_reference(reversed(rules))) == rules
    assert exclusion_from(exclusion_reference(7, "not-in-post")) == (7, "not-in-post")
    assert nomination_from(nomination_reference("open:akim", 7)) == ("open:akim", 7)


def test_signals_are_voted_once_and_the_survey_follows(territory: Session):
    made = sample.opened(territory)
    sample.seat_commissions(territory, made)
    found = contest(territory)
    with pytest.raises(Conflict, match="has not voted on the signals"):
        hand_over_signals(territory, contest=found, actor=ACTOR, now=NOW)
    item = signals(territory, BURST)
    with pytest.raises(Conflict, match="stands on an agenda already"):
        signals(territory, BURST)
    assert item.title_ru.endswith("«Много ответов сразу» (реже одного из 10\u00a0000 честных дней)")
    sample.decide(territory, item, choice=Choice.NO)
    assert signals_decision(territory, found) is None
    assert held(territory).counting == "all"
    sample.decide(territory, signals(territory, BURST))
    with pytest.raises(Conflict, match="voted already, once for all units"):
        signals(territory)
    assert (held(territory).counting, held(territory).excluding[0].rarer_than) == ("without-flagged", 10_000)


def test_the_vote_on_signals_outlives_a_correction_of_the_rules(territory: Session):
    made = sample.opened(territory)
    sample.seat_commissions(territory, made)
    sample.decide(territory, signals(territory, BURST))
    text = sample.rules_text().replace("objection_days = 5", "objection_days = 7")
    life.correct_rules(
        territory, contest=contest(territory), rules_text=text, reason="longer", actor=ACTOR, now=NOW,
        **sample.ORDER,
    )  # fmt: skip
    assert [rule.signal for rule in held(territory).excluding] == ["burst"]


def test_nothing_about_signals_is_voted_or_handed_over_once_numbers_are_made(territory: Session):
    made = sample.opened(territory)
    sample.seat_commissions(territory, made)
    sample.decide(territory, signals(territory, BURST))
    sample.publish_survey(territory, {})
    with pytest.raises(Conflict, match="its numbers are made"):
        hand_over_signals(territory, contest=contest(territory), actor=ACTOR, now=NOW)
    with pytest.raises(Conflict, match="its numbers are made"):
        signals(territory)


def test_a_regional_commission_does_not_vote_on_signals(territory: Session):
    made = sample.opened(territory)
    sample.seat_commissions(territory, made)
    with pytest.raises(BadInput, match="by another commission"):
        propose_signals(
            territory, contest=contest(territory), meeting=sample.meeting(territory, OBLASTS[0]),
            rules=(BURST,), actor=ACTOR, now=NOW,
        )  # fmt: skip


def test_a_standing_is_approved_by_its_digest_and_by_no_other(territory: Session):
    made = sample.marked(territory)
    item = sample.decide(territory, sample.propose(territory, OBLASTS[0]))
    assert (item.kind, item.reference) == (ItemKind.STANDING, digest(territory))
    with pytest.raises(Conflict, match="has approved this computation"):
        sample.propose(territory, OBLASTS[0])
    sample.exclude(territory, made.nominees[OBLASTS[0]][1])
    with pytest.raises(Conflict, match="has not approved these numbers"):
        sample.ask(territory, OBLASTS[0])
    sample.decide(territory, sample.propose(territory, OBLASTS[0]))
    standing = sample.sign(territory, OBLASTS[0])
    assert [row.place for row in rows_of(territory, standing)] == [1, 2]
    assert standing.item_id is not None


def test_a_standing_is_returned_twice_at_most_with_its_reasons_and_difference(territory: Session):
    made = sample.marked(territory)
    item = sample.propose(territory, OBLASTS[0])
    with pytest.raises(Conflict, match="stands on an agenda already"):
        sample.propose(territory, OBLASTS[0])
    with pytest.raises(BadInput, match="reasons"):
        sample.decide(territory, item, choice=Choice.NO, reasons=None)
    close_vote(territory, item=item, reasons=sample.REASONS, actor=ACTOR, now=NOW)
    sample.exclude(territory, made.nominees[OBLASTS[0]][2])
    returned(territory)
    signing = signing_of(territory, contest(territory), Stage.REGIONAL, OBLASTS[0], is_ready=True)
    first, second = (vote.difference for vote in signing.votes)
    best = made.nominees[OBLASTS[0]][2]
    assert first[-1] == Change(best, Outcome(best, 1, "81.83", "place-1"), None)
    assert [change.after.place for change in first[:-1]] == [1, 2]
    assert second == ()
    state = approval_state(
        territory, contest(territory), Stage.REGIONAL, OBLASTS[0], digest=digest(territory), version=1
    )
    assert (len(state.returns), state.most, state.approval, state.may_freeze) == (2, 2, None, True)
    with pytest.raises(Conflict, match="has used its returns"):
        sample.propose(territory, OBLASTS[0])
    assert sample.sign(territory, OBLASTS[0]).item_id is None
    sample.exclude(territory, made.nominees[OBLASTS[0]][1])
    with pytest.raises(Conflict, match="has not approved these numbers"):
        sample.ask(territory, OBLASTS[0], reason="the returns of the first version are over")


def test_numbers_that_changed_after_the_last_return_are_voted_once_more(territory: Session):
    made = sample.marked(territory)
    returned(territory)
    returned(territory)
    sample.exclude(territory, made.nominees[OBLASTS[0]][1])
    with pytest.raises(Conflict, match="has not approved these numbers"):
        sample.ask(territory, OBLASTS[0])
    returned(territory)
    with pytest.raises(Conflict, match="has used its returns"):
        sample.propose(territory, OBLASTS[0])
    assert [row.place for row in rows_of(territory, sample.sign(territory, OBLASTS[0]))] == [1, 2]


def test_a_book_without_returns_still_asks_for_a_vote(territory: Session):
    sample.marked(territory, rules=sample.shipped_text("2026").replace("returns = 2", "returns = 0"))
    with pytest.raises(Conflict, match="has not approved these numbers"):
        sample.ask(territory, OBLASTS[0])
    returned(territory)
    assert sample.sign(territory, OBLASTS[0]).version == 1


def test_one_return_does_not_freeze_and_the_same_numbers_can_be_voted_again(territory: Session):
    sample.marked(territory)
    returned(territory)
    with pytest.raises(Conflict, match="has not approved these numbers"):
        sample.ask(territory, OBLASTS[0])
    sample.decide(territory, sample.propose(territory, OBLASTS[0]))
    assert sample.sign(territory, OBLASTS[0]).version == 1


def test_two_different_people_sign_the_chair_and_the_secretary(territory: Session):
    made = sample.marked(territory)
    chair, member, _ = made.judges[OBLASTS[0]]
    secretary = made.secretaries[OBLASTS[0]]
    sample.decide(territory, sample.propose(territory, OBLASTS[0]))
    for stranger in (member, made.judges[None][0], made.secretaries[OBLASTS[1]]):
        with pytest.raises(Forbidden, match="Only the chair and the secretary"):
            sample.ask(territory, OBLASTS[0], by=stranger)
    with pytest.raises(Conflict, match="Nobody has asked"):
        sample.confirm(territory, OBLASTS[0], by=chair)
    first = sample.ask(territory, OBLASTS[0], by=chair)
    assert sample.ask(territory, OBLASTS[0], by=chair) is first
    with pytest.raises(Conflict, match="asked already by the other"):
        sample.ask(territory, OBLASTS[0], by=secretary)
    with pytest.raises(Forbidden, match="the second signature is the other's"):
        sample.confirm(territory, OBLASTS[0], by=chair)
    standing = sample.confirm(territory, OBLASTS[0], by=secretary)
    assert (standing.asked_by, standing.confirmed_by) == (chair, secretary)
    assert sample.confirm(territory, OBLASTS[0], by=secretary) is standing
    standing.confirmed_by = chair
    with pytest.raises(IntegrityError, match="signed_by_two"):
        territory.flush()
    territory.rollback()


def test_numbers_that_changed_after_the_first_signature_are_asked_anew(territory: Session):
    made = sample.marked(territory)
    sample.decide(territory, sample.propose(territory, OBLASTS[0]))
    sample.ask(territory, OBLASTS[0])
    sample.exclude(territory, made.nominees[OBLASTS[0]][1])
    with pytest.raises(Conflict, match="changed since this was asked"):
        sample.confirm(territory, OBLASTS[0])
    sample.decide(territory, sample.propose(territory, OBLASTS[0]))
    sample.sign(territory, OBLASTS[0])
    assert territory.scalar(select(func.count()).select_from(FreezeRequest)) == 1


def test_two_who_propose_at_once_put_one_item_on_the_agenda(settled: Storage):
    with settled.write(now=NOW) as session:
        sample.marked(session)
        sample.meeting(session, OBLASTS[0])
    begun, told = threading.Event(), []

    def act() -> None:
        with settled.write(now=NOW) as session, pytest.raises(Conflict, match="stands on an agenda already"):
            begun.set()
            sample.propose(session, OBLASTS[0])
        told.append("refused")

    other = threading.Thread(target=act)
    with settled.write(now=NOW) as session:
        sample.propose(session, OBLASTS[0])
        other.start()
        # On SQLite the other does not even begin before this one has committed.
        begun.wait(0.5)
        time.sleep(0.5)
    other.join()
    assert told == ["refused"]


def test_two_who_ask_at_once_make_one_request(settled: Storage):
    with settled.write(now=NOW) as session:
        made = sample.marked(session)
        sample.decide(session, sample.propose(session, OBLASTS[0]))
    gate, told = threading.Barrier(2), []

    def act(account_id: int) -> None:
        gate.wait()
        try:
            with settled.write(now=NOW) as session:
                sample.ask(session, OBLASTS[0], by=account_id)
            told.append("asked")
        except Conflict:
            told.append("refused")

    both = (made.judges[OBLASTS[0]][0], made.secretaries[OBLASTS[0]])
    threads = [threading.Thread(target=act, args=(one,)) for one in both]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(told) == ["asked", "refused"]
    with settled.read() as session:
        assert session.scalar(select(func.count()).select_from(FreezeRequest)) == 1
        assert session.scalar(select(func.count()).select_from(Standing)) == 0


def test_an_exclusion_needs_a_ground_of_the_book_and_a_carried_vote_on_it(territory: Session):
    made = sample.opened(territory)
    sample.seat_commissions(territory, made)
    nominee = territory.get_one(Nominee, made.nominees[OBLASTS[0]][0])
    facts = {"contest": contest(territory), "nominee": nominee, "actor": ACTOR, "now": NOW}
    meeting = sample.meeting(territory, OBLASTS[0])
    with pytest.raises(BadInput, match="“dislike” is none of the rule book's grounds"):
        propose_exclusion(territory, meeting=meeting, ground="dislike", **facts)
    item = propose_exclusion(territory, meeting=meeting, ground="not-in-post", **facts)
    sample.decide(territory, item, choice=Choice.NO)
    assert nominee.state is NomineeState.REGISTERED
    with pytest.raises(BadInput, match="reasons"):
        sample.decide(territory, propose_exclusion(territory, meeting=meeting, ground="not-in-post", **facts),
                      reasons=None)  # fmt: skip


@pytest.mark.parametrize("is_gone", [False, True])
def test_a_carried_exclusion_takes_effect_with_the_closing_of_its_vote(territory: Session, is_gone: bool):
    made = sample.opened(territory)
    sample.seat_commissions(territory, made)
    nominee = territory.get_one(Nominee, made.nominees[OBLASTS[0]][0])
    given = {"contest": contest(territory), "nominee": nominee, "actor": ACTOR, "now": NOW}
    meeting = sample.meeting(territory, OBLASTS[0])
    item = propose_exclusion(territory, meeting=meeting, ground="false-information", **given)
    if is_gone:
        withdraw_nominee(territory, nominee=nominee, reason="", actor=ACTOR, now=NOW)
    sample.decide(territory, item)
    kept = [(one.ground, one.item_id, one.excluded_at) for one in territory.scalars(select(NomineeExclusion))]
    if is_gone:
        assert (nominee.state, kept) == (NomineeState.WITHDRAWN, [])
        return
    assert (nominee.state, nominee.ground) == (NomineeState.EXCLUDED, "false-information")
    assert kept == [("false-information", item.id, NOW)]
    assert nominee.reason == f"{sample.REASONS.kk} · {sample.REASONS.ru}"
    with pytest.raises(Conflict, match="does not take part any more"):
        propose_exclusion(territory, meeting=meeting, ground="not-in-post", **given)


def nominate(session: Session, code: str, number: int):
    return propose_nomination(
        session, contest=contest(session), meeting=sample.meeting(session, None), code=code,
        nominee=session.get_one(Nominee, number), actor=ACTOR, now=NOW,
    )  # fmt: skip


def test_a_nomination_decided_by_vote_is_an_input_of_the_national_standing(territory: Session):
    made = sample.national(territory, rules=VOTED.replace("places = 3\ntop = 3", "places = 0\ntop = 3"))
    found = contest(territory)
    code = next(one.code for one in sample.rulebook_of(territory, found).nominations)
    finalists = [made.nominees[oblast][2] for oblast in OBLASTS]
    assert sorted(nomination_candidates(territory, found, code)) == finalists
    with pytest.raises(Conflict, match="is decided by vote: vote on it first"):
        sample.propose(territory, None)
    with pytest.raises(BadInput, match="cannot get this nomination"):
        nominate(territory, code, made.nominees[OBLASTS[0]][0])
    before = digest(territory, None)
    sample.decide(territory, nominate(territory, code, finalists[1]))
    assert digest(territory, None) != before
    computed = compute_standing(territory, contest=found, stage=Stage.NATIONAL, oblast_kato=None)
    assert json.loads(json.dumps(computed.inputs["votes"])) == {code: [[finalists[1], 3, True]]}
    assert {row.nominee_id: row.award for row in computed.rows}[finalists[1]] == f"nomination:{code}"
