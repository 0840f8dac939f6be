"""The schema by migrations equals the models, and goes up, down and up again."""

from __future__ import annotations

from sqlalchemy import Engine, inspect

import wsgi  # noqa: F401  (imports every room's models)
from core import migrations
from core.storage import Base, open_storage
from tests.conftest import Backend


def checks(engine: Engine) -> dict[str, list[tuple[str, str]]]:
    """The CHECK constraints of every table, by name: what Alembic does not compare by itself."""
    found = inspect(engine)
    return {
        table: sorted((check["name"], check["sqltext"]) for check in found.get_check_constraints(table))
        for table in Base.metadata.tables
    }


def test_migrations_make_the_same_checks_as_the_models(backend: Backend, empty: str):
    migrated, made = open_storage(backend.create()), open_storage(backend.copy(empty))
    try:
        migrations.upgrade(migrated.engine)
        assert checks(migrated.engine) == checks(made.engine)
    finally:
        migrated.engine.dispose()
        made.engine.dispose()


def test_migrations_go_up_down_and_up_and_equal_the_models(backend: Backend):
    storage = open_storage(backend.create())
    try:
        migrations.upgrade(storage.engine)
        assert migrations.differences(storage.engine) == []
        tables = set(inspect(storage.engine).get_table_names())
        assert tables - {"alembic_version"} == set(Base.metadata.tables)
        migrations.downgrade(storage.engine)
        assert set(inspect(storage.engine).get_table_names()) <= {"alembic_version"}
        migrations.upgrade(storage.engine)
        assert migrations.differences(storage.engine) == []
    finally:
        storage.engine.dispose()
