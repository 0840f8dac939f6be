"""Reads of remarks: their words for the commissioner, and what became of all of them for every holder.

Only reads. The words come out after the opening alone, in the order of random keys, which is none.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from ethics.models import Box, Questionnaire
from ethics.remarks.models import Remark, RemarkCount


@dataclass(frozen=True, slots=True)
class RemarkProof:
    """How many remarks the urn handed over, blank ones among them, and what became of each."""

    received: int
    opened: int
    spoiled: int
    destroyed: int

    @property
    def are_destroyed(self) -> bool:
        """Whether too few answered, so that none was read."""
        return self.destroyed > 0

    @property
    def missing(self) -> int:
        """How many were there at mixing and were gone at the opening; below zero, how many too many."""
        return self.received - self.opened - self.spoiled - self.destroyed

    @property
    def is_whole(self) -> bool:
        return self.received == self.opened + self.destroyed


def remark_proof(session: Session, number: int) -> RemarkProof | None:
    """What became of a questionnaire's remarks; None before the opening, or where none were taken."""
    kept = session.get(RemarkCount, number)
    if kept is None:
        return None
    return RemarkProof(session.get_one(Box, number).remarks, kept.opened, kept.spoiled, kept.destroyed)


def remarks_of(session: Session, questionnaire: Questionnaire) -> tuple[str, ...]:
    """What respondents wrote, in no order; for the commissioner of the questionnaire's oblast alone."""
    query = select(Remark.text).where(Remark.box_id == questionnaire.id).order_by(Remark.key)
    return tuple(session.scalars(query))
