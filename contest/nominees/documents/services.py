"""Handing documents in and taking them back; the file and its row stand or fall together."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime
from pathlib import Path

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from contest.contests.models import Contest, ContestState
from contest.nominees.documents.files import remove_when_committed, write_durably
from contest.nominees.documents.inspection import Inspected
from contest.nominees.documents.models import DocumentKind, NomineeDocument
from contest.nominees.documents.queries import SIGNED_PAPERS
from contest.nominees.models import Nominee, NomineeState
from contest.nominees.services import reference, refuse_unless_takes_part
from core import audit
from core.errors import BadInput, Conflict
from core.storage import lock_row

MOST_DOCUMENTS = 12


def keep_document(
    session: Session,
    *,
    nominee: Nominee,
    kind: DocumentKind,
    content: bytes,
    inspected: Inspected,
    is_scanned: bool,
    directory: Path,
    added_by: int | None,
    actor: str,
    now: datetime,
) -> NomineeDocument:
    """Keep an inspected (and, where a scanner is set, scanned) file of a nominee.

    :raises BadInput: when this very file is there already, or one too many.
    :raises Conflict: when the nominee takes part no more, or the outcome is frozen; the papers by which one
        objects, or gives the right to it up, come later than either.
    """
    is_late_paper = kind in (DocumentKind.WAIVER, DocumentKind.OBJECTION)
    contest = session.get_one(Contest, nominee.contest_id)
    if not is_late_paper:
        refuse_unless_takes_part(nominee)
        if contest.state in (ContestState.CLOSED, ContestState.PUBLISHED):
            raise Conflict(_l("The outcome is frozen: no document is taken any more."))
    if kind is DocumentKind.OBJECTION:
        # It is filed right away, and filing takes the contest: whoever takes both takes the contest first.
        lock_row(session, contest)
    lock_row(session, nominee)
    # A signed paper always has room: somebody withdraws by one.
    held = select(func.count()).where(
        NomineeDocument.nominee_id == nominee.id, NomineeDocument.kind.not_in(SIGNED_PAPERS)
    )
    if kind not in SIGNED_PAPERS and (session.scalar(held) or 0) >= MOST_DOCUMENTS:
        raise BadInput(_l("There are %(most)s documents already: take one back first.", most=MOST_DOCUMENTS))
    digest = hashlib.sha256(content).hexdigest()
    same = select(NomineeDocument.name).where(
        NomineeDocument.nominee_id == nominee.id, NomineeDocument.sha256 == digest
    )
    known = session.scalars(same).first()
    if known is not None:
        raise BadInput(_l("This very file is here already as “%(name)s”.", name=known))
    document = NomineeDocument(
        nominee_id=nominee.id, kind=kind, key=secrets.token_hex(16), name=inspected.name,
        media=inspected.media, size=len(content), sha256=digest, is_scanned=is_scanned, added_by=added_by,
        added_at=now,
    )  # fmt: skip
    write_durably(session, directory=directory, key=document.key, content=content)
    session.add(document)
    session.flush()
    audit.record(
        session, actor=actor, action="document.add", subject=reference(nominee), document=document.id,
        kind=kind.value, media=inspected.media.value, sha256=digest, scanned=is_scanned,
    )  # fmt: skip
    return document


def remove_document(
    session: Session, *, nominee: Nominee, document: NomineeDocument, directory: Path, actor: str,
    now: datetime,
) -> None:  # fmt: skip
    """Take a document back; what a registration rests on stays.

    :raises Conflict: once the nominee is registered or out, or where a recorded consent rests on it.
    """
    lock_row(session, nominee)
    if nominee.state is not NomineeState.PROPOSED:
        raise Conflict(
            _l("The application is decided: its documents stay. A better version can be added beside.")
        )
    if document.kind is DocumentKind.CONSENT and nominee.consented_at is not None:
        raise Conflict(_l("The recorded consent rests on it: it stays."))
    remove_when_committed(session, directory=directory, key=document.key)
    audit.record(
        session, actor=actor, action="document.remove", subject=reference(nominee), document=document.id,
        sha256=document.sha256,
    )  # fmt: skip
    session.delete(document)
    session.flush()
