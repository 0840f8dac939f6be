"""The staff forms of a contest's life, and the reader's words for its states and acts."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, DateField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from contest.contests.checklist import Act
from contest.contests.services import LONGEST_ORDER
from contest.rulebook_reading import read_rulebook, shipped_codes, shipped_text
from core.errors import BadInput
from core.words import Words

ACTS: dict[Act, object] = {
    Act.PUBLISH_RULES: _l("Publish the rules"),
    Act.OPEN: _l("Open the nominations"),
    Act.OPEN_REGIONAL: _l("Close the nominations and open the regional stage"),
    Act.OPEN_NATIONAL: _l("Open the national stage"),
    Act.FREEZE_NATIONAL: _l("Freeze the national standing"),
    Act.PUBLISH: _l("Publish the results"),
}


def require_valid(form: FlaskForm) -> None:
    """Refuse a sent form with faults, for steps that have no page of their own to show them on.

    :raises BadInput: naming every field with its fault.
    """
    if not form.validate_on_submit():
        raise BadInput(
            "\n".join(
                f"{form[name].label.text if name in form else ''}: {fault}"
                for name, faults in form.errors.items()
                for fault in faults
            )
        )


class ConfirmForm(FlaskForm):
    """A step that cannot be taken back, with a tick that says so."""

    sure = BooleanField(_l("I have checked this. It cannot be undone."), [InputRequired()])


class OrderForm(ConfirmForm):
    """The order by which rules are published."""

    order_number = StringField(_l("Number of the order"), [InputRequired(), Length(max=LONGEST_ORDER)])
    order_on = DateField(_l("Day of the order"), [InputRequired()])


class RulesForm(FlaskForm):
    """The text of a rule book that is not published yet."""

    rules_text = TextAreaField(
        _l("Rule book"), [InputRequired()],
        description=_l("The whole text in TOML. A fault is named with its place."),
    )  # fmt: skip


class CorrectionForm(OrderForm):
    """A correction of published rules; its text is looked at first, so that the difference can be shown."""

    rules_text = TextAreaField(
        _l("Rule book"), [InputRequired()], description=_l("The whole corrected text in TOML.")
    )
    reason = StringField(
        _l("Reason"),
        [InputRequired(), Length(max=500)],
        description=_l("It is published with the correction."),
    )


class DraftForm(FlaskForm):
    """A new contest."""

    code = StringField(
        _l("Code"), [InputRequired(), Length(max=40)],
        description=_l("Stands in every address: small Latin letters, digits and dashes, such as 2026."),
    )  # fmt: skip
    title_kk = StringField(_l("Title in Kazakh"), [InputRequired(), Length(max=200)])
    title_ru = StringField(_l("Title in Russian"), [InputRequired(), Length(max=200)])
    title_en = StringField(_l("Title in English"), [InputRequired(), Length(max=200)])
    rules = SelectField(_l("Rule book"), [InputRequired()])
    campaign_code = StringField(_l("Code of the survey"), [InputRequired(), Length(max=40)])
    round_code = StringField(_l("Code of the ethics round"), [InputRequired(), Length(max=40)])

    def offer(self) -> None:
        """Set the choices that depend on the shipped books."""
        self.rules.choices = [
            (code, str(read_rulebook(shipped_text(code)).title)) for code in shipped_codes()
        ]

    def title(self) -> Words:
        """The title in the three languages."""
        return Words(self.title_kk.data, self.title_ru.data, self.title_en.data)
