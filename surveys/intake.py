"""The way in: whether a unit takes answers now, and one resident's answer into the sealed urn.

May import the ground and this room's queries and pure modules. Refuses an answer outside the
campaign's days by saying when; never writes a counter, a time or an order.
"""

from __future__ import annotations

from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from core.clock import day_of
from core.errors import AuylError, Conflict, Gone, TooEarly
from core.urn.keys import KeyRing
from core.urn.services import Deposit, deposit
from core.web.days import said_day
from surveys.admission import Admitted
from surveys.answers import Answer, encode
from surveys.models import Campaign, CampaignState
from surveys.queries import AskedUnit, box_of


def takes_answers(asked: AskedUnit | Campaign, *, now: datetime) -> bool:
    """Whether a campaign takes answers now."""
    return asked.state is CampaignState.OPEN and asked.opens_on <= day_of(now) <= asked.closes_on


def why_closed(asked: AskedUnit | Campaign, *, now: datetime) -> AuylError | None:
    """Why a campaign takes no answers now, with its days; None while it does."""
    if takes_answers(asked, now=now):
        return None
    today = day_of(now)
    if asked.state is CampaignState.CLOSED or today > asked.closes_on:
        return Gone(
            _l(
                "The survey ended on %(day)s. Answers are no longer taken; the results will be published.",
                day=said_day(asked.closes_on),
            )
        )
    if asked.state is CampaignState.PAUSED:
        return Conflict(
            _l(
                "The survey is paused for a while. Please come again: it takes answers until %(day)s.",
                day=said_day(asked.closes_on),
            )
        )
    return TooEarly(
        _l(
            "The survey is not open yet. It is planned from %(first)s to %(last)s.",
            first=said_day(asked.opens_on), last=said_day(asked.closes_on),
        )
    )  # fmt: skip


def require_open(asked: AskedUnit, *, now: datetime) -> None:
    """Let pass only while the campaign takes answers.

    :raises TooEarly: before its first day (says when it opens).
    :raises Gone: after its last day (says when it ended).
    :raises Conflict: while it is paused.
    """
    reason = why_closed(asked, now=now)
    if reason is not None:
        raise reason


def deposit_answer(
    session: Session,
    *,
    asked: AskedUnit,
    admitted: Admitted,
    answer: Answer,
    keys: KeyRing,
    secret: str,
    now: datetime,
) -> Deposit:
    """Put one resident's answer into the urn under its trace; the same ticket again changes nothing.

    :raises TooEarly, Gone, Conflict: when the campaign does not take answers now.
    """
    require_open(asked, now=now)
    return deposit(
        session, keys=keys, box=box_of(asked.code), cell=asked.kato, trace=admitted.trace,
        kind=admitted.kind, answer=encode(answer), secret=secret, replace=admitted.replaces, now=now,
    )  # fmt: skip
