"""The releases' table: every ZIP that was published of a contest, by its SHA-256.

A release is never changed or taken back: what changed since makes another version.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.storage import Base, SerialKey, UtcDateTime


class Release(Base):
    """A release as it was published; `content` is the digest of what it says, by which two are told apart.

    The ZIP itself lies in the data directory under `file`; `sha256` and `size` are its own.
    """

    __tablename__ = "releases"
    __table_args__ = (
        UniqueConstraint("contest_id", "version"),
        UniqueConstraint("file"),
        CheckConstraint("version > 0", name="positive_version"),
        CheckConstraint("length(sha256) = 64", name="sha256"),
        CheckConstraint("length(content) = 64", name="content"),
        CheckConstraint("size > 0", name="size"),
    )

    id: Mapped[int] = mapped_column(SerialKey, primary_key=True)
    contest_id: Mapped[int] = mapped_column(ForeignKey("contests.id"))
    version: Mapped[int]
    file: Mapped[str] = mapped_column(String(80))
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int]
    content: Mapped[str] = mapped_column(String(64))
    built_at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor: Mapped[str] = mapped_column(String(64))
