"""The protocol of a meeting as a plain record in one language, from what the meeting left in the database.

Names the ground of a conflict and never its details. Reads; decides nothing.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from babel.dates import format_date, format_time
from babel.numbers import format_decimal
from sqlalchemy import select
from sqlalchemy.orm import Session

from contest.contests.models import Contest
from contest.contests.queries import rulebook_of
from contest.decisions.differences import outcomes_from
from contest.decisions.models import StandingProposal
from contest.meetings.models import Choice, ItemState, Meeting, MeetingState, Presence
from contest.meetings.recusals import conflicts_before
from contest.meetings.showing import ShownItem, ShownLine, ShownMeeting, ShownPerson, shown_meeting
from contest.meetings.wording import PROTOCOL, SEATS
from contest.nominees.models import Nominee
from core.audit import canonical
from core.clock import KAZAKHSTAN, day_of
from core.places.queries import get_unit, unit_name, units_by_kato


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the table that was put to the vote."""

    place: str
    name: str
    unit: str
    points: str


@dataclass(frozen=True, slots=True)
class Item:
    """An item: its title, counts, names by vote as (label, names), outcome, reasons, and its table."""

    number: int
    title: str
    remarks: tuple[str, ...]
    counts: str
    votes: tuple[tuple[str, str], ...]
    outcome: str
    reasons: tuple[str, ...]
    table: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Protocol:
    """The whole protocol in one language; `words` are the labels of the document."""

    language: str
    words: dict[str, str]
    heading: str
    title: str
    contest: str
    order: str
    facts: tuple[tuple[str, str], ...]
    is_draft: bool
    people: tuple[tuple[str, str, str], ...]
    conflicts: tuple[tuple[str, str, str], ...]
    items: tuple[Item, ...]
    signers: tuple[tuple[str, str], ...]


def protocol_of(session: Session, meeting: Meeting, language: str) -> Protocol:
    """The protocol of a meeting; a draft while the meeting is not over."""
    contest, words = session.get_one(Contest, meeting.contest_id), PROTOCOL[language]
    shown = shown_meeting(session, meeting)
    oblast = meeting.oblast_kato and unit_name(get_unit(session, meeting.oblast_kato), language)
    day = format_date(shown.commission.order_on, "long", locale=language)
    return Protocol(
        language=language,
        words=words,
        heading=words["heading"].format(number=meeting.number),
        title=words["regional"].format(oblast=oblast) if oblast else words["national"],
        contest=getattr(contest, f"title_{language}"),
        order=words["order"].format(number=shown.commission.order_number, day=day),
        facts=_facts(meeting, words, language),
        is_draft=meeting.state is not MeetingState.CLOSED,
        people=tuple(_person(person, words, language) for person in shown.people),
        conflicts=_conflicts(session, contest, meeting, shown, language),
        items=tuple(_item(session, meeting, one, words, language) for one in shown.items),
        signers=tuple(
            (words[role], next((p.name for p in shown.people if p.role == role), ""))
            for role in ("chair", "secretary")
        ),
    )


def digest_of(protocol: Protocol) -> str:
    """The mark of the record that a protocol was made from, the same for the same record and language."""
    plain = json.loads(json.dumps(_plain(protocol), ensure_ascii=False))
    return hashlib.sha256(canonical(plain).encode()).hexdigest()[:16]


def _plain(protocol: Protocol) -> list[Any]:
    items = [
        [one.number, one.title, one.remarks, one.counts, one.votes, one.outcome, one.reasons,
         [[row.place, row.name, row.unit, row.points] for row in one.table]]
        for one in protocol.items
    ]  # fmt: skip
    return [
        protocol.heading, protocol.title, protocol.contest, protocol.order, protocol.facts, protocol.is_draft,
        protocol.people, protocol.conflicts, items, protocol.signers,
    ]  # fmt: skip


def _facts(meeting: Meeting, words: dict[str, str], language: str) -> tuple[tuple[str, str], ...]:
    facts = [(words["held"], format_date(meeting.held_on, "long", locale=language))]
    if meeting.place:
        facts.append((words["place"], meeting.place))
    for label, moment in ((words["opened"], meeting.opened_at), (words["closed"], meeting.closed_at)):
        if moment is not None:
            facts.append((label, _moment(moment, language)))
    return tuple(facts)


def _person(person: ShownPerson, words: dict[str, str], language: str) -> tuple[str, str, str]:
    said = words["absent"]
    if person.left_at is not None:
        said = words["left"].format(time=_time(person.left_at, language))
    elif person.came_at is not None:
        said = words["came"]
    return person.name, SEATS[language][person.role], said


