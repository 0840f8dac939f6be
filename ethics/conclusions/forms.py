"""The form of a commissioner's conclusion."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import RadioField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from ethics.conclusions.wording import LONGEST_REASONS
from ethics.forms import VERDICT_NAMES


class ConclusionForm(FlaskForm):
    """The commissioner's conclusion."""

    verdict = RadioField(
        _l("Conclusion"),
        [InputRequired()],
        choices=[SelectChoice(one.value, name) for one, name in VERDICT_NAMES.items()],
    )
    reasons_kk = TextAreaField(
        _l("Reasons in Kazakh"), [InputRequired(), Length(max=LONGEST_REASONS)],
        description=_l("Up to 1,600 characters, so that the conclusion stays on one page."),
    )  # fmt: skip
    reasons_ru = TextAreaField(_l("Reasons in Russian"), [InputRequired(), Length(max=LONGEST_REASONS)])
