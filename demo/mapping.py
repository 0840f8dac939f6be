"""The import's mapping of the San Diego columns to the criteria, and the made-up populations. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from core.places.models import AGE_BANDS, SEXES
from demo.cast import adults_of, strata_of
from demo.plan import COLUMNS, Area

POPULATION_DAY = "2026-01-01"
_YEARS = {"18-29": (18, 29), "30-44": (30, 44), "45-59": (45, 59), "60+": (60, 98)}


def mapping_text(areas: Sequence[Area]) -> str:
    """The TOML of the import's mapping."""
    lines = ["[criteria]", *(f'{code} = "{column}"' for code, column in COLUMNS.items())]
    lines += ["[ratings]", 'dont_know = ["9"]', "[unit]", 'column = "ZIP"', "[unit.codes]"]
    lines += [f'{area.zip_code} = "{area.kato}"' for area in areas]
    lines += ["[age]", 'column = "Q20"', 'unknown = ["99", ""]', "[age.bands]"]
    lines += [f'"{band}" = [{first}, {last}]' for band, (first, last) in _YEARS.items()]
    lines += ["[sex]", 'column = "Q27"', 'm = ["1"]', 'f = ["2"]', 'unknown = ["3", "9", ""]']
    return "\n".join(lines) + "\n"


def population_csv(areas: Sequence[Area]) -> str:
    """The made-up populations as the table that `flask territories population` takes."""
    strata = [f"{sex}_{band}" for band in AGE_BANDS for sex in SEXES]
    lines = [",".join(["kato", "as_of_on", "residents", "adults", "source", *strata])]
    for kato, adults in adults_of(areas).items():
        counts = strata_of(adults, kato)
        cells = [kato, POPULATION_DAY, int(adults * 1.45), adults, "demonstration (made up)", *counts]
        lines.append(",".join(str(cell) for cell in cells))
    return "\n".join(lines) + "\n"
