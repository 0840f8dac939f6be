"""The life of the intake keys: made, held for devices, retired, forgotten, and given up when a file is lost.

May import the ground's journal and this room's key files. The private halves are files (`core.urn.keys`);
here is what the database says of them. Never deletes a key under which an answer waits, but by `give_up_key`.
"""

from __future__ import annotations

from datetime import date, datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import Row, delete, exists, func, or_, select, text, update
from sqlalchemy.orm import Session

from core import audit
from core.clock import day_of
from core.errors import BadInput, Conflict, NotFound
from core.urn.keys import KeyRing
from core.urn.models import Intake, IntakeKey
from core.urn.queries import key_in_use

_LOCK = 0x55524E


def current_key(session: Session, *, keys: KeyRing, now: datetime) -> Row | IntakeKey:
    """The name and public half of the key that new answers are sealed to; made on first need.

    :raises Unavailable: when its private half is not here: nobody is thanked for what cannot be opened.
    """
    key = key_in_use(session)
    if key is None:
        return rotate_key(session, keys=keys, now=now)
    keys.require(key.name)
    return key


def rotate_key(session: Session, *, keys: KeyRing, now: datetime) -> IntakeKey:
    """Retire the current key and make a new one, whose private half is on disk before its first use."""
    hold_still(session)
    today = day_of(now)
    session.execute(update(IntakeKey).where(IntakeKey.retired_on.is_(None)).values(retired_on=today))
    name, public = keys.make()
    key = IntakeKey(name=name, public_key=public, made_on=today)
    session.add(key)
    session.flush()
    audit.record(session, actor="system", action="urn.rotate", subject=f"intake-key:{name}")
    return key


def hold_key(session: Session, *, keys: KeyRing, until: date, now: datetime) -> IntakeKey:
    """Make an intake key of its own, never the current one, that is kept until a day is past.

    For devices that seal answers themselves and send them later.

    :raises BadInput: when the day is past already.
    """
    today = day_of(now)
    if until < today:
        raise BadInput(
            _l("An intake key cannot be kept until %(day)s: that day is past.", day=until.isoformat())
        )
    name, public = keys.make()
    key = IntakeKey(name=name, public_key=public, made_on=today, retired_on=today, held_until=until)
    session.add(key)
    session.flush()
    audit.record(
        session, actor="system", action="urn.hold", subject=f"intake-key:{name}", until=until.isoformat()
    )
    return key


def missing_keys(session: Session, *, keys: KeyRing) -> frozenset[str]:
    """The keys under which answers wait and whose files are not here."""
    used = select(IntakeKey.name).where(exists().where(Intake.key_name == IntakeKey.name))
    return frozenset(name for name in session.scalars(used) if not keys.has(name))


def forget_empty_keys(session: Session, *, now: datetime) -> list[str]:
    """Delete the rows of keys retired before today under which nothing waits; returns their names.

    A key that is held stays until its day is past.

    The edge destroys the files after its commit, so that a crash leaves a file too many, never one
    too few.
    """
    hold_still(session)
    today, used = day_of(now), select(Intake.key_name).distinct()
    is_free = or_(IntakeKey.held_until.is_(None), IntakeKey.held_until < today)
    names = list(
        session.scalars(
            select(IntakeKey.name).where(IntakeKey.retired_on < today, is_free, IntakeKey.name.not_in(used))
        )
    )
    for name in names:
        session.execute(delete(IntakeKey).where(IntakeKey.name == name))
        audit.record(session, actor="system", action="urn.destroy", subject=f"intake-key:{name}")
    return names


def give_up_key(session: Session, *, keys: KeyRing, name: str, actor: str) -> dict[str, int]:
    """Delete a key whose file is lost for good, and the answers under it that nobody can open any more.

    What was lost stands in the journal, by box; whoever has the ticket or code of such an answer may answer
    anew.

    :returns: how many answers were lost of each box.
    :raises NotFound: when there is no such key.
    :raises Conflict: when its file is here: then nothing is lost.
    """
    hold_still(session)
    if session.get(IntakeKey, name) is None:
        raise NotFound(_l("There is no intake key “%(name)s”.", name=name[:40]))
    if keys.has(name):
        raise Conflict(
            _l("The file of the intake key %(name)s is here: nothing has to be given up.", name=name)
        )
    counts = select(Intake.box, func.count()).where(Intake.key_name == name).group_by(Intake.box)
    lost = dict(session.execute(counts.order_by(Intake.box)).all())
    session.execute(delete(Intake).where(Intake.key_name == name))
    session.execute(delete(IntakeKey).where(IntakeKey.name == name))
    audit.record(session, actor=actor, action="urn.give-up", subject=f"intake-key:{name}", lost=lost)
    return lost


def hold_still(session: Session) -> None:
    """Let one mixer or keeper of keys work at a time: a lock on PostgreSQL; SQLite has one writer anyway."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
