"""The table of a nominee's documents: what was handed in, and where its bytes lie.

The bytes are a file outside the web root under a random name; the row keeps the SHA-256 by which a
changed file is told.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.storage import Base, SerialKey, UtcDateTime, enum_column


class DocumentKind(StrEnum):
    """What a document is for."""

    CONSENT = "consent"
    RESUME = "resume"
    PROJECT = "project"
    AWARD = "award"
    WAIVER = "waiver"
    WITHDRAWAL = "withdrawal"
    OBJECTION = "objection"
    OTHER = "other"


class Media(StrEnum):
    """What a file is, told by its content."""

    PDF = "pdf"
    DOCX = "docx"
    JPEG = "jpg"
    PNG = "png"


class NomineeDocument(Base):
    """A document of a nominee. `key` names its file; `name` is shown and given to whoever downloads it."""

    __tablename__ = "nominee_documents"
    __table_args__ = (
        UniqueConstraint("key"),
        UniqueConstraint("nominee_id", "sha256"),
        CheckConstraint("length(key) = 32", name="key"),
        CheckConstraint("length(sha256) = 64", name="sha256"),
        CheckConstraint("size > 0", name="size"),
    )

    id: Mapped[int] = mapped_column(SerialKey, primary_key=True)
    nominee_id: Mapped[int] = mapped_column(ForeignKey("nominees.id"))
    kind: Mapped[DocumentKind] = mapped_column(enum_column(DocumentKind, "kind"))
    key: Mapped[str] = mapped_column(String(32))
    name: Mapped[str] = mapped_column(String(120))
    media: Mapped[Media] = mapped_column(enum_column(Media, "media"))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    is_scanned: Mapped[bool]
    added_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)
