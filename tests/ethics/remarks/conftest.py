"""The pages of remarks are tested on SQLite alone; what the database does with them, on both."""

from tests.ethics.sqlite_app import app

__all__ = ["app"]
