"""The staff forms of an import: a file with its mapping, checked, asked for, or approved."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import SubmitField


class FileForm(FlaskForm):
    """A table of answers and, unless it is the template's, its mapping."""

    table = FileField(
        _l("Table of answers (CSV or XLSX)"), [FileRequired(_l("Choose a file."))],
        description=_l("One row for each answer. It is taken whole, or not at all."),
    )  # fmt: skip
    mapping = FileField(
        _l("Mapping (TOML)"),
        description=_l("Which column is what. Not needed for a file made from the template."),
    )


class RequestForm(FileForm):
    """The first person's: check only, or check and ask a second person."""

    ask = SubmitField(_l("Check, and ask a second person to approve"))
    check = SubmitField(_l("Check only, keep nothing"))


class ApproveForm(FileForm):
    """The second person's: take the answers in, or leave that to the command."""

    take = SubmitField(_l("Approve and take the answers in"))
    leave = SubmitField(_l("Approve only: the command on the server takes them in"))
