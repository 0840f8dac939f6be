"""An attacker who has everything that is published: adds, subtracts and squeezes until somebody stands alone.

Shares no code with what keeps numbers back. Three methods, one beside the other: exact linear algebra over
all figures at once, differences and unions tried one by one, and whole-number bounds.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

Cell = Hashable
Row = dict[int, Fraction]
#: More than anybody: where nothing bounds a group from above.
MANY = 10_000


@dataclass(frozen=True)
class Known:
    """A sum over cells that the attacker knows exactly: its value does not matter, only that it is known."""

    name: str
    parts: Mapping[Cell, Fraction]


@dataclass(frozen=True)
class Between:
    """A number of persons that the attacker knows to lie between two bounds; None is no bound above."""

    name: str
    cells: frozenset[Cell]
    low: int
    high: int | None


def plain(name: str, cells: Iterable[Cell]) -> Known:
    """A sum in which everybody counts once."""
    return Known(name, dict.fromkeys(cells, Fraction(1)))


def isolated(known: Sequence[Known], sizes: Mapping[Cell, int], *, floor: int) -> list[frozenset[Cell]]:
    """Groups of at least one person and fewer than the floor whose sum follows from the known ones.

    A group's sum follows where its indicator lies in the space of the known rows, that is, where every
    vector of their null space adds up to zero over it. The null space is found with fractions; the group by
    whole-number search, and checked with fractions again. One group of each connected part is enough.
    """
    classes = _alike(known, sizes)
    counts = [sum(sizes[cell] for cell in cells) for cells in classes]
    place = {cell: number for number, cells in enumerate(classes) for cell in cells}
    rows = [
        {place[cell]: part for cell, part in one.parts.items() if part and cell in place} for one in known
    ]
    free = _null_space(rows, len(classes))
    found = []
    for members in _connected(free, len(classes)):
        group = _smallest_group(members, free, counts, floor)
        if group:
            found.append(frozenset(cell for number in group for cell in classes[number]))
    return found


def one_by_one(known: Sequence[Known], sizes: Mapping[Cell, int], *, floor: int) -> list[frozenset[Cell]]:
    """The same by hand: differences of nested groups and unions of disjoint ones, three deep."""
    base = {frozenset(one.parts.keys() & sizes.keys()) for one in known if set(one.parts.values()) == {1}}
    bits = {cell: 1 << number for number, cell in enumerate(sorted(sizes, key=str))}
    masks = {sum(bits[cell] for cell in group) for group in base}
    seen, latest = set(masks), set(masks)
    for _ in range(3):
        latest = {made for one in latest for other in masks if (made := _combined(one, other))} - seen
        seen |= latest
    groups = [frozenset(cell for cell in sizes if bits[cell] & mask) for mask in seen]
    return [group for group in groups if 0 < sum(sizes[cell] for cell in group) < floor]


def pinned(
    bounds: Sequence[Between],
    groups: Mapping[str, Collection[Cell]],
    sizes: Mapping[Cell, int],
    *,
    floor: int,
) -> dict[str, tuple[int, int]]:
    """The named groups that must have somebody and must stay under the floor, in whole numbers of persons.

    :param sizes: the truth, which spares the search where a group cannot be pinned anyway.
    """
    for one in bounds:
        n = sum(sizes[cell] for cell in one.cells)
        assert one.low <= n <= (MANY if one.high is None else one.high), f"{one.name} is not {n}"
    aims = {name: frozenset(cells) for name, cells in groups.items()}
    aims = {name: cells for name, cells in aims.items() if 0 < sum(sizes[cell] for cell in cells) < floor}
    if not aims or not bounds:
        return {}
    alike: dict[tuple[str, ...], list[Cell]] = defaultdict(list)
    sets = {f"bound {number}": one.cells for number, one in enumerate(bounds)} | aims
    for cell in sizes:
        alike[tuple(name for name, cells in sets.items() if cell in cells)].append(cell)
    table = np.array([[float(f"bound {n}" in names) for names in alike] for n in range(len(bounds))])
    limits = LinearConstraint(
        table, [one.low for one in bounds], [np.inf if one.high is None else one.high for one in bounds]
    )
    found = {}
    for name in aims:
        aim = np.array([float(name in names) for names in alike])
        low = _extreme(aim, limits)
        if low >= 1:
            high = -_extreme(-aim, limits)
            if high < floor:
                found[name] = (round(low), round(high))
    return found


def _extreme(aim: np.ndarray, limits: LinearConstraint) -> float:
    answer = milp(aim, constraints=limits, integrality=np.ones(aim.size), bounds=Bounds(0, MANY))
    assert answer.status == 0, f"the bounds contradict each other, or the search failed: {answer.message}"
    return round(answer.fun, 6)


def _alike(known: Sequence[Known], sizes: Mapping[Cell, int]) -> list[list[Cell]]:
    """Cells that stand in the same sums with the same parts: nothing known can tell them apart."""
    columns: dict[Cell, list[tuple[str, Fraction]]] = defaultdict(list)
    for one in known:
        for cell, part in one.parts.items():
            if cell in sizes and part:
                columns[cell].append((one.name, part))
    alike: dict[tuple, list[Cell]] = defaultdict(list)
    for cell, column in columns.items():
        alike[tuple(sorted(column))].append(cell)
    return list(alike.values())


def _null_space(rows: Sequence[Row], width: int) -> list[Row]:
    """For each class its coordinates in the null space: empty where the class itself is known."""
    reduced: dict[int, Row] = {}
    for row in rows:
        rest = dict(row)
        for pivot in sorted(rest.keys() & reduced.keys()):
            _subtract(rest, reduced[pivot], rest.get(pivot, Fraction(0)))
        if rest:
            pivot = min(rest)
            lead = rest[pivot]
            rest = {column: part / lead for column, part in rest.items()}
            for other in reduced.values():
                _subtract(other, rest, other.get(pivot, Fraction(0)))
            reduced[pivot] = rest
    return [
        {column: -part for column, part in reduced[number].items() if column != number}
        if number in reduced
        else {number: Fraction(1)}
        for number in range(width)
    ]


def _subtract(row: Row, other: Row, times: Fraction) -> None:
    if times:
        for column, part in other.items():
            row[column] = row.get(column, Fraction(0)) - times * part
            if not row[column]:
                del row[column]


def _connected(free: Sequence[Row], width: int) -> list[list[int]]:
    """Classes whose coordinates hang together; a known class is a part of its own."""
    parent = list(range(width))

    def root(number: int) -> int:
        while parent[number] != number:
            number = parent[number]
        return number

    for number, coordinates in enumerate(free):
        for column in coordinates:
            parent[root(number)] = root(column)
    parts: dict[int, list[int]] = defaultdict(list)
    for number in range(width):
        parts[root(number)].append(number)
    return list(parts.values())


def _smallest_group(
    members: Sequence[int], free: Sequence[Row], counts: Sequence[int], floor: int
) -> list[int]:
    columns = sorted({column for number in members for column in free[number]})
    sizes = np.array([float(counts[number]) for number in members])
    if not columns:
        return [number for number in members if 0 < counts[number] < floor]
    if not 0 < sizes[sizes > 0].min(initial=floor) < floor:
        return []
    table = np.array([[float(free[number].get(column, 0)) for number in members] for column in columns])
    limits = [LinearConstraint(table, 0, 0), LinearConstraint(sizes[None, :], 1, floor - 1)]
    answer = milp(sizes, constraints=limits, integrality=np.ones(sizes.size), bounds=Bounds(0, 1))
    if answer.x is None:
        assert answer.status == 2, answer.message
        return []
    group = [number for number, share in zip(members, answer.x, strict=True) if share > 0.5]
    for column in columns:
        assert sum(free[number].get(column, Fraction(0)) for number in group) == 0
    return group


def _combined(one: int, other: int) -> int:
    """The difference of nested groups or the union of disjoint ones; 0 where they cross or are equal."""
    both = one & other
    if both == 0:
        return one | other
    return one ^ other if both in (one, other) else 0
