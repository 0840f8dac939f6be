"""The way of an uploaded file at the web's edge: looked at, scanned, kept; and back to those who may read it.

Imports the edge and the services of documents; it decides nothing about who may.
"""

from __future__ import annotations

import io

from flask import Response, flash, send_file
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.datastructures import FileStorage

from contest.contests.forms import require_valid
from contest.nominees.documents.files import directory_of, read_file
from contest.nominees.documents.forms import DocumentForm
from contest.nominees.documents.inspection import LARGEST_FILE, MEDIA_TYPES, inspect_file
from contest.nominees.documents.models import DocumentKind, NomineeDocument
from contest.nominees.documents.scanning import scan
from contest.nominees.documents.services import keep_document
from contest.nominees.models import Nominee
from core import clock
from core.web.edge import database, settings


def receive(nominee: Nominee, form: DocumentForm) -> NomineeDocument:
    """Take the file of the sent form as a document of this nominee."""
    require_valid(form)
    document = take(nominee, form.file.data, DocumentKind(form.kind.data))
    flash(_("“%(name)s” is kept.", name=document.name), "good")
    return document


def take(nominee: Nominee, sent: FileStorage, kind: DocumentKind) -> NomineeDocument:
    """Look at a sent file, let it be scanned, and keep it; what was read before has to be read again."""
    name, content = sent.filename or "", sent.read(LARGEST_FILE + 1)
    # A scanner may take long; nobody else's writing waits for it meanwhile.
    database().rollback()
    inspected = inspect_file(content, name)
    is_scanned = scan(content, name=inspected.name, command=settings().scanner)
    return keep_document(
        database(), nominee=nominee, kind=kind, content=content, inspected=inspected, is_scanned=is_scanned,
        directory=directory_of(settings().data_directory), added_by=current_user.id,
        actor=current_user.reference, now=clock.present(),
    )  # fmt: skip


def give(document: NomineeDocument) -> Response:
    """A document as a download, never as a page of this site."""
    content = read_file(directory_of(settings().data_directory), key=document.key, sha256=document.sha256)
    answer = send_file(
        io.BytesIO(content), mimetype=MEDIA_TYPES[document.media], as_attachment=True,
        download_name=document.name, max_age=0,
    )  # fmt: skip
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer
