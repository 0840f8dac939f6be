"""The commissions' tables: who sits where by which order, what is known of members, declared conflicts.

A seat is never edited: it ends on a day, and another begins. The database holds at most one chair and
one secretary in a commission, and one seat of a person in it, at a time.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from contest.rulebook import Stage
from core.storage import Base, SerialKey, UtcDateTime, enum_column

REGIONAL_HAS_OBLAST = "(stage = 'regional') = (oblast_kato IS NOT NULL)"


def one_per_area(table: str, *besides: str) -> tuple[UniqueConstraint, Index]:
    """At most one row of a contest, stage and oblast, and of the nation, which has no oblast.

    A missing oblast equals no other in a database, so that the nation needs an index of its own.

    :param besides: further columns, such as a version, that tell the rows of one place apart.
    """
    return (
        UniqueConstraint("contest_id", "stage", "oblast_kato", *besides),
        Index(
            f"uq_{table}_national", "contest_id", "stage", *besides, unique=True,
            sqlite_where=text("oblast_kato IS NULL"), postgresql_where=text("oblast_kato IS NULL"),
        ),
    )  # fmt: skip


class SeatRole(StrEnum):
    """What somebody is in a commission; the secretary has no vote."""

    CHAIR = "chair"
    SECRETARY = "secretary"
    MEMBER = "member"
    ALTERNATE = "alternate"


class Commission(Base):
    """The commission of a stage: an oblast's at the regional one, the national one without an oblast."""

    __tablename__ = "commissions"
    __table_args__ = (
        *one_per_area("commissions"),
        CheckConstraint(REGIONAL_HAS_OBLAST, name="regional_has_oblast"),
        CheckConstraint("length(order_number) > 0", name="order_given"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(SerialKey, primary_key=True)
    contest_id: Mapped[int] = mapped_column(ForeignKey("contests.id"))
    stage: Mapped[Stage] = mapped_column(enum_column(Stage, "stage"))
    oblast_kato: Mapped[str | None] = mapped_column(ForeignKey("units.kato"))
    order_number: Mapped[str] = mapped_column(String(60))
    order_on: Mapped[date]
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Seat(Base):
    """A person's seat, by an order, from a day; it is held until it has a last day.

    An alternate with `replaces_id` has been called up and votes in that seat's stead.
    """

    __tablename__ = "commission_seats"
    __table_args__ = (
        Index(
            "uq_commission_seats_person", "commission_id", "account_id", unique=True,
            sqlite_where=text("until_on IS NULL"), postgresql_where=text("until_on IS NULL"),
        ),
        Index(
            "uq_commission_seats_office", "commission_id", "role", unique=True,
            sqlite_where=text("until_on IS NULL AND role IN ('chair', 'secretary')"),
            postgresql_where=text("until_on IS NULL AND role IN ('chair', 'secretary')"),
        ),
        Index(
            "uq_commission_seats_stead", "replaces_id", unique=True,
            sqlite_where=text("until_on IS NULL AND replaces_id IS NOT NULL"),
            postgresql_where=text("until_on IS NULL AND replaces_id IS NOT NULL"),
        ),
        CheckConstraint("until_on >= from_on", name="ends_after_it_begins"),
        CheckConstraint("replaces_id IS NULL OR role = 'alternate'", name="alternates_replace"),
        CheckConstraint("length(order_number) > 0", name="order_given"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(SerialKey, primary_key=True)
    commission_id: Mapped[int] = mapped_column(ForeignKey("commissions.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    role: Mapped[SeatRole] = mapped_column(enum_column(SeatRole, "role"))
    order_number: Mapped[str] = mapped_column(String(60))
    from_on: Mapped[date]
    until_on: Mapped[date | None]
    replaces_id: Mapped[int | None] = mapped_column(ForeignKey("commission_seats.id"))


class MemberFacts(Base):
    """What conflicts are found from: where a member works and lives, and the district that one heads."""

    __tablename__ = "member_facts"

    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), primary_key=True, autoincrement=False)
    employer: Mapped[str | None] = mapped_column(String(200))
    oblast_kato: Mapped[str | None] = mapped_column(ForeignKey("units.kato"))
    district_kato: Mapped[str | None] = mapped_column(ForeignKey("units.kato"))
    heads_kato: Mapped[str | None] = mapped_column(ForeignKey("units.kato"))
    entered_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ConflictFinding(Base):
    """What was known of a member and a nominee when the marking of a stage was closed: found or declared.

    Without a ground they were in no conflict. Facts that are entered, changed or taken away afterwards change
    nothing between these two at this stage: scores and marks can be seen by then. Only a granted objection
    adds a ground.
    """

    __tablename__ = "conflict_findings"

    nominee_id: Mapped[int] = mapped_column(ForeignKey("nominees.id"), primary_key=True)
    stage: Mapped[Stage] = mapped_column(enum_column(Stage, "stage"), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    ground: Mapped[str | None] = mapped_column(String(32))
    found_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Recusal(Base):
    """A conflict with a nominee that a member declared, on one of the rule book's grounds.

    One declared at the regional stage holds at the national one too. `details` are for those who enter the
    facts of members alone: no protocol names them.
    """

    __tablename__ = "recusals"

    nominee_id: Mapped[int] = mapped_column(ForeignKey("nominees.id"), primary_key=True)
    stage: Mapped[Stage] = mapped_column(enum_column(Stage, "stage"), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    ground: Mapped[str] = mapped_column(String(32))
    details: Mapped[str | None] = mapped_column(Text)
    declared_at: Mapped[datetime] = mapped_column(UtcDateTime)
