"""The end of a round: its scores are computed once, when the last questionnaire is settled, and frozen.

Services: session first, clock by keyword, never a commit. Numbers below the floors of `core.disclosure` are
not written. Callers reach these through `ethics.services`.
"""

from __future__ import annotations

from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from core.audit import record
from core.errors import BadInput, Conflict
from core.storage import lock_row
from ethics.drafting import subject_of
from ethics.models import Envelope, Outcome, Questionnaire, Round, RoundState, Statistic
from ethics.queries import unsettled
from ethics.remarks.services import destroy_remarks
from ethics.scoring import KEPT_BACK, Score, pooled_variance, score_of
from ethics.tallies import rules_of, tallies_of


def publish_scores(session: Session, *, round: Round, reason: str, actor: str, now: datetime) -> None:
    """Publish a closed round although some questionnaires will never open; those are destroyed unopened.

    :raises BadInput: without a reason.
    :raises Conflict: when the round is not closed, or is published.
    """
    lock_row(session, round)
    if round.state is not RoundState.CLOSED or round.published_at is not None:
        raise Conflict(_l("The scores of “%(code)s” cannot be published now.", code=round.code))
    if not reason.strip():
        raise BadInput(_l("Give the reason for publishing without the questionnaires that were not opened."))
    waiting = select(Questionnaire).where(Questionnaire.round_id == round.id, Questionnaire.outcome.is_(None))
    for questionnaire in session.scalars(waiting.order_by(Questionnaire.id).with_for_update()).all():
        destroyed = session.execute(delete(Envelope).where(Envelope.box_id == questionnaire.id)).rowcount
        remarks = destroy_remarks(session, number=questionnaire.id)
        questionnaire.outcome, questionnaire.settled_at = Outcome.VOID, now
        record(
            session, actor=actor, action="ethics-questionnaire.void", subject=subject_of(questionnaire),
            destroyed=destroyed, remarks=remarks, reason=reason,
        )  # fmt: skip
    session.flush()
    publish_when_settled(session, round, actor=actor, now=now)


def publish_when_settled(session: Session, round: Round, *, actor: str, now: datetime) -> None:
    """Freeze the scores of a closed round once its last questionnaire is settled; before, do nothing.

    All at once, because the error of each score leans on the variance within all of them.
    """
    lock_row(session, round)
    if round.published_at is not None or unsettled(session, round):
        return
    scores = computed_scores(session, round)
    for number, score in scores.items():
        session.add(
            Statistic(
                questionnaire_id=number, n=score.n, score=score.score, error=score.error,
                is_coarse=score.is_coarse,
            )
        )  # fmt: skip
    round.published_at = now
    session.flush()
    record(
        session, actor=actor, action="ethics-round.publish", subject=subject_of(round),
        questionnaires=len(tallies_of(session, round)),
        scored=sum(score is not KEPT_BACK for score in scores.values()),
    )  # fmt: skip


def computed_scores(session: Session, round: Round) -> dict[int, Score]:
    """What is published of every questionnaire of a round, from the tallies alone; writes nothing."""
    tallies, minimum_n = tallies_of(session, round), rules_of(round).minimum_n
    pooled = pooled_variance(list(tallies.values()))
    numbers = session.scalars(select(Questionnaire.id).where(Questionnaire.round_id == round.id))
    return {
        number: score_of(tallies[number], pooled, minimum_n=minimum_n) if number in tallies else KEPT_BACK
        for number in sorted(numbers)
    }
