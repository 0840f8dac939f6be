"""Runs a what-if and writes it into the journal: on published evidence, or on simulated evidence only."""

from __future__ import annotations

import json
from datetime import datetime

from sqlalchemy.orm import Session

from contest.contests.models import Contest
from contest.contests.queries import rulebook_by_fingerprint, subject_of
from contest.rulebook import RuleBook, Stage
from contest.standings.models import Standing
from contest.whatif.queries import refuse_unless_published
from contest.whatif.trials import Moved, Variant, compare, simulated_inputs
from core import audit
from core.errors import BadInput


def try_on_published(
    session: Session, *, contest: Contest, standing: Standing, variant: Variant, actor: str, now: datetime
) -> tuple[Moved, ...]:
    """Rank a published standing's own inputs by other weights.

    :raises Conflict: before the results are published: real evidence is not tried on until then.
    :raises BadInput: for weights that no book could have.
    """
    refuse_unless_published(contest, standing)
    book = rulebook_by_fingerprint(session, contest, standing.rulebook_fingerprint)
    moved = _compared(json.loads(standing.inputs_json), book, variant)
    _record(
        session, contest, standing.stage, variant, actor, evidence="published", standing=standing.id,
        area=standing.oblast_kato,
    )  # fmt: skip
    return moved


def try_on_simulated(
    session: Session,
    *,
    contest: Contest,
    book: RuleBook,
    stage: Stage,
    seed: int,
    variant: Variant,
    actor: str,
    now: datetime,
) -> tuple[Moved, ...]:
    """Rank made-up nominees by other weights; possible at any time.

    :raises BadInput: for weights that no book could have.
    """
    moved = _compared(simulated_inputs(book, stage, seed=seed), book, variant)
    _record(session, contest, stage, variant, actor, evidence="simulated", seed=seed)
    return moved


def _compared(inputs: dict[str, object], book: RuleBook, variant: Variant) -> tuple[Moved, ...]:
    try:
        return compare(inputs, book, variant)
    except ValueError as fault:
        raise BadInput(str(fault)) from None


def _record(
    session: Session, contest: Contest, stage: Stage, variant: Variant, actor: str, **facts: object
) -> None:
    weights = {code: str(weight) for code, weight in variant.weights.items()}
    audit.record(
        session, actor=actor, action="whatif.run", subject=subject_of(contest), stage=stage.value,
        weights=weights, estimator=variant.estimator.value, **facts,
    )  # fmt: skip
