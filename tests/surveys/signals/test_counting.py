"""Arrivals in memory: small bins never leave, numbers leave in steps, nothing is lost that can be written."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from surveys.signals.counting import REST, ArrivalCounter, BinCount, DayCount

DAY, NEXT = date(2026, 6, 1), date(2026, 6, 2)
BINS = st.lists(st.integers(0, 6), max_size=80)


def add(
    counter: ArrivalCounter, times: int = 1, *, bin: int = 60, source: str = "a", day: date = DAY, **how
) -> None:
    for _ in range(times):
        counter.add(1, "191037000", "web", source, day=day, bin=bin, **{"has_script": True, **how})


@given(BINS)
def test_no_bin_under_five_leaves_and_the_day_adds_up(bins: list[int]):
    counter = ArrivalCounter()
    for bin in bins:
        add(counter, bin=bin)
    taken = counter.take(DAY, 0, everything=True)
    assert sum(count.n for count in taken.bins) == len(bins)
    assert all(count.n >= 5 for count in taken.bins if count.bin != REST)
    assert {count.bin: count.n for count in taken.bins if count.bin != REST} == {
        bin: bins.count(bin) for bin in set(bins) if bins.count(bin) >= 5
    }


def test_only_what_is_finished_is_taken_and_only_once():
    counter = ArrivalCounter()
    add(counter, 7, bin=60)
    add(counter, 3, bin=61)
    assert counter.take(DAY, 60).bins == ()
    assert counter.take(DAY, 61).bins == (BinCount(1, "191037000", "web", DAY, 60, 7),)
    assert counter.take(DAY, 61).bins == ()
    assert counter.take(NEXT, 0).bins == (BinCount(1, "191037000", "web", DAY, REST, 3),)


def test_a_day_leaves_when_it_is_over_in_steps_of_five():
    counter = ArrivalCounter()
    for number in range(12):
        add(counter, source=f"s{number}")
    add(counter, 11, source="hall", has_script=False)
    add(counter, 4, source="hall", is_trapped=True)
    assert counter.take(DAY, 143).days == ()
    assert counter.take(NEXT, 0).days == (
        DayCount(1, "191037000", DAY, n=25, sources=10, largest=15, unscripted=10, trapped=0),
    )


def test_a_day_of_fewer_than_five_never_leaves():
    counter = ArrivalCounter()
    add(counter, 4)
    assert counter.take(NEXT, 0).days == ()


def test_what_could_not_be_written_is_counted_again():
    counter = ArrivalCounter()
    add(counter, 6)
    counter.put_back(counter.take(NEXT, 0))
    add(counter, 4)
    taken = counter.take(NEXT, 0)
    assert [count.n for count in taken.bins] == [10]
    assert [(day.n, day.largest) for day in taken.days] == [(10, 10)]


def test_a_flood_of_sources_costs_no_memory_and_lowers_the_largest_share():
    counter = ArrivalCounter(largest=3)
    for number in range(100):
        add(counter, source=f"s{number}")
    assert len(counter._days[1, "191037000", DAY].sources) == 3
    [day] = counter.take(NEXT, 0).days
    assert (day.n, day.largest) == (100, 0)
    add(counter, 5, source="new", day=NEXT)
    assert len(counter._days[1, "191037000", NEXT].sources) == 1


def test_threads_lose_no_arrival():
    counter = ArrivalCounter()
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: add(counter, 250, bin=number % 5), range(40)))
    assert sum(count.n for count in counter.take(NEXT, 0).bins) == 10_000
