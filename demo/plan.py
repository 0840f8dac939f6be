"""Which San Diego area stands over which Kazakhstani post, and who is made up to hold it. Pure.

The 47 areas are sorted by their number of answers and dealt in turn to six oblasts, so that every
oblast has large, middle and very small areas. Within an oblast they stand over posts that are
spread evenly over its list, in the order of their codes.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

#: Akmola, Almaty, Kostanay, Kyzylorda, Turkistan, East Kazakhstan.
OBLASTS = ("110000000", "190000000", "390000000", "430000000", "610000000", "630000000")
SEED = 2026
#: The column of the ratings that stands in for each criterion of the set `2020-six`.
COLUMNS = {
    "rights": "Q3_11", "services": "Q3_3", "families": "Q14_13",
    "employment": "Q14_7", "infrastructure": "Q3_8", "community": "Q3_2",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Area:
    """One area of the ratings laid over one post."""

    zip_code: str
    answers: int
    oblast: str
    kato: str


def answers_by_area(text: str) -> dict[str, int]:
    """How many residents of each area answered, from the ratings' CSV."""
    return dict(Counter(row["ZIP"] for row in csv.DictReader(io.StringIO(text))))


def lay_areas(answers: Mapping[str, int], posts: Mapping[str, Sequence[str]]) -> tuple[Area, ...]:
    """Lay every area over a post of its own.

    :param answers: the number of answers by area.
    :param posts: for each of :data:`OBLASTS`, the codes of its rural posts.
    :raises ValueError: when an oblast has fewer posts than areas.
    """
    dealt: dict[str, list[str]] = {oblast: [] for oblast in OBLASTS}
    ordered = sorted(answers, key=lambda code: (-answers[code], code))
    for index, code in enumerate(ordered):
        dealt[OBLASTS[index % len(OBLASTS)]].append(code)
    areas = []
    for oblast, codes in dealt.items():
        available = sorted(posts[oblast])
        if len(available) < len(codes):
            raise ValueError(f"oblast {oblast} has {len(available)} posts for {len(codes)} areas")
        step = len(available) // len(codes)
        areas += [
            Area(code, answers[code], oblast, available[index * step]) for index, code in enumerate(codes)
        ]
    return tuple(areas)
