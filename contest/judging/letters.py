"""Judges under letters, from a standing's inputs: who is the same judge, and nobody's name.

Pure: the standard library only. The numbers in the inputs follow from the marks themselves, so letters
are the same on every page of a standing and tell nothing about who the judges are.
"""

from __future__ import annotations

from collections.abc import Mapping
from string import ascii_uppercase
from typing import Any

Marks = dict[int, dict[str, tuple[int, ...]]]


def letter_of(number: int) -> str:
    """The letter of judge 1, 2, ..: A, B, .., Z, AA, AB, ..

    >>> [letter_of(number) for number in (1, 26, 27, 702, 703)]
    ['A', 'Z', 'AA', 'ZZ', 'AAA']
    """
    letters = ""
    while number:
        number, rest = divmod(number - 1, len(ascii_uppercase))
        letters = ascii_uppercase[rest] + letters
    return letters


def in_order(letters: set[str]) -> list[str]:
    """Letters as they were given: A .. Z before AA.

    >>> in_order({"AA", "B", "A"})
    ['A', 'B', 'AA']
    """
    return sorted(letters, key=lambda letter: (len(letter), letter))


def marks_by_letter(inputs: Mapping[str, Any], component: str) -> Marks:
    """A component's marks: nominee -> judge's letter -> marks in the order of the criteria.

    >>> row = {"id": 7, "marks": {"project": [[8, 9], [5, 6]]}, "judges": {"project": [2, 1]}}
    >>> marks_by_letter({"nominees": [row]}, "project")
    {7: {'A': (5, 6), 'B': (8, 9)}}
    """
    found: Marks = {}
    for nominee in inputs["nominees"]:
        given = nominee["marks"].get(component, [])
        numbers = nominee["judges"].get(component, [])
        pairs = sorted(zip(numbers, given, strict=True))
        found[nominee["id"]] = {letter_of(number): tuple(marks) for number, marks in pairs}
    return found
