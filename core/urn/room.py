"""The urn's doors: its commands and its readiness."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.room import Room
from core.urn.commands import urn
from core.urn.models import Intake
from core.urn.queries import waiting_in_all
from core.web.edge import keys


def missing_keys(session: Session) -> str | None:
    """Name the intake keys under which answers wait and whose file is not here."""
    missing = sorted(set(session.scalars(select(Intake.key_name).distinct())) - keys().names())
    if not missing:
        return None
    return f"put back the key files {', '.join(missing)}: answers wait under them"


ROOM = Room(
    name="urn",
    commands=(urn,),
    readiness={"intake keys": missing_keys},
    metrics={"urn_waiting": lambda session: sum(count for _, _, count in waiting_in_all(session))},
)
