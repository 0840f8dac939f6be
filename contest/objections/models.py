"""The tables of objections and appeals, and of nominees who give their right to them up.

What was decided is not written here: the vote with its reasons stands with the meeting, and is found by
the objection's number.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from core.storage import Base, SerialKey, UtcDateTime, enum_column


class ObjectionKind(StrEnum):
    """What a nominee objects to."""

    COMPUTATION = "computation"
    CONFLICT = "conflict"
    EXCLUSION = "exclusion"


class Objection(Base):
    """An objection of a nominee to a frozen standing, or to the own exclusion; with `appeals_id` an appeal.

    Its number counts within the contest. A claimed conflict of interests names the member, the nominee whom
    that member was in conflict with, and a ground of the rule book. A granted one is settled by the corrected
    standing that follows, or at once where no frozen standing has to be corrected. What came on paper has the
    scan of that paper, and a paper files one thing.
    """

    __tablename__ = "objections"
    __table_args__ = (
        UniqueConstraint("contest_id", "number"),
        UniqueConstraint("document_id"),
        Index(
            "uq_objections_appeal_in_force", "appeals_id", unique=True,
            sqlite_where=text("withdrawn_at IS NULL"), postgresql_where=text("withdrawn_at IS NULL"),
        ),
        Index(None, "standing_id"),
        Index(None, "exclusion_id"),
        CheckConstraint("number > 0", name="positive_number"),
        CheckConstraint("length(claim) > 0", name="says_something"),
        CheckConstraint("appeals_id IS NULL OR appeals_id <> id", name="appeals_another"),
        CheckConstraint(
            "(kind = 'conflict') = (about_account_id IS NOT NULL)"
            " AND (kind = 'conflict') = (about_nominee_id IS NOT NULL)"
            " AND (kind = 'conflict') = (ground IS NOT NULL)",
            name="conflict_of_somebody",
        ),
        CheckConstraint("(standing_id IS NULL) = (exclusion_id IS NOT NULL)", name="to_one_thing"),
        CheckConstraint("(kind = 'exclusion') = (exclusion_id IS NOT NULL)", name="exclusion_of_somebody"),
        CheckConstraint("withdrawn_at IS NULL OR settled_at IS NULL", name="withdrawn_settles_nothing"),
        CheckConstraint("settled_by IS NULL OR settled_at IS NOT NULL", name="settled_with_its_time"),
        CheckConstraint("settled_by IS NULL OR settled_by <> standing_id", name="settled_by_another"),
        CheckConstraint("is_on_paper = (document_id IS NOT NULL)", name="paper_is_there"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(SerialKey, primary_key=True)
    contest_id: Mapped[int] = mapped_column(ForeignKey("contests.id"))
    number: Mapped[int]
    standing_id: Mapped[int | None] = mapped_column(ForeignKey("standings.id"))
    exclusion_id: Mapped[int | None] = mapped_column(ForeignKey("nominee_exclusions.id"))
    nominee_id: Mapped[int] = mapped_column(ForeignKey("nominees.id"))
    kind: Mapped[ObjectionKind] = mapped_column(enum_column(ObjectionKind, "kind"))
    about_account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    about_nominee_id: Mapped[int | None] = mapped_column(ForeignKey("nominees.id"))
    ground: Mapped[str | None] = mapped_column(String(32))
    claim: Mapped[str] = mapped_column(Text)
    appeals_id: Mapped[int | None] = mapped_column(ForeignKey("objections.id"))
    is_on_paper: Mapped[bool]
    document_id: Mapped[int | None] = mapped_column(ForeignKey("nominee_documents.id"))
    filed_by: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    filed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    settled_by: Mapped[int | None] = mapped_column(ForeignKey("standings.id"))
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Waiver(Base):
    """A nominee who gives up the right to object to a standing, or to the own exclusion, and to appeal.

    Recorded once, for good. What is given up on paper rests on that paper, and a paper gives up one right.
    """

    __tablename__ = "objection_waivers"
    __table_args__ = (
        UniqueConstraint("standing_id", "nominee_id"),
        UniqueConstraint("exclusion_id"),
        UniqueConstraint("document_id"),
        CheckConstraint("(standing_id IS NULL) = (exclusion_id IS NOT NULL)", name="of_one_thing"),
        CheckConstraint("is_on_paper = (document_id IS NOT NULL)", name="paper_is_there"),
    )

    id: Mapped[int] = mapped_column(SerialKey, primary_key=True)
    standing_id: Mapped[int | None] = mapped_column(ForeignKey("standings.id"))
    exclusion_id: Mapped[int | None] = mapped_column(ForeignKey("nominee_exclusions.id"))
    nominee_id: Mapped[int] = mapped_column(ForeignKey("nominees.id"))
    is_on_paper: Mapped[bool]
    document_id: Mapped[int | None] = mapped_column(ForeignKey("nominee_documents.id"))
    recorded_by: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
