"""Reads of slips: the list by position, where handing out and counting back stand, published rates.

Only reads. Nothing here says whether one code was used or voided, and no number comes out below the floor.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.disclosure import may_show_count, published
from ethics.models import Box, Questionnaire, Round, RoundState, Slip
from ethics.scoring import may_tell
from ethics.slips.models import PositionLine, SlipAct, SlipIssue
from ethics.tallies import scored


@dataclass(frozen=True, slots=True)
class Rate:
    """What is published of a questionnaire's slips; None where it is kept back.

    :param share: answers to a hundred slips. Slips that nobody drew are not taken off.
    """

    number: int
    issued: int
    returned: int | None
    voided: int | None
    share: Decimal | None
    is_over: bool


def positions_of(session: Session, questionnaire: Questionnaire) -> list[PositionLine]:
    """The list by position, in the order in which it was typed."""
    query = select(PositionLine).where(PositionLine.questionnaire_id == questionnaire.id)
    return list(session.scalars(query.order_by(PositionLine.place)))


def made_slips(session: Session, questionnaire: Questionnaire) -> int:
    """How many codes of a questionnaire are good: made, and not voided."""
    query = select(func.count()).select_from(Slip).where(Slip.questionnaire_id == questionnaire.id)
    return session.scalar(query) or 0


def voided_slips(session: Session, questionnaire: Questionnaire) -> int:
    """How many codes were voided once all had been made."""
    made = questionnaire.headcount - made_slips(session, questionnaire)
    return made if questionnaire.slips_on is not None else 0


def issue_of(session: Session, questionnaire: Questionnaire) -> SlipIssue | None:
    """The handing out, once it is recorded."""
    return session.get(SlipIssue, questionnaire.id)


def act_of(session: Session, questionnaire: Questionnaire) -> SlipAct | None:
    """The act of unused slips, once it is signed."""
    return session.get(SlipAct, questionnaire.id)


def without_act(session: Session, asked: Round) -> list[int]:
    """The numbers of a round's questionnaires whose unused slips were not counted back yet."""
    signed = select(SlipAct.questionnaire_id)
    query = select(Questionnaire.id).where(
        Questionnaire.round_id == asked.id, Questionnaire.id.not_in(signed)
    )
    return list(session.scalars(query.order_by(Questionnaire.id)))


def rates_of(session: Session, asked: Round) -> dict[int, Rate]:
    """The response of each questionnaire by its number, after closing; before, there is none."""
    if asked.state is not RoundState.CLOSED:
        return {}
    left = (
        select(func.count())
        .select_from(Slip)
        .where(Slip.questionnaire_id == Questionnaire.id)
        .scalar_subquery()
    )
    rows = session.execute(
        select(Questionnaire.id, Questionnaire.headcount, Box.received, left)
        .join(Box, Box.id == Questionnaire.id)
        .where(Questionnaire.round_id == asked.id)
        .order_by(Questionnaire.id)
    )
    told = scored(session, [asked])
    return {
        number: rate(number, issued, returned, issued - good, is_scored=number in told)
        for number, issued, returned, good in rows
    }


def rate(number: int, issued: int, returned: int, voided: int, *, is_scored: bool) -> Rate:
    """A questionnaire's numbers as they may be seen."""
    is_shown = may_tell(returned, is_scored=is_scored)
    return Rate(
        number, issued,
        returned if is_shown else None,
        voided if may_show_count(voided) else None,
        published(Fraction(100 * returned, issued), 0) if is_shown else None,
        is_over=is_shown and returned > issued - voided,
    )  # fmt: skip
