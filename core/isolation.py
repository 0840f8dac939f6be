"""What can be told apart: the groups of persons that shown numbers isolate when they are added, subtracted
or squeezed between bounds.

Pure: the standard library, NumPy and SciPy. It finds and decides nothing: which group is too small, and
what gives way, is for `core.disclosure`.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from heapq import heapify, heappop, heappush

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog

NOISE = 1e-9
#: So many groups are tried together before a table counts as one that cannot be judged.
TRIES = 50_000


@dataclass(frozen=True, slots=True)
class Figure:
    """A number that is or could be shown: a sum over elementary groups of persons.

    `parts` holds the groups with their coefficients: 1 in a count or a sum of scores, a weight in a weighted
    one. Of several figures that could give way, the one of the highest `rank` does.
    """

    key: str
    parts: Mapping[str, float]
    rank: int = 0


@dataclass(frozen=True, slots=True)
class Isolated:
    """A group that can be told apart: what it is made of, its persons, and the figures that give it away."""

    groups: frozenset[str]
    n: int
    by: frozenset[str]


@dataclass(slots=True)
class _Class:
    """Groups that stand in the same figures: nothing shown can part them."""

    groups: frozenset[str]
    n: int
    coefficients: dict[str, float]


def sum_over(key: str, groups: Iterable[str], rank: int = 0) -> Figure:
    """A plain sum over groups.

    >>> sum_over("okrug", ["women", "men"]).parts
    {'women': 1.0, 'men': 1.0}
    """
    return Figure(key, dict.fromkeys(groups, 1.0), rank)


def isolations(shown: Sequence[Figure], sizes: Mapping[str, int], *, floor: int) -> list[Isolated]:
    """Groups under the floor that linear combinations of the shown figures isolate, some of each kind.

    Parameters
    ----------
    shown : sequence of Figure
        What is known exactly.
    sizes : mapping of str to int
        Persons of each elementary group. A group that is not named here counts as known to be empty.
    floor : int
        Groups of fewer persons are looked for.

    Returns
    -------
    list of Isolated
        Empty only when there is none. Not every one there is: after each change, look again.

    Notes
    -----
    A group can be computed from the figures where its indicator lies in the space of their rows. Groups that
    no figure parts are joined. A figure with one unknown group left gives it away; what remains is searched
    through the null space: a set of groups is isolated where its rows there add up to zero. A table too
    large for this is treated as if it gave its smallest group away.

    Examples
    --------
    >>> figures = [sum_over("okrug", "fm"), sum_over("women", "f")]
    >>> isolations(figures, {"f": 20, "m": 3}, floor=5)[0].n
    3
    """
    classes = _classes(shown, sizes)
    known, rest = _peel(shown, classes)
    found = [Isolated(classes[i].groups, classes[i].n, by) for i, by in known.items() if classes[i].n < floor]
    for keys, members in _components(rest):
        small, involved = _search([classes[i] for i in members], keys, floor)
        if small:
            around = {key for i in known if classes[i].coefficients.keys() & involved for key in known[i]}
            groups = frozenset().union(*(one.groups for one in small))
            found.append(Isolated(groups, sum(one.n for one in small), frozenset(involved | around)))
    return found


def smallest_isolated(
    shown: Sequence[Figure],
    sizes: Mapping[str, int],
    *,
    floor: int,
    hidden: Sequence[Figure] = (),
    squeeze: bool = True,
) -> Isolated | None:
    """The smallest group of at least one person and fewer than the floor that the shown figures give away.

    The attacker knows which groups are empty, and (unless `squeeze` is off, for large tables) that no count
    is negative: an elementary group, or a hidden figure, that must have at least one person and fewer than
    the floor is found as well.

    >>> sizes = {"a": 2, "b": 9, "c": 7}
    >>> smallest_isolated([sum_over("ab", "ab"), sum_over("b", "b")], sizes, floor=5).groups
    frozenset({'a'})
    >>> smallest_isolated([sum_over("abc", "abc"), sum_over("b", "b")], sizes, floor=5) is None
    True
    """
    present = {group: n for group, n in sizes.items() if n}
    found = isolations(shown, present, floor=floor)
    if squeeze:
        found += _squeezed(shown, hidden, present, floor)
    return min(found, key=lambda one: one.n, default=None)


def crowded(
    shown: Sequence[Figure], sizes: Mapping[str, int], *, small: Set[str], floor: int
) -> list[Isolated]:
    """Groups that are said to be under the floor, and that the shown figures leave no room to be empty.

    Two that are said to have at most 4 and together have 7 have at least 3 each: what is shown beside them
    tells that somebody is there.

    Parameters
    ----------
    small : set of str
        The groups of which everybody is told that they are under the floor.

    Examples
    --------
    >>> figures, sizes = [sum_over("district", "abc"), sum_over("c", "c")], {"a": 3, "b": 4, "c": 30}
    >>> crowded(figures, sizes, small={"a", "b"}, floor=5)[0].groups == {"a", "b"}
    True
    >>> sizes |= {"d": 0}
    >>> crowded([sum_over("district", "abcd"), figures[1]], sizes, small={"a", "b", "d"}, floor=5)
    []
    """
    classes = _classes(shown, sizes)
    known, rest = _peel(shown, classes)
    found = [
        Isolated(classes[i].groups, classes[i].n, by)
        for i, by in known.items()
        if _is_crowded(classes[i], classes[i].n, classes[i].n, small, floor)
    ]
    for keys, indices in _components(rest):
        members = [classes[index] for index in indices]
        most = [(floor - 1) * len(one.groups) if one.groups <= small else None for one in members]
        for one in members:
            if one.groups <= small:
                low, high = _bounds(members, keys, [other is one for other in members], most)
                if _is_crowded(one, low, high, small, floor):
                    around = {k for i in known if classes[i].coefficients.keys() & keys for k in known[i]}
                    found.append(Isolated(one.groups, one.n, keys | around))
    return found


def _is_crowded(one: _Class, low: float, high: float, small: Set[str], floor: int) -> bool:
    if not one.groups <= small:
        return False
    return low > (floor - 1) * (len(one.groups) - 1) or 1 <= low <= high < floor


def _squeezed(
    shown: Sequence[Figure], hidden: Sequence[Figure], sizes: Mapping[str, int], floor: int
) -> list[Isolated]:
    classes = _classes(shown, sizes)
    known, rest = _peel(shown, classes)
    found = []
    for keys, indices in _components(rest):
        members = [classes[index] for index in indices]
        aims = {one.groups for one in members}
        aims |= {frozenset(figure.parts).intersection(sizes) for figure in hidden}
        for aim in sorted(aims, key=sorted):
            inside = [one.groups <= aim for one in members]
            n = sum(sizes[group] for group in aim)
            if 0 < n < floor and aim == frozenset().union(*(m.groups for m in members if m.groups <= aim)):
                low, high = _bounds(members, keys, inside)
                if low >= 1 and high < floor:
                    found.append(Isolated(aim, n, keys))
    return found


def _classes(shown: Sequence[Figure], sizes: Mapping[str, int]) -> list[_Class]:
    columns: dict[str, dict[str, float]] = defaultdict(dict)
    for figure in shown:
        for group, coefficient in figure.parts.items():
            if group in sizes and coefficient:
                columns[group][figure.key] = coefficient
    alike: dict[frozenset, list[str]] = defaultdict(list)
    for group in sorted(columns):
        alike[frozenset(columns[group].items())].append(group)
    return [
        _Class(frozenset(groups), sum(sizes[group] for group in groups), columns[groups[0]])
        for groups in alike.values()
    ]


def _peel(
    shown: Sequence[Figure], classes: list[_Class]
) -> tuple[dict[int, frozenset[str]], dict[str, set[int]]]:
    """The classes that are known one after the other, with what gives them away; and what is left.

    Figures of low rank speak first, so that one of high rank is named only where it adds something.
    """
    ranks = {figure.key: figure.rank for figure in shown}
    left: dict[str, set[int]] = {figure.key: set() for figure in shown}
    for index, one in enumerate(classes):
        for key in one.coefficients:
            left[key].add(index)
    used: dict[str, set[str]] = {key: {key} for key in left}
    known: dict[int, frozenset[str]] = {}
    waiting = [(ranks[key], key) for key in left if len(left[key]) == 1]
    heapify(waiting)
    while waiting:
        _, key = heappop(waiting)
        if len(left[key]) != 1:
            continue
        index = left[key].pop()
        known[index] = frozenset(used[key])
        for other in classes[index].coefficients:
            if index in left[other]:
                left[other].remove(index)
                used[other] |= known[index]
                if len(left[other]) == 1:
                    heappush(waiting, (ranks[other], other))
    return known, {key: members for key, members in left.items() if members}


def _components(rest: Mapping[str, set[int]]) -> list[tuple[frozenset[str], list[int]]]:
    """Figures that share unknown classes, and these classes."""
    by_class: dict[int, list[str]] = defaultdict(list)
    for key, members in rest.items():
        for index in members:
            by_class[index].append(key)
    parts, seen = [], set()
    for start in rest:
        if start in seen:
            continue
        keys, members, waiting = {start}, set(), [start]
        while waiting:
            for index in rest[waiting.pop()]:
                members.add(index)
                fresh = [key for key in by_class[index] if key not in keys]
                keys.update(fresh)
                waiting += fresh
        seen |= keys
        parts.append((frozenset(keys), sorted(members)))
    return parts


def _matrix(members: Sequence[_Class], keys: Iterable[str]) -> NDArray[np.float64]:
    return np.array([[one.coefficients.get(key, 0.0) for one in members] for key in sorted(keys)])


def _search(members: Sequence[_Class], keys: frozenset[str], floor: int) -> tuple[list[_Class], set[str]]:
    """The first isolated classes under the floor in one component, and the figures that isolate them."""
    rows = _matrix(members, keys)
    _, strengths, directions = np.linalg.svd(rows)
    free = directions[int((strengths > NOISE * strengths[0]).sum()) :].T
    small = sorted((i for i, one in enumerate(members) if one.n < floor), key=lambda i: members[i].n)
    tries = 0

    def extend(chosen: list[int], start: int, n: int, total: NDArray[np.float64]) -> list[int]:
        nonlocal tries
        for place, index in enumerate(small[start:], start):
            if n + members[index].n >= floor or tries > TRIES:
                break
            tries += 1
            together, reached = [*chosen, index], total + free[index]
            if np.abs(reached).sum() < NOISE * 100:
                return together
            if deeper := extend(together, place + 1, n + members[index].n, reached):
                return deeper
        return []

    chosen = extend([], 0, 0, np.zeros(free.shape[1]))
    if not chosen:
        return ([members[small[0]]], set(keys)) if tries > TRIES else ([], set())
    target = np.zeros(len(members))
    target[chosen] = 1.0
    shares = np.linalg.lstsq(rows.T, target, rcond=None)[0]
    involved = {key for key, share in zip(sorted(keys), shares, strict=True) if abs(share) > NOISE * 1000}
    return [members[index] for index in chosen], involved


def _bounds(
    members: Sequence[_Class],
    keys: frozenset[str],
    inside: Sequence[bool],
    most: Sequence[int | None] | None = None,
) -> tuple[float, float]:
    """Between which whole numbers the persons of some classes must lie, when no count is negative, or above
    the `most` that is known of it.
    """
    bounds = [(0, limit) for limit in most or [None] * len(members)]
    rows = _matrix(members, keys)
    totals = rows @ np.array([one.n for one in members], dtype=float)
    aim, ends = np.array(inside, dtype=float), []
    for sign in (1.0, -1.0):
        answer = linprog(sign * aim, A_eq=rows, b_eq=totals, bounds=bounds, method="highs")
        ends.append(sign * answer.fun if answer.status == 0 else -sign * math.inf)
    return np.ceil(ends[0] - 1e-6), np.floor(ends[1] + 1e-6)
