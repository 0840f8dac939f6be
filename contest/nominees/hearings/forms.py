"""The form by which the secretary sets a hearing."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DateTimeLocalField, IntegerField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from contest.nominees.hearings.queries import heard_parts
from contest.nominees.hearings.services import FEWEST_MINUTES, LONGEST_LINK, LONGEST_PLACE, MOST_MINUTES
from contest.nominees.models import Nominee
from contest.rulebook import RuleBook, Stage

_REQUIRED = InputRequired(_l("Fill in this field."))


class HearingForm(FlaskForm):
    """Whom, for what, when, how long and where."""

    nominee = SelectField(_l("Nominee"), [_REQUIRED], coerce=int)
    component = SelectField(_l("For what"), [_REQUIRED])
    starts_at = DateTimeLocalField(_l("Day and time"), [_REQUIRED], description=_l("The time of Kazakhstan."))
    minutes = IntegerField(
        _l("How many minutes"),
        [_REQUIRED, NumberRange(FEWEST_MINUTES, MOST_MINUTES, _l("From 5 to 480 minutes."))], default=30,
    )  # fmt: skip
    place = StringField(_l("Where to come"), [Optional(), Length(max=LONGEST_PLACE)])
    link = StringField(
        _l("Link"), [Optional(), Length(max=LONGEST_LINK)],
        description=_l("Of a video meeting; it begins with https://. A place or a link is enough."),
    )  # fmt: skip

    def offer(self, nominees: list[Nominee], book: RuleBook, stage: Stage) -> None:
        """Whom and for what at this stage."""
        self.nominee.choices = [SelectChoice(one.id, one.name_kk) for one in nominees]
        self.component.choices = [
            SelectChoice(part.code, str(part.title)) for part in heard_parts(book, stage)
        ]
