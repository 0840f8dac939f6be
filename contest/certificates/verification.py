"""Is this file a certificate of ours: by its SHA-256, and by the record that it carries inside.

Only reads. Says "altered" when the record names a certificate of the register but the bytes are others.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from contest.certificates.models import Certificate
from contest.certificates.queries import Status, find_certificate, status_of
from contest.certificates.record import FILE_NAME, record_from_json
from core.documents import read_attachment
from core.errors import BadInput


class Verdict(StrEnum):
    """What a file is."""

    VALID = Status.VALID.value
    REISSUED = Status.REISSUED.value
    REVOKED = Status.REVOKED.value
    ALTERED = "altered"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Verification:
    """The verdict, the file's SHA-256, and the certificate that it is or claims to be."""

    verdict: Verdict
    sha256: str
    certificate: Certificate | None


def verify_file(session: Session, content: bytes) -> Verification:
    """Compare a file with the register."""
    digest = hashlib.sha256(content).hexdigest()
    known = session.scalars(select(Certificate).where(Certificate.sha256 == digest)).first()
    if known is not None:
        inside = _claimed(session, content)
        # The register's own file carries the register's own record, or the register was tampered with.
        if inside is None or inside[0].id != known.id or inside[1] != known.record_json:
            return Verification(Verdict.ALTERED, digest, known)
        return Verification(Verdict(status_of(known).value), digest, known)
    claimed = _claimed(session, content)
    if claimed is None:
        return Verification(Verdict.UNKNOWN, digest, None)
    return Verification(Verdict.ALTERED, digest, claimed[0])


def _claimed(session: Session, content: bytes) -> tuple[Certificate, str] | None:
    """The certificate that the record inside names, and that record's text."""
    try:
        inside = (read_attachment(content, FILE_NAME) or b"").decode()
        certificate = find_certificate(session, record_from_json(inside).code)
    except (BadInput, ValueError):
        return None
    return None if certificate is None else (certificate, inside)
