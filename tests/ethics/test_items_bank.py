"""The bank: every norm both ways, the shipped set taken from it, a selection named by its digest."""

from __future__ import annotations

import pytest

from ethics.items import items_from_json, shipped
from ethics.items_bank import BANK, bank, pick, read_bank

TEXT = (BANK / "2026.toml").read_text("utf-8")


def test_the_bank_words_twelve_norms_for_and_against():
    assert len(bank().norms) == 12
    assert len(bank().items.items) == 24
    assert all({item.is_reversed for item in norm.items} == {True, False} for norm in bank().norms)


def test_the_shipped_set_says_what_the_bank_says():
    of_bank = {item.code: item for item in bank().items.items}
    assert [of_bank[item.code] for item in shipped("2026").items] == list(shipped("2026").items)


def test_a_selection_is_named_by_what_was_picked_in_whatever_order():
    picked = pick(["gain", "lawful"])
    assert [item.code for item in picked.items] == ["lawful", "gain"]
    assert picked == pick(["lawful", "gain"])
    assert picked.code.startswith("2026-")
    assert picked.code != pick(["gain", "lawful", "rights"]).code
    assert items_from_json(picked.as_json()).fingerprint == picked.fingerprint


@pytest.mark.parametrize(
    ("codes", "fault"),
    [
        (["lawful"], "tick 2 to 40 statements"),
        (["lawful", "rights"], "worded in one direction; tick some against the other"),
        (["lawful", "kind"], "there is no statement 'kind' in the bank of 2026"),
    ],
)
def test_a_faulty_selection_is_refused(codes: list[str], fault: str):
    with pytest.raises(ValueError, match=fault):
        pick(codes)


def test_a_faulty_bank_is_refused_by_place():
    with pytest.raises(ValueError, match="x.toml, 'lawful': there is no norm 'law'"):
        read_bank(TEXT.replace('norm = "lawfulness"', 'norm = "law"', 1), place="x.toml")
    turned = TEXT.replace('norm = "lawfulness"\nreversed = true', 'norm = "lawfulness"\nreversed = false', 1)
    with pytest.raises(ValueError, match="x.toml, norm 'lawfulness': word it for and against"):
        read_bank(turned, place="x.toml")
