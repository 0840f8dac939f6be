"""The staff forms of standings."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import StringField
from wtforms.validators import InputRequired, Length

from contest.contests.forms import ConfirmForm


class CorrectForm(ConfirmForm):
    """A correction of a frozen standing."""

    reason = StringField(
        _l("Reason"), [InputRequired(), Length(max=500)],
        description=_l("It is published with the new standing; the one before stays visible."),
    )  # fmt: skip
