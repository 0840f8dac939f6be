"""The staff forms of campaigns."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, DateField, SelectField, SelectMultipleField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length
from wtforms.widgets import CheckboxInput, ListWidget

from core.words import Words
from surveys.criteria import shipped, shipped_codes
from surveys.names import MODE_NAMES

LONGEST_TITLE = 200


class Tick(CheckboxInput):
    """One checkbox of several: a browser must not insist on each of them where one is needed."""

    validation_attrs = ["disabled"]


class TickList(SelectMultipleField):
    """Several choices as checkboxes, which need neither script nor a held key."""

    widget = ListWidget(prefix_label=False)
    option_widget = Tick()


class DraftForm(FlaskForm):
    """A new campaign."""

    code = StringField(
        _l("Code"), [InputRequired(), Length(max=40)],
        description=_l("Stands in every address: small Latin letters, digits and dashes, such as 2026-main."),
    )  # fmt: skip
    contest_code = StringField(_l("Code of the contest"), [InputRequired(), Length(max=40)])
    title_kk = StringField(_l("Title in Kazakh"), [InputRequired(), Length(max=LONGEST_TITLE)])
    title_ru = StringField(_l("Title in Russian"), [InputRequired(), Length(max=LONGEST_TITLE)])
    title_en = StringField(_l("Title in English"), [InputRequired(), Length(max=LONGEST_TITLE)])
    criteria_code = SelectField(_l("Criteria set"), [InputRequired()])
    mode = SelectField(
        _l("Who can answer"), [InputRequired()],
        choices=[SelectChoice(mode.value, name) for mode, name in MODE_NAMES.items()],
    )  # fmt: skip
    opens_on = DateField(_l("First day"), [InputRequired()])
    closes_on = DateField(_l("Last day"), [InputRequired()])
    oblasts = TickList(_l("Oblasts"), description=_l("Without a choice: all of them."))
    with_towns = BooleanField(_l("Also towns of district significance"))

    def offer(self, oblasts: list[tuple[str, str]]) -> None:
        """Set the choices that depend on the database and the shipped files."""
        self.oblasts.choices = [SelectChoice(kato, name) for kato, name in oblasts]
        self.criteria_code.choices = [
            SelectChoice(code, str(shipped(code).title)) for code in shipped_codes()
        ]

    def title(self) -> Words:
        """The title in the three languages."""
        return Words(self.title_kk.data, self.title_ru.data, self.title_en.data)


class ActForm(FlaskForm):
    """A button with nothing to fill in."""


class PauseForm(FlaskForm):
    """Why answers are not taken for a while."""

    reason = StringField(
        _l("Reason"), [InputRequired(), Length(max=300)], description=_l("It goes into the journal.")
    )


class ExtendForm(FlaskForm):
    """A later last day, and why."""

    closes_on = DateField(_l("New last day"), [InputRequired()])
    reason = StringField(
        _l("Reason"), [InputRequired(), Length(max=300)], description=_l("It goes into the journal."),
        id="extend_reason",  # it stands on one page with the reason of a pause
    )  # fmt: skip


def first_fault(form: FlaskForm) -> str:
    """The first fault of a small form, with its field's name."""
    name, faults = next(iter(form.errors.items()))
    return f"{form[name].label.text}: {faults[0]}" if name else str(faults[0])
