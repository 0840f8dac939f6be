"""The ground's own doors, in the same record as a room's: accounts, places, journal, urn, care."""

from __future__ import annotations

from core.accounts.room import ROOM as ACCOUNTS
from core.care.room import ROOM as CARE
from core.journal.room import ROOM as JOURNAL
from core.places.room import ROOM as PLACES
from core.room import Room
from core.urn.room import ROOM as URN

GROUND: tuple[Room, ...] = (PLACES, ACCOUNTS, JOURNAL, CARE, URN)
