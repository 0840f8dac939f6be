"""Writes of the ethics room: a round's life, answers under two seals, their opening, conclusions.

Services get the session first and the clock by keyword, and never commit. A private key exists only while
a questionnaire is being opened; no key, share or code is ever written.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from babel.dates import format_date
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from core.audit import record
from core.clock import day_of
from core.errors import BadInput, Conflict, Gone, TooEarly
from core.room import MixedGroup, MixedTaker
from core.urn import services as urn
from core.urn.keys import KeyRing
from core.urn.models import TraceKind
from core.urn.queries import is_counted
from core.web.language import language
from ethics.answers import SpoiledEnvelope, open_answer, seal_answer
from ethics.drafting import (
    add_questionnaire,
    admit_round,
    draft_round,
    make_key,
    make_slips,
    remove_questionnaire,
    require_draft,
    subject_of,
)
from ethics.models import (
    Box,
    Conclusion,
    Envelope,
    EthicsTally,
    Outcome,
    Questionnaire,
    Round,
    RoundState,
    Statistic,
    Verdict,
)
from ethics.queries import (
    checklist,
    items_of,
    purpose_of,
    questionnaire_of_code,
    rules_of,
    tallies_of,
    unsettled,
)
from ethics.scoring import KEPT_BACK, check_answer, counts_text, pooled_variance, score_of, tally_of
from ethics.shares import ShareFault, Wrong, join_shares

#: This module is the one door for writers, whichever module holds the verb.
__all__ = [
    "Answered", "Opening", "add_questionnaire", "admit_round", "check_is_taken", "close_round", "conclude",
    "deposit_answer", "draft_round", "make_key", "make_slips", "open_questionnaire", "open_round",
    "publish_scores", "remove_questionnaire", "take_envelopes",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Answered:
    """What a respondent may be told: the receipt, and whether an earlier answer was counted already."""

    receipt: str
    is_counted: bool


@dataclass(frozen=True, slots=True)
class Opening:
    """What an opening proves: how many came, how many opened, which did not, how many were tallied."""

    received: int
    opened: int
    spoiled: tuple[str, ...]
    tallied: int

    @property
    def is_whole(self) -> bool:
        return self.received == self.opened == self.tallied


def open_round(session: Session, *, round: Round, actor: str, now: datetime) -> None:
    """Open a round; from its first day on respondents may answer.

    :raises Conflict: naming the first thing that is missing, or when it is not a draft.
    """
    session.refresh(round, with_for_update=True)
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
            _l("The questionnaire opens on %(day)s: come back then.", day=_said_day(round.opens_on))
        )
    if round.state is RoundState.CLOSED or today > round.closes_on:
        raise Gone(
            _l(
                "The questionnaire closed on %(day)s: answers are not taken any more.",
                day=_said_day(round.closes_on),
            )
        )


def deposit_answer(
    session: Session, *, code: str, given: str, keys: KeyRing, secret: str, now: datetime
) -> Answered:
    """Seal an answer twice and put it into the urn; before mixing, a later one replaces an earlier one.

    :param given: a point for each statement, 4 (full agreement) to 1, or `-`.
    :raises BadInput, NotFound: for a code that is none.
    :raises TooEarly, Gone: outside the round's days.
    """
    questionnaire, round, trace = questionnaire_of_code(session, code=code, secret=secret)
    # Shared with other answers, exclusive with closing: no answer comes in behind the last mixing.
    session.refresh(round, with_for_update={"read": True})
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
    return Answered(made.receipt, not made.is_new and is_counted(session, purpose_of(round), trace))


def take_envelopes(session: Session, group: MixedGroup) -> str:
    """Keep a mixed group's answers, still under their inner seal; returns a digest over them."""
    number = int(group.cell)
    rows = [{"key": secrets.token_bytes(16), "box_id": number, "sealed": sealed} for sealed in group.answers]
    if rows:
        session.execute(insert(Envelope), rows)
    session.execute(update(Box).where(Box.id == number).values(received=Box.received + len(rows)))
    return digest_of(group.answers)


def digest_of(envelopes: Sequence[bytes]) -> str:
    """SHA-256 over sealed answers, whatever their order."""
    return hashlib.sha256(b"".join(hashlib.sha256(one).digest() for one in sorted(envelopes))).hexdigest()


