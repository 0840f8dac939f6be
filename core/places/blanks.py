"""Templates of the tables that people fill in: one row for each open post, its name for the eye."""

from __future__ import annotations

from sqlalchemy.orm import Session

from core.places import officials, population
from core.places.queries import post_units, unit_name
from core.tables import write_csv, write_xlsx

COLUMNS = {"population": population.COLUMNS, "officials": officials.COLUMNS}


def blank_table(session: Session, *, kind: str, language: str, as_csv: bool = False) -> bytes:
    """The template of a kind of table, `population` or `officials`, as XLSX or CSV."""
    kato, *others = COLUMNS[kind]
    columns = (kato, population.SHOWN, *others)
    empty = ("",) * len(others)
    rows = [(unit.kato, unit_name(unit, language), *empty) for _post, unit in post_units(session)]
    return write_csv(columns, rows) if as_csv else write_xlsx(kind, columns, rows)
