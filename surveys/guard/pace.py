"""The pace of answers, counted for ten minutes in memory (in Redis where the limiter has it), then forgotten.

Counts stand per unit, and per group of callers: of a caller's daily mark only the first characters are used,
so no key is one caller's and there are few of them. Where the storage does not answer, all is calm: the
guard never stands between a resident and the urn. Writes nothing to the database.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from threading import Lock
from weakref import WeakKeyDictionary

import structlog
from limits.storage import MemoryStorage, Storage

from core.web.limits import limiter
from surveys.guard.demands import Pace

WINDOW = 600
GROUP_LENGTH = 3  # 4,096 groups: few enough to be nobody's, and to be kept
SILENCE = timedelta(seconds=10)
log = structlog.get_logger()
#: When a storage last failed: for a while it is left alone, or each request would wait for it in vain.
_failed_at: WeakKeyDictionary[Storage, datetime] = WeakKeyDictionary()
#: Counts in memory, of one window. The library's own storage starts a thread with every count, which costs
#: more than all else that an answer needs.
_counts: WeakKeyDictionary[Storage, dict[int, Counter[str]]] = WeakKeyDictionary()
_lock = Lock()


def is_counting() -> bool:
    """Whether limits are on; the tests of other parts switch them off, as every other limit."""
    return limiter.enabled


def pace_of(unit: str, caller: str, *, now: datetime) -> Pace:
    """The pace about a unit (campaign and KATO code) and from a caller's group."""
    return Pace(*(_act(key, now, is_read=True) for key in _keys(unit, caller, now)))


def count(unit: str, caller: str, *, is_proven: bool, now: datetime) -> None:
    """Count an answer that was let in."""
    of_unit, unproven, of_caller = _keys(unit, caller, now)
    for key in (of_unit, of_caller) if is_proven else (of_unit, unproven, of_caller):
        _act(key, now, is_read=False)


def _keys(unit: str, caller: str, now: datetime) -> tuple[str, str, str]:
    window = _window(now)
    return f"pace/{window}/{unit}", f"pace/{window}/{unit}/-", f"pace/{window}/{caller[:GROUP_LENGTH]}"


def _act(key: str, now: datetime, *, is_read: bool) -> int:
    """Read or raise one count; 0 where limits are off or the storage does not answer."""
    if not is_counting():
        return 0
    storage = limiter.storage
    if isinstance(storage, MemoryStorage):
        return _act_here(counts_of(storage, now), key, is_read=is_read)
    failed_at = _failed_at.get(storage)
    if failed_at is not None and abs(now - failed_at) < SILENCE:
        return 0
    try:
        return storage.get(key) if is_read else storage.incr(key, WINDOW)
    except storage.base_exceptions as fault:
        _failed_at[storage] = now
        log.warning("pace.unavailable", fault=type(fault).__name__)
        return 0


def counts_of(storage: Storage, now: datetime) -> Counter[str]:
    """The counts of the present window in memory; those of any other are forgotten."""
    window = _window(now)
    with _lock:
        kept = _counts.setdefault(storage, {})
        if window not in kept:
            kept.clear()
            kept[window] = Counter()
        return kept[window]


def _act_here(counts: Counter[str], key: str, *, is_read: bool) -> int:
    if not is_read:
        with _lock:
            counts[key] += 1
    return counts[key]


def _window(now: datetime) -> int:
    return int(now.timestamp()) // WINDOW
