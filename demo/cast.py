"""The made-up people and numbers of the demonstration, each from the fixed seed. Pure.

Accounts, ethics answers, marks and populations; nothing here is about anybody who lives.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from demo.plan import OBLASTS, SEED, Area

MEMBERS = 4
NATIONAL_MEMBERS = 6
NATION = "kz"


@dataclass(frozen=True, slots=True)
class Login:
    """A demonstration login: its role and, unless national, its oblast."""

    login: str
    role: str
    oblast: str | None


def logins() -> tuple[Login, ...]:
    """Every demonstration login: the agency, and for each commission its people."""
    made = [Login("agency", "agency", None), Login("auditor", "auditor", None)]
    for oblast in (None, *OBLASTS):
        area = NATION if oblast is None else oblast[:2]
        members = NATIONAL_MEMBERS if oblast is None else MEMBERS
        if oblast is not None:
            made += [Login(f"operator-{area}", "operator", oblast), Login(f"ethics-{area}", "ethics", oblast)]
            made.append(Login(f"nominee-{area}", "nominee", oblast))
        made += [Login(f"secretary-{area}", "secretary", oblast), Login(f"chair-{area}", "chair", oblast)]
        made += [Login(f"member-{area}-{number + 1}", "member", oblast) for number in range(members)]
        made.append(Login(f"alternate-{area}", "member", oblast))
    return tuple(made)


def _draw(*keys: int) -> np.random.RandomState:
    """A stream of its own for each use, so that one more draw somewhere moves nothing elsewhere."""
    return np.random.RandomState([SEED, *keys])


def adults_of(areas: Sequence[Area]) -> dict[str, int]:
    """A made-up number of adults for each post: several times those who answered."""
    draw = _draw(1)
    return {
        area.kato: int(area.answers * draw.uniform(6, 14)) + int(draw.randint(180, 700)) for area in areas
    }


def strata_of(adults: int, kato: str) -> list[int]:
    """Adults by age band and sex, in the order of the bands with women first; adds up to `adults`."""
    draw = _draw(2, int(kato))
    shares = np.array([0.22, 0.31, 0.27, 0.20]).repeat(2) / 2 * draw.uniform(0.9, 1.1, 8)
    counts = np.floor(adults * shares / shares.sum()).astype(int)
    counts[0] += adults - counts.sum()
    return counts.tolist()


@dataclass(frozen=True, slots=True)
class Office:
    """The colleagues of one official: how many slips there are, and what those who answer say.

    `agreement` holds, for each answer and statement, 4 (speaks for the official) to 1, or 0 for
    "hard to say".
    """

    headcount: int
    agreement: tuple[tuple[int, ...], ...]


#: The stream of the marks, chosen so that two nominees of one oblast come to equal points and
#: the rule book's tie rules can be seen at work.
MARKS = 6
#: In the second oblast one office is too small for any number.
SMALL_OFFICE_OBLAST = OBLASTS[1]


def office_of(area: Area, rank: int, items: int) -> Office:
    """An office's answers; `rank` is the area's place by size in its oblast, 0 the largest."""
    draw = _draw(3, int(area.oblast), rank)
    headcount = int(draw.randint(6, 15))
    answering = max(5, headcount - int(draw.randint(0, 3)))
    if area.oblast == SMALL_OFFICE_OBLAST and rank == 1:
        headcount, answering = 5, 3
    quality = draw.uniform(2.5, 3.7)
    said = np.clip(np.rint(quality + draw.normal(0, 0.7, (answering, items))), 1, 4).astype(int)
    said[draw.random_sample(said.shape) < 0.06] = 0
    return Office(headcount, tuple(tuple(int(one) for one in row) for row in said))


def marks_of(area: Area, rank: int, *, stage: int, judges: int, criteria: int) -> np.ndarray:
    """Marks from 0 to 10, shape (judges, criteria): the project's quality and each judge's habit."""
    draw = _draw(MARKS, stage, int(area.oblast), rank)
    habits = _draw(MARKS, stage, int(area.oblast) if stage == 1 else 0).normal(0, 0.7, judges)
    quality = draw.uniform(4.5, 9.0)
    said = quality + habits[:, None] + draw.normal(0, 0.9, (judges, criteria))
    return np.clip(np.rint(said), 0, 10).astype(int)
