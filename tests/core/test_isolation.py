"""The auditor finds what leaks, and after suppression nothing does: over trees, crossings and time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from itertools import combinations, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.disclosure import suppress, turnout_step
from core.isolation import TRIES, Figure, isolations, smallest_isolated, sum_over

FLOORS = st.sampled_from([5, 10])
#: Small groups on purpose: the interesting tables are full of them.
COUNTS = st.sampled_from([0, 1, 2, 3, 4, 5, 6, 8, 11, 30])


def shown_of(figures: Sequence[Figure], hidden: frozenset[str]) -> list[Figure]:
    return [figure for figure in figures if figure.key not in hidden]


def naive(figures: Sequence[Figure], sizes: Mapping[str, int], floor: int) -> frozenset[str]:
    """Publication that only hides small figures, and thinks of no subtraction."""
    return frozenset(f.key for f in figures if sum(sizes[group] for group in f.parts) < floor)


def small_difference(shown: Sequence[Figure], sizes: Mapping[str, int], floor: int) -> int | None:
    """Every sum and difference of the shown figures, one by one: a group of 1 to floor - 1 persons, if any.

    Written apart from the code under test: no algebra, all combinations of +1, -1 and 0.
    """
    groups = [group for group, n in sizes.items() if n]
    rows = [[figure.parts.get(group, 0) for group in groups] for figure in shown]
    for signs in product((0, 1, -1), repeat=len(rows)):
        if any(signs):
            sums = [
                sum(sign * row[i] for sign, row in zip(signs, rows, strict=True)) for i in range(len(groups))
            ]
            if set(sums) <= {0, 1}:
                n = sum(sizes[group] for group, inside in zip(groups, sums, strict=True) if inside)
                if 0 < n < floor:
                    return n
    return None


@st.composite
def trees(draw) -> tuple[list[Figure], dict[str, int]]:
    """A nation of oblasts, districts and units, two or three of each in each."""
    figures, sizes = [], {}
    for oblast in "AB":
        for district in "ab"[: draw(st.integers(1, 2))]:
            units = [f"{oblast}{district}{number}" for number in range(draw(st.integers(1, 3)))]
            sizes |= {unit: draw(COUNTS) for unit in units}
            figures.append(sum_over(oblast + district, units, rank=3))
        figures.append(sum_over(oblast, [unit for unit in sizes if unit[0] == oblast], rank=2))
    figures.append(sum_over("nation", sizes, rank=1))
    return [*(sum_over(unit, [unit]) for unit in sizes), *figures], sizes


@st.composite
def crossings(draw) -> tuple[list[Figure], dict[str, int]]:
    """Age by sex of a unit, all margins and cells, and those who gave neither."""
    ages, sexes = "xyz"[: draw(st.integers(2, 3))], "fm"
    sizes = {age + sex: draw(COUNTS) for age in ages for sex in sexes}
    cells = list(sizes)
    margins = [sum_over(each, [cell for cell in cells if each in cell], rank=1) for each in ages + sexes]
    if rest := draw(COUNTS):
        sizes["--"] = rest
    return [sum_over("all", sizes), *margins, *(sum_over(cell, [cell], rank=2) for cell in cells)], sizes


@st.composite
def variants(draw) -> tuple[list[Figure], dict[str, int]]:
    """Units of a district with all ballots and without flagged days, and the district both ways."""
    units = "pqr"
    sizes = {unit + kind: draw(COUNTS) for unit in units for kind in ("+", "!")}
    figures = [sum_over(unit, [unit + "+", unit + "!"]) for unit in units]
    figures += [sum_over(f"{unit} without", [unit + "+"], rank=2) for unit in units]
    figures += [
        sum_over("all", sizes, rank=1),
        sum_over("all without", [g for g in sizes if "+" in g], rank=3),
    ]
    return figures, sizes


@pytest.mark.parametrize("tables", [trees, crossings, variants])
def test_nothing_shown_isolates_fewer_than_the_floor(tables):
    @settings(max_examples=60, deadline=None)
    @given(tables(), FLOORS)
    def check(table, floor):
        figures, sizes = table
        hidden = suppress(figures, sizes, floor=floor)
        shown = shown_of(figures, hidden)
        kept_back = [figure for figure in figures if figure.key in hidden]
        assert smallest_isolated(shown, sizes, floor=floor, hidden=kept_back) is None
        for figure in shown:
            assert sum(sizes[group] for group in figure.parts) >= floor

    check()


@settings(max_examples=15, deadline=None)
@given(st.one_of(trees(), crossings(), variants()), FLOORS)
def test_no_sum_or_difference_tried_one_by_one_isolates_fewer_than_the_floor(table, floor):
    figures, sizes = table
    shown = shown_of(figures, suppress(figures, sizes, floor=floor))[-8:]
    assert small_difference(shown, sizes, floor) is None


@settings(max_examples=30, deadline=None)
@given(st.one_of(crossings(), variants()), FLOORS)
def test_the_auditor_finds_whatever_a_naive_publication_leaks(table, floor):
    figures, sizes = table
    shown = shown_of(figures, naive(figures, sizes, floor))[:8]
    leak = small_difference(shown, sizes, floor)
    found = smallest_isolated(shown, sizes, floor=floor)
    assert found is not None or leak is None
    if found is not None:
        assert 0 < found.n < floor


def test_a_naive_table_leaks_and_says_by_what():
    sizes = {"a": 30, "b": 3, "c": 40}
    figures = [sum_over("district", sizes, rank=1), *(sum_over(unit, [unit]) for unit in sizes)]
    shown = shown_of(figures, naive(figures, sizes, 5))
    found = smallest_isolated(shown, sizes, floor=5)
    assert (found.groups, found.n, found.by) == ({"b"}, 3, {"district", "a", "c"})


def test_a_leak_by_three_figures_of_which_no_two_leak():
    sizes = {"a": 20, "b": 2, "c": 20}
    shown = [sum_over("ab", "ab"), sum_over("bc", "bc"), sum_over("ac", "ac")]
    assert small_difference(shown[:2], sizes, 5) is None
    found = smallest_isolated(shown, sizes, floor=5)
    assert (found.groups, found.n) == ({"b"}, 2)


def test_numbers_that_cannot_be_negative_squeeze_a_group():
    """No sum or difference gives b, but 2b = 1 + z and z is at most 5: b is 1, 2 or 3."""
    sizes = {"a": 8, "b": 2, "c": 8, "z": 3, "q": 2}
    shown = [sum_over(groups, groups) for groups in ("ab", "bc", "acz", "zq")]
    assert smallest_isolated(shown, sizes, floor=5, squeeze=False) is None
    found = smallest_isolated(shown, sizes, floor=5)
    assert (found.groups, found.n) == ({"b"}, 2)


def test_a_table_too_large_to_judge_counts_as_leaking():
    # A chain of pairs shares one free direction: each group alone is safe, and so are all their sums.
    names = [f"g{number}" for number in range(40)]
    sizes = dict.fromkeys(names, 1)
    chain = [sum_over(f"{a}{b}", [a, b]) for a, b in zip(names, names[1:], strict=False)]
    assert TRIES < 2**16
    assert [one.n for one in isolations(chain, sizes, floor=40)] != []


def chosen(web: int, paper: int) -> Hashable:
    return turnout_step(web), turnout_step(paper)


def with_rounded_total(web: int, paper: int) -> Hashable:
    return turnout_step(web), turnout_step(paper), turnout_step(web + paper)


def worlds() -> Iterator[tuple[int, ...]]:
    """Answers by web on two days, by paper on two days, and after the last day that is shown."""
    for web1, web2, paper1, paper2 in product(range(15), repeat=4):
        most = 14 - web1 - web2 - paper1 - paper2
        for late in range(most + 1):
            yield web1, web2, paper1, paper2, late


def certain_small_group(published: Callable[[tuple[int, ...]], Hashable]) -> tuple[int, ...] | None:
    """Parts of a campaign that, in some world, are certain to be 1 to 4 answers together."""
    groups = [parts for size in range(1, 6) for parts in combinations(range(5), size)]
    ranges: dict[Hashable, dict[tuple[int, ...], list[int]]] = defaultdict(dict)
    for world in worlds():
        known = ranges[published(world)]
        for parts in groups:
            n = sum(world[part] for part in parts)
            ends = known.setdefault(parts, [n, n])
            ends[0], ends[1] = min(ends[0], n), max(ends[1], n)
    for known in ranges.values():
        for parts, (low, high) in known.items():
            if low >= 1 and high < 5:
                return parts
    return None


def history(show: Callable[[int, int], Hashable]) -> Callable[[tuple[int, ...]], Hashable]:
    """What is known of a world in the end: the turnout day by day, and the exact n of the campaign."""

    def published(world: tuple[int, ...]) -> Hashable:
        web1, web2, paper1, paper2, _late = world
        days = [show(web1, paper1), show(web1 + web2, paper1 + paper2)]
        n = sum(world)
        return *days, n if n >= 5 else None

    return published


def with_the_last_day(world: tuple[int, ...]) -> Hashable:
    """Turnout up to the very end, the last answers by web: nothing stays open before the exact n."""
    web1, web2, paper1, paper2, late = world
    return history(chosen)((web1, web2 + late, paper1, paper2, 0))


def waiting(world: tuple[int, ...]) -> Hashable:
    """A figure of the web that moves only after 5 more have come, also shown up to the very end."""
    web1, web2, _, _, late = world
    kept = shown = 0
    days = []
    for n in (web1, web1 + web2 + late):
        if n - kept >= 5:
            kept, shown = n, turnout_step(n)
        days.append(shown)
    return *days, world[2] + world[3] >= 5, sum(world)


def test_turnout_of_many_days_and_an_exact_end_make_no_small_group_certain():
    assert certain_small_group(history(chosen)) is None


@pytest.mark.parametrize(
    "published",
    [history(with_rounded_total), with_the_last_day, waiting],
    ids=["a rounded total beside rounded parts", "the last day shown", "waiting for five more to the end"],
)
def test_turnout_rules_that_leak_are_seen_to_leak(published):
    assert certain_small_group(published) is not None
