"""The forms of the holders: two shares in a rehearsal, two holders at an opening."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import InputRequired, Length

_TYPED = {"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
_EITHER = _l(
    "The eight groups or the thirteen words, typed or scanned; spaces and small letters do not matter."
)


class RehearsalForm(FlaskForm):
    """Two of the three shares."""

    first = StringField(
        _l("First share"), [InputRequired(), Length(max=160)], description=_EITHER, render_kw=_TYPED
    )
    second = StringField(_l("Second share"), [InputRequired(), Length(max=160)], render_kw=_TYPED)


class OpeningForm(FlaskForm):
    """A share of whoever is signed in, and the second holder with login, one-time code and share."""

    first = StringField(
        _l("First share: yours"), [InputRequired(), Length(max=160)], description=_EITHER, render_kw=_TYPED
    )
    login = StringField(
        _l("Login of the second holder"), [InputRequired(), Length(max=64)],
        render_kw={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"},
    )  # fmt: skip
    code = StringField(
        _l("One-time code of the second holder"), [InputRequired(), Length(max=40)], render_kw=_TYPED,
        description=_l("From the second holder's own authenticator; each code works once."),
    )  # fmt: skip
    second = StringField(
        _l("Second share: the second holder's"), [InputRequired(), Length(max=160)], render_kw=_TYPED
    )
