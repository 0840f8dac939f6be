"""The tables: named constraints, and no path of keys from an answer to a person."""

from __future__ import annotations

import pytest
from sqlalchemy import Table

import wsgi  # noqa: F401  (imports every room's models)
from core.storage import Base

TABLES = list(Base.metadata.tables.values())
#: Tables whose rows come from one person's answer or trace.
ANSWERS = (
    "survey_ballots", "survey_comments", "survey_pressure_reports", "ethics_envelopes",
    "ethics_sealed_remarks", "ethics_remarks", "urn_intake", "urn_ledger",
)  # fmt: skip
#: Tables that name or mark a person.
PEOPLE = ("accounts", "account_", "officials", "nominees", "journal")


def names(table: Table) -> str:
    return table.name


def reached(table: Table) -> set[str]:
    found: set[str] = set()
    waiting = [table]
    while waiting:
        for key in waiting.pop().foreign_keys:
            if key.column.table.name not in found:
                found.add(key.column.table.name)
                waiting.append(key.column.table)
    return found


@pytest.mark.parametrize("name", ANSWERS)
def test_no_path_of_keys_leads_from_an_answer_to_a_person(name: str):
    table = Base.metadata.tables[name]
    assert not {other for other in reached(table) if other.startswith(PEOPLE)}


@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_keeps_no_time_order_or_address(name: str):
    table = Base.metadata.tables[name]
    assert table.dialect_options["sqlite"]["with_rowid"] is False
    for column in table.columns:
        kind = type(column.type).__name__
        assert "DateTime" not in kind, column
        assert not (column.primary_key and "Integer" in kind and len(table.primary_key) == 1), column
        assert column.name not in {"ip", "address", "session", "account_id", "user_agent", "language", "code"}


def test_no_table_points_at_an_answer():
    for table in TABLES:
        assert not {k.column.table.name for k in table.foreign_keys} & set(ANSWERS), table.name


@pytest.mark.parametrize("table", TABLES, ids=names)
def test_every_constraint_has_a_name(table: Table):
    for constraint in table.constraints:
        assert constraint.name, (table.name, constraint)
    for index in table.indexes:
        assert index.name, (table.name, index)