def close_round(
    session: Session,
    *,
    round: Round,
    keys: KeyRing,
    takers: Mapping[str, MixedTaker],
    actor: str,
    now: datetime,
) -> int:
    """Close a round: mix what still waits, with the closing day; returns how many were mixed now.

    :raises Conflict: when it is not open.
    """
    session.refresh(round, with_for_update=True)
    if round.state is not RoundState.OPEN:
        raise Conflict(_l("The ethics round “%(code)s” is not open.", code=round.code))
    round.state, round.closed_at = RoundState.CLOSED, now
    session.flush()
    mixed = urn.mix_box(session, keys=keys, box=purpose_of(round), takers=takers, now=now, closing=True)
    empty = select(Box.id).where(Box.received == 0)
    session.execute(
        update(Questionnaire)
        .where(Questionnaire.round_id == round.id, Questionnaire.id.in_(empty))
        .values(outcome=Outcome.VOID, settled_at=now)
    )
    record(session, actor=actor, action="ethics-round.close", subject=subject_of(round), mixed=mixed)
    _publish_when_settled(session, round, actor=actor, now=now)
    return mixed


def open_questionnaire(
    session: Session, *, questionnaire: Questionnaire, shares: Sequence[str], actor: str, now: datetime
) -> Opening:
    """Open all envelopes with two shares, tally them and destroy them; once, after closing.

    An envelope that does not open is named and counted, the rest opens. The last opening of a round
    publishes its scores.

    :raises BadInput: naming the share that does not fit.
    :raises Conflict: when the round is not closed, or the questionnaire is settled.
    """
    round = session.get_one(Round, questionnaire.round_id)
    # The round before the questionnaire, as in publishing, so that the two never wait for each other.
    session.refresh(round, with_for_update=True)
    session.refresh(questionnaire, with_for_update=True)
    if round.state is not RoundState.CLOSED:
        raise Conflict(_l("The round “%(code)s” is not closed: nothing opens before.", code=round.code))
    if questionnaire.outcome is not None:
        raise Conflict(_l("Questionnaire %(number)s was settled already.", number=questionnaire.id))
    box = session.get_one(Box, questionnaire.id)
    private_key = _joined(shares, box)
    items, given, spoiled, seen = items_of(round), [], [], set()
    envelopes = session.scalars(
        select(Envelope).where(Envelope.box_id == box.id).order_by(Envelope.key)
    ).all()
    for envelope in envelopes:
        try:
            opened = open_answer(envelope.sealed, number=box.id, private_key=private_key)
            if opened.mark in seen:
                raise SpoiledEnvelope("it is a copy of another")
            given.append(check_answer(opened.given, items))
            seen.add(opened.mark)
        except ValueError:
            spoiled.append(envelope.key.hex()[:8])
    result = tally_of(given, items)
    session.add(
        EthicsTally(
            questionnaire_id=box.id, n=result.n, spoiled=len(spoiled), scored=result.scored,
            composite_sum=result.composite_sum, composite_squares=result.composite_squares,
            counts=counts_text(result.counts),
        )
    )  # fmt: skip
    session.execute(delete(Envelope).where(Envelope.box_id == box.id))
    questionnaire.outcome, questionnaire.settled_at = Outcome.OPENED, now
    session.flush()
    opening = Opening(box.received, len(given), tuple(spoiled), result.n)
    record(
        session, actor=actor, action="ethics.open", subject=subject_of(questionnaire),
        intake=opening.received, opened=opening.opened, tallied=opening.tallied,
        spoiled=list(opening.spoiled),
        digest=digest_of([envelope.sealed for envelope in envelopes]),
    )  # fmt: skip
    _publish_when_settled(session, round, actor=actor, now=now)
    return opening


