"""What a report's form said: its fields read, with everything kept that was typed.

May import this room's models. Knows no request and no database: a mapping of texts comes in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask_babel import lazy_gettext as _l

from core.free_text import cleaned
from surveys.pressure.models import LONGEST_WORDS, PressureKind


@dataclass(frozen=True, slots=True)
class Told:
    """The form as it was sent: what was chosen and typed, and what cannot be taken (field's id, sentence)."""

    kind: PressureKind | None = None
    words: str = ""
    faults: tuple[tuple[str, object], ...] = ()


def read_told(sent: Mapping[str, str]) -> Told:
    """Read a sent form; control characters are taken out of the words, nothing else."""
    kinds = {kind.value: kind for kind in PressureKind}
    kind, words = kinds.get(sent.get("kind", "")), cleaned(sent.get("words", ""))
    faults = []
    if kind is None:
        faults.append(("kind-told", _l("Choose what happened, then press Send.")))
    if len(words) > LONGEST_WORDS:
        faults.append(
            (
                "words",
                _l(
                    "The words have %(length)s characters; at most %(most)s fit. Shorten them.",
                    length=len(words), most=LONGEST_WORDS,
                ),
            )
        )  # fmt: skip
    return Told(kind, words, tuple(faults))
