"""What a room hands to the roof, so that `core` never imports a room."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import click
from flask import Blueprint, Flask
from sqlalchemy.orm import Session

from core.access import Right
from core.web.short_way import Lane


@dataclass(frozen=True, slots=True)
class MenuEntry:
    """A line of the staff menu, shown to those who hold the right somewhere."""

    endpoint: str
    label: object
    right: Right


@dataclass(frozen=True, slots=True)
class MixedGroup:
    """One group's opened and shuffled answers, as the urn hands them to the room that owns the box.

    `cell` is what the room named when it deposited (a unit's KATO code, a questionnaire's number); `devices`
    are the places of those answers that a device sealed by itself, so that nothing in them was written here.
    """

    box: str
    cell: str
    day: object
    answers: tuple[bytes, ...]
    closing: bool = False
    devices: frozenset[int] = frozenset()


#: Takes a mixed group in the mixing transaction and returns the digest of what it wrote.
MixedTaker = Callable[[Session, MixedGroup], str]


@dataclass(frozen=True, slots=True)
class TakerOfMany:
    """A taker that writes many groups of one box with few statements, for boxes that must be fast.

    :param take: returns the digests in the order of the groups.
    """

    take: Callable[[Session, Sequence[MixedGroup]], Sequence[str]]

    def __call__(self, session: Session, group: MixedGroup) -> str:
        return self.take(session, (group,))[0]


@dataclass(frozen=True, slots=True)
class Room:
    """The doors of one room.

    :param lanes: what answers by the short way, each made for the application.
    :param takers: for each box prefix that the room deposits under, who takes mixed answers.
    :param jobs: named daily jobs, each `job(session, now)`; `flask doctor jobs` does them.
    :param readiness: named checks; each raises or returns a sentence on what is wrong, else None.
    :param checkups: named checks of the doctor alone, each `check(session, now)`: what wants somebody's hand
        before long, while requests can be served.
    :param metrics: named counts for `/metrics`, each `metric(session)`.
    """

    name: str
    blueprints: tuple[Blueprint, ...] = ()
    menu: tuple[MenuEntry, ...] = ()
    commands: tuple[click.Command, ...] = ()
    lanes: tuple[Callable[[Flask], Lane], ...] = ()
    takers: Mapping[str, MixedTaker] = field(default_factory=dict)
    jobs: Mapping[str, Callable[[Session, datetime], object]] = field(default_factory=dict)
    readiness: Mapping[str, Callable[[Session], str | None]] = field(default_factory=dict)
    checkups: Mapping[str, Callable[[Session, datetime], str | None]] = field(default_factory=dict)
    metrics: Mapping[str, Callable[[Session], float]] = field(default_factory=dict)
