"""What every set of questions kept as data has in common: its file, code, scale, share and fingerprint.

Pure: the standard library and `core.words` only. Whatever is wrong is refused with a ValueError that names
the place.
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

from core.words import Words, words_from


class _Coded(Protocol):
    @property
    def code(self) -> str: ...


Set = TypeVar("Set", bound=_Coded)


class ShippedSets(Generic[Set]):
    """The sets of a kind that come with the product: one TOML file each, named by its code.

    :param kind: what a set is called in errors.
    :param made: builds a set from its table and the place for errors.
    """

    def __init__(self, folder: Path, kind: str, made: Callable[[Mapping[str, object], str], Set]) -> None:
        self._folder, self._kind, self._made = folder, kind, made
        self._read: dict[str, Set] = {}

    def codes(self) -> tuple[str, ...]:
        """The codes of the sets."""
        return tuple(sorted(path.stem for path in self._folder.glob("*.toml")))

    def get(self, code: str) -> Set:
        """The set of this code, or a ValueError naming those that there are."""
        if code not in self._read:
            if code not in self.codes():
                raise ValueError(
                    f"there is no {self._kind} {code!r}: choose one of {', '.join(self.codes())}"
                )
            place = f"{code}.toml"
            found = self._made(read_toml((self._folder / place).read_text("utf-8"), place), place)
            if found.code != code:
                raise ValueError(f"{place}: its code is {found.code!r}; it must be the name of the file")
            self._read[code] = found
        return self._read[code]


def read_toml(text: str, place: str) -> Mapping[str, object]:
    """The table of a TOML text."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as fault:
        raise ValueError(f"{place}: {fault}") from None


def read_rows(table: Mapping[str, object], key: str, *, fewest: int, most: int, place: str) -> list[Any]:
    """The list of a set's questions."""
    rows = table.get(key)
    if not isinstance(rows, list) or not fewest <= len(rows) <= most:
        raise ValueError(f"{place}: give {fewest} to {most} {key}")
    return rows


def read_scale(table: Mapping[str, object], points: Sequence[str], place: str) -> tuple[Words, ...]:
    """The words of each point of the scale, in the order of the points."""
    scale = table.get("scale")
    if not isinstance(scale, Mapping) or set(scale) != set(points):
        raise ValueError(f"{place}: the scale needs words for {', '.join(points[:-1])} and {points[-1]}")
    return tuple(words_from(scale[point], f"{place}, scale {point}") for point in points)


def read_code(code: object, place: str) -> str:
    """A code of letters, digits and dashes."""
    text = code if isinstance(code, str) else ""
    if not text or len(text) > 32 or not text.replace("-", "").replace("_", "").isalnum():
        raise ValueError(f"{place}: the code is {code!r}; give letters, digits and dashes")
    return text


def read_minimum_answered(table: Mapping[str, object], place: str) -> Fraction:
    """Which share of the questions must be answered."""
    share = table.get("minimum_answered")
    try:
        exact = Fraction(str(share))
    except ValueError:
        exact = Fraction(-1)
    if not 0 < exact <= 1:
        raise ValueError(f"{place}: minimum_answered is {share!r}; give a share above 0 and up to 1")
    return exact


def refuse_twice(codes: Sequence[str], kind: str, place: str) -> None:
    """Refuse a code that stands in a set more than once."""
    for code in codes:
        if codes.count(code) > 1:
            raise ValueError(f"{place}: the {kind} {code!r} stands there twice")


def canonical_json(body: Mapping[str, object]) -> str:
    """One JSON text for one set, however its file is laid out."""
    return json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def fingerprint_of(text: str) -> str:
    """SHA-256 of a set's canonical text."""
    return hashlib.sha256(text.encode()).hexdigest()
