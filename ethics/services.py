"""Writes of the ethics room: a round's life, answers under two seals, conclusions; the door to the others.

Services get the session first and the clock by keyword, and never commit. No key, share or code is ever
written.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from core.audit import record
from core.clock import day_of
from core.errors import BadInput, Conflict, Gone, TooEarly
from core.room import MixedGroup, MixedTaker
from core.storage import lock_row
from core.urn import services as urn
from core.urn.keys import KeyRing
from core.urn.models import TraceKind
from core.urn.queries import is_counted
from core.web.days import said_day
from ethics.answers import digest_of, seal_answer
from ethics.conclusions.services import conclude
from ethics.drafting import (
    add_questionnaire,
    admit_round,
    draft_round,
    make_key,
    remove_questionnaire,
    require_draft,
    subject_of,
)
from ethics.keys.services import rehearse_shares
from ethics.models import (
    Box,
    Envelope,
    Outcome,
    Questionnaire,
    Round,
    RoundState,
)
from ethics.opening import Opening, open_questionnaire
from ethics.publishing import publish_scores, publish_when_settled
from ethics.queries import (
    checklist,
    items_of,
    purpose_of,
    questionnaire_of_code,
)
from ethics.remarks.services import deposit_remark, remark_box, take_remarks
from ethics.scoring import check_answer
from ethics.slips.queries import without_act
from ethics.slips.services import make_slips, record_issue, record_sending, sign_act, void_slips

#: This module is the one door for writers, whichever module holds the verb.
__all__ = [
    "Answered", "Opening", "add_questionnaire", "admit_round", "check_is_taken", "close_round", "conclude",
    "deposit_answer", "draft_round", "make_key", "make_slips", "open_questionnaire", "open_round",
    "publish_scores", "record_issue", "record_sending", "rehearse_shares", "remove_questionnaire", "sign_act",
    "take_envelopes", "take_remarks", "void_slips",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Answered:
    """What a respondent may be told: the receipt, and whether an earlier answer was counted already."""

    receipt: str
    is_counted: bool


def open_round(session: Session, *, round: Round, actor: str, now: datetime) -> None:
    """Open a round; from its first day on respondents may answer.

    :raises Conflict: naming the first thing that is missing, or when it is not a draft.
    """
    lock_row(session, round)
    require_draft(round)
    for need in checklist(session, round):
        if not need.done:
            raise Conflict(_l("The ethics round cannot open; this is missing: %(need)s.", need=need.label))
    round.state, round.opened_at = RoundState.OPEN, now
    session.flush()
    record(
        session, actor=actor, action="ethics-round.open", subject=subject_of(round),
        fingerprint=round.items_fingerprint, rulebook=round.admitted_by,
    )  # fmt: skip


def check_is_taken(round: Round, *, now: datetime) -> None:
    """Let pass while the round takes answers.

    :raises TooEarly: before its first day.
    :raises Gone: after its last day, or when it was closed.
    """
    today = day_of(now)
    if round.state is RoundState.DRAFT or today < round.opens_on:
        raise TooEarly(
            _l("The questionnaire opens on %(day)s: come back then.", day=said_day(round.opens_on))
        )
    if round.state is RoundState.CLOSED or today > round.closes_on:
        raise Gone(
            _l(
                "The questionnaire closed on %(day)s: answers are not taken any more.",
                day=said_day(round.closes_on),
            )
        )


def deposit_answer(
    session: Session, *, code: str, given: str, remark: str = "", keys: KeyRing, secret: str, now: datetime
) -> Answered:
    """Seal an answer twice and put it into the urn; before mixing, a later one replaces an earlier one.

    :param given: a point for each statement, 4 (full agreement) to 1, or `-`.
    :param remark: free words; sealed as well, into a box of their own, in rounds that take them.
    :raises BadInput, NotFound: for a code that is none.
    :raises TooEarly, Gone: outside the round's days.
    """
    questionnaire, round, trace = questionnaire_of_code(session, code=code, secret=secret)
    # Shared with other answers, exclusive with closing: no answer comes in behind the last mixing.
    lock_row(session, round, is_shared=True)
    check_is_taken(round, now=now)
    try:
        check_answer(given, items_of(round))
    except ValueError as fault:
        raise BadInput(str(fault)) from None
    box = session.get_one(Box, questionnaire.id)
    sealed = seal_answer(given, number=box.id, public_key=box.public_key)
    made = urn.deposit(
        session, keys=keys, box=purpose_of(round), cell=str(box.id), trace=trace, kind=TraceKind.CODE,
        answer=sealed, secret=secret, replace=True, now=now,
    )  # fmt: skip
    if round.takes_remarks:
        deposit_remark(
            session, asked=round, box=box, trace=trace, text=remark, keys=keys, secret=secret, now=now
        )
    return Answered(made.receipt, not made.is_new and is_counted(session, purpose_of(round), trace))


def take_envelopes(session: Session, group: MixedGroup) -> str:
    """Keep a mixed group's answers, still under their inner seal; returns a digest over them."""
    number = int(group.cell)
    rows = [{"key": secrets.token_bytes(16), "box_id": number, "sealed": sealed} for sealed in group.answers]
    if rows:
        session.execute(insert(Envelope), rows)
    session.execute(update(Box).where(Box.id == number).values(received=Box.received + len(rows)))
    return digest_of(group.answers)


def close_round(
    session: Session,
    *,
    round: Round,
    keys: KeyRing,
    takers: Mapping[str, MixedTaker],
    reason: str = "",
    actor: str,
    now: datetime,
) -> int:
    """Close a round: mix what still waits, with the closing day; returns how many were mixed now.

    :param reason: why it closes although acts of unused slips are missing.
    :raises Conflict: when it is not open, or acts are missing and no reason is given.
    """
    lock_row(session, round)
    if round.state is not RoundState.OPEN:
        raise Conflict(_l("The ethics round “%(code)s” is not open.", code=round.code))
    lacking = without_act(session, round)
    if lacking and not reason.strip():
        raise Conflict(
            _l(
                "The acts of unused slips are missing for the questionnaires %(numbers)s: have them signed, "
                "or give the reason for closing without them.",
                numbers=", ".join(map(str, lacking)),
            )
        )
    round.state, round.closed_at = RoundState.CLOSED, now
    session.flush()
    mixed = urn.mix_box(session, keys=keys, box=purpose_of(round), takers=takers, now=now, closing=True)
    urn.mix_box(session, keys=keys, box=remark_box(round), takers=takers, now=now, closing=True)
    empty = select(Box.id).where(Box.received == 0)
    session.execute(
        update(Questionnaire)
        .where(Questionnaire.round_id == round.id, Questionnaire.id.in_(empty))
        .values(outcome=Outcome.VOID, settled_at=now)
    )
    record(
        session, actor=actor, action="ethics-round.close", subject=subject_of(round), mixed=mixed,
        without_act=lacking, reason=reason.strip() if lacking else "",
    )  # fmt: skip
    publish_when_settled(session, round, actor=actor, now=now)
    return mixed
