"""What a respondent filled in: read from the sent form, shown again when something is missing.

Knows the form's field names and the statements; asks no database.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from flask_babel import lazy_gettext as _l

from core.errors import BadInput
from core.free_text import cleaned, length_of
from ethics.items import HARD_TO_SAY, ItemSet
from ethics.remarks.services import too_long
from ethics.remarks.texts import LONGEST
from ethics.scoring import ANSWERS


@dataclass(frozen=True, slots=True)
class Filled:
    """The chosen point of each statement by its code, the remark, and faults as (field's id, sentence)."""

    chosen: Mapping[str, str] = field(default_factory=dict)
    remark: str = ""
    faults: tuple[tuple[str, object], ...] = ()

    def given(self, items: ItemSet) -> str:
        """The answer; what was left out counts as "hard to say"."""
        return "".join(self.chosen.get(code, HARD_TO_SAY) for code in items.codes)


def field_of(code: str) -> str:
    """The name of a statement's field in the form."""
    return f"item-{code}"


def read_filled(form: Mapping[str, str], items: ItemSet, *, takes_remarks: bool) -> Filled:
    """The answer in a sent form; nothing chosen at all is a fault, and a remark that is too long.

    :raises BadInput: for a point that the form does not offer.
    """
    chosen = {code: form[field_of(code)] for code in items.codes if field_of(code) in form}
    for code, point in chosen.items():
        if point not in ANSWERS:
            raise BadInput(
                _l("“%(point)s” is not on the scale: choose one of the answers.", point=point[:20]),
                place=code,
            )
    remark = cleaned(form.get("remark", "")) if takes_remarks else ""
    faults = []
    if not chosen:
        first = f"{field_of(items.codes[0])}-4"
        faults.append((first, _l("Choose an answer for at least one statement.")))
    if length_of(remark) > LONGEST:
        faults.append(("remark", too_long(remark)))
    return Filled(chosen, remark, tuple(faults))
