"""Nominations by the numbers, by a vote and by both; places come first, and nobody is awarded twice."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contest.rulebook import RuleBook, Stage
from contest.rulebook_reading import read_rulebook, shipped_text
from contest.standings.awards import NominationVote, awards_of

TEXT = shipped_text("2026").replace("places = 3\ntop = 3", "places = 1\ntop = 3")
PLACE = {1: 1, 2: 2, 3: 3, 4: 4, 5: 0}
OPEN = "nomination:open"


def book_of(how: str) -> RuleBook:
    """One nomination, decided in one way."""
    head, *rest = TEXT.split("[[nominations]]")
    kept = next(part for part in rest if 'code = "open"' in part)
    return read_rulebook(head + "[[nominations]]" + kept.replace('"formula"', f'"{how}"'))


def awarded(how: str, values: dict[int, str], votes: list[tuple[int, int, bool]], *, place=PLACE) -> set[int]:
    awards = awards_of(
        place,
        values={"open": {one: Decimal(number) for one, number in values.items()}},
        votes={"open": [NominationVote(*vote) for vote in votes]},
        book=book_of(how),
        stage=Stage.NATIONAL,
    )
    assert awards.pop(1) == "place-1"
    assert set(awards.values()) <= {OPEN}
    return set(awards)


VALUES = {1: "99", 2: "70", 3: "80", 4: "80", 5: "95"}


def test_by_formula_the_best_without_an_award_and_with_a_place_wins():
    assert awarded("formula", VALUES, []) == {3, 4}
    assert awarded("formula", {1: "99", 5: "95"}, []) == set()


def test_by_vote_the_most_yes_of_the_carried_wins_whatever_the_numbers_say():
    assert awarded("vote", VALUES, [(2, 5, True), (3, 9, False), (4, 4, True)]) == {2}
    assert awarded("vote", VALUES, [(2, 5, True), (4, 5, True)]) == {2, 4}
    assert awarded("vote", VALUES, [(1, 9, True), (5, 9, True), (2, 3, False)]) == set()
    assert awarded("vote", VALUES, []) == set()


def test_of_two_votes_on_one_nominee_the_last_counts():
    assert awarded("vote", VALUES, [(2, 5, True), (2, 4, False)]) == set()
    assert awarded("vote", VALUES, [(2, 2, False), (2, 5, True)]) == {2}


def test_by_both_the_numbers_propose_and_a_vote_confirms():
    assert awarded("both", VALUES, [(3, 6, True), (4, 1, False)]) == {3}
    assert awarded("both", VALUES, [(3, 1, False), (4, 1, False), (2, 6, True)]) == {2}
    # Nobody is leapt over: while one of the best has not been voted on, the next cannot be given it.
    assert awarded("both", VALUES, [(3, 1, False), (2, 6, True)]) == set()
    assert awarded("both", VALUES, [(2, 6, True)]) == set()
    assert awarded("both", VALUES, []) == set()


def test_the_regional_stage_gives_places_alone():
    awards = awards_of(PLACE, values={"open": {4: Decimal(1)}}, votes={}, book=book_of("formula"),
                       stage=Stage.REGIONAL)  # fmt: skip
    assert awards == {1: "place-1", 2: "place-2", 3: "place-3"}


@pytest.mark.parametrize("how", ["formula", "vote", "both"])
@given(data=st.data())
def test_an_award_is_never_given_twice_nor_without_a_place(how, data):
    ids = range(1, 7)
    place = {one: data.draw(st.integers(0, 4)) for one in ids}
    values = {one: Decimal(data.draw(st.integers(0, 2))) for one in ids}
    votes = [NominationVote(one, data.draw(st.integers(0, 3)), data.draw(st.booleans())) for one in ids]
    order = data.draw(st.permutations(list(ids)))
    book = book_of(how)
    facts = {"book": book, "stage": Stage.NATIONAL}
    awards = awards_of(place, values={"open": values}, votes={"open": votes}, **facts)
    for one, award in awards.items():
        assert place[one] > 0
        assert (award == "place-1") == (place[one] == 1)
    if how != "formula":
        carried = {vote.nominee_id for vote in votes if vote.is_carried}
        assert {one for one, award in awards.items() if award == OPEN} <= carried
    mixed = awards_of(
        {one: place[one] for one in order}, values={"open": {one: values[one] for one in order}},
        votes={"open": sorted(votes, key=lambda vote: order.index(vote.nominee_id))}, **facts,
    )  # fmt: skip
    assert mixed == awards
