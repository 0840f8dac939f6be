"""The pace of answers, counted for ten minutes in memory, then forgotten.

Counts stand per unit, and per group of callers: of a caller's daily mark only the first characters are used,
so no key is one caller's and there are few of them. Where the limiter has a Redis, the processes tell each
other through it what they counted, once a second: asking for each answer would cost as much as the answer.
Where it does not answer, each counts alone: the guard never stands between a resident and the urn.
Writes nothing to the database.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock
from weakref import WeakKeyDictionary

import structlog
from limits.storage import RedisStorage, Storage

from core.web.limits import limiter
from surveys.guard.demands import Pace

WINDOW = 600
GROUP_LENGTH = 3  # 4,096 groups: few enough to be nobody's, and to be kept
PAUSE = timedelta(seconds=1)
#: A Redis that failed is left alone for a while, or each request would wait for it in vain.
SILENCE = timedelta(seconds=10)
log = structlog.get_logger()
_lock = Lock()


@dataclass
class Counts:
    """The counts of one window in this process."""

    window: int
    own: Counter[str] = field(default_factory=Counter)  #: counted here and not told to the others yet
    heard: dict[str, int] = field(default_factory=dict)  #: counted by all, when last heard of
    asked: set[str] = field(default_factory=set)  #: read since then
    talked_at: datetime | None = None
    pause: timedelta = PAUSE
    is_talking: bool = False

    def __getitem__(self, key: str) -> int:
        return self.heard.get(key, 0) + self.own[key]


_counts: WeakKeyDictionary[Storage, Counts] = WeakKeyDictionary()


def is_counting() -> bool:
    """Whether limits are on; the tests of other parts switch them off, as every other limit."""
    return limiter.enabled


def pace_of(unit: str, caller: str, *, now: datetime) -> Pace:
    """The pace about a unit (campaign and KATO code) and from a caller's group; calm where limits are off."""
    if not is_counting():
        return Pace()
    keys = _keys(unit, caller)
    counts = counts_of(limiter.storage, now)
    if isinstance(limiter.storage, RedisStorage):
        with _lock:
            counts.asked.update(keys)
        _talk(limiter.storage, counts, now)
    return Pace(*(counts[key] for key in keys))


def count(unit: str, caller: str, *, is_proven: bool, now: datetime) -> None:
    """Count an answer that was let in."""
    if not is_counting():
        return
    of_unit, unproven, of_caller = _keys(unit, caller)
    counts = counts_of(limiter.storage, now)
    with _lock:
        counts.own.update((of_unit, of_caller) if is_proven else (of_unit, unproven, of_caller))


def counts_of(storage: Storage, now: datetime) -> Counts:
    """The counts of the present window; those of any other are forgotten."""
    window = int(now.timestamp()) // WINDOW
    with _lock:
        counts = _counts.get(storage)
        if counts is None or counts.window != window:
            counts = _counts[storage] = Counts(window)
        return counts


def _keys(unit: str, caller: str) -> tuple[str, str, str]:
    return unit, f"{unit}/-", caller[:GROUP_LENGTH]


def _talk(storage: RedisStorage, counts: Counts, now: datetime) -> None:
    """Tell what was counted here and hear what all have counted, unless that was done just now."""
    with _lock:
        is_early = counts.talked_at is not None and abs(now - counts.talked_at) < counts.pause
        if is_early or counts.is_talking:
            return
        counts.is_talking, counts.talked_at = True, now
        told, keys = counts.own.copy(), sorted(counts.asked | counts.own.keys())
        counts.asked.clear()
    try:
        heard = _exchange(storage, counts.window, told, keys)
    except storage.base_exceptions as fault:
        log.warning("pace.unavailable", fault=type(fault).__name__)
        counts.pause = SILENCE
    else:
        with _lock:
            counts.own -= told
            counts.heard.update(heard)
        counts.pause = PAUSE
    finally:
        counts.is_talking = False


def _exchange(storage: RedisStorage, window: int, told: Counter[str], keys: list[str]) -> dict[str, int]:
    """Add to the counts that all share and read them, in one message."""
    names = [f"{storage.key_prefix}:pace/{window}/{key}" for key in keys]
    with storage.get_connection().pipeline(transaction=False) as message:
        for key, name in zip(keys, names, strict=True):
            if told[key]:
                message.incrby(name, told[key])
                message.expire(name, WINDOW)
        message.mget(names)
        return {key: int(value or 0) for key, value in zip(keys, message.execute()[-1], strict=True)}
