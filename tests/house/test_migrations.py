"""The schema by migrations equals the models, and goes up, down and up again."""

from __future__ import annotations

from sqlalchemy import inspect

import wsgi  # noqa: F401  (imports every room's models)
from core import migrations
from core.storage import Base, open_storage
from tests.conftest import Backend


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
