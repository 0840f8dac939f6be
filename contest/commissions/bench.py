"""Who decides one thing: the members without a conflict, alternates in the place of those missing.

Pure: the standard library alone. A bench with too few members free of conflicts decides nothing: the
national commission does.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil


@dataclass(frozen=True, slots=True)
class Bench:
    """The bench of one thing.

    :param seats: how many vote in this commission when nobody has a conflict.
    :param entitled: who may decide this one.
    :param stand_ins: the alternates among them, with the member in whose place each one is.
    :param present: those of `entitled` who are there.
    :param needed: how many of them must be there.
    :param fewest: how many entitled there must be, or the commission is too small for this.
    """

    seats: int
    entitled: frozenset[int]
    recused: frozenset[int]
    stand_ins: Mapping[int, int]
    present: frozenset[int]
    needed: int
    fewest: int

    @property
    def is_short(self) -> bool:
        """Whether conflicts leave too few, however many come."""
        return len(self.entitled) < self.fewest

    @property
    def is_quorate(self) -> bool:
        return not self.is_short and len(self.present) >= self.needed


def seat_bench(
    members: Sequence[int],
    alternates: Sequence[int],
    *,
    recused: Collection[int],
    quorum: Fraction,
    present: Collection[int] | None = None,
    fewest: int = 1,
) -> Bench:
    """Seat the bench; alternates come in their order, those who are there first.

    An alternate takes the place of a member with a conflict, and, only where the quorum would fall short,
    of one who is absent. The quorum is counted over those who are entitled; those free of a conflict must
    besides be as many as a quorum of all the seats, and `fewest`.

    :param members: who votes here when nobody has a conflict, in a fixed order.
    :param present: who is there; None where presence does not matter, as for marks.

    >>> bench = seat_bench([1, 2, 3], [8, 9], recused={2, 8}, present={1, 9}, quorum=Fraction(2, 3))
    >>> sorted(bench.entitled), dict(bench.stand_ins), bench.needed, bench.is_quorate
    ([1, 3, 9], {9: 2}, 2, True)
    """
    there = {*members, *alternates} if present is None else set(present)
    spare = sorted((one for one in alternates if one not in recused), key=lambda one: one not in there)
    stand_ins: dict[int, int] = {}
    for member in members:
        if member in recused and spare:
            stand_ins[spare.pop(0)] = member
    entitled = {member for member in members if member not in recused} | set(stand_ins)
    needed = ceil(quorum * len(entitled))
    for member in members:
        is_short_of_people = len(entitled & there) < needed
        if is_short_of_people and member in entitled - there and spare and spare[0] in there:
            stand_ins[spare[0]] = member
            entitled = entitled - {member} | {spare.pop(0)}
    return Bench(
        seats=len(members), entitled=frozenset(entitled), stand_ins=stand_ins, needed=needed,
        recused=frozenset(one for one in (*members, *alternates) if one in recused),
        present=frozenset(entitled & there), fewest=max(1, fewest, ceil(quorum * len(members))),
    )  # fmt: skip
