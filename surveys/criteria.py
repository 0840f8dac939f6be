"""A criteria set: what residents are asked, on which scale, with which weights; data, read and checked here.

Pure: the standard library and `core.words` only. A set that is incomplete, in fewer than three
languages or with a question longer than twelve words is refused with a ValueError that names the place.
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from fractions import Fraction
from functools import lru_cache
from pathlib import Path

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
        return hashlib.sha256(self.as_json().encode()).hexdigest()

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
        return json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def shipped_codes() -> tuple[str, ...]:
    """The codes of the sets that come with the product."""
    return tuple(sorted(path.stem for path in SHIPPED.glob("*.toml")))


@lru_cache
def shipped(code: str) -> CriteriaSet:
    """A set that comes with the product, or a ValueError naming those that do."""
    if code not in shipped_codes():
        raise ValueError(f"there is no criteria set {code!r}: choose one of {', '.join(shipped_codes())}")
    made = read_criteria((SHIPPED / f"{code}.toml").read_text("utf-8"), place=f"{code}.toml")
    if made.code != code:
        raise ValueError(f"{code}.toml: its code is {made.code!r}; it must be the name of the file")
    return made


def read_criteria(text: str, *, place: str) -> CriteriaSet:
    """Read a set from TOML, or raise a ValueError that begins with `place`."""
    try:
        return _made(tomllib.loads(text), place)
    except tomllib.TOMLDecodeError as fault:
        raise ValueError(f"{place}: {fault}") from None


@lru_cache(maxsize=64)
def criteria_from_json(text: str) -> CriteriaSet:
    """The set that a campaign keeps."""
    return _made(json.loads(text), "criteria")


def _made(table: Mapping[str, object], place: str) -> CriteriaSet:
    rows = table.get("criteria")
    if not isinstance(rows, list) or not 1 <= len(rows) <= MOST_CRITERIA:
        raise ValueError(f"{place}: give 1 to {MOST_CRITERIA} criteria")
    criteria = tuple(_criterion(row, f"{place}, criterion {number}") for number, row in enumerate(rows, 1))
    codes = [criterion.code for criterion in criteria]
    for code in codes:
        if codes.count(code) > 1:
            raise ValueError(f"{place}: the criterion {code!r} stands there twice")
    scale = table.get("scale")
    if not isinstance(scale, Mapping) or set(scale) != set(POINTS):
        raise ValueError(f"{place}: the scale needs words for 5, 4, 3, 2 and 1")
    return CriteriaSet(
        code=_code(table.get("code"), place),
        title=words_from(table.get("title"), f"{place}, title"),
        criteria=criteria,
        scale=tuple(words_from(scale[point], f"{place}, scale {point}") for point in POINTS),
        hard_to_say=words_from(table.get("hard_to_say"), f"{place}, hard_to_say"),
        minimum_answered=_share(table.get("minimum_answered"), place),
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
        code=_code(row.get("code"), place), official=words_from(row.get("official"), f"{place}, official"),
        question=question, weight=weight,
    )  # fmt: skip


def _code(code: object, place: str) -> str:
    text = code if isinstance(code, str) else ""
    if not text or len(text) > 32 or not text.replace("-", "").replace("_", "").isalnum():
        raise ValueError(f"{place}: the code is {code!r}; give letters, digits and dashes")
    return text


def _share(share: object, place: str) -> Fraction:
    try:
        exact = Fraction(str(share))
    except ValueError:
        exact = Fraction(-1)
    if not 0 < exact <= 1:
        raise ValueError(f"{place}: minimum_answered is {share!r}; give a share above 0 and up to 1")
    return exact
