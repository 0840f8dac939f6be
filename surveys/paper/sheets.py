"""What one operator read from one paper sheet: typed digits, comparison with the other reading, bytes.

Pure: the standard library and this room's pure modules only. Knows no batch, no code and no operator;
what cannot be read as digits is refused with a ValueError.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from enum import StrEnum

from surveys.criteria import HARD_TO_SAY, POINTS

#: What is typed for "hard to say", for an empty row and for a row with two marks.
NO_RATING = "0"
BAND, SEX = "band", "sex"


class Spoilt(StrEnum):
    """Why a sheet cannot be read as an answer."""

    ILLEGIBLE = "illegible"
    DAMAGED = "damaged"
    COPY = "copy"


@dataclass(frozen=True, slots=True)
class Reading:
    """One sheet as one operator read it: the ratings and strata, or why it cannot be read."""

    ratings: str = ""
    band: str | None = None
    sex: str | None = None
    spoilt: Spoilt | None = None


def ratings_from(digits: str, count: int) -> str:
    """Typed digits, one for each criterion in order, as ratings; blanks between them are forgiven.

    >>> ratings_from("543 210", 6)
    '54321-'
    """
    typed = "".join(digits.split())
    if len(typed) != count or not set(typed) <= {*POINTS, NO_RATING}:
        raise ValueError(f"{digits!r} is not {count} digits from 0 to 5")
    return typed.replace(NO_RATING, HARD_TO_SAY)


def agrees(first: Reading, second: Reading) -> bool:
    """Whether both readings say the same; that a sheet is spoilt is the same for any reason."""
    if first.spoilt or second.spoilt:
        return bool(first.spoilt and second.spoilt)
    return first == second


def differing(first: Reading, second: Reading, codes: tuple[str, ...]) -> tuple[str, ...]:
    """The fields to be looked at again: codes of criteria, `band`, `sex`; all where one calls it spoilt."""
    if agrees(first, second):
        return ()
    if first.spoilt or second.spoilt:
        return (*codes, BAND, SEX)
    pairs = zip(codes, first.ratings, second.ratings, strict=True)
    fields = [code for code, one, other in pairs if one != other]
    fields += [name for name in (BAND, SEX) if getattr(first, name) != getattr(second, name)]
    return tuple(fields)


def looked_at_again(before: Reading, again: Mapping[str, str | None], codes: tuple[str, ...]) -> Reading:
    """A reading after some of its fields were read anew.

    :param again: the new value of each of those fields.
    """
    kept = before.ratings or HARD_TO_SAY * len(codes)
    ratings = "".join(again.get(code) or old for code, old in zip(codes, kept, strict=True))
    strata = {name: again[name] for name in (BAND, SEX) if name in again}
    return replace(before, ratings=ratings, spoilt=None, **strata)


def encode(reading: Reading) -> bytes:
    """The reading's one text as bytes."""
    return json.dumps(asdict(reading), sort_keys=True, separators=(",", ":")).encode()


def decode(data: bytes) -> Reading:
    """The reading in `data`."""
    table = json.loads(data)
    spoilt = table["spoilt"]
    return Reading(**{**table, "spoilt": Spoilt(spoilt) if spoilt else None})
