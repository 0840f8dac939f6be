"""Reads of keys: which shares were rehearsed, and what an opening proved. Only reads."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ethics.keys.models import ShareProof
from ethics.models import Box, EthicsTally, Questionnaire, Round
from ethics.remarks.queries import RemarkProof, remark_proof
from ethics.scoring import may_tell
from ethics.shares import MADE
from ethics.tallies import scored


@dataclass(frozen=True, slots=True)
class Proof:
    """How many answers the urn handed over, and what became of each."""

    received: int
    tallied: int
    spoiled: int
    is_scored: bool
    remarks: RemarkProof | None

    @property
    def missing(self) -> int:
        """How many were there at mixing and were gone at the opening; below zero, how many too many."""
        return self.received - self.tallied - self.spoiled

    @property
    def is_whole(self) -> bool:
        return self.received == self.tallied

    @property
    def may_be_shown(self) -> bool:
        """Whether the numbers may be seen, of answers and of remarks alike."""
        return may_tell(min(self.received, self.tallied), is_scored=self.is_scored)


def rehearsed(session: Session, number: int) -> dict[int, date | None]:
    """For each share of a questionnaire the day on which it worked last, or None."""
    found = session.scalars(select(ShareProof).where(ShareProof.questionnaire_id == number))
    days = {proof.share: proof.proved_on for proof in found}
    return {share: days.get(share) for share in range(1, MADE + 1)}


def all_rehearsed(session: Session, asked: Round) -> bool:
    """Whether every share of every questionnaire of a round has proved that it works."""
    own = select(Questionnaire.id).where(Questionnaire.round_id == asked.id)
    proofs = select(func.count()).where(ShareProof.questionnaire_id.in_(own))
    return session.scalar(proofs) == MADE * session.scalar(select(func.count()).select_from(own.subquery()))


def opening_proof(session: Session, number: int) -> Proof | None:
    """What the opening of a questionnaire proved; None where it was not opened."""
    kept = session.get(EthicsTally, number)
    if kept is None:
        return None
    asked = session.get_one(Round, session.get_one(Questionnaire, number).round_id)
    return Proof(
        session.get_one(Box, number).received, kept.n, kept.spoiled,
        is_scored=number in scored(session, [asked]), remarks=remark_proof(session, number),
    )  # fmt: skip
