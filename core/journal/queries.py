"""What stands in the journal, read page by page, and whether it still agrees with its signed heads."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path

from nacl.encoding import HexEncoder
from nacl.exceptions import BadSignatureError
from nacl.signing import SigningKey, VerifyKey
from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from core.audit import HEADED, ChainFault, JournalEntry, canonical, chain_faults
from core.clock import KAZAKHSTAN

PAGE = 100
SIGNING_KEY = "journal-signing.key"
#: No journal reaches beyond these days, and from a calendar's own ends one cannot count on.
_FIRST, _LAST = date(2000, 1, 1), date(2999, 12, 31)


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """What to show; empty fields leave everything in."""

    action: str = ""
    actor: str = ""
    subject: str = ""
    since_on: date | None = None
    until_on: date | None = None


@dataclass(frozen=True, slots=True)
class JournalPage:
    """Entries, newest first, and the number before which the next page starts."""

    entries: tuple[JournalEntry, ...]
    before: int | None


def journal_page(
    session: Session, *, chosen: Filter, before: int | None = None, size: int = PAGE
) -> JournalPage:
    """One page of the chosen entries, newest first."""
    statement = _matching(chosen).order_by(JournalEntry.number.desc()).limit(size + 1)
    if before is not None:
        statement = statement.where(JournalEntry.number < before)
    found = tuple(session.scalars(statement))
    more = len(found) > size
    return JournalPage(found[:size], found[size - 1].number if more else None)


def entries_after(session: Session, *, number: int, chosen: Filter, limit: int) -> list[JournalEntry]:
    """The chosen entries after a number, oldest first."""
    statement = _matching(chosen).where(JournalEntry.number > number).order_by(JournalEntry.number)
    return list(session.scalars(statement.limit(limit)))


def last_entry(session: Session) -> JournalEntry | None:
    """The newest entry."""
    return session.scalar(select(JournalEntry).order_by(JournalEntry.number.desc()).limit(1))


def length(session: Session) -> int:
    """How many acts the journal holds."""
    return session.scalar(select(func.count()).select_from(JournalEntry))


def journal_faults(session: Session, *, heads: Path, keys: Path) -> Iterator[ChainFault]:
    """Where the chain breaks, and where it disagrees with a signed head.

    A cut-off end leaves a whole chain: only a head that was written before the cut shows it.
    """
    yield from chain_faults(session)
    signer = own_public_key(keys)
    for path in sorted(heads.glob("*.json")):
        yield from _head_faults(session, path, signer)


def _head_faults(session: Session, path: Path, signer: str | None) -> Iterator[ChainFault]:
    try:
        head = json.loads(path.read_text())
        number, body = head["number"], {name: head[name] for name in ("number", "digest", "at")}
        key = VerifyKey(head["public_key"], HexEncoder)
        key.verify(canonical(body).encode(), bytes.fromhex(head["signature"]))
    except (OSError, ValueError, KeyError, TypeError):
        yield ChainFault(0, f"the signed head {path.name} cannot be read")
        return
    except BadSignatureError:
        yield ChainFault(number, f"the signed head {path.name} has a false signature")
        return
    if signer is not None and head["public_key"] != signer:
        yield ChainFault(number, f"the signed head {path.name} was signed with another key")
    entry = session.get(JournalEntry, number)
    if entry is None:
        yield ChainFault(number, f"the signed head {path.name} names an entry that is gone")
    elif entry.digest != head["digest"]:
        yield ChainFault(number, f"the signed head {path.name} names another content")


def waiting_head(session: Session, *, heads: Path) -> int | None:
    """The last act after which a signed head had to leave, if none has left since."""
    acts = or_(*(JournalEntry.action.endswith(f".{verb}") for verb in sorted(HEADED)))
    last = session.scalar(select(func.max(JournalEntry.number)).where(acts))
    left = (int(path.stem) for path in heads.glob("*.json") if path.stem.isdecimal())
    return last if last is not None and last > max(left, default=0) else None


def own_public_key(keys: Path) -> str | None:
    """The public half of this installation's signing key, or None before its first head."""
    path = keys / SIGNING_KEY
    if not path.exists():
        return None
    return SigningKey(path.read_bytes(), HexEncoder).verify_key.encode().hex()


def _matching(chosen: Filter) -> Select[tuple[JournalEntry]]:
    statement = select(JournalEntry)
    if chosen.action:
        statement = statement.where(JournalEntry.action.startswith(chosen.action, autoescape=True))
    if chosen.actor:
        statement = statement.where(JournalEntry.actor == chosen.actor)
    if chosen.subject:
        statement = statement.where(JournalEntry.subject.startswith(chosen.subject, autoescape=True))
    if chosen.since_on:
        statement = statement.where(JournalEntry.at >= _morning(chosen.since_on))
    if chosen.until_on:
        statement = statement.where(JournalEntry.at < _morning(chosen.until_on) + timedelta(days=1))
    return statement


def _morning(day: date) -> datetime:
    return datetime.combine(min(max(day, _FIRST), _LAST), time.min, KAZAKHSTAN)
