"""The member's forms: conflicts, and marks as they were sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import SelectField, StringField
from wtforms.validators import InputRequired, Length, Optional

from contest.rulebook import StageRules


class ActForm(FlaskForm):
    """A button with nothing to fill in."""


class ConflictForm(FlaskForm):
    """A declared conflict with a nominee."""

    ground = SelectField(_l("Ground"), [InputRequired()])
    details = StringField(_l("In a few words"), [Optional(), Length(max=500)])

    def offer(self, rules: StageRules) -> None:
        """Set the rule book's grounds."""
        self.ground.choices = [(ground.code, str(ground.title)) for ground in rules.conflicts]


@dataclass(frozen=True, slots=True)
class SentMarks:
    """The marks of a sent page: what can be read, and (field's id, message) for what cannot."""

    values: dict[tuple[str, str], int]
    faults: tuple[tuple[str, str], ...]


def read_marks(sent: Mapping[str, str], rules: StageRules) -> SentMarks:
    """Read the marks of every criterion; an empty field is no mark."""
    values, faults = {}, []
    for part in rules.marked:
        for criterion in part.criteria:
            name = f"{part.code}--{criterion.code}"
            text = sent.get(name, "").strip()
            if not text:
                continue
            if not text.isdecimal() or not part.lowest <= int(text) <= part.highest:
                said = _(
                    "%(criterion)s: give a whole number from %(low)s to %(high)s.",
                    criterion=criterion.title, low=part.lowest, high=part.highest,
                )  # fmt: skip
                faults.append((name, said))
            else:
                values[part.code, criterion.code] = int(text)
    return SentMarks(values, tuple(faults))
