"""The opening of a questionnaire: two holders, two shares, one time, one transaction.

Services: session first, clock by keyword, never a commit. The private key lives for the length of one call
and is written nowhere. Whatever interrupts the transaction leaves everything sealed. Callers reach this
through `ethics.services`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from core.accounts.queries import Staff
from core.audit import record
from core.errors import Conflict, Forbidden
from core.storage import lock_row
from ethics.answers import Opener, SpoiledEnvelope, digest_of
from ethics.drafting import subject_of
from ethics.items import ItemSet
from ethics.keys.holding import share_roles
from ethics.keys.services import join
from ethics.models import Box, Envelope, EthicsTally, Outcome, Questionnaire, Round, RoundState
from ethics.publishing import publish_when_settled
from ethics.queries import items_of
from ethics.remarks.services import RemarksOpening, open_remarks
from ethics.scoring import check_answer, counts_text, tally_of


@dataclass(frozen=True, slots=True)
class Opening:
    """What an opening proves: how many came, how many opened, which did not, how many were tallied."""

    received: int
    opened: int
    spoiled: tuple[str, ...]
    tallied: int
    remarks: RemarksOpening | None = None

    @property
    def is_whole(self) -> bool:
        is_whole = self.received == self.opened == self.tallied
        return is_whole and (self.remarks is None or self.remarks.is_whole)


def check_may_open(round: Round, questionnaire: Questionnaire) -> None:
    """Let pass between the closing of the round and the opening.

    :raises Conflict: before, and after.
    """
    if round.state is not RoundState.CLOSED:
        raise Conflict(_l("The round “%(code)s” is not closed: nothing opens before.", code=round.code))
    if questionnaire.outcome is not None:
        raise Conflict(_l("Questionnaire %(number)s was settled already.", number=questionnaire.id))


def open_questionnaire(
    session: Session,
    *,
    questionnaire: Questionnaire,
    shares: Sequence[str],
    holders: tuple[Staff, Staff],
    now: datetime,
) -> Opening:
    """Open all envelopes with two shares, tally them and destroy them; once, after closing.

    An envelope that does not open is named and counted, the rest opens. Remarks open with the same key, or
    are destroyed unread where too few answered. The last opening of a round publishes its scores.

    :param holders: who gave the first and the second share; both have passed a fresh second factor.
    :raises BadInput: naming the share that does not fit.
    :raises Forbidden: when the two may not open it together.
    :raises Conflict: when the round is not closed, or the questionnaire is settled.
    """
    round = session.get_one(Round, questionnaire.round_id)
    # The round before the questionnaire, as in publishing, so that the two never wait for each other.
    lock_row(session, round)
    lock_row(session, questionnaire)
    check_may_open(round, questionnaire)
    _check_holders(holders, oblast=questionnaire.oblast_kato)
    box = session.get_one(Box, questionnaire.id)
    key = join(shares, box)
    envelopes = session.execute(
        select(Envelope.key, Envelope.sealed).where(Envelope.box_id == box.id).order_by(Envelope.key)
    ).all()
    items, opener = items_of(round), Opener(number=box.id, private_key=key.private_key)
    given, spoiled = _opened([(row.key, row.sealed) for row in envelopes], opener, items)
    result = tally_of(given, items)
    session.add(
        EthicsTally(
            questionnaire_id=box.id, n=result.n, spoiled=len(spoiled), scored=result.scored,
            composite_sum=result.composite_sum, composite_squares=result.composite_squares,
            counts=counts_text(result.counts),
        )
    )  # fmt: skip
    session.execute(delete(Envelope).where(Envelope.box_id == box.id))
    remarks = open_remarks(session, box=box, opener=opener, answers=result.n) if round.takes_remarks else None
    questionnaire.outcome, questionnaire.settled_at = Outcome.OPENED, now
    session.flush()
    said = {"remarks": remarks.facts()} if remarks else {}
    opening = Opening(box.received, len(given), tuple(spoiled), result.n, remarks)
    record(
        session, actor=holders[0].reference, action="ethics.open", subject=subject_of(questionnaire),
        second=holders[1].reference, shares=list(key.indices), intake=opening.received,
        opened=opening.opened, tallied=opening.tallied, spoiled=list(opening.spoiled),
        digest=digest_of([row.sealed for row in envelopes]), **said,
    )  # fmt: skip
    publish_when_settled(session, round, actor=holders[0].reference, now=now)
    return opening


def _check_holders(holders: tuple[Staff, Staff], *, oblast: str) -> None:
    """Refuse with Forbidden unless two different people of two different roles hold shares here."""
    first, second = holders
    if first.id == second.id:
        raise Forbidden(_l("Two different people open the envelopes: the second holder is another account."))
    roles = [share_roles(holder.scopes, oblast=oblast) for holder in holders]
    for holder, own in zip(holders, roles, strict=True):
        if not own:
            raise Forbidden(_l("The account “%(login)s” holds no share in this oblast.", login=holder.login))
    if len(roles[0] | roles[1]) < 2:
        raise Forbidden(
            _l("Both accounts have the same role: commissioner, chair and agency each hold one share.")
        )


def _opened(
    envelopes: Sequence[tuple[bytes, bytes]], opener: Opener, items: ItemSet
) -> tuple[list[str], list[str]]:
    """What the envelopes say, and the names of those that do not open or are a copy of another."""
    given, spoiled, seen = [], [], set()
    for key, sealed in envelopes:
        try:
            opened = opener.open(sealed)
            if opened.mark in seen:
                raise SpoiledEnvelope("it is a copy of another")
            given.append(check_answer(opened.given, items))
            seen.add(opened.mark)
        except ValueError:
            spoiled.append(key.hex()[:8])
    return given, spoiled
