"""The kit's files, each made once for an announcement and a language and then kept, a bounded number of them.

One is made at a time in a process: whoever asks for the same meanwhile gets what was made. What cannot be
drawn is remembered too. So requests, however many, never cost more than the few files that there are.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from threading import Lock

from contest.press.announcement import Announcement
from contest.press.document import draw_sheet
from contest.press.picture import SHEETS, draw_picture
from contest.press.wording import text_of
from core.errors import BadInput

#: Three contests in three languages, two pictures and a sheet each; some four megabytes.
MOST_KEPT = 27
DRAWERS: dict[str, Callable[[Announcement, str], bytes]] = {
    "pdf": lambda told, code: draw_sheet(told, code=code),
    "txt": lambda told, code: f"{text_of(told, code).plain()}\n".encode(),
    **{shape: lambda told, code, shape=shape: draw_picture(told, code=code, shape=shape) for shape in SHEETS},
}


@dataclass(frozen=True, slots=True)
class Made:
    """A file's content with its fingerprint."""

    content: bytes
    fingerprint: str


@dataclass(slots=True)
class Kept:
    """What was made, by announcement, language and kind; the ones asked for last stay."""

    files: OrderedDict[tuple[Announcement, str, str], Made | BadInput] = field(default_factory=OrderedDict)
    lock: Lock = field(default_factory=Lock)

    def made(self, told: Announcement, *, code: str, kind: str) -> Made:
        """The file of a kind of :data:`DRAWERS`, made now or before.

        :raises BadInput: when it cannot be drawn, such as for a letter that the fonts lack.
        """
        key = (told, code, kind)
        with self.lock:
            if key not in self.files:
                self.files[key] = _made(told, code, kind)
                while len(self.files) > MOST_KEPT:
                    self.files.popitem(last=False)
            self.files.move_to_end(key)
            found = self.files[key]
        if isinstance(found, BadInput):
            raise BadInput(found.message)
        return found


def _made(told: Announcement, code: str, kind: str) -> Made | BadInput:
    try:
        content = DRAWERS[kind](told, code)
    except BadInput as fault:
        return fault.with_traceback(None)
    return Made(content, sha256(content).hexdigest())
