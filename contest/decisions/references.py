"""The canonical text of each proposal, by which a vote and what follows from it find each other.

Pure: the standard library and the rule book. One text for one proposal: who reads the record years later
can tell exactly what was voted on.
"""

from __future__ import annotations

import json
from collections.abc import Iterable

from contest.rulebook import Exclusion


def signals_reference(rules: Iterable[Exclusion]) -> str:
    """Which signals at which thresholds leave a day out, in the order of their names.

    >>> signals_reference([Exclusion("trap", 1000), Exclusion("burst", 10000)])
    '[["burst",10000],["trap",1000]]'
    """
    pairs = sorted((rule.signal, rule.rarer_than) for rule in rules)
    return json.dumps([list(pair) for pair in pairs], separators=(",", ":"))


def signals_from(reference: str) -> tuple[Exclusion, ...]:
    """The rules that a text of :func:`signals_reference` says."""
    return tuple(Exclusion(signal, rarer_than) for signal, rarer_than in json.loads(reference))


def exclusion_reference(nominee_id: int, ground: str) -> str:
    """A nominee is excluded on a ground of the rule book."""
    return f"{nominee_id}:{ground}"


def exclusion_from(reference: str) -> tuple[int, str]:
    """The nominee and the ground of :func:`exclusion_reference`."""
    number, _, ground = reference.partition(":")
    return int(number), ground


def nomination_reference(code: str, nominee_id: int) -> str:
    """A nomination is given to a nominee."""
    return f"{code}:{nominee_id}"


def nomination_from(reference: str) -> tuple[str, int]:
    """The nomination and the nominee of :func:`nomination_reference`."""
    code, _, number = reference.rpartition(":")
    return code, int(number)
