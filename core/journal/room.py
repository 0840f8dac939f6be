"""The doors of the journal: its page, its commands, its daily head."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from core.access import Right
from core.journal.commands import audit
from core.journal.queries import length
from core.journal.services import ask_for_head
from core.journal.views_staff import journal
from core.room import MenuEntry, Room

ROOM = Room(
    name="journal",
    blueprints=(journal,),
    menu=(MenuEntry("journal.index", _l("Journal"), Right.READ_JOURNAL),),
    commands=(audit,),
    jobs={"signed head": lambda session, now: ask_for_head(session, now=now)},
    metrics={"journal_entries": length},
)
