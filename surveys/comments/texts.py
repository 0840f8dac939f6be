"""The words that a resident adds: how long they may be, and how they are cleaned.

Pure. Refuses nothing itself: whoever reads a form says that a text is too long.
"""

from __future__ import annotations

from core.free_text import cleaned

__all__ = ["LONGEST", "cleaned"]

LONGEST = 500
