"""Reads for a conclusion: what an opened questionnaire says to its commissioner, and what was signed.

Only reads; no number comes out below the floors.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import NotFound
from ethics.conclusions.profile import Beside, agreement, middles, profile
from ethics.models import Conclusion, EthicsTally, Outcome, Questionnaire, Round, Statistic, Verdict
from ethics.queries import items_of, round_by_code
from ethics.scoring import KEPT_BACK, Score, TallySum, score_of
from ethics.tallies import rules_of, sum_of


@dataclass(frozen=True, slots=True)
class PublishedConclusion:
    """The last version of a commissioner's conclusion on one official."""

    official_id: int
    kato: str
    verdict: Verdict
    reasons_kk: str
    reasons_ru: str
    version: int
    signed_by: str
    signed_at: datetime


@dataclass(frozen=True, slots=True)
class Findings:
    """What an opened questionnaire says: the score; from ten answers on how far they agree, and statements.

    `beside` is over how many questionnaires of the oblast the middles are, this one among them.
    """

    score: Score
    spoiled: int
    agreement: int | None
    profile: tuple[Beside, ...]
    beside: int


def findings(session: Session, questionnaire: Questionnaire, asked: Round) -> Findings | None:
    """What an opened questionnaire says to its commissioner; None while it is sealed or was not opened.

    The score's error comes with the publication of the round, whose variance it leans on.
    """
    if questionnaire.outcome is not Outcome.OPENED:
        return None
    kept = session.get_one(EthicsTally, questionnaire.id)
    tally, items = sum_of(kept), items_of(asked)
    statistic = session.get(Statistic, questionnaire.id)
    if statistic is not None:
        score = Score(statistic.n, statistic.score, statistic.error, statistic.is_coarse)
    else:
        score = score_of(tally, None, minimum_n=rules_of(asked).minimum_n)
    if score == KEPT_BACK or score.is_coarse:
        return Findings(score, kept.spoiled, None, (), 0)
    beside = _oblast_tallies(session, questionnaire)
    rows = profile(tally, beside, items)
    return Findings(score, kept.spoiled, agreement(tally), rows, middles(beside, items)[1])


def conclusions(session: Session, *, round_code: str) -> tuple[PublishedConclusion, ...]:
    """The last version of each conclusion of a round, by official."""
    asked = round_by_code(session, round_code)
    rows = session.execute(
        select(Questionnaire, Conclusion)
        .join(Conclusion, Conclusion.questionnaire_id == Questionnaire.id)
        .where(Questionnaire.round_id == asked.id)
        .order_by(Questionnaire.official_id, Conclusion.version)
    )
    last = {
        q.official_id: PublishedConclusion(
            q.official_id, q.kato, c.verdict, c.reasons_kk, c.reasons_ru, c.version, c.signed_by, c.signed_at
        )
        for q, c in rows
    }
    return tuple(last.values())


def versions_of(session: Session, questionnaire: Questionnaire) -> list[Conclusion]:
    """Every version of a conclusion, the newest first."""
    query = select(Conclusion).where(Conclusion.questionnaire_id == questionnaire.id)
    return list(session.scalars(query.order_by(Conclusion.version.desc())))


def get_conclusion(session: Session, number: int, version: int) -> Conclusion:
    """One signed version.

    :raises NotFound: when there is none.
    """
    found = session.get(Conclusion, (number, version))
    if found is None:
        raise NotFound(
            _l("Questionnaire %(number)s has no conclusion %(version)s.", number=number, version=version)
        )
    return found


def _oblast_tallies(session: Session, questionnaire: Questionnaire) -> list[TallySum]:
    query = (
        select(EthicsTally)
        .join(Questionnaire, Questionnaire.id == EthicsTally.questionnaire_id)
        .where(
            Questionnaire.round_id == questionnaire.round_id,
            Questionnaire.oblast_kato == questionnaire.oblast_kato,
        )
    )
    return [sum_of(tally) for tally in session.scalars(query)]
