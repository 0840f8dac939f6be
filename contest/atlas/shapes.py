"""The drawn map of the country, read once: its size, and each oblast's outline and the place of its label.

May import the standard library. Knows no names: they come from the classifier, by KATO code.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

#: Under which the borders may be shown, with the attribution beside them.
LICENCE = "https://creativecommons.org/licenses/by/4.0/"
SHAPES = Path(__file__).parent / "data" / "shapes.json"


@dataclass(frozen=True, slots=True)
class Shape:
    """An oblast's outline and the point of its label; a city of its rank is that point alone."""

    path: str
    x: int
    y: int

    @property
    def is_city(self) -> bool:
        return not self.path


@dataclass(frozen=True, slots=True)
class Country:
    """The sheet and every shape by KATO code."""

    width: int
    height: int
    shapes: Mapping[str, Shape]


@lru_cache(maxsize=1)
def country() -> Country:
    """The map as `contest.atlas.drawing` has made it."""
    kept = json.loads(SHAPES.read_text())
    shapes = {kato: Shape(one["path"], *one["label"]) for kato, one in kept["units"].items()}
    return Country(kept["width"], kept["height"], shapes)
