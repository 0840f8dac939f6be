"""The mapping file of an import: which column is which criterion, and what the codes in it mean.

Pure: the standard library and this room's pure modules only. A mapping that is incomplete or names
something unknown is refused with a ValueError that names the place.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass

from surveys.criteria import HARD_TO_SAY, CriteriaSet
from surveys.tallies import ANSWERS

_SECTIONS = {"criteria", "ratings", "unit", "age", "sex"}


@dataclass(frozen=True, slots=True)
class ImportMapping:
    """What each column of a table of answers is.

    :param criteria: the column of each criterion, in the order of the criteria set.
    :param dont_know: the values that mean "hard to say".
    :param unit_codes: from the table's own unit codes to KATO codes; empty: the column holds KATO codes.
    :param bands: for each age band, its first and last year of age.
    :param sexes: from the table's codes to `f` and `m`.
    """

    criteria: tuple[str, ...]
    dont_know: frozenset[str]
    unit_column: str
    unit_codes: Mapping[str, str]
    age_column: str | None
    bands: Mapping[str, tuple[int, int]]
    age_unknown: frozenset[str]
    sex_column: str | None
    sexes: Mapping[str, str]
    sex_unknown: frozenset[str]

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column that the table must have."""
        return (*self.criteria, self.unit_column, *filter(None, (self.age_column, self.sex_column)))

    def rating(self, value: str) -> str:
        """A cell as `1` to `5` or `-`, or a ValueError."""
        if value in self.dont_know:
            return HARD_TO_SAY
        if value not in ANSWERS or value == HARD_TO_SAY:
            raise ValueError(value)
        return value

    def band(self, value: str) -> str | None:
        """The age band of a cell, None where unknown, or a ValueError."""
        if value in self.age_unknown:
            return None
        age = int(value)
        for band, (first, last) in self.bands.items():
            if first <= age <= last:
                return band
        raise ValueError(value)

    def sex(self, value: str) -> str | None:
        """The sex of a cell, None where unknown, or a ValueError."""
        if value in self.sex_unknown:
            return None
        if value not in self.sexes:
            raise ValueError(value)
        return self.sexes[value]


def read_mapping(
    text: str, *, criteria: CriteriaSet, bands: tuple[str, ...], sexes: tuple[str, ...], place: str
) -> ImportMapping:
    """Read a mapping from TOML.

    :param bands: the age bands that there are; `sexes` likewise.
    :raises ValueError: beginning with `place`.
    """
    try:
        body = tomllib.loads(text)
    except tomllib.TOMLDecodeError as fault:
        raise ValueError(f"{place}: {fault}") from None
    for section in sorted(set(body) - _SECTIONS):
        raise ValueError(f"{place}: no section is called [{section}]: use {', '.join(sorted(_SECTIONS))}")
    columns = _table(body, "criteria", place)
    for code in sorted(set(columns) ^ set(criteria.codes)):
        fault = "is missing" if code in criteria.codes else f"is not in the criteria set {criteria.code!r}"
        raise ValueError(f"{place}, [criteria]: {code!r} {fault}")
    unit, age, sex = (_table(body, name, place, needed=name == "unit") for name in ("unit", "age", "sex"))
    return ImportMapping(
        criteria=tuple(str(columns[code]) for code in criteria.codes),
        dont_know=_texts(_table(body, "ratings", place), "dont_know", f"{place}, [ratings]"),
        unit_column=_column(unit, f"{place}, [unit]"),
        unit_codes={str(key): str(value) for key, value in unit.get("codes", {}).items()},
        age_column=_column(age, f"{place}, [age]") if age else None,
        bands=_bands(age.get("bands", {}), bands, f"{place}, [age.bands]") if age else {},
        age_unknown=_texts(age, "unknown", f"{place}, [age]") if age else frozenset(),
        sex_column=_column(sex, f"{place}, [sex]") if sex else None,
        sexes={
            value: code for code in sexes for value in (_texts(sex, code, f"{place}, [sex]") if sex else ())
        },
        sex_unknown=_texts(sex, "unknown", f"{place}, [sex]") if sex else frozenset(),
    )


def _table(body: Mapping[str, object], name: str, place: str, *, needed: bool = True) -> Mapping:
    section = body.get(name)
    if section is None and not needed:
        return {}
    if not isinstance(section, Mapping):
        raise ValueError(f"{place}: the section [{name}] is missing")
    return section


def _column(section: Mapping[str, object], place: str) -> str:
    name = section.get("column")
    if not isinstance(name, str) or not name:
        raise ValueError(f"{place}: `column` is {name!r}; name a column of the table")
    return name


def _texts(section: Mapping[str, object], name: str, place: str) -> frozenset[str]:
    values = section.get(name, [])
    if not isinstance(values, list):
        raise ValueError(f"{place}: `{name}` is {values!r}; give a list of values")
    return frozenset(str(value) for value in values)


def _bands(given: object, known: tuple[str, ...], place: str) -> dict[str, tuple[int, int]]:
    if not isinstance(given, Mapping) or set(given) != set(known):
        raise ValueError(f"{place}: give a first and a last age for each of {', '.join(known)}")
    made = {}
    for band, ages in given.items():
        whole = isinstance(ages, list) and len(ages) == 2 and all(type(age) is int for age in ages)
        if not whole or ages[0] > ages[1]:
            raise ValueError(f"{place}: {band!r} is {ages!r}; give first and last age, such as [18, 29]")
        made[str(band)] = (ages[0], ages[1])
    return made
