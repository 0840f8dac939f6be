"""The nominees' table: an official in a contest, by the post held when the nomination was proposed.

The database refuses a registration without consent and a state without its reason. Of a person only what
the rules ask for is kept: of penalties the last day alone, of an account its number. An exclusion stays in
the record, also when it is undone.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from contest.commissions.models import REGIONAL_HAS_OBLAST
from contest.rulebook import Stage
from core.storage import Base, SerialKey, UtcDateTime, enum_column


class NomineeState(StrEnum):
    """Where a nomination stands."""

    PROPOSED = "proposed"
    REGISTERED = "registered"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    EXCLUDED = "excluded"


class Nominee(Base):
    """An official who is proposed or takes part. The name is kept as it was written at the proposal.

    `account_id` is the nominee's own account, `proposer_account_id` that of whoever proposed (none where the
    nominee applied in person). `ground` is the rule book's ground of an exclusion. `is_finalist` is set when
    the regional standing of the oblast is frozen.
    """

    __tablename__ = "nominees"
    __table_args__ = (
        UniqueConstraint("contest_id", "official_id"),
        UniqueConstraint("contest_id", "account_id"),
        CheckConstraint(
            "state NOT IN ('excluded', 'declined') OR reason IS NOT NULL", name="refused_with_reason"
        ),
        CheckConstraint("state <> 'excluded' OR ground IS NOT NULL", name="excluded_on_a_ground"),
        CheckConstraint(
            "state <> 'registered' OR (registered_at IS NOT NULL AND consented_at IS NOT NULL)",
            name="registered_with_consent",
        ),
        CheckConstraint("length(name_kk) > 0 AND length(name_ru) > 0", name="named"),
        CheckConstraint(
            "last_penalty_on IS NULL OR penalties_declared_at IS NOT NULL", name="penalty_declared"
        ),
        Index(None, "contest_id", "oblast_kato"),
    )

    id: Mapped[int] = mapped_column(SerialKey, primary_key=True)
    contest_id: Mapped[int] = mapped_column(ForeignKey("contests.id"))
    official_id: Mapped[int] = mapped_column(ForeignKey("officials.id"))
    kato: Mapped[str] = mapped_column(ForeignKey("units.kato"))
    oblast_kato: Mapped[str] = mapped_column(ForeignKey("units.kato"))
    name_kk: Mapped[str] = mapped_column(String(200))
    name_ru: Mapped[str] = mapped_column(String(200))
    state: Mapped[NomineeState] = mapped_column(enum_column(NomineeState, "state"))
    reason: Mapped[str | None] = mapped_column(Text)
    ground: Mapped[str | None] = mapped_column(String(32))
    project_title_kk: Mapped[str | None] = mapped_column(String(300))
    project_title_ru: Mapped[str | None] = mapped_column(String(300))
    is_finalist: Mapped[bool]
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    employer: Mapped[str | None] = mapped_column(String(200))
    proposer_account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    proposed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    consented_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    penalties_declared_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_penalty_on: Mapped[date | None]
    registered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class NomineeExclusion(Base):
    """A nominee's exclusion, to which that nominee can object in a term of its own.

    `stage` and `oblast_kato` say whose matter it is. `item_id` is the vote; None where the rules themselves
    take out whoever left the post. `undone_at` is when a granted objection undid it.
    """

    __tablename__ = "nominee_exclusions"
    __table_args__ = (
        Index(
            "uq_nominee_exclusions_in_force", "nominee_id", unique=True,
            sqlite_where=text("undone_at IS NULL"), postgresql_where=text("undone_at IS NULL"),
        ),
        CheckConstraint(REGIONAL_HAS_OBLAST, name="regional_has_oblast"),
        CheckConstraint("length(reason) > 0", name="with_reason"),
        CheckConstraint("undone_at >= excluded_at", name="times_in_order"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(SerialKey, primary_key=True)
    nominee_id: Mapped[int] = mapped_column(ForeignKey("nominees.id"))
    stage: Mapped[Stage] = mapped_column(enum_column(Stage, "stage"))
    oblast_kato: Mapped[str | None] = mapped_column(ForeignKey("units.kato"))
    ground: Mapped[str] = mapped_column(String(32))
    reason: Mapped[str] = mapped_column(Text)
    item_id: Mapped[int | None] = mapped_column(ForeignKey("agenda_items.id"))
    excluded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    undone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
