"""What templates may say about a place: its name in the reader's language."""

from __future__ import annotations

from flask import Flask

from core.places.models import Unit
from core.places.queries import unit_name
from core.web.language import language


def register_filters(app: Flask) -> None:
    """Add `{{ unit|unit_name }}` to the templates."""
    app.jinja_env.filters["unit_name"] = name_for_reader


def name_for_reader(unit: Unit) -> str:
    """The unit's name in the language of this request."""
    return unit_name(unit, language())
