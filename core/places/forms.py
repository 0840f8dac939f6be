"""The one form of the territory's staff page: a table to take or only to check."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField


class TableForm(FlaskForm):
    """A file, and whether it is only checked."""

    table = FileField(
        _l("Table (CSV or XLSX)"), validators=[FileRequired(_l("Choose a file."))],
        description=_l("Take the template, fill in what is known and leave empty what is not."),
    )  # fmt: skip
    dry_run = BooleanField(_l("Only check the file, change nothing"))
