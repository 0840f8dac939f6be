"""The forms of staff accounts, and the names of the roles in the reader's language."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import PasswordField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import EqualTo, InputRequired, Length

from core.access import Role, Scope
from core.accounts.factors import LONGEST_PASSWORD
from core.accounts.services import LONGEST_NAME

#: In the order in which they are offered: the one that may do most is never chosen by oversight.
ROLE_NAMES = {
    Role.MEMBER: _l("Commission member"),
    Role.CHAIR: _l("Commission chair"),
    Role.SECRETARY: _l("Commission secretary"),
    Role.ETHICS: _l("Ethics commissioner"),
    Role.OPERATOR: _l("Akimat operator"),
    Role.AUDITOR: _l("Auditor"),
    Role.AGENCY: _l("Agency"),
    Role.NOMINEE: _l("Nominee"),
}
#: A nominee's account is made on the nominee's page, which says whose it is.
_GIVEN = {role: name for role, name in ROLE_NAMES.items() if role is not Role.NOMINEE}

_REQUIRED = InputRequired(_l("Fill in this field."))
NATION = "nation"
_NEW = {"autocomplete": "new-password"}


class LoginForm(FlaskForm):
    """Login and password."""

    login = StringField(
        _l("Login"), [_REQUIRED, Length(max=64, message=_l("A login has at most 64 characters."))],
        render_kw={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"},
    )  # fmt: skip
    password = PasswordField(
        _l("Password"),
        [_REQUIRED, Length(max=LONGEST_PASSWORD, message=_l("This password is longer than any here."))],
        render_kw={"autocomplete": "current-password"},
    )


class CodeForm(FlaskForm):
    """A code of the authenticator, or a recovery code."""

    code = StringField(
        _l("Code"), [_REQUIRED, Length(max=40, message=_l("A code is shorter than this."))],
        render_kw={"autocomplete": "one-time-code", "autocapitalize": "characters", "spellcheck": "false"},
    )  # fmt: skip


class PasswordForm(FlaskForm):
    """A new password, typed twice."""

    password = PasswordField(_l("New password"), [_REQUIRED], render_kw=_NEW)
    again = PasswordField(
        _l("The same once more"),
        [_REQUIRED, EqualTo("password", _l("The two are not the same: type the password again."))],
        render_kw=_NEW,
    )


class ScopeForm(FlaskForm):
    """A role and where it holds."""

    role = SelectField(
        _l("Role"), [_REQUIRED], choices=[SelectChoice(role.value, name) for role, name in _GIVEN.items()]
    )
    oblast = SelectField(_l("Where"), [_REQUIRED])

    def scope(self) -> Scope:
        """The chosen role in the chosen place."""
        return Scope(Role(self.role.data), None if self.oblast.data == NATION else self.oblast.data)


class AccountForm(ScopeForm):
    """A new account with its first role."""

    login = StringField(
        _l("Login"), [_REQUIRED, Length(max=64, message=_l("A login has at most 64 characters."))],
        render_kw={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"},
    )  # fmt: skip
    name = StringField(
        _l("Name"),
        [_REQUIRED, Length(max=LONGEST_NAME, message=_l("A name has at most 120 characters."))],
        render_kw={"autocomplete": "off"},
    )
