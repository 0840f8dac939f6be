"""Reads of documents: those of a nominee, and one with the right to open it."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from contest.nominees.documents.models import DocumentKind, NomineeDocument
from contest.nominees.models import Nominee
from core.clock import KAZAKHSTAN
from core.errors import NotFound

#: By these a nominee says something; none of them tells of the work in the post.
SIGNED_PAPERS = (
    DocumentKind.CONSENT, DocumentKind.WAIVER, DocumentKind.WITHDRAWAL, DocumentKind.OBJECTION,
)  # fmt: skip


def documents_of(session: Session, nominee: Nominee) -> list[NomineeDocument]:
    """A nominee's documents in the order in which they were handed in.

    The paper of an objection speaks of scores: it is seen with the objection, by those who may see that.
    """
    wanted = select(NomineeDocument).where(
        NomineeDocument.nominee_id == nominee.id, NomineeDocument.kind != DocumentKind.OBJECTION
    )
    return list(session.scalars(wanted.order_by(NomineeDocument.id)))


def get_document(session: Session, nominee: Nominee, document_id: int) -> NomineeDocument:
    """A document of this nominee.

    :raises NotFound: when there is none of this number, or it is the paper of an objection.
    """
    found = session.get(NomineeDocument, document_id)
    if found is None or found.nominee_id != nominee.id or found.kind is DocumentKind.OBJECTION:
        raise NotFound(_l("This nominee has no document number %(number)s.", number=document_id))
    return found


def count_documents(session: Session, nominee: Nominee, *, until: date | None) -> int:
    """How many documents on the work were handed in by the end of a day (None: at all): signed papers are
    none."""
    wanted = (
        select(func.count())
        .select_from(NomineeDocument)
        .where(NomineeDocument.nominee_id == nominee.id, NomineeDocument.kind.not_in(SIGNED_PAPERS))
    )
    if until is not None:
        midnight = datetime.combine(until + timedelta(days=1), time(), KAZAKHSTAN).astimezone(UTC)
        wanted = wanted.where(NomineeDocument.added_at < midnight)
    return session.scalar(wanted) or 0


def has_paper(session: Session, nominee: Nominee, kind: DocumentKind) -> bool:
    """Whether a paper of a kind was handed in, such as the signed consent."""
    wanted = select(NomineeDocument.id).where(
        NomineeDocument.nominee_id == nominee.id, NomineeDocument.kind == kind
    )
    return session.scalars(wanted).first() is not None


def every_key(session: Session) -> dict[str, str]:
    """The names of all files with their SHA-256; for the check against the disk."""
    return dict(session.execute(select(NomineeDocument.key, NomineeDocument.sha256)).all())
