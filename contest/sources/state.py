"""How far a campaign or a round is, as the contest's checklists need it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class SourceState:
    """A source's admission, days and state; `is_published` means that its numbers can be read."""

    code: str
    admitted_by: str | None
    is_open: bool
    is_closed: bool
    is_published: bool
    opens_on: date
    closes_on: date
