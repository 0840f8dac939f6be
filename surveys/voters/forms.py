"""The staff forms of the lists of codes."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import IntegerField, StringField
from wtforms.validators import InputRequired, Length, NumberRange

#: How many letters a page draws while one waits; `flask campaigns codes` draws any number.
LARGEST_ONLINE = 300


class MakeForm(FlaskForm):
    """How many codes."""

    count = IntegerField(
        _l("How many letters"), [InputRequired(), NumberRange(1, LARGEST_ONLINE)],
        description=_l("Up to %(most)s here; larger lists are printed by the command “campaigns codes”.",
                       most=LARGEST_ONLINE),
    )  # fmt: skip


class WithdrawForm(FlaskForm):
    """Why codes become worthless."""

    reason = StringField(
        _l("Reason"), [InputRequired(), Length(max=300)], description=_l("It goes into the journal.")
    )


class CountForm(FlaskForm):
    """What became of a batch's letters."""

    returned = IntegerField(_l("Came back unused"), [InputRequired(), NumberRange(0)])
    spoiled = IntegerField(_l("Spoiled in print or torn"), [InputRequired(), NumberRange(0)])
