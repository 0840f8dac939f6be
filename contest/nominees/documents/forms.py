"""The form by which a document is handed in."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from contest.nominees.documents.inspection import LARGEST_FILE
from contest.nominees.documents.models import DocumentKind
from contest.nominees.words import DOCUMENTS


def file_field(label: object) -> FileField:
    """Where a file is chosen; it is looked at and scanned before it is kept."""
    return FileField(
        label, [FileRequired(_l("Choose a file."))],
        description=_l(
            "PDF, DOCX, JPEG or PNG, up to %(most)s MB. No copies of identity papers.",
            most=LARGEST_FILE // 2**20,
        ),
        render_kw={"accept": ".pdf,.docx,.jpg,.jpeg,.png"},
    )  # fmt: skip


#: What a nominee does without a paper, and the paper that comes with its objection.
NOT_BY_ONESELF = (DocumentKind.WAIVER, DocumentKind.WITHDRAWAL, DocumentKind.OBJECTION)


class DocumentForm(FlaskForm):
    """A file and what it is for; a nominee gives the right to object up without a paper."""

    kind = SelectField(
        _l("What it is"), [InputRequired()],
        choices=[
            SelectChoice(kind.value, name) for kind, name in DOCUMENTS.items()
            if kind not in NOT_BY_ONESELF
        ],
    )  # fmt: skip
    file = file_field(_l("File"))


class StaffDocumentForm(DocumentForm):
    """A file that staff hand in for a nominee."""

    kind = SelectField(
        _l("What it is"), [InputRequired()],
        choices=[
            SelectChoice(kind.value, name) for kind, name in DOCUMENTS.items()
            if kind is not DocumentKind.OBJECTION
        ],
    )  # fmt: skip