def publish_scores(session: Session, *, round: Round, reason: str, actor: str, now: datetime) -> None:
    """Publish a closed round although some questionnaires will never open; those are destroyed unopened.

    :raises BadInput: without a reason.
    :raises Conflict: when the round is not closed, or is published.
    """
    session.refresh(round, with_for_update=True)
    if round.state is not RoundState.CLOSED or round.published_at is not None:
        raise Conflict(_l("The scores of “%(code)s” cannot be published now.", code=round.code))
    if not reason.strip():
        raise BadInput(_l("Give the reason for publishing without the questionnaires that were not opened."))
    waiting = select(Questionnaire).where(Questionnaire.round_id == round.id, Questionnaire.outcome.is_(None))
    for questionnaire in session.scalars(waiting.with_for_update()).all():
        destroyed = session.execute(delete(Envelope).where(Envelope.box_id == questionnaire.id)).rowcount
        questionnaire.outcome, questionnaire.settled_at = Outcome.VOID, now
        record(
            session, actor=actor, action="ethics-questionnaire.void", subject=subject_of(questionnaire),
            destroyed=destroyed, reason=reason,
        )  # fmt: skip
    session.flush()
    _publish_when_settled(session, round, actor=actor, now=now)


def conclude(
    session: Session, *, questionnaire: Questionnaire, verdict: Verdict, reasons_kk: str, reasons_ru: str,
    actor: str, now: datetime,
) -> Conclusion:  # fmt: skip
    """Sign the commissioner's conclusion; signing again makes a new version.

    :raises BadInput: when the reasons are missing in a language.
    :raises Conflict: before the questionnaire is opened (or settled without opening).
    """
    if questionnaire.outcome is None:
        raise Conflict(_l("Open questionnaire %(number)s first, then conclude.", number=questionnaire.id))
    if not reasons_kk.strip() or not reasons_ru.strip():
        raise BadInput(_l("Give the reasons in Kazakh and in Russian."))
    session.refresh(questionnaire, with_for_update=True)
    versions = select(Conclusion.version).where(Conclusion.questionnaire_id == questionnaire.id)
    made = Conclusion(
        questionnaire_id=questionnaire.id, version=max(session.scalars(versions), default=0) + 1,
        verdict=verdict, reasons_kk=reasons_kk.strip(), reasons_ru=reasons_ru.strip(),
        signed_by=actor, signed_at=now,
    )  # fmt: skip
    session.add(made)
    session.flush()
    record(
        session, actor=actor, action="ethics.conclude", subject=subject_of(questionnaire),
        version=made.version, verdict=verdict.value,
    )  # fmt: skip
    return made


def _publish_when_settled(session: Session, round: Round, *, actor: str, now: datetime) -> None:
    session.refresh(round, with_for_update=True)
    if round.published_at is not None or unsettled(session, round):
        return
    tallies, minimum_n = tallies_of(session, round), rules_of(round).minimum_n
    pooled = pooled_variance(list(tallies.values()))
    scored = 0
    for number in session.scalars(select(Questionnaire.id).where(Questionnaire.round_id == round.id)):
        score = score_of(tallies[number], pooled, minimum_n=minimum_n) if number in tallies else KEPT_BACK
        scored += score is not KEPT_BACK
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
        questionnaires=len(tallies), scored=scored,
    )  # fmt: skip


def _joined(shares: Sequence[str], box: Box) -> bytes:
    try:
        return join_shares(shares, number=box.id, public_key=box.public_key)
    except ShareFault as fault:
        raise BadInput(_said(fault, box.id)) from None


def _said(fault: ShareFault, number: int) -> object:
    facts = {"position": fault.position, "group": fault.group, "other": fault.number, "number": number}
    return {
        Wrong.LENGTH: _l("Share %(position)s is too short or too long: type all eight groups.", **facts),
        Wrong.GROUP: _l(
            "Share %(position)s: group %(group)s is mistyped; compare it with the paper.", **facts
        ),
        Wrong.FOREIGN: _l(
            "Share %(position)s belongs to questionnaire %(other)s, not to %(number)s.", **facts
        ),
        Wrong.KEY: _l(
            "Share %(position)s does not fit the key of questionnaire %(number)s: compare each group.",
            **facts,
        ),
        Wrong.TWICE: _l("Both shares are the same one: two different holders are needed."),
        Wrong.TOGETHER: _l("The two shares do not make the key of questionnaire %(number)s.", **facts),
    }[fault.wrong]


def _said_day(day: date) -> LazyString:
    return LazyString(lambda: format_date(day, locale=language()))
