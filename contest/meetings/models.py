"""The meetings' tables: a meeting, who came, its agenda, the votes, and the roll of each decided item.

A vote belongs to a member and stands in the protocol by name. When a vote is closed the roll keeps who
was entitled, present or recused, so that a decision reads the same when seats change later.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from contest.commissions.models import REGIONAL_HAS_OBLAST, SeatRole, one_per_area
from contest.rulebook import Stage
from core.storage import Base, SerialKey, UtcDateTime, enum_column


class MeetingState(StrEnum):
    """Where a meeting stands."""

    PLANNED = "planned"
    OPEN = "open"
    CLOSED = "closed"
    CALLED_OFF = "called_off"


#: A meeting that something can still be put before.
COMING = (MeetingState.PLANNED, MeetingState.OPEN)


class ItemKind(StrEnum):
    """What an item of an agenda decides."""

    SIGNALS = "signals"
    STANDING = "standing"
    EXCLUSION = "exclusion"
    NOMINATION = "nomination"
    OBJECTION = "objection"
    APPEAL = "appeal"
    OTHER = "other"


class ItemState(StrEnum):
    """Where an item stands; one that was referred is decided by the national commission.

    An item that was taken from the agenda stays in the record.
    """

    WAITING = "waiting"
    VOTING = "voting"
    DECIDED = "decided"
    REFERRED = "referred"
    DROPPED = "dropped"


class Choice(StrEnum):
    """A vote. An abstention is neither a yes nor a no."""

    YES = "yes"
    NO = "no"
    ABSTAIN = "abstain"


class Presence(StrEnum):
    """What somebody was to an item when its vote was closed."""

    PRESENT = "present"
    ABSENT = "absent"
    RECUSED = "recused"


class Meeting(Base):
    """A meeting of a commission; its number counts within the commission, also of one that was called off."""

    __tablename__ = "meetings"
    __table_args__ = (
        *one_per_area("meetings", "number"),
        CheckConstraint(REGIONAL_HAS_OBLAST, name="regional_has_oblast"),
        CheckConstraint("number > 0", name="positive_number"),
        CheckConstraint(
            "(state IN ('planned', 'called_off')) = (opened_at IS NULL)", name="opened_with_its_time"
        ),
        CheckConstraint("(state = 'closed') = (closed_at IS NOT NULL)", name="closed_with_its_time"),
        CheckConstraint(
            "(state = 'called_off') = (called_off_at IS NOT NULL)", name="called_off_with_its_time"
        ),
        CheckConstraint(
            "(state = 'called_off') = (called_off_because IS NOT NULL)", name="called_off_with_its_reason"
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(SerialKey, primary_key=True)
    contest_id: Mapped[int] = mapped_column(ForeignKey("contests.id"))
    stage: Mapped[Stage] = mapped_column(enum_column(Stage, "stage"))
    oblast_kato: Mapped[str | None] = mapped_column(ForeignKey("units.kato"))
    number: Mapped[int]
    held_on: Mapped[date]
    place: Mapped[str] = mapped_column(String(200))
    state: Mapped[MeetingState] = mapped_column(enum_column(MeetingState, "state"))
    opened_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    called_off_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    called_off_because: Mapped[str | None] = mapped_column(Text)


class Attendance(Base):
    """Somebody of the commission who came; with `left_at` one is not there any more."""

    __tablename__ = "meeting_attendance"

    meeting_id: Mapped[int] = mapped_column(ForeignKey("meetings.id"), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    came_at: Mapped[datetime] = mapped_column(UtcDateTime)
    left_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class AgendaItem(Base):
    """An item of a meeting's agenda; `stage` and `oblast_kato` say whose matter it is.

    They are the meeting's own, but for a matter that a regional commission referred to the national one.
    `reference` is the proposal in one canonical text.
    """

    __tablename__ = "agenda_items"
    __table_args__ = (
        UniqueConstraint("meeting_id", "position"),
        CheckConstraint(REGIONAL_HAS_OBLAST, name="regional_has_oblast"),
        CheckConstraint("length(title_kk) > 0 AND length(title_ru) > 0", name="titled"),
        CheckConstraint("(state = 'decided') = (decided_at IS NOT NULL)", name="decided_with_its_time"),
        CheckConstraint("(state = 'decided') = (is_carried IS NOT NULL)", name="decided_with_its_outcome"),
        CheckConstraint("(state = 'decided') = (needed IS NOT NULL)", name="decided_with_its_quorum"),
        CheckConstraint("(reasons_kk IS NULL) = (reasons_ru IS NULL)", name="reasons_in_both"),
    )

    id: Mapped[int] = mapped_column(SerialKey, primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meetings.id"))
    position: Mapped[int]
    kind: Mapped[ItemKind] = mapped_column(enum_column(ItemKind, "kind"))
    stage: Mapped[Stage] = mapped_column(enum_column(Stage, "stage"))
    oblast_kato: Mapped[str | None] = mapped_column(ForeignKey("units.kato"))
    title_kk: Mapped[str] = mapped_column(String(500))
    title_ru: Mapped[str] = mapped_column(String(500))
    nominee_id: Mapped[int | None] = mapped_column(ForeignKey("nominees.id"))
    reference: Mapped[str] = mapped_column(Text)
    state: Mapped[ItemState] = mapped_column(enum_column(ItemState, "state"))
    needed: Mapped[int | None]
    is_carried: Mapped[bool | None]
    reasons_kk: Mapped[str | None] = mapped_column(Text)
    reasons_ru: Mapped[str | None] = mapped_column(Text)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Vote(Base):
    """One member's vote on an item: at most one, and never changed."""

    __tablename__ = "meeting_votes"

    item_id: Mapped[int] = mapped_column(ForeignKey("agenda_items.id"), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    choice: Mapped[Choice] = mapped_column(enum_column(Choice, "choice"))
    cast_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ItemRecusal(Base):
    """Somebody who stays away from one item, on a ground of the rule book."""

    __tablename__ = "item_recusals"

    item_id: Mapped[int] = mapped_column(ForeignKey("agenda_items.id"), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    ground: Mapped[str] = mapped_column(String(32))
    declared_at: Mapped[datetime] = mapped_column(UtcDateTime)


class RollLine(Base):
    """What a member was to an item when its vote was closed; `stands_for` is whom an alternate replaced."""

    __tablename__ = "item_rolls"
    __table_args__ = (
        CheckConstraint("(presence = 'recused') = (ground IS NOT NULL)", name="recused_with_its_ground"),
    )

    item_id: Mapped[int] = mapped_column(ForeignKey("agenda_items.id"), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    presence: Mapped[Presence] = mapped_column(enum_column(Presence, "presence"))
    ground: Mapped[str | None] = mapped_column(String(32))
    stands_for: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))


class KnownConflict(Base):
    """A conflict with a nominee that was known when a meeting closed, for its protocol."""

    __tablename__ = "meeting_conflicts"

    meeting_id: Mapped[int] = mapped_column(ForeignKey("meetings.id"), primary_key=True)
    nominee_id: Mapped[int] = mapped_column(ForeignKey("nominees.id"), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    ground: Mapped[str] = mapped_column(String(32))


class Sitting(Base):
    """Who sat in the commission when a meeting closed, and as what, for its protocol."""

    __tablename__ = "meeting_sittings"

    meeting_id: Mapped[int] = mapped_column(ForeignKey("meetings.id"), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    role: Mapped[SeatRole] = mapped_column(enum_column(SeatRole, "role"))
