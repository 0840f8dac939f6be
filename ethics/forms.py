"""The staff forms of the ethics room, and the names of states, outcomes and verdicts for readers."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    DateField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from core.words import Words
from ethics.items import shipped, shipped_codes
from ethics.items_bank import bank
from ethics.models import Outcome, RoundState, Verdict
from ethics.slips.wording import WHO_IS_ASKED

STATE_NAMES = {
    RoundState.DRAFT: _l("Draft"),
    RoundState.OPEN: _l("Open"),
    RoundState.CLOSED: _l("Closed"),
}
#: Where a questionnaire stands while it has no outcome, by the state of its round.
PHASE_NAMES = {
    RoundState.DRAFT: _l("Being prepared"),
    RoundState.OPEN: _l("Takes answers"),
    RoundState.CLOSED: _l("Waits to be opened"),
}
OUTCOME_NAMES = {
    Outcome.OPENED: _l("Envelopes opened"),
    Outcome.VOID: _l("Ended without opening"),
}
VERDICT_NAMES = {
    Verdict.COMPLIES: _l("Complies"),
    Verdict.REMARKS: _l("Complies, with remarks"),
    Verdict.FAILS: _l("Does not comply"),
}
LONGEST_TITLE = 200


class ActForm(FlaskForm):
    """A button with nothing to fill in."""


class RoundForm(FlaskForm):
    """A new round."""

    code = StringField(
        _l("Code"), [InputRequired(), Length(max=40)],
        description=_l("Small Latin letters, digits and dashes, such as 2026-ethics."),
    )  # fmt: skip
    contest_code = StringField(_l("Code of the contest"), [InputRequired(), Length(max=40)])
    title_kk = StringField(_l("Title in Kazakh"), [InputRequired(), Length(max=LONGEST_TITLE)])
    title_ru = StringField(_l("Title in Russian"), [InputRequired(), Length(max=LONGEST_TITLE)])
    title_en = StringField(_l("Title in English"), [InputRequired(), Length(max=LONGEST_TITLE)])
    items_code = SelectField(_l("Statements"), [InputRequired()])
    picked = SelectMultipleField(
        _l("Or your own selection from the bank"), [Optional()], widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
        description=_l(
            "Ticked statements take the place of the set above: 2 to 40, some of them against the akim. "
            "Their code, shown after drafting, must stand in the rule book."
        ),
    )  # fmt: skip
    asked_kk = TextAreaField(
        _l("Who is asked, in Kazakh"), [InputRequired(), Length(max=2000)], default=WHO_IS_ASKED.kk,
        description=_l("One rule for the lists by position of all nominees."),
    )  # fmt: skip
    asked_ru = TextAreaField(
        _l("Who is asked, in Russian"), [InputRequired(), Length(max=2000)], default=WHO_IS_ASKED.ru
    )
    asked_en = TextAreaField(
        _l("Who is asked, in English"), [InputRequired(), Length(max=2000)], default=WHO_IS_ASKED.en
    )
    takes_remarks = BooleanField(
        _l("Respondents may add a remark"),
        description=_l(
            "Remarks of up to 500 characters are sealed and mixed apart from the answers. The commissioner "
            "alone reads them, where at least ten people answered; elsewhere they are destroyed unread."
        ),
    )  # fmt: skip
    opens_on = DateField(_l("First day"), [InputRequired()])
    closes_on = DateField(_l("Last day"), [InputRequired()])

    def offer(self) -> None:
        """Set the choices that depend on the shipped files."""
        self.items_code.choices = [SelectChoice(code, str(shipped(code).title)) for code in shipped_codes()]
        self.picked.choices = [
            SelectChoice(item.code, f"{norm.name}: {item.text}")
            for norm in bank().norms
            for item in norm.items
        ]

    def title(self) -> Words:
        """The title in the three languages."""
        return Words(self.title_kk.data, self.title_ru.data, self.title_en.data)

    def asked(self) -> Words:
        """The rule of who is asked, in the three languages."""
        return Words(self.asked_kk.data, self.asked_ru.data, self.asked_en.data)


class QuestionnaireForm(FlaskForm):
    """A new questionnaire, about the akim of a unit."""

    kato = StringField(
        _l("KATO code of the akim's unit"), [InputRequired(), Length(min=9, max=9)],
        description=_l("Nine digits, as in the classifier."),
    )  # fmt: skip
    positions = TextAreaField(
        _l("List by position"), [InputRequired(), Length(max=20_000)], render_kw={"rows": 8},
        description=_l(
            "A line for each position: in Kazakh | in Russian | how many people. Positions only, never "
            "names, and without the akim."
        ),
    )  # fmt: skip


class CloseForm(FlaskForm):
    """Why a round closes although acts of unused slips are missing."""

    reason = StringField(
        _l("Reason for closing without the missing acts"), [Optional(), Length(max=300)],
        description=_l("It goes into the journal."),
    )  # fmt: skip


class PublishForm(FlaskForm):
    """Why scores are published although some questionnaires were not opened."""

    reason = StringField(
        _l("Reason"), [InputRequired(), Length(max=300)], description=_l("It goes into the journal.")
    )


def first_fault(form: FlaskForm) -> str:
    """The first fault of a small form, with its field's name."""
    name, faults = next(iter(form.errors.items()))
    return f"{form[name].label.text}: {faults[0]}" if name else str(faults[0])
