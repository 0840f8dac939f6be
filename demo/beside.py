"""A small open survey beside the one that counts: made-up answers as by web, so that codes can be tried.

Their traces are derived from the installation's secret, so the codes can be told again and are kept nowhere;
nobody's answer leaves such a trace, and a live installation has no demonstration.
"""

from __future__ import annotations

from datetime import date, datetime

import numpy as np
from sqlalchemy.orm import Session

from core.codes import grouped, key_for, receipt_of
from core.urn.models import TraceKind
from core.words import Words
from demo.evidence import Workshop
from demo.people import ACTOR
from demo.plan import SEED
from surveys import services as surveys
from surveys.answers import Answer, Origin
from surveys.intake import deposit_answer
from surveys.models import Campaign
from surveys.queries import asked_unit, box_of
from surveys.rules import Mode
from surveys.tickets import Admitted

BESIDE = "2026-open"
ANSWERS, CRITERIA = 14, 6


def draft_beside(session: Session, *, contest: str, kato: str, now: datetime) -> Campaign:
    """The campaign in one village; the rule book shows the open mode beside and never counts it."""
    return surveys.draft_campaign(
        session, code=BESIDE, contest_code=contest,
        title=Words(
            kk="Ашық сауалнама, рейтингке кірмейді, 2026",
            ru="Открытый опрос, в рейтинг не входит, 2026",
            en="Open survey, not counted in the ranking, 2026",
        ),
        criteria_code="2020-six", mode=Mode.OPEN, opens_on=date(2026, 6, 1), closes_on=date(2026, 6, 30),
        katos=[kato], actor=ACTOR, now=now,
    )  # fmt: skip


def answer_beside(session: Session, *, kato: str, workshop: Workshop, now: datetime) -> None:
    """The made-up residents answer; their answers go the way of everybody's."""
    asked = asked_unit(session, code=BESIDE, kato=kato)
    drawn = np.random.RandomState(SEED).randint(1, 6, (ANSWERS, CRITERIA))
    for number, ratings in enumerate(drawn):
        deposit_answer(
            session, asked=asked, admitted=Admitted(_trace(workshop.secret, number), TraceKind.TICKET),
            answer=Answer("".join(map(str, ratings)), Origin.WEB, Mode.OPEN), keys=workshop.keys,
            secret=workshop.secret, now=now,
        )  # fmt: skip


def codes_to_try(secret: str, *, count: int = 3) -> list[str]:
    """Codes of receipt of the first of these answers, as a page of thanks shows them."""
    return [grouped(receipt_of(secret, box_of(BESIDE), _trace(secret, number))) for number in range(count)]


def _trace(secret: str, number: int) -> bytes:
    return key_for(secret, f"demonstration:{BESIDE}:{number}")[:16]
