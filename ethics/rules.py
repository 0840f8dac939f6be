"""The rules under which a round's answers become published numbers; they come from the rule book.

Pure: the standard library and `core.disclosure` only. A rule book may ask for more answers than the
floors of disclosure control, never for fewer.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from core.disclosure import MINIMUM_CELL


@dataclass(frozen=True, slots=True)
class EthicsRules:
    """What the rule book says about the ethics component.

    :param items: the code of the item set that every nominee's questionnaire asks.
    :param minimum_n: from how many scored answers on an official has a score.
    """

    items: str
    minimum_n: int = MINIMUM_CELL

    def __post_init__(self) -> None:
        if not self.items:
            raise ValueError("the item set has no name")
        if self.minimum_n < MINIMUM_CELL:
            raise ValueError(f"minimum_n is {self.minimum_n}; the floor is {MINIMUM_CELL}")

    def as_json(self) -> str:
        """One canonical text, which a round keeps from its admission on."""
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def rules_from_json(text: str) -> EthicsRules:
    """The rules that a round keeps."""
    return EthicsRules(**json.loads(text))
