"""The doors of the care for an installation: health, readiness, counts, doctor, backups."""

from __future__ import annotations

from core.care.commands import backup, doctor
from core.care.views_public import care
from core.room import Room

ROOM = Room(name="care", blueprints=(care,), commands=(doctor, backup))
