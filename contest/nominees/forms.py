"""The staff forms of nominees."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import SelectField, StringField
from wtforms.validators import InputRequired, Length, Optional

from contest.nominees.services import LONGEST_TITLE


class RegisterForm(FlaskForm):
    """A new nominee; the choices are the officials in office."""

    official = SelectField(_l("Akim"), [InputRequired()], coerce=int)
    name_kk = StringField(
        _l("Name in Kazakh"), [Optional(), Length(max=200)],
        description=_l("As it shall stand on the certificate. Empty: as in the register of posts."),
    )  # fmt: skip
    name_ru = StringField(_l("Name in Russian"), [Optional(), Length(max=200)])
    project_title_kk = StringField(_l("Project's title in Kazakh"), [Optional(), Length(max=LONGEST_TITLE)])
    project_title_ru = StringField(_l("Project's title in Russian"), [Optional(), Length(max=LONGEST_TITLE)])


class ProjectForm(FlaskForm):
    """The project's title in both languages."""

    project_title_kk = StringField(
        _l("Project's title in Kazakh"), [InputRequired(), Length(max=LONGEST_TITLE)]
    )
    project_title_ru = StringField(
        _l("Project's title in Russian"), [InputRequired(), Length(max=LONGEST_TITLE)]
    )


class LeaveForm(FlaskForm):
    """Why a nominee leaves."""

    reason = StringField(
        _l("Reason"), [InputRequired(), Length(max=500)], description=_l("It is kept with the nomination.")
    )
