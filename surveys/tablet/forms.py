"""The staff forms of visits."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DateField, IntegerField
from wtforms.validators import InputRequired, NumberRange

from surveys.forms import TickList
from surveys.tablet.models import MOST_TICKETS


class VisitForm(FlaskForm):
    """A visit to some units of one district."""

    katos = TickList(_l("Where people will answer"), [InputRequired()])
    day = DateField(_l("Day of the visit"), [InputRequired()])
    send_by = DateField(
        _l("Send by"), [InputRequired()],
        description=_l("The last day on which the tablet can send what was answered, at the latest the "
                       "last day of the survey."),
    )  # fmt: skip
    tickets = IntegerField(
        _l("How many people at most"), [InputRequired(), NumberRange(1, MOST_TICKETS)],
        description=_l("So many tickets are taken along; each is good for one answer."),
    )  # fmt: skip
