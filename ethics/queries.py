"""Reads of the ethics room: rounds, questionnaires, what lacks before opening, published scores.

Only reads. Nothing here says whether one code was used, and no number comes out below the floors.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from core.codes import clean_code, code_mark
from core.errors import Conflict, NotFound
from core.places.models import Official, Unit
from core.places.queries import official_name
from ethics.items import ItemSet, items_from_json
from ethics.keys.queries import all_rehearsed
from ethics.models import (
    Box,
    Conclusion,
    Questionnaire,
    Round,
    RoundState,
    Slip,
    Statistic,
)
from ethics.scoring import may_tell
from ethics.tallies import scored


@dataclass(frozen=True, slots=True)
class PublishedEthics:
    """What is published of one official; n, score and error are None where they are kept back."""

    official_id: int
    kato: str
    n: int | None
    score: Decimal | None
    error: Decimal | None
    is_coarse: bool


@dataclass(frozen=True, slots=True)
class QuestionnaireLine:
    """A questionnaire with everything that a line of a staff page says about it."""

    questionnaire: Questionnaire
    round: Round
    unit: Unit
    oblast: Unit
    official: Official
    has_key: bool
    received: int
    version: int
    is_scored: bool

    @property
    def number(self) -> int:
        return self.questionnaire.id

    @property
    def name(self) -> str:
        return official_name(self.official)

    @property
    def has_slips(self) -> bool:
        return self.questionnaire.slips_on is not None

    @property
    def is_concluded(self) -> bool:
        return self.version > 0

    @property
    def may_open(self) -> bool:
        return self.round.state is RoundState.CLOSED and self.questionnaire.outcome is None

    @property
    def returned(self) -> int | None:
        """How many answers came, after closing, where it may be seen; None otherwise."""
        is_known = self.round.state is RoundState.CLOSED
        return self.received if is_known and may_tell(self.received, is_scored=self.is_scored) else None


@dataclass(frozen=True, slots=True)
class Need:
    """One thing that a round needs before it opens."""

    label: object
    done: bool
    remedy: object


def round_by_code(session: Session, code: str) -> Round:
    """The round of a code.

    :raises NotFound: when there is none.
    """
    found = session.scalars(select(Round).where(Round.code == code)).first()
    if found is None:
        raise NotFound(_l("There is no ethics round “%(code)s”.", code=code))
    return found


def all_rounds(session: Session) -> list[Round]:
    """Every round, the newest first."""
    return list(session.scalars(select(Round).order_by(Round.opens_on.desc(), Round.id.desc())))


def get_questionnaire(session: Session, number: int) -> tuple[Questionnaire, Round]:
    """A questionnaire and its round.

    :raises NotFound: when there is none with this number.
    """
    found = session.get(Questionnaire, number)
    if found is None:
        raise NotFound(_l("There is no ethics questionnaire number %(number)s.", number=number))
    return found, session.get_one(Round, found.round_id)


def questionnaire_of_code(session: Session, *, code: str, secret: str) -> tuple[Questionnaire, Round, bytes]:
    """Whom a slip asks about, in which round, and the trace of its code; used or not, it says the same.

    :raises BadInput: when the code has a slip in it.
    :raises NotFound: when no slip has this code.
    """
    cleaned = clean_code(code)
    for asked in session.scalars(select(Round).where(Round.state != RoundState.DRAFT).order_by(Round.id)):
        mark = code_mark(secret, purpose_of(asked), cleaned)
        slip = session.get(Slip, mark)
        if slip is not None:
            return session.get_one(Questionnaire, slip.questionnaire_id), asked, mark
    raise NotFound(_l("There is no slip with this code: compare each letter and digit with the paper."))


def purpose_of(asked: Round) -> str:
    """What a round's codes are marked for; also the name of its box in the urn."""
    return f"ethics:{asked.code}"


def items_of(asked: Round) -> ItemSet:
    """The statements that a round keeps."""
    return items_from_json(asked.items_json)


