"""Standings: computed from published numbers after closing, frozen once, corrected by a new version."""

from __future__ import annotations

import hashlib
import json
import threading
from decimal import Decimal

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from contest.contests import services as life
from contest.contests.models import ContestState
from contest.contests.queries import rulebook_by_fingerprint
from contest.jury.services import open_marking
from contest.nominees.leaving import withdraw_nominee
from contest.nominees.models import Nominee
from contest.rulebook import Stage
from contest.standings.computation import compute_rows
from contest.standings.models import Standing, StandingRow
from contest.standings.queries import (
    compute_standing,
    frozen_standings,
    latest_standing,
    published_standing,
    rows_of,
)
from core.errors import BadInput, Conflict
from core.storage import Storage
from tests.conftest import NOW
from tests.contest import sample
from tests.contest.sample import ACTOR, OBLASTS, contest


@pytest.fixture
def territory(settled):
    with settled.writing() as opened:
        yield opened


def computed(session: Session, oblast: str | None = OBLASTS[0], stage: Stage = Stage.REGIONAL):
    return compute_standing(session, contest=contest(session), stage=stage, oblast_kato=oblast)


def correct(session: Session, oblast: str | None = OBLASTS[0], *, reason: str = "a nominee was excluded"):
    """The commission approves what is computed now, and its two people sign it as a correction."""
    sample.decide(session, sample.propose(session, oblast))
    return sample.sign(session, oblast, reason=reason)


def test_nothing_is_computed_before_marking_closes(territory: Session):
    made = sample.regional(territory)
    sample.publish_survey(territory, dict.fromkeys(made.units[OBLASTS[0]], (40, "71.25", "1.90")))
    with pytest.raises(Conflict, match="Scores are hidden"):
        computed(territory)


def test_nothing_is_computed_before_the_sources_have_published(territory: Session):
    made = sample.regional(territory)
    sample.mark_all(territory, made, OBLASTS[0], marks=sample.MARKS)
    sample.close(territory, OBLASTS[0])
    with pytest.raises(Conflict, match="2026-main"):
        computed(territory)
    with pytest.raises(Conflict, match="Missing: the survey 2026-main is closed"):
        sample.ask(territory, OBLASTS[0])


def test_the_pool_is_the_oblast_and_then_the_nation(territory: Session):
    made = sample.national(territory)
    assert [row[0] for row in computed(territory).inputs["units"]] == sorted(made.units[OBLASTS[0]])
    national = computed(territory, None, Stage.NATIONAL).inputs
    assert len(national["units"]) == 12
    assert [row["id"] for row in national["nominees"]] == [made.nominees[oblast][2] for oblast in OBLASTS]


def test_a_frozen_standing_keeps_all_that_recomputes_it(territory: Session):
    sample.marked(territory)
    standing = sample.freeze(territory, OBLASTS[0])
    inputs = json.loads(standing.inputs_json)
    assert hashlib.sha256(standing.inputs_json.encode()).hexdigest() == standing.inputs_digest
    again = compute_rows(
        inputs, rulebook_by_fingerprint(territory, contest(territory), standing.rulebook_fingerprint)
    )
    kept = rows_of(territory, standing)
    facts = ("nominee_id", "place", "composite", "error", "shown", "low", "high", "top_probability", "award")
    assert [[getattr(row, fact) for fact in facts] for row in again] == [
        [getattr(row, fact) for fact in facts] for row in kept
    ]
    assert [row.place for row in kept] == [1, 2, 3]
    parts = json.loads(kept[0].components_json)
    assert parts[1] == {
        "code": "ethics", "weight": "0.25", "score": "75", "error": "6", "n": 6, "used": "75",
        "reliability": None, "is_coarse": True,
    }  # fmt: skip


def test_freezing_again_returns_the_same_standing(territory: Session):
    sample.marked(territory)
    first = sample.freeze(territory, OBLASTS[0])
    assert sample.freeze(territory, OBLASTS[0]).id == first.id
    assert territory.scalar(select(func.count()).select_from(StandingRow)) == 3


