"""The rules under which a campaign's answers become published numbers; they come from the rule book.

Pure: the standard library, `core.disclosure` and the kinds of signals only. A rule book may ask for more
answers than the floors of disclosure control, never for fewer.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from enum import StrEnum

from core.disclosure import MINIMUM_SCORE
from surveys.signals.kinds import OF_A_DAY


class Mode(StrEnum):
    """Who can answer: anybody, holders of codes, or people verified from outside."""

    OPEN = "open"
    CODES = "codes"
    VERIFIED = "verified"


class Counting(StrEnum):
    """Which ballots the published score of a unit is made of."""

    ALL = "all"
    WITHOUT_FLAGGED = "without-flagged"


#: A rule that leaves out more than one honest day of a hundred is no rule.
LEAST_RARITY = 100


@dataclass(frozen=True, slots=True)
class ExclusionRule:
    """Days that a signal flags as rarer than once in `rarer_than` honest ones are left out."""

    signal: str
    rarer_than: int

    def __post_init__(self) -> None:
        known = sorted(signal.value for signal in OF_A_DAY)
        if self.signal not in known:
            raise ValueError(f"the signal {self.signal!r} points at no day: choose among {', '.join(known)}")
        if self.rarer_than < LEAST_RARITY:
            raise ValueError(f"rarer_than is {self.rarer_than}; the least is {LEAST_RARITY}")


@dataclass(frozen=True, slots=True)
class SurveyRules:
    """What the rule book says about the survey component.

    :param modes: the modes whose ballots count.
    :param minimum_n: from how many scored ballots on a unit has a score.
    :param prior_degrees: d0, the degrees of freedom that the pooled variance brings to a unit's own.
    :param decimals: to how many decimals numbers are published, half up.
    :param excluding: which flagged days are left out in the variant without flagged days.
    :param counting: which of the two variants the published score is.
    """

    criteria_set: str
    modes: tuple[str, ...]
    minimum_n: int = MINIMUM_SCORE
    prior_degrees: int = 10
    decimals: int = 2
    excluding: tuple[ExclusionRule, ...] = ()
    counting: str = Counting.ALL.value

    def __post_init__(self) -> None:
        if not self.criteria_set:
            raise ValueError("the criteria set has no name")
        known = {mode.value for mode in Mode}
        for mode in self.modes:
            if mode not in known:
                raise ValueError(f"{mode!r} is not a survey mode: choose among {', '.join(sorted(known))}")
        if not self.modes or len(set(self.modes)) != len(self.modes):
            raise ValueError(f"the survey modes are {list(self.modes)}; name at least one, each once")
        if self.minimum_n < MINIMUM_SCORE:
            raise ValueError(f"minimum_n is {self.minimum_n}; the floor is {MINIMUM_SCORE}")
        if self.prior_degrees < 1:
            raise ValueError(f"prior_degrees is {self.prior_degrees}; it must be at least 1")
        if not 0 <= self.decimals <= 4:
            raise ValueError(f"decimals is {self.decimals}; it must be from 0 to 4")
        if len({rule.signal for rule in self.excluding}) != len(self.excluding):
            raise ValueError("a signal excludes days twice; name each once")
        if self.counting not in {counting.value for counting in Counting}:
            raise ValueError(f"counting is {self.counting!r}; choose among {', '.join(Counting)}")
        if self.counting == Counting.WITHOUT_FLAGGED and not self.excluding:
            raise ValueError("counting is without flagged days, but no signal excludes any: name one")

    def as_json(self) -> str:
        """One canonical text, which a campaign keeps from its admission on; without unused exclusion."""
        table = asdict(self)
        if not self.excluding:
            del table["excluding"], table["counting"]
        return json.dumps(table, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def rules_from_json(text: str) -> SurveyRules:
    """The rules that a campaign keeps."""
    table = json.loads(text)
    excluding = tuple(ExclusionRule(**rule) for rule in table.get("excluding", ()))
    return SurveyRules(**{**table, "modes": tuple(table["modes"]), "excluding": excluding})