def questionnaire_lines(
    session: Session,
    *,
    asked: Round | None = None,
    oblasts: Collection[str] | None = None,
    number: int | None = None,
) -> list[QuestionnaireLine]:
    """The questionnaires of a round, of some oblasts (None: of all), by number.

    One query, and a second one where a round is closed.
    """
    oblast = aliased(Unit)
    version = (
        select(func.coalesce(func.max(Conclusion.version), 0))
        .where(Conclusion.questionnaire_id == Questionnaire.id)
        .scalar_subquery()
    )
    query = (
        select(
            Questionnaire, Round, Unit, oblast, Official, Box.public_key.is_not(None), Box.received, version
        )
        .join(Round, Round.id == Questionnaire.round_id)
        .join(Unit, Unit.kato == Questionnaire.kato)
        .join(oblast, oblast.kato == Questionnaire.oblast_kato)
        .join(Official, Official.id == Questionnaire.official_id)
        .join(Box, Box.id == Questionnaire.id)
        .order_by(Round.opens_on.desc(), Questionnaire.id)
    )
    if asked is not None:
        query = query.where(Questionnaire.round_id == asked.id)
    if oblasts is not None:
        query = query.where(Questionnaire.oblast_kato.in_(sorted(oblasts)))
    if number is not None:
        query = query.where(Questionnaire.id == number)
    rows = session.execute(query).all()
    told = scored(session, {row[1] for row in rows})
    return [QuestionnaireLine(*row, is_scored=row[0].id in told) for row in rows]


def questionnaire_line(session: Session, number: int) -> QuestionnaireLine:
    """One questionnaire with everything that its page says.

    :raises NotFound: when there is none with this number.
    """
    get_questionnaire(session, number)
    return questionnaire_lines(session, number=number)[0]


def checklist(session: Session, asked: Round) -> tuple[Need, ...]:
    """What a round needs before it opens, each with whether it is there and how to get there."""
    lines = questionnaire_lines(session, asked=asked)
    return (
        Need(
            _l("Admitted by the published rule book"),
            asked.admitted_by is not None,
            _l("Publish the rules of the contest; they name the statements of this round."),
        ),
        Need(
            _l("At least one questionnaire"),
            bool(lines),
            _l("The commissioners of the oblasts add the questionnaires about their nominees."),
        ),
        Need(
            _l("A key for each questionnaire"),
            bool(lines) and all(line.has_key for line in lines),
            _l("The commissioner makes it with the other two holders of shares present."),
        ),
        Need(
            _l("All three shares of each key rehearsed"),
            bool(lines) and all_rehearsed(session, asked),
            _l("The holders type their shares, two at a time, on the page of the questionnaire."),
        ),
        Need(
            _l("Slips for each questionnaire"),
            bool(lines) and all(line.has_slips for line in lines),
            _l("The commissioner makes and prints them."),
        ),
    )


def unsettled(session: Session, asked: Round) -> int:
    """How many questionnaires of a round wait to be opened."""
    query = select(func.count()).where(Questionnaire.round_id == asked.id, Questionnaire.outcome.is_(None))
    return session.scalar(query) or 0


def published_scores(session: Session, *, round_code: str) -> tuple[PublishedEthics, ...]:
    """The published numbers of a round, by official.

    :raises Conflict: before the round is closed, opened and published.
    """
    asked = round_by_code(session, round_code)
    if asked.published_at is None:
        raise Conflict(
            _l(
                "The scores of the ethics round “%(code)s” are not published yet: close it and open every "
                "questionnaire.",
                code=round_code,
            )
        )
    rows = session.execute(
        select(Questionnaire, Statistic)
        .join(Statistic, Statistic.questionnaire_id == Questionnaire.id)
        .where(Questionnaire.round_id == asked.id)
        .order_by(Questionnaire.official_id)
    )
    return tuple(PublishedEthics(q.official_id, q.kato, s.n, s.score, s.error, s.is_coarse) for q, s in rows)
