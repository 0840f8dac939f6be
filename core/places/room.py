"""The doors of the territory: its commands, its staff page, its readiness."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.access import Right
from core.places.commands import territories
from core.places.models import Unit
from core.places.views_staff import places
from core.room import MenuEntry, Room


def missing_territory(session: Session) -> str | None:
    """Say that the classifier was not loaded yet."""
    if session.scalar(select(func.count()).select_from(Unit)):
        return None
    return "the territory is not loaded: run `flask territories load`"


ROOM = Room(
    name="places",
    blueprints=(places,),
    menu=(MenuEntry("places.territories", _l("Territory"), Right.MANAGE_TERRITORIES),),
    commands=(territories,),
    readiness={"territory": missing_territory},
)
