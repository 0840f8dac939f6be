"""The bench: what must hold whoever sits, comes or has a conflict."""

from __future__ import annotations

from fractions import Fraction
from math import ceil

from hypothesis import given
from hypothesis import strategies as st

from contest.commissions.bench import seat_bench

TWO_THIRDS = Fraction(2, 3)
people = st.lists(st.integers(1, 12), unique=True, max_size=12)


@given(people, st.sets(st.integers(1, 12)), st.sets(st.integers(1, 12)), st.integers(0, 12))
def test_a_bench_never_seats_the_recused_nor_more_than_the_seats(everyone, recused, present, cut):
    members, alternates = everyone[:cut], everyone[cut:]
    bench = seat_bench(members, alternates, recused=recused, present=present, quorum=TWO_THIRDS)
    assert not bench.entitled & recused
    assert bench.entitled <= set(everyone)
    assert len(bench.entitled) <= len(members)
    assert bench.needed == ceil(TWO_THIRDS * len(bench.entitled))
    assert bench.present == bench.entitled & present
    assert set(bench.stand_ins) <= set(alternates)
    assert len(set(bench.stand_ins.values())) == len(bench.stand_ins)
    assert bench.entitled == (set(members) - recused - set(bench.stand_ins.values())) | set(bench.stand_ins)
    assert bench.is_quorate == (not bench.is_short and len(bench.present) >= bench.needed)


@given(people, st.sets(st.integers(1, 12)), st.integers(0, 12))
def test_without_conflicts_and_with_everybody_there_no_alternate_sits(everyone, recused, cut):
    members, alternates = everyone[:cut], everyone[cut:]
    bench = seat_bench(members, alternates, recused=recused - set(members), quorum=TWO_THIRDS)
    assert bench.entitled == set(members)
    assert bench.stand_ins == {}


def test_alternates_replace_the_absent_only_until_the_quorum_is_there():
    bench = seat_bench([1, 2, 3, 4, 5, 6], [8, 9], recused=(), present={1, 2, 3, 8, 9}, quorum=TWO_THIRDS)
    assert bench.stand_ins == {8: 4}
    assert (len(bench.present), bench.needed, bench.is_quorate) == (4, 4, True)


def test_an_alternate_who_is_there_goes_before_one_who_is_not():
    bench = seat_bench([1, 2, 3], [8, 9], recused={1}, present={2, 3, 9}, quorum=TWO_THIRDS)
    assert bench.stand_ins == {9: 1}


def test_too_few_without_a_conflict_decide_nothing_however_many_come():
    bench = seat_bench([1, 2, 3, 4, 5, 6], [], recused={1, 2, 3}, quorum=TWO_THIRDS)
    assert (len(bench.present), bench.needed, bench.fewest) == (3, 2, 4)
    assert (bench.is_short, bench.is_quorate) == (True, False)
