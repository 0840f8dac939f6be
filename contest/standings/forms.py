"""The staff forms of standings."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import SelectField, StringField
from wtforms.validators import InputRequired, Length

from contest.contests.forms import ConfirmForm
from contest.objections.queries import Handled


class CorrectForm(ConfirmForm):
    """A correction of a frozen standing; 0 is no objection."""

    objection = SelectField(_l("It follows from"), coerce=int)
    reason = StringField(
        _l("Reason"), [InputRequired(), Length(max=500)],
        description=_l(
            "It is published with the new standing, word for word; the one before stays visible. Name "
            "nobody; nothing about health or family."
        ),
    )  # fmt: skip

    def offer(self, granted: Sequence[Handled]) -> None:
        """Set the granted objections whose corrected standing is not frozen."""
        self.objection.choices = [
            *(
                (one.objection.number, _("objection number %(number)s", number=one.objection.number))
                for one in granted
            ),
            (0, _("an approving vote of the commission")),
        ]
