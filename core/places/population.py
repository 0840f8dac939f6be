"""Reads tables of population: residents, adults, and adults by age band and sex, with source and day.

Imports the tables and the names of bands and sexes; refuses by line and column and never writes.
An empty cell means "not known", which is not the same as 0.
"""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass
from datetime import date

from flask_babel import lazy_gettext as _l

from core.errors import RowFault
from core.places.models import AGE_BANDS, SEXES
from core.tables import Row, Table

STRATA = {f"{sex}_{band}": (band, sex) for sex in SEXES for band in AGE_BANDS}
NEEDED = ("kato", "as_of_on", "residents", "adults", "source")
COLUMNS = (*NEEDED, *STRATA)
#: What a template says for the eye alone; a row with nothing else in it was not filled in.
SHOWN = "name"
#: A unit of the classifier never had more; a longer number is a slip.
LARGEST = 20_000_000


@dataclass(frozen=True, slots=True)
class PopulationRow:
    """What a row says about a unit on a day; None and an empty tuple mean "not known"."""

    unit_kato: str
    as_of_on: date
    residents: int | None
    adults: int | None
    source: str
    strata: tuple[tuple[str, str, int], ...]


def read_population(table: Table, *, known: Set[str], today: date) -> list[PopulationRow]:
    """The rows of a table of population.

    :param known: the codes of the units that stand in the classifier.
    :raises BadTable: naming every bad cell.
    """
    table.require(NEEDED, optional=(*STRATA, SHOWN))
    faults: list[RowFault] = []
    rows: dict[tuple[str, date], PopulationRow] = {}
    for row in filled(table):
        found = _read(row, known, today, faults)
        if found is None:
            continue
        key = found.unit_kato, found.as_of_on
        if key in rows:
            faults.append(RowFault(row.line, "kato", _l("this unit and day stand here a second time")))
        rows[key] = found
    table.refuse(faults)
    return list(rows.values())


def _read(row: Row, known: Set[str], today: date, faults: list[RowFault]) -> PopulationRow | None:
    before = len(faults)
    values = row.values
    if values["kato"] not in known:
        faults.append(RowFault(row.line, "kato", _l("no unit has the code “%(kato)s”", kato=values["kato"])))
    day = day_of(row, "as_of_on", faults)
    if day is not None and day > today:
        faults.append(RowFault(row.line, "as_of_on", _l("%(day)s is in the future", day=day.isoformat())))
    if not values["source"]:
        faults.append(RowFault(row.line, "source", _l("say where the numbers come from")))
    residents, adults = (_count(row, name, faults) for name in ("residents", "adults"))
    strata = [(*STRATA[name], _count(row, name, faults)) for name in STRATA if name in values]
    if len(faults) > before:
        return None
    given = tuple((band, sex, number) for band, sex, number in strata if number is not None)
    if residents is not None and adults is not None and adults > residents:
        reason = _l("%(adults)s adults are more than %(all)s residents", adults=adults, all=residents)
        faults.append(RowFault(row.line, "adults", reason))
    if given and len(given) < len(STRATA):
        faults.append(RowFault(row.line, "-", _l("give all eight groups of age and sex, or none")))
    elif given and sum(number for *_, number in given) != adults:
        total = sum(number for *_, number in given)
        reason = _l("the groups of age and sex add up to %(total)s, not to the adults given", total=total)
        faults.append(RowFault(row.line, "adults", reason))
    if len(faults) > before:
        return None
    return PopulationRow(values["kato"], day, residents, adults, values["source"], given)


def filled(table: Table) -> list[Row]:
    """The rows in which something stands besides the unit's code and name."""
    aside = ("kato", SHOWN)
    return [row for row in table.rows if any(text for name, text in row.values.items() if name not in aside)]


def day_of(row: Row, column: str, faults: list[RowFault]) -> date | None:
    """The day in a cell, written 2026-01-31 or 31.01.2026; None and a fault when it is neither."""
    text = row.values[column]
    parts = text.split(".")
    try:
        if len(parts) == 3:
            return date(int(parts[2]), int(parts[1]), int(parts[0]))
        return date.fromisoformat(text)
    except ValueError:
        faults.append(
            RowFault(row.line, column, _l("“%(text)s” is not a day: write it as 2026-01-31", text=text))
        )
        return None


def _count(row: Row, column: str, faults: list[RowFault]) -> int | None:
    text = row.values.get(column, "").replace(" ", "").replace("\xa0", "")
    if not text:
        return None
    if not (text.isascii() and text.isdigit()) or int(text) > LARGEST:
        faults.append(
            RowFault(row.line, column, _l("“%(text)s” is not a number of people", text=row.values[column]))
        )
        return None
    return int(text)