def test_two_at_once_freeze_one_standing(settled: Storage):
    """The chair confirms in two browsers at the same moment."""
    with settled.write(now=NOW) as session:
        sample.marked(session)
        sample.decide(session, sample.propose(session, OBLASTS[0]))
        sample.ask(session, OBLASTS[0])
    gate, found, faults = threading.Barrier(2), [], []

    def act() -> None:
        try:
            gate.wait()
            with settled.write(now=NOW) as session:
                found.append(sample.confirm(session, OBLASTS[0]).id)
        except Exception as fault:  # the main thread tells it
            faults.append(fault)

    threads = [threading.Thread(target=act) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert len(set(found)) == 1
    with settled.read() as session:
        assert session.scalar(select(func.count()).select_from(Standing)) == 1


@pytest.mark.parametrize("oblast", [OBLASTS[0], None])
def test_the_database_itself_refuses_a_second_one(territory: Session, oblast: str | None):
    sample.national(territory)
    stage = Stage.REGIONAL if oblast else Stage.NATIONAL
    kept = sample.freeze(territory, oblast, stage=stage)
    territory.add(
        Standing(
            contest_id=kept.contest_id, stage=stage, oblast_kato=oblast, version=1,
            rulebook_fingerprint="f" * 64, inputs_digest="f" * 64, inputs_json="{}", frozen_at=NOW,
            asked_by=kept.asked_by, confirmed_by=kept.confirmed_by,
        )
    )  # fmt: skip
    with pytest.raises(IntegrityError):
        territory.flush()
    territory.rollback()


def test_regional_freezing_names_finalists_and_national_closes_the_contest(territory: Session):
    made = sample.national(territory)
    finalists = territory.scalars(select(Nominee.id).where(Nominee.is_finalist.is_(True)))
    assert sorted(finalists) == [made.nominees[oblast][2] for oblast in OBLASTS]
    sample.freeze(territory, None, stage=Stage.NATIONAL)
    assert contest(territory).state is ContestState.CLOSED


def test_a_missing_ethics_score_is_reweighed_and_said(territory: Session):
    sample.marked(territory, ethics=(None, *sample.ETHICS[1:]))
    rows = {row.nominee_id: row for row in rows_of(territory, sample.freeze(territory, OBLASTS[0]))}
    flagged = [json.loads(row.flags_json) for row in rows.values() if "reweighed" in row.flags_json]
    assert flagged == [["missing:ethics", "reweighed"]]


def test_a_missing_component_can_leave_without_a_place(territory: Session):
    sample.marked(territory, scores=(None, *sample.SCORES[1:]))
    last = rows_of(territory, sample.freeze(territory, OBLASTS[0]))[-1]
    assert (last.place, last.shown, last.composite, last.is_finalist) == (0, None, None, False)
    assert json.loads(last.flags_json) == ["missing:survey", "not-eligible"]


def test_a_correction_is_a_new_version_with_a_reason(territory: Session):
    made = sample.marked(territory)
    first = sample.freeze(territory, OBLASTS[0])
    before = (first.inputs_json, [row.place for row in rows_of(territory, first)])
    with pytest.raises(Conflict, match="Nothing has changed since version 1"):
        sample.ask(territory, OBLASTS[0], reason="nothing")
    sample.exclude(territory, made.nominees[OBLASTS[0]][2])
    with pytest.raises(BadInput, match="Give the reason"):
        sample.ask(territory, OBLASTS[0], reason=" ")
    with pytest.raises(Conflict, match="has not approved these numbers"):
        sample.ask(territory, OBLASTS[0], reason="a nominee was excluded")
    second = correct(territory)
    assert (second.version, second.reason) == (2, "a nominee was excluded")
    assert [row.nominee_id for row in rows_of(territory, second)] == made.nominees[OBLASTS[0]][:2]
    assert (first.inputs_json, [row.place for row in rows_of(territory, first)]) == before
    assert latest_standing(territory, contest(territory), Stage.REGIONAL, OBLASTS[0]).id == second.id
    assert [one.version for one in frozen_standings(territory, contest_id=first.contest_id)] == [1, 2]
    assert territory.get_one(Nominee, made.nominees[OBLASTS[0]][0]).is_finalist


def test_nothing_is_frozen_before_the_commission_approves(territory: Session):
    sample.marked(territory)
    with pytest.raises(Conflict, match="has not approved these numbers"):
        sample.ask(territory, OBLASTS[0])


def test_only_published_standings_are_given_to_the_public(territory: Session):
    made = sample.national(territory)
    sample.freeze(territory, None, stage=Stage.NATIONAL)
    asked = {"contest_code": sample.CODE, "stage": Stage.REGIONAL, "oblast_kato": OBLASTS[0]}
    assert published_standing(territory, **asked) is None
    first = territory.get_one(Nominee, made.nominees[OBLASTS[0]][0])
    with pytest.raises(Conflict, match="nobody can withdraw"):
        withdraw_nominee(territory, nominee=first, reason="", actor=ACTOR, now=NOW)
    sample.waive_all(territory, latest_standing(territory, contest(territory), Stage.NATIONAL, None))
    life.publish_results(territory, contest=contest(territory), actor=ACTOR, now=NOW)
    view = published_standing(territory, **asked)
    assert [row.place for row in view.rows] == [1, 2, 3]
    national = published_standing(territory, contest_code=sample.CODE, stage=Stage.NATIONAL)
    assert [row.award for row in national.rows] == ["place-1", "place-1"]
    assert national.rows[0].shown == Decimal("80.18")
    sample.exclude(territory, made.nominees[OBLASTS[1]][0])
    second = correct(territory, OBLASTS[1])
    assert second.published_at == NOW
    later = published_standing(territory, **{**asked, "oblast_kato": OBLASTS[1]})
    assert (later.standing.version, len(later.rows)) == (2, 2)


def test_a_finalist_who_withdraws_is_not_ranked_nationally(territory: Session):
    made = sample.marked(territory)
    for oblast in OBLASTS:
        sample.waive_all(territory, sample.freeze(territory, oblast))
    leaving = territory.get_one(Nominee, made.nominees[OBLASTS[0]][2])
    withdraw_nominee(territory, nominee=leaving, reason="own wish", actor=ACTOR, now=NOW)
    life.open_stage(territory, contest=contest(territory), stage=Stage.NATIONAL, actor=ACTOR, now=NOW)
    open_marking(
        territory, contest=contest(territory), stage=Stage.NATIONAL, oblast_kato=None, actor=ACTOR, now=NOW
    )
    stays = made.nominees[OBLASTS[1]][2]
    for judge in made.judges[None]:
        sample.mark(territory, stays, judge, (8, 8, 8), stage=Stage.NATIONAL)
    sample.close(territory, None, stage=Stage.NATIONAL)
    rows = rows_of(territory, sample.freeze(territory, None, stage=Stage.NATIONAL))
    assert [(row.nominee_id, row.place, row.low, row.high) for row in rows] == [(stays, 1, 1, 1)]
