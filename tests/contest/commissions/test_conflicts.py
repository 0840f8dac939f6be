"""Conflicts from facts: each fact alone, what the rule book holds, and what a full regional stage needs."""

from __future__ import annotations

from dataclasses import replace

import pytest

from contest.commissions.conflicts import MemberTies, NomineeTies, found_ground
from contest.rulebook import Derived, Ground
from contest.rulebook_reading import read_rulebook, shipped_text
from core.words import Words

GROUNDS = tuple(Ground(derived.value, Words("а", "а", "a"), derived) for derived in Derived)
MEMBER = MemberTies(7, "«Үміт» ЖШС", "190000000", "194000000", "193000000")
FAR = NomineeTies(1, "610000000", "614000000", "Өзге мекеме", 3, 4)


@pytest.mark.parametrize(
    ("changed", "ground"),
    [
        ({}, None),
        ({"proposer_account_id": 7}, "own-nominee"),
        ({"own_account_id": 7}, "own-nominee"),
        ({"employer": "«ҮМІТ»  жшс"}, "employer"),
        ({"district_kato": "193000000"}, "subordination"),
        ({"district_kato": "194000000"}, "district"),
        ({"oblast_kato": "190000000"}, "oblast"),
    ],
)
def test_each_fact_alone_makes_its_conflict(changed: dict, ground: str | None):
    assert found_ground(GROUNDS, MEMBER, replace(FAR, **changed)) == ground


def test_what_is_not_known_is_no_conflict():
    nothing = MemberTies(7)
    assert found_ground(GROUNDS, nothing, NomineeTies(1, "190000000")) is None
    assert found_ground(GROUNDS, replace(nothing, employer=" ”"), replace(FAR, employer="«»")) is None


def test_a_ground_without_facts_is_declared_and_never_found():
    declared = tuple(replace(ground, derived=None) for ground in GROUNDS)
    same = replace(FAR, oblast_kato="190000000", district_kato="194000000", proposer_account_id=7)
    assert found_ground(declared, MEMBER, same) is None


@pytest.mark.parametrize("code", ["2020", "2026"])
def test_the_same_oblast_is_a_conflict_at_the_national_stage_alone(code: str):
    book = read_rulebook(shipped_text(code))
    same = replace(FAR, oblast_kato="190000000")
    assert found_ground(book.regional.conflicts, MEMBER, same) is None
    assert found_ground(book.national.conflicts, MEMBER, same) == "oblast"
