"""Reads of what openings counted, for scoring and never for eyes, and of which of it may be told.

Only reads. Knows the rules that a round was admitted with.
"""

from __future__ import annotations

from collections.abc import Iterable

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import Conflict
from ethics.models import EthicsTally, Questionnaire, Round, RoundState
from ethics.rules import EthicsRules, rules_from_json
from ethics.scoring import KEPT_BACK, TallySum, counts_from, score_of


def rules_of(asked: Round) -> EthicsRules:
    """The rules that a round was admitted with.

    :raises Conflict: before admission.
    """
    if asked.rules_json is None:
        raise Conflict(_l("The round “%(code)s” was not admitted by a rule book yet.", code=asked.code))
    return rules_from_json(asked.rules_json)


def sum_of(tally: EthicsTally) -> TallySum:
    """The kept sums as `ethics.scoring` reads them."""
    return TallySum(
        tally.n, tally.scored, tally.composite_sum, tally.composite_squares, counts_from(tally.counts)
    )


def tallies_of(session: Session, asked: Round) -> dict[int, TallySum]:
    """The sums of each opened questionnaire of a round, by its number; for scoring, not for eyes."""
    query = select(EthicsTally).join(Questionnaire).where(Questionnaire.round_id == asked.id)
    return {tally.questionnaire_id: sum_of(tally) for tally in session.scalars(query)}


def scored(session: Session, rounds: Iterable[Round]) -> frozenset[int]:
    """The opened questionnaires of some rounds whose score is not kept back."""
    minimum = {asked.id: rules_of(asked).minimum_n for asked in rounds if asked.state is RoundState.CLOSED}
    if not minimum:
        return frozenset()
    query = (
        select(Questionnaire.round_id, EthicsTally)
        .join(Questionnaire, Questionnaire.id == EthicsTally.questionnaire_id)
        .where(Questionnaire.round_id.in_(minimum))
    )
    return frozenset(
        tally.questionnaire_id
        for number, tally in session.execute(query)
        if score_of(sum_of(tally), None, minimum_n=minimum[number]) != KEPT_BACK
    )
