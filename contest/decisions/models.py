"""The tables of decisions on standings: what was put to the vote, and who asked to freeze it.

A proposal keeps the whole computation that the commission saw, so that a returned one can be laid beside
the one that was frozen. How the vote went stands with the meeting.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from contest.commissions.models import REGIONAL_HAS_OBLAST, one_per_area
from contest.rulebook import Stage
from core.storage import Base, SerialKey, UtcDateTime, enum_column


class StandingProposal(Base):
    """A computed standing on the agenda of a meeting, to become `version` of its stage's outcome.

    `rows_json` holds [nominee, place, points, award] as it was computed then; from `inputs_json` anyone
    computes it again.
    """

    __tablename__ = "standing_proposals"
    __table_args__ = (
        CheckConstraint("version > 0", name="positive_version"),
        CheckConstraint("length(inputs_digest) = 64", name="inputs_digest"),
    )

    item_id: Mapped[int] = mapped_column(ForeignKey("agenda_items.id"), primary_key=True, autoincrement=False)
    version: Mapped[int]
    inputs_digest: Mapped[str] = mapped_column(String(64))
    inputs_json: Mapped[str] = mapped_column(Text)
    rows_json: Mapped[str] = mapped_column(Text)
    put_at: Mapped[datetime] = mapped_column(UtcDateTime)


class FreezeRequest(Base):
    """The first of the two signatures under a standing: asked by the chair or the secretary.

    A version is asked for once at a time; asking anew after the numbers changed takes the place of the
    request before. `reason` and `objection_id` belong to corrections.
    """

    __tablename__ = "freeze_requests"
    __table_args__ = (
        *one_per_area("freeze_requests", "version"),
        CheckConstraint(REGIONAL_HAS_OBLAST, name="regional_has_oblast"),
        CheckConstraint("version > 0", name="positive_version"),
        CheckConstraint("version = 1 OR reason IS NOT NULL", name="correction_with_reason"),
        CheckConstraint("objection_id IS NULL OR version > 1", name="objection_corrects"),
        CheckConstraint("length(inputs_digest) = 64", name="inputs_digest"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(SerialKey, primary_key=True)
    contest_id: Mapped[int] = mapped_column(ForeignKey("contests.id"))
    stage: Mapped[Stage] = mapped_column(enum_column(Stage, "stage"))
    oblast_kato: Mapped[str | None] = mapped_column(ForeignKey("units.kato"))
    version: Mapped[int]
    inputs_digest: Mapped[str] = mapped_column(String(64))
    reason: Mapped[str | None] = mapped_column(Text)
    objection_id: Mapped[int | None] = mapped_column(ForeignKey("objections.id"))
    asked_by: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
