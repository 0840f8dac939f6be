"""The register of certificates: a row for each that was ever issued; none is deleted or renumbered.

The database refuses two valid certificates for one person's award, and a number used twice.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from contest.certificates.record import AwardKind
from contest.rulebook import Stage
from core.storage import Base, SerialKey, UtcDateTime, enum_column


class Certificate(Base):
    """A certificate as it was issued, with the SHA-256 of its file and what became of it."""

    __tablename__ = "certificates"
    __table_args__ = (
        UniqueConstraint("contest_id", "serial"),
        UniqueConstraint("code"),
        CheckConstraint("serial > 0", name="positive_serial"),
        CheckConstraint("length(sha256) = 64", name="sha256"),
        CheckConstraint(
            "(revoked_at IS NULL) = (revocation_reason IS NULL)", name="revoked_with_reason"
        ),
        CheckConstraint("replaced_by IS NULL OR revoked_at IS NOT NULL", name="replaced_is_revoked"),
        CheckConstraint("replaced_by IS NULL OR replaced_by <> id", name="replaced_by_another"),
        Index(
            "uq_certificates_one_valid", "contest_id", "stage", "nominee_id", "award", unique=True,
            sqlite_where=text("revoked_at IS NULL"), postgresql_where=text("revoked_at IS NULL"),
        ),
        Index(None, "standing_id"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(SerialKey, primary_key=True)
    serial: Mapped[int]
    code: Mapped[str] = mapped_column(String(32))
    contest_id: Mapped[int] = mapped_column(ForeignKey("contests.id"))
    standing_id: Mapped[int] = mapped_column(ForeignKey("standings.id"))
    stage: Mapped[Stage] = mapped_column(enum_column(Stage, "stage"))
    nominee_id: Mapped[int] = mapped_column(ForeignKey("nominees.id"))
    kind: Mapped[AwardKind] = mapped_column(enum_column(AwardKind, "kind"))
    award: Mapped[str] = mapped_column(String(48))
    record_json: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(String(64))
    issued_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revocation_reason: Mapped[str | None] = mapped_column(Text)
    replaced_by: Mapped[int | None] = mapped_column(ForeignKey("certificates.id"))
