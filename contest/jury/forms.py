"""The member's forms: conflicts, and marks as they were sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import SelectField, StringField
from wtforms.validators import InputRequired, Length, Optional

from contest.rulebook import Component, StageRules


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
    """The marks of a sent page: what can be read, where one abstains, and (field's id, message) of faults."""

    values: dict[tuple[str, str], int]
    abstained: frozenset[tuple[str, str]]
    faults: tuple[tuple[str, str], ...] = ()


def read_marks(sent: Mapping[str, str], parts: Sequence[Component]) -> SentMarks:
    """Read the marks of every criterion of some components; an empty field is no mark."""
    values, abstained, faults = {}, set(), []
    for part in parts:
        for criterion in part.criteria:
            name = f"{part.code}--{criterion.code}"
            text = sent.get(name, "").strip()
            if f"{name}--abstain" in sent:
                abstained.add((part.code, criterion.code))
            elif not text:
                continue
            elif not text.isdecimal() or not part.lowest <= int(text) <= part.highest:
                said = _(
                    "%(criterion)s: give a whole number from %(low)s to %(high)s.",
                    criterion=criterion.title, low=part.lowest, high=part.highest,
                )  # fmt: skip
                faults.append((name, said))
            else:
                values[part.code, criterion.code] = int(text)
    return SentMarks(values, frozenset(abstained), tuple(faults))
