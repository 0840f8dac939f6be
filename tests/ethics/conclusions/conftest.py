"""The pages of conclusions are tested on SQLite alone: they only read what the opening has kept."""

from tests.ethics.sqlite_app import app

__all__ = ["app"]
