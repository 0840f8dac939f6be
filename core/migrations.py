"""Alembic, configured in code: the schema is brought up to date by one command.

`metadata()` is the union of all rooms' models; whoever calls this has imported the rooms.
"""

from __future__ import annotations

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Connection, Engine

from core.settings import ROOT
from core.storage import Base


def config(connection: Connection) -> Config:
    """Alembic's configuration for an open connection."""
    made = Config()
    made.set_main_option("script_location", str(ROOT / "migrations"))
    made.set_main_option("path_separator", "os")
    made.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    made.attributes["connection"] = connection
    made.attributes["metadata"] = Base.metadata
    return made


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Bring the schema up to a revision, in one transaction."""
    with engine.begin() as connection:
        command.upgrade(config(connection), revision)


def downgrade(engine: Engine, revision: str = "base") -> None:
    """Take the schema down to a revision, in one transaction."""
    with engine.begin() as connection:
        command.downgrade(config(connection), revision)


def revise(engine: Engine, number: str, message: str) -> None:
    """Write a new revision from the difference between the models and the schema (for developers)."""
    with engine.begin() as connection:
        command.revision(config(connection), message=message, rev_id=number, autogenerate=True)


def differences(engine: Engine) -> list[object]:
    """What the models have and the schema has not, or the other way round."""
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return compare_metadata(context, Base.metadata)