def _conflicts(
    session: Session, contest: Contest, meeting: Meeting, shown: ShownMeeting, language: str
) -> tuple[tuple[str, str, str], ...]:
    book = rulebook_of(session, contest)
    names = {person.account_id: person.name for person in shown.people}
    known = conflicts_before(session, meeting)
    nominees = {one.id: one for one in session.scalars(select(Nominee).where(Nominee.id.in_(known)))}
    return tuple(
        (
            names[account_id], getattr(nominees[number], f"name_{language}"),
            book.conflict_ground(meeting.stage, ground).title.in_(language),
        )
        for number, grounds in sorted(known.items())
        for account_id, ground in sorted(grounds.items())
        if account_id in names
    )  # fmt: skip


def _item(session: Session, meeting: Meeting, shown: ShownItem, words: dict[str, str], language: str) -> Item:
    item, counts, remarks = shown.item, shown.outcome, []
    if (item.stage, item.oblast_kato) != (meeting.stage, meeting.oblast_kato):
        below = unit_name(get_unit(session, item.oblast_kato), language)
        remarks.append(words["from_below"].format(oblast=below))
    is_decided = item.state is ItemState.DECIDED
    outcome = words[item.state] if not is_decided else words[
        "carried" if counts.is_carried else "not_carried"
    ].format(yes=counts.yes, no=counts.no, abstained=counts.abstained)  # fmt: skip
    return Item(
        number=item.position, title=getattr(item, f"title_{language}"), remarks=tuple(remarks),
        counts=words["counts"].format(
            entitled=counts.entitled, present=counts.present, needed=counts.needed, recused=counts.recused
        ) if is_decided else "",
        votes=_votes(shown, words, language) if is_decided else (), outcome=outcome,
        reasons=tuple((getattr(item, f"reasons_{language}") or "").splitlines()),
        table=_table(session, item.id, words, language),
    )  # fmt: skip


def _votes(shown: ShownItem, words: dict[str, str], language: str) -> tuple[tuple[str, str], ...]:
    """Who voted how, by name; who was away or recused only where there is somebody."""

    def said(line: ShownLine) -> str:
        notes = []
        if line.stands_for:
            notes.append(words["stands_for"].format(name=line.stands_for))
        if line.ground:
            notes.append(line.ground.title.in_(language).lower())
        return f"{line.name} ({', '.join(notes)})" if notes else line.name

    def listed(lines: tuple[ShownLine, ...]) -> str:
        return "; ".join(map(said, lines))

    found = [
        (words[choice_word], listed(shown.named(choice)) or words["nobody"])
        for choice_word, choice in (("yes", Choice.YES), ("no", Choice.NO), ("abstained", Choice.ABSTAIN))
    ]
    away = tuple(line for line in shown.lines if line.presence is Presence.ABSENT)
    recused = tuple(line for line in shown.lines if line.presence is Presence.RECUSED)
    for word, lines in (("silent", shown.named(None)), ("absentees", away), ("recused", recused)):
        if lines:
            found.append((words[word], listed(lines)))
    return tuple(found)


def _table(session: Session, item_id: int, words: dict[str, str], language: str) -> tuple[Row, ...]:
    """The standing that was put to the vote, best place first, those without a place last."""
    proposal = session.get(StandingProposal, item_id)
    if proposal is None:
        return ()
    rows = outcomes_from(json.loads(proposal.rows_json))
    wanted = select(Nominee).where(Nominee.id.in_([row.nominee_id for row in rows]))
    nominees = {one.id: one for one in session.scalars(wanted)}
    units = units_by_kato(session, {one.kato for one in nominees.values()})
    return tuple(
        Row(
            str(row.place) if row.place else words["no_place"],
            getattr(nominees[row.nominee_id], f"name_{language}"),
            unit_name(units[nominees[row.nominee_id].kato], language),
            "" if row.points is None else format_decimal(row.points, "0.00", locale=language),
        )
        for row in sorted(rows, key=lambda row: (row.place == 0, row.place, row.nominee_id))
    )


def _moment(moment: datetime, language: str) -> str:
    return f"{format_date(day_of(moment), 'long', locale=language)}, {_time(moment, language)}"


def _time(moment: datetime, language: str) -> str:
    return format_time(moment.astimezone(KAZAKHSTAN).time(), "HH:mm", locale=language)
