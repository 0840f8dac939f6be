"""The commission's door to the ethics questionnaires: admission under a rule book, and published scores.

The ranking comes in here and reads the measure table; conclusions
are for people to read.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from contest.rulebook import RuleBook
from contest.sources.state import SourceState
from core.disclosure import MINIMUM_SCORE
from core.errors import Conflict, NotFound
from core.measures import Evidence, Measurement, MeasureTable, Period, Subject
from ethics.conclusions.queries import conclusions
from ethics.models import Questionnaire, Round, RoundState
from ethics.queries import published_scores, round_by_code
from ethics.rules import EthicsRules
from ethics.services import admit_round
from ethics.slips.queries import rates_of

MEASURE = "ethics"


def ethics_state(session: Session, *, round_code: str) -> SourceState | None:
    """How far the round is; None where it is not drafted."""
    try:
        found = round_by_code(session, round_code)
    except NotFound:
        return None
    return SourceState(
        code=found.code, admitted_by=found.admitted_by, is_open=found.state is RoundState.OPEN,
        is_closed=found.state is RoundState.CLOSED, is_published=found.published_at is not None,
        opens_on=found.opens_on, closes_on=found.closes_on,
    )  # fmt: skip


def admit_ethics(
    session: Session, *, round_code: str, contest_code: str, book: RuleBook, actor: str, now: datetime
) -> None:
    """Admit the contest's round under a published rule book.

    :raises NotFound: when the round is not drafted.
    :raises Conflict: when it belongs to another contest or asks other items.
    """
    found = round_by_code(session, round_code)
    if found.contest_code != contest_code:
        raise Conflict(
            _l(
                "The ethics round %(round)s belongs to the contest %(other)s, not to %(contest)s: "
                "draft one for it.",
                round=found.code, other=found.contest_code, contest=contest_code,
            )
        )  # fmt: skip
    rules = EthicsRules(items=book.ethics.items_set, minimum_n=book.ethics.minimum_n)
    admit_round(
        session, round=found, rulebook_fingerprint=book.fingerprint, rules=rules, actor=actor, now=now
    )


def ethics_table(session: Session, *, round_code: str) -> MeasureTable:
    """Every official's published score.

    :raises Conflict: before the round's scores are published.
    """
    period = _period(round_by_code(session, round_code))
    return MeasureTable(
        MEASURE,
        period,
        [
            Measurement(
                Subject("official", str(row.official_id)),
                MEASURE,
                period,
                row.score,
                row.error,
                row.n,
                "ethics",
            )
            for row in published_scores(session, round_code=round_code)
        ],
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Response:
    """What is published of the slips of an official's questionnaire; None where it is kept back.

    :param share: answers to a hundred slips that were made.
    """

    made: int
    returned: int | None
    voided: int | None
    share: Decimal | None


def ethics_response(session: Session, *, round_code: str, official_id: int) -> Response | None:
    """How many slips about an official were made, came back and were voided; None before it is published."""
    asked = round_by_code(session, round_code)
    if asked.published_at is None:
        return None
    about = select(Questionnaire.id).where(
        Questionnaire.round_id == asked.id, Questionnaire.official_id == official_id
    )
    found = rates_of(session, asked).get(session.scalar(about) or 0)
    return None if found is None else Response(found.issued, found.returned, found.voided, found.share)


def is_coarse(row: Measurement) -> bool:
    """Whether a published ethics score stands in steps of 5."""
    return row.n is not None and row.n < MINIMUM_SCORE


def ethics_conclusions(session: Session, *, round_code: str) -> tuple[Evidence, ...]:
    """The commissioners' conclusions, for people to read."""
    return tuple(
        Evidence(
            Subject("official", str(row.official_id)),
            "conclusion",
            {"verdict": str(row.verdict), "reasons_kk": row.reasons_kk, "reasons_ru": row.reasons_ru},
        )
        for row in conclusions(session, round_code=round_code)
    )


def _period(found: Round) -> Period:
    return Period(found.opens_on, found.closes_on)
