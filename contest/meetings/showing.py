"""A meeting as pages and protocols show it: people by name, each item with its roll, votes once decided.

While a vote is open a shown item says how many have voted, and one's own vote to oneself; nothing else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from contest.commissions.models import Commission, SeatRole
from contest.commissions.queries import commission_of, people_of
from contest.contests.models import Contest
from contest.contests.queries import rulebook_of
from contest.meetings.models import AgendaItem, Choice, ItemState, Meeting, Presence
from contest.meetings.queries import (
    Outcome,
    Roll,
    agenda_of,
    attendance_of,
    outcome,
    roll_of,
    sitting_at,
    votes_on,
)
from contest.meetings.recusals import DECIDED_BEFORE
from contest.meetings.wording import DECIDED_BEFORE as DECIDED_BEFORE_WORDS
from contest.rulebook import Ground
from core.accounts.queries import names_of
from core.words import kazakh_key


class Part(StrEnum):
    """What the reader can do about an item whose vote is open."""

    NONE = "none"
    VOTES = "votes"
    VOTED = "voted"
    ABSENT = "absent"
    RECUSED = "recused"
    SPARE = "spare"


@dataclass(frozen=True, slots=True)
class ShownLine:
    """Somebody's line in an item's roll; `choice` only once the item is decided."""

    account_id: int
    name: str
    presence: Presence
    ground: Ground | None
    stands_for: str | None
    choice: Choice | None


@dataclass(frozen=True, slots=True)
class ShownItem:
    """An item with its roll and counts; `voted` says how many have."""

    item: AgendaItem
    outcome: Outcome
    lines: tuple[ShownLine, ...]
    voted: int
    part: Part
    own_choice: Choice | None

    def named(self, choice: Choice | None) -> tuple[ShownLine, ...]:
        """Those present who voted so; None: who did not vote."""
        return tuple(
            line for line in self.lines if line.presence is Presence.PRESENT and line.choice is choice
        )


@dataclass(frozen=True, slots=True)
class ShownPerson:
    """Somebody of the commission at a meeting."""

    account_id: int
    name: str
    role: SeatRole
    came_at: datetime | None
    left_at: datetime | None

    @property
    def is_there(self) -> bool:
        return self.came_at is not None and self.left_at is None


@dataclass(frozen=True, slots=True)
class ShownMeeting:
    """A meeting with its people and agenda."""

    meeting: Meeting
    commission: Commission
    people: tuple[ShownPerson, ...]
    items: tuple[ShownItem, ...]

    def holder(self, role: SeatRole) -> str | None:
        """The name of the chair or the secretary."""
        return next((person.name for person in self.people if person.role is role), None)


def shown_meeting(session: Session, meeting: Meeting, *, reader: int | None = None) -> ShownMeeting:
    """A meeting as one reader may see it; without a reader as its protocol says it."""
    contest = session.get_one(Contest, meeting.contest_id)
    commission = commission_of(session, contest, meeting.stage, meeting.oblast_kato)
    people = _people(session, meeting)
    items = tuple(_item(session, contest, item, reader) for item in agenda_of(session, meeting))
    return ShownMeeting(meeting, commission, people, items)


def _people(session: Session, meeting: Meeting) -> tuple[ShownPerson, ...]:
    """Who sits, or sat then, and who came; by office, then by name."""
    came, roles = attendance_of(session, meeting), sitting_at(session, meeting)
    names, order = names_of(session, roles), list(SeatRole)
    found = [
        ShownPerson(
            one, names[one], role, came[one].came_at if one in came else None,
            came[one].left_at if one in came else None,
        )
        for one, role in roles.items()
    ]  # fmt: skip
    return tuple(sorted(found, key=lambda one: (order.index(one.role), kazakh_key(one.name))))


def _item(session: Session, contest: Contest, item: AgendaItem, reader: int | None) -> ShownItem:
    roll, counts, votes = roll_of(session, item), outcome(session, item), votes_on(session, item)
    names = names_of(session, {*roll.presence, *roll.stands_for.values()})
    book = rulebook_of(session, contest)
    titles = {code: book.conflict_ground(item.stage, code) for code in roll.grounds.values()}
    titles[DECIDED_BEFORE] = Ground(DECIDED_BEFORE, DECIDED_BEFORE_WORDS)
    is_over = item.state is ItemState.DECIDED
    lines = [
        ShownLine(
            one, names[one], presence, titles.get(roll.grounds.get(one, "")),
            names.get(roll.stands_for.get(one, 0)), votes.get(one) if is_over else None,
        )
        for one, presence in roll.presence.items()
    ]  # fmt: skip
    return ShownItem(
        item, counts, tuple(sorted(lines, key=lambda line: kazakh_key(line.name))),
        len(votes.keys() & roll.present), _part(session, contest, item, roll, votes.keys(), reader),
        votes.get(reader) if reader is not None else None,
    )  # fmt: skip


def _part(
    session: Session, contest: Contest, item: AgendaItem, roll: Roll, voted: Sequence[int], reader: int | None
) -> Part:
    if item.state is not ItemState.VOTING or reader is None:
        return Part.NONE
    if reader in voted:
        return Part.VOTED
    if reader in roll.presence:
        known = {Presence.PRESENT: Part.VOTES, Presence.ABSENT: Part.ABSENT, Presence.RECUSED: Part.RECUSED}
        return known[roll.presence[reader]]
    meeting = session.get_one(Meeting, item.meeting_id)
    people = people_of(session, contest, meeting.stage, meeting.oblast_kato)
    return Part.SPARE if reader in people.alternates else Part.NONE
