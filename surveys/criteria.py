"""A criteria set: what residents are asked, on which scale, with which weights; data, read and checked here.

Pure: the standard library and `core.words` only. A set that is incomplete, in fewer than three
languages or with a question longer than twelve words is refused with a ValueError that names the place.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from fractions import Fraction
from functools import lru_cache
from pathlib import Path

from core.question_sets import (
    ShippedSets,
    canonical_json,
    fingerprint_of,
    read_code,
    read_minimum_answered,
    read_rows,
    read_scale,
    read_toml,
    refuse_twice,
)
from core.words import Words, words_from

SHIPPED = Path(__file__).with_name("criteria")
LONGEST_QUESTION = 12
MOST_CRITERIA = 24
POINTS = ("5", "4", "3", "2", "1")
HARD_TO_SAY = "-"


@dataclass(frozen=True, slots=True)
class Criterion:
    """One criterion: the official wording, one plain question, and a whole-number weight."""

    code: str
    official: Words
    question: Words
    weight: int


@dataclass(frozen=True, slots=True)
class CriteriaSet:
    """What a campaign asks. `scale` has five entries, from 5 (best) to 1."""

    code: str
    title: Words
    criteria: tuple[Criterion, ...]
    scale: tuple[Words, ...]
    hard_to_say: Words
    minimum_answered: Fraction

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(criterion.code for criterion in self.criteria)

    @property
    def weights(self) -> tuple[int, ...]:
        return tuple(criterion.weight for criterion in self.criteria)

    @property
    def fingerprint(self) -> str:
        """SHA-256 over the canonical text: the same for the same set, however its file is laid out."""
        return fingerprint_of(self.as_json())

    def as_json(self) -> str:
        """The whole set as one canonical JSON text, which a campaign keeps."""
        body = {
            "code": self.code,
            "title": asdict(self.title),
            "minimum_answered": str(self.minimum_answered),
            "scale": {point: asdict(words) for point, words in zip(POINTS, self.scale, strict=True)},
            "hard_to_say": asdict(self.hard_to_say),
            "criteria": [asdict(criterion) for criterion in self.criteria],
        }
        return canonical_json(body)


def shipped_codes() -> tuple[str, ...]:
    """The codes of the sets that come with the product."""
    return _SHIPPED.codes()


def shipped(code: str) -> CriteriaSet:
    """A set that comes with the product, or a ValueError naming those that do."""
    return _SHIPPED.get(code)


def read_criteria(text: str, *, place: str) -> CriteriaSet:
    """Read a set from TOML, or raise a ValueError that begins with `place`."""
    return _made(read_toml(text, place), place)


@lru_cache(maxsize=64)
def criteria_from_json(text: str) -> CriteriaSet:
    """The set that a campaign keeps."""
    return _made(json.loads(text), "criteria")


def _made(table: Mapping[str, object], place: str) -> CriteriaSet:
    rows = read_rows(table, "criteria", fewest=1, most=MOST_CRITERIA, place=place)
    criteria = tuple(_criterion(row, f"{place}, criterion {number}") for number, row in enumerate(rows, 1))
    refuse_twice([criterion.code for criterion in criteria], "criterion", place)
    return CriteriaSet(
        code=read_code(table.get("code"), place),
        title=words_from(table.get("title"), f"{place}, title"),
        criteria=criteria,
        scale=read_scale(table, POINTS, place),
        hard_to_say=words_from(table.get("hard_to_say"), f"{place}, hard_to_say"),
        minimum_answered=read_minimum_answered(table, place),
    )


def _criterion(row: object, place: str) -> Criterion:
    if not isinstance(row, Mapping):
        raise ValueError(f"{place}: {row!r} is not a table")
    question = words_from(row.get("question"), f"{place}, question")
    for language, text in asdict(question).items():
        if len(text.split()) > LONGEST_QUESTION:
            raise ValueError(f"{place}, question, {language}: more than {LONGEST_QUESTION} words: {text!r}")
    weight = row.get("weight")
    if type(weight) is not int or weight < 1:
        raise ValueError(f"{place}: the weight is {weight!r}; give a whole number from 1 on")
    return Criterion(
        code=read_code(row.get("code"), place),
        official=words_from(row.get("official"), f"{place}, official"), question=question, weight=weight,
    )  # fmt: skip


_SHIPPED = ShippedSets(SHIPPED, "criteria set", _made)
