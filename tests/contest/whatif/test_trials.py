"""What-if: the arithmetic on changed books, who may try what and when, and that each run is journalled."""

from __future__ import annotations

import json
import re
from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from contest.contests.models import ContestState
from contest.rulebook import Estimator, Stage
from contest.rulebook_reading import read_rulebook, shipped_codes, shipped_text
from contest.standings.models import Standing, StandingRow
from contest.whatif.forms import read_weights
from contest.whatif.services import try_on_published, try_on_simulated
from contest.whatif.trials import SIMULATED_NOMINEES, Variant, compare, simulated_inputs, varied
from core.audit import append_pending
from core.errors import BadInput, Conflict
from tests.conftest import NOW
from tests.contest import sample
from tests.contest.sample import ACTOR, OBLASTS, contest

BOOK = read_rulebook(shipped_text("2026"))
OWN = {"survey": Decimal("0.40"), "ethics": Decimal("0.25"), "project": Decimal("0.35")}
MARKS_ALONE = {"survey": Decimal("0.01"), "ethics": Decimal("0.01"), "project": Decimal("0.98")}


@pytest.mark.parametrize("code", shipped_codes())
@pytest.mark.parametrize("stage", list(Stage))
def test_the_book_s_own_weights_move_nobody(code: str, stage: Stage):
    book = read_rulebook(shipped_text(code))
    own = {part.code: part.weight for part in book.stage(stage).components}
    inputs = simulated_inputs(book, stage, seed=3)
    moved = compare(inputs, book, Variant(own, book.survey.estimator))
    assert {one.step for one in moved} == {0}
    assert [one.before for one in moved] == [one.after for one in moved]
    assert [one.after.place for one in moved] == sorted(one.after.place for one in moved)
    assert len(moved) == SIMULATED_NOMINEES


def test_a_seed_makes_the_same_nominees_and_another_one_others():
    first = simulated_inputs(BOOK, Stage.REGIONAL, seed=1)
    assert simulated_inputs(BOOK, Stage.REGIONAL, seed=1) == first
    assert simulated_inputs(BOOK, Stage.REGIONAL, seed=2) != first


def test_with_nearly_all_the_weight_on_the_project_its_order_decides():
    inputs = simulated_inputs(BOOK, Stage.REGIONAL, seed=1)
    moved = compare(inputs, BOOK, Variant(MARKS_ALONE, Estimator.PLAIN))
    # Twelve nominees, five judges, four criteria: the plain mean of the marks, read from the inputs.
    means = {
        row["id"]: sum(map(sum, row["marks"]["project"])) / (5 * 4) for row in inputs["nominees"]
    }  # fmt: skip
    best = max(means.values())
    assert means[moved[0].nominee_id] == best
    assert any(one.step for one in moved)


@pytest.mark.parametrize(
    ("weights", "fault"),
    [
        ({"survey": Decimal(1)}, "give those of survey, ethics, project"),
        ({**OWN, "project": Decimal("0.34")}, "add up to 0.99, not to 1"),
        ({**OWN, "survey": Decimal("0.65"), "ethics": Decimal(0)}, "the weight of ethics is 0"),
    ],
)
def test_weights_that_no_book_could_have_are_refused(weights: dict[str, Decimal], fault: str):
    with pytest.raises(ValueError, match=re.escape(fault)):
        varied(BOOK, Stage.REGIONAL, Variant(weights, Estimator.PLAIN))


def test_percent_is_read_exactly_and_faults_name_the_component():
    rules = BOOK.regional
    sent = read_weights({"weight-survey": "33,3", "weight-ethics": "33.3", "weight-project": "33.4"}, rules)
    assert (sum(sent.weights.values()), sent.faults) == (1, ())
    bad = read_weights({"weight-survey": "NaN", "weight-ethics": "0", "weight-project": "50"}, rules)
    assert [name for name, _ in bad.faults] == ["weight-survey", "weight-ethics"]


def journal(session: Session) -> list:
    return [entry for entry in append_pending(session, now=NOW) if entry.action == "whatif.run"]


@pytest.fixture
def published(settled_sqlite) -> Session:
    """Results that are published; the database cannot matter to what is computed from kept inputs."""
    with settled_sqlite.writing() as session:
        sample.national(session)
        sample.freeze(session, None, stage=Stage.NATIONAL)
        for standing in session.scalars(select(Standing)):
            standing.published_at = NOW
        found = contest(session)
        found.state, found.published_at = ContestState.PUBLISHED, NOW
        session.flush()
        yield session


def standing_of(session: Session, oblast: str) -> Standing:
    return session.scalars(select(Standing).where(Standing.oblast_kato == oblast)).one()


def test_published_evidence_gives_its_own_places_and_each_run_is_journalled(published: Session):
    facts = {"contest": contest(published), "actor": ACTOR, "now": NOW}
    standing = standing_of(published, OBLASTS[0])
    journal(published)
    moved = try_on_published(published, standing=standing, variant=Variant(OWN, Estimator.SHRUNKEN), **facts)
    rows = published.scalars(select(StandingRow).where(StandingRow.standing_id == standing.id))
    kept = {row.nominee_id: (row.place, row.shown) for row in rows}
    assert {one.nominee_id: (one.after.place, one.after.shown) for one in moved} == kept
    try_on_published(published, standing=standing, variant=Variant(MARKS_ALONE, Estimator.PLAIN), **facts)
    entries = journal(published)
    assert [(entry.actor, entry.subject) for entry in entries] == [(ACTOR, "contest:2026")] * 2
    assert json.loads(entries[1].details) == {
        "stage": "regional", "weights": {"survey": "0.01", "ethics": "0.01", "project": "0.98"},
        "estimator": "plain", "evidence": "published", "standing": standing.id, "area": OBLASTS[0],
    }  # fmt: skip


def test_before_publication_only_made_up_nominees_can_be_tried(settled_sqlite):
    """Also with a frozen standing: until the results are out, weights could be chosen by their winner."""
    with settled_sqlite.writing() as session:
        sample.marked(session)
        standing = sample.freeze(session, OBLASTS[0])
        facts = {
            "contest": contest(session),
            "variant": Variant(OWN, Estimator.PLAIN),
            "actor": ACTOR,
            "now": NOW,
        }
        with pytest.raises(Conflict, match="only once the results are published"):
            try_on_published(session, standing=standing, **facts)
        assert journal(session) == []
        book = read_rulebook(sample.rules_text())
        moved = try_on_simulated(session, book=book, stage=Stage.REGIONAL, seed=7, **facts)
        assert len(moved) == SIMULATED_NOMINEES
        assert [json.loads(entry.details)["evidence"] for entry in journal(session)] == ["simulated"]
        with pytest.raises(BadInput, match="add up to"):
            try_on_simulated(
                session, book=book, stage=Stage.REGIONAL, seed=7,
                **{**facts, "variant": Variant({**OWN, "survey": Decimal("0.5")}, Estimator.PLAIN)},
            )  # fmt: skip
