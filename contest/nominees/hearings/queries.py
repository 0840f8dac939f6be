"""Reads of hearings: a nominee's own, and a commission's in their order."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from contest.contests.models import Contest
from contest.nominees.hearings.models import Slot
from contest.nominees.models import Nominee
from contest.rulebook import Component, RuleBook, Stage
from core.errors import NotFound


@dataclass(frozen=True, slots=True)
class Hearing:
    """A slot with whose it is and the component that it is for."""

    slot: Slot
    nominee: Nominee
    part: Component | None

    @property
    def ends_at(self) -> datetime:
        return end_of(self.slot)


def end_of(slot: Slot) -> datetime:
    """When a slot is over."""
    return slot.starts_at + timedelta(minutes=slot.minutes)


def heard_parts(book: RuleBook, stage: Stage) -> list[Component]:
    """The components for which a nominee comes in person: those that are marked by name."""
    return [part for part in book.stage(stage).marked if not part.is_anonymous]


def hearings_of(session: Session, nominee: Nominee, book: RuleBook) -> list[Hearing]:
    """A nominee's hearings in their order."""
    wanted = select(Slot).where(Slot.nominee_id == nominee.id).order_by(Slot.starts_at, Slot.id)
    return [Hearing(slot, nominee, _part(book, slot)) for slot in session.scalars(wanted)]


def hearings(
    session: Session, contest: Contest, book: RuleBook, *, oblasts: Collection[str] | None
) -> list[Hearing]:
    """The hearings before the commissions of these oblasts (None: before all, the national one too)."""
    wanted = (
        select(Slot, Nominee)
        .join(Nominee, Nominee.id == Slot.nominee_id)
        .where(Slot.contest_id == contest.id)
        .order_by(Slot.starts_at, Slot.id)
    )
    if oblasts is not None:
        wanted = wanted.where(Slot.oblast_kato.in_(oblasts))
    return [Hearing(slot, nominee, _part(book, slot)) for slot, nominee in session.execute(wanted)]


def get_slot(session: Session, contest: Contest, slot_id: int) -> Slot:
    """A slot of this contest.

    :raises NotFound: when there is none of this number.
    """
    found = session.get(Slot, slot_id)
    if found is None or found.contest_id != contest.id:
        raise NotFound(_l("There is no hearing number %(number)s in this contest.", number=slot_id))
    return found


def _part(book: RuleBook, slot: Slot) -> Component | None:
    return book.stage(slot.stage).component(slot.component)
