"""What was given stays as it was given: confirmed marks, the papers of a registration, a project's title."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from contest.commissions.models import Seat
from contest.commissions.queries import conflicts_of
from contest.commissions.services import end_seat, enter_facts
from contest.decisions.services import propose_exclusion
from contest.jury.own import own_marks
from contest.jury.revealed import revealed_marks
from contest.jury.services import declare_conflict
from contest.meetings.recusals import recused_on
from contest.nominees.deciding import register_nominee
from contest.nominees.documents.models import DocumentKind, NomineeDocument
from contest.nominees.documents.services import remove_document
from contest.nominees.essays.models import Essay
from contest.nominees.leaving import withdraw_nominee
from contest.nominees.models import Nominee
from contest.nominees.services import (
    declare_penalties,
    describe_project,
    give_consent,
)
from contest.objections.hearing import put_on_agenda
from contest.objections.models import ObjectionKind
from contest.objections.queries import handled_objection
from contest.objections.services import ClaimedConflict, file_objection
from contest.rulebook import Stage
from contest.standings.queries import compute_standing, latest_standing
from core.audit import append_pending
from core.errors import Conflict
from core.storage import Storage, commit
from tests.conftest import NOW
from tests.contest import sample
from tests.contest.jury.test_blind import BLIND, FULL
from tests.contest.sample import ACTOR, OBLASTS, contest

FACTS = {"actor": ACTOR, "now": NOW}


def behind(
    storage: Storage, first: Callable[[Session], object], second: Callable[[Session], object]
) -> list[BaseException]:
    """Let `second` begin in a transaction of its own before `first` is committed; gives its faults."""
    faults = []

    def run() -> None:
        try:
            with storage.writing() as session:
                second(session)
                commit(session, now=NOW)
        except Exception as fault:  # the main thread tells it
            faults.append(fault)

    with storage.writing() as session:
        first(session)
        thread = threading.Thread(target=run)
        thread.start()
        time.sleep(0.3)  # it waits for the first, or has overtaken it
        commit(session, now=NOW)
    thread.join()
    return faults


def test_a_draft_of_another_tab_does_not_undo_a_confirmed_mark(settled: Storage):
    with settled.write(now=NOW) as session:
        made = sample.regional(session)
        nominee, judge = made.nominees[OBLASTS[0]][0], made.judges[OBLASTS[0]][0]
        sample.mark(session, nominee, judge, (1, 2, 3, 4), confirm=False)
    faults = behind(
        settled,
        lambda session: sample.mark(session, nominee, judge, (9, 9, 9, 9)),
        lambda session: sample.mark(session, nominee, judge, (5, 5, 5, 5), confirm=False),
    )
    assert [type(fault) for fault in faults] == [Conflict]
    with settled.read() as session:
        marks = own_marks(
            session, nominee=session.get_one(Nominee, nominee), stage=Stage.REGIONAL, judge_account_id=judge
        )
        assert {(mark.value, mark.confirmed_at is not None) for mark in marks} == {(9, True)}


def test_no_paper_is_taken_back_while_the_application_is_decided(settled: Storage, tmp_path: Path):
    with settled.write(now=NOW) as session:
        made = sample.opened(session, nominees=0)
        nominee = sample.proposed(session, made.officials[OBLASTS[0]][0])
        sample.document(session, nominee, DocumentKind.CONSENT)
        number, paper = nominee.id, sample.document(session, nominee, DocumentKind.RESUME).id
        give_consent(session, nominee=nominee, account_id=1, **FACTS)
        declare_penalties(session, nominee=nominee, last_on=None, **FACTS)

    def take_back(session: Session) -> None:
        remove_document(
            session, nominee=session.get_one(Nominee, number), directory=tmp_path, **FACTS,
            document=session.get_one(NomineeDocument, paper),
        )  # fmt: skip

    faults = behind(
        settled,
        lambda session: register_nominee(session, nominee=session.get_one(Nominee, number), **FACTS),
        take_back,
    )
    assert [type(fault) for fault in faults] == [Conflict]
    with settled.read() as session:
        assert session.get(NomineeDocument, paper) is not None


@pytest.fixture
def territory(settled_sqlite: Storage):
    """On SQLite alone: these rules do not depend on the kind of database."""
    with settled_sqlite.writing() as session:
        yield session


def test_a_project_keeps_its_title_once_it_is_judged(territory: Session):
    made = sample.opened(territory)
    nominee = territory.get_one(Nominee, made.nominees[OBLASTS[0]][0])
    sample.seat_commissions(territory, made)
    sample.vote_signals(territory)
    describe_project(territory, nominee=nominee, title_kk="Су", title_ru="Вода", **FACTS)
    sample.life.open_stage(territory, contest=contest(territory), stage=Stage.REGIONAL, **FACTS)
    with pytest.raises(Conflict, match="the project's title stays as it is"):
        describe_project(territory, nominee=nominee, title_kk="Жол", title_ru="Дорога", **FACTS)


def test_the_author_of_a_blind_work_who_left_is_not_named(territory: Session):
    made = sample.regional(territory, rules=BLIND)
    nominee = territory.get_one(Nominee, made.nominees[OBLASTS[0]][0])
    territory.add(
        Essay(nominee_id=nominee.id, contest_id=contest(territory).id, number=7777, text="Ой", written_at=NOW)
    )
    withdraw_nominee(territory, nominee=nominee, reason="own wish", **FACTS)
    with pytest.raises(Conflict) as refused:
        sample.mark(territory, nominee.id, made.judges[OBLASTS[0]][0], FULL)
    assert nominee.name_kk not in str(refused.value)
    assert str(refused.value) == "This nominee is not judged at this stage."


def enter_employer(session: Session, account_id: int, employer: str | None) -> None:
    """The one fact of a member; the same one of a nominee is a conflict."""
    enter_facts(
        session, account_id=account_id, employer=employer, oblast_kato=None, district_kato=None,
        heads_kato=None, **FACTS,
    )  # fmt: skip


def in_conflict(session: Session, nominee_id: int) -> dict[int, str]:
    found = conflicts_of(
        session, contest(session), Stage.REGIONAL, [session.get_one(Nominee, nominee_id)]
    )  # fmt: skip
    return found[nominee_id]


def regional_digest(session: Session) -> str:
    return compute_standing(
        session, contest=contest(session), stage=Stage.REGIONAL, oblast_kato=OBLASTS[0]
    ).digest


def test_facts_entered_once_scores_are_seen_change_nothing_but_for_who_comes_later(territory: Session):
    made = sample.marked(territory)
    nominee, judge = made.nominees[OBLASTS[0]][2], made.judges[OBLASTS[0]][1]
    before = regional_digest(territory)
    late = sample.judge(territory, "late", OBLASTS[0])
    territory.get_one(Nominee, nominee).employer = "«Бірлік» ЖШС"
    enter_employer(territory, judge, "Бірлік ЖШС")
    enter_employer(territory, late, "Бірлік ЖШС")
    assert in_conflict(territory, nominee) == {late: "employer"}
    assert regional_digest(territory) == before
    declare_conflict(
        territory, contest=contest(territory), stage=Stage.REGIONAL, ground="employer", details=None,
        nominee=territory.get_one(Nominee, nominee), judge_account_id=judge, **FACTS,
    )  # fmt: skip
    assert in_conflict(territory, nominee) == {judge: "employer", late: "employer"}
    assert regional_digest(territory) == before


def test_a_conflict_declared_once_scores_are_seen_takes_the_vote_and_no_mark(territory: Session):
    made = sample.marked(territory)
    (nominee, _own, _other), judge = made.nominees[OBLASTS[0]], made.judges[OBLASTS[0]][1]
    before = regional_digest(territory)
    declare_conflict(
        territory, contest=contest(territory), stage=Stage.REGIONAL, ground="kinship", details=None,
        nominee=territory.get_one(Nominee, nominee), judge_account_id=judge, **FACTS,
    )  # fmt: skip
    assert regional_digest(territory) == before
    (line,) = (
        line
        for one in revealed_marks(territory, contest(territory), Stage.REGIONAL, OBLASTS[0])[1]
        for line in one.lines
        if line.late_ground
    )
    assert (line.late_ground.code, line.ground, len(line.marks)) == ("kinship", None, 4)
    item = propose_exclusion(
        territory, contest=contest(territory), meeting=sample.meeting(territory, OBLASTS[0]),
        nominee=territory.get_one(Nominee, nominee), ground="not-in-post", **FACTS,
    )  # fmt: skip
    assert recused_on(territory, item) == {judge: "kinship"}


def test_a_granted_objection_strikes_marks_of_who_declared_late_and_left(territory: Session):
    made = sample.marked(territory)
    standing = sample.freeze(territory, OBLASTS[0])
    own, about, _third = made.nominees[OBLASTS[0]]
    judge, before = made.judges[OBLASTS[0]][2], regional_digest(territory)
    declare_conflict(
        territory, contest=contest(territory), stage=Stage.REGIONAL, ground="kinship", details=None,
        nominee=territory.get_one(Nominee, about), judge_account_id=judge, **FACTS,
    )  # fmt: skip
    (seat,) = territory.query(Seat).filter_by(account_id=judge)
    end_seat(territory, seat=seat, order_number="№ 5", **FACTS)
    filed = file_objection(
        territory, contest=contest(territory), kind=ObjectionKind.CONFLICT, claim="Kin.", now=NOW,
        standing=standing, nominee=territory.get_one(Nominee, own),
        by=sample.on_paper(territory, own, made.secretaries[OBLASTS[0]]),
        conflict=ClaimedConflict(judge, about, "kinship"),
    )  # fmt: skip
    item = put_on_agenda(
        territory, contest=contest(territory), meeting=sample.meeting(territory, OBLASTS[0]), **FACTS,
        handled=handled_objection(territory, contest(territory), filed.number),
    )  # fmt: skip
    sample.decide(territory, item)
    assert regional_digest(territory) != before
    computed = compute_standing(
        territory, contest=contest(territory), stage=Stage.REGIONAL, oblast_kato=OBLASTS[0]
    )
    marks = next(one["marks"] for one in computed.inputs["nominees"] if one["id"] == about)
    assert len(marks["project"]) == 2
    assert sample.sign(territory, OBLASTS[0], reason="kin", objection=filed).version == 2


def test_facts_taken_away_once_scores_are_seen_free_nobody(territory: Session):
    made = sample.regional(territory)
    nominee, judge = made.nominees[OBLASTS[0]][1], made.judges[OBLASTS[0]][2]
    territory.get_one(Nominee, nominee).employer = "«Бірлік» ЖШС"
    enter_employer(territory, judge, "Бірлік ЖШС")
    for one, marks in zip(made.nominees[OBLASTS[0]], sample.MARKS, strict=True):
        for who, given in zip(made.judges[OBLASTS[0]], marks, strict=True):
            if (one, who) != (nominee, judge):
                sample.mark(territory, one, who, given)
    append_pending(territory, now=NOW)
    sample.close(territory, OBLASTS[0])
    closing = append_pending(territory, now=NOW)[-1]
    assert (closing.action, json.loads(closing.details)["conflicts"]) == (
        "marking.close", [{"account": judge, "ground": "employer", "nominee": nominee}]
    )  # fmt: skip
    enter_employer(territory, judge, None)
    assert in_conflict(territory, nominee) == {judge: "employer"}


def test_what_a_granted_objection_changes_stands_in_the_journal(territory: Session):
    made = sample.marked(territory)
    sample.freeze(territory, OBLASTS[0])
    own, about, _third = made.nominees[OBLASTS[0]]
    filed = file_objection(
        territory, contest=contest(territory), kind=ObjectionKind.CONFLICT, claim="Kin.", now=NOW,
        standing=latest_standing(territory, contest(territory), Stage.REGIONAL, OBLASTS[0]),
        nominee=territory.get_one(Nominee, own),
        by=sample.on_paper(territory, own, made.secretaries[OBLASTS[0]]),
        conflict=ClaimedConflict(made.judges[OBLASTS[0]][2], about, "kinship"),
    )  # fmt: skip
    item = put_on_agenda(
        territory, contest=contest(territory), meeting=sample.meeting(territory, OBLASTS[0]), **FACTS,
        handled=handled_objection(territory, contest(territory), filed.number),
    )  # fmt: skip
    sample.decide(territory, item)
    actions = [entry.action for entry in append_pending(territory, now=NOW)]
    assert actions[-2:] == ["vote.close", "conflict.establish"]
