"""The forms about nominees: for whoever proposes, for the secretary, and for the nominee."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import BooleanField, DateField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional

from contest.nominees.services import LONGEST_EMPLOYER, LONGEST_TITLE

_REQUIRED = InputRequired(_l("Fill in this field."))


class ProposeForm(FlaskForm):
    """A new nominee; the choices are the officials in office."""

    official = SelectField(_l("Akim"), [_REQUIRED], coerce=int)
    name_kk = StringField(
        _l("Name in Kazakh"), [Optional(), Length(max=200)],
        description=_l("As it shall stand on the certificate. Empty: as in the register of posts."),
    )  # fmt: skip
    name_ru = StringField(_l("Name in Russian"), [Optional(), Length(max=200)])
    employer = StringField(
        _l("Akim's office"), [Optional(), Length(max=LONGEST_EMPLOYER)],
        description=_l("Members who work there neither mark nor vote on this nominee."),
    )  # fmt: skip
    project_title_kk = StringField(_l("Project's title in Kazakh"), [Optional(), Length(max=LONGEST_TITLE)])
    project_title_ru = StringField(_l("Project's title in Russian"), [Optional(), Length(max=LONGEST_TITLE)])
    in_person = BooleanField(
        _l("The akim applies in person"),
        description=_l("Otherwise you stand in the record as the one who proposed."),
    )


class ProjectForm(FlaskForm):
    """The project's title in both languages."""

    project_title_kk = StringField(_l("Project's title in Kazakh"), [_REQUIRED, Length(max=LONGEST_TITLE)])
    project_title_ru = StringField(_l("Project's title in Russian"), [_REQUIRED, Length(max=LONGEST_TITLE)])


class RecordForm(FlaskForm):
    """How the nominee is written, and the akim's office."""

    name_kk = StringField(
        _l("Name in Kazakh"), [_REQUIRED, Length(max=200)],
        description=_l("As it shall stand on the certificate."),
    )  # fmt: skip
    name_ru = StringField(_l("Name in Russian"), [_REQUIRED, Length(max=200)])
    employer = StringField(
        _l("Akim's office"), [Optional(), Length(max=LONGEST_EMPLOYER)],
        description=_l("Members who work there neither mark nor vote on this nominee."),
    )  # fmt: skip


class InviteForm(FlaskForm):
    """The login of a nominee's own account."""

    login = StringField(
        _l("Login"), [_REQUIRED, Length(max=64, message=_l("A login has at most 64 characters."))],
        description=_l("For example the nominee's mail address. The account opens the nominee's page alone."),
        render_kw={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"},
    )  # fmt: skip


class ConsentForm(FlaskForm):
    """The nominee's consent, with a tick that says to what."""

    agree = BooleanField(
        _l(
            "I agree to take part in the contest and that my name, post, project and result are published, "
            "and I have read the rules of the contest."
        ),
        [InputRequired(_l("Without this tick there is no consent."))],
    )


class PaperConsentForm(FlaskForm):
    """The secretary's word that the signed paper is among the documents."""

    agree = BooleanField(
        _l("The nominee's signed consent is among the documents; I have read it."),
        [InputRequired(_l("Without this tick there is no consent."))],
    )


class PenaltyForm(FlaskForm):
    """What the nominee declares of penalties."""

    had = RadioField(
        _l("Disciplinary penalties"), [_REQUIRED],
        choices=[
            SelectChoice("no", _l("There were none")),
            SelectChoice("yes", _l("There was one; the last on this day:")),
        ],
    )  # fmt: skip
    last_on = DateField(_l("Day of the last penalty"), [Optional()])


class ReasonForm(FlaskForm):
    """Why a nominee is declined or leaves."""

    reason = StringField(
        _l("Reason"), [_REQUIRED, Length(max=500)], description=_l("It is kept with the nomination.")
    )


class SureForm(FlaskForm):
    """An act without further facts."""


class EssayForm(FlaskForm):
    """An essay as text, or as a DOCX of which the text alone is taken."""

    text = TextAreaField(
        _l("Text of the essay"), [Optional()],
        description=_l("Without your name and your village: members mark it not knowing whose it is."),
    )  # fmt: skip
    file = FileField(
        _l("Or a DOCX"), [Optional()],
        description=_l("Its text alone is kept: the file would tell its author."),
        render_kw={"accept": ".docx"},
    )  # fmt: skip
