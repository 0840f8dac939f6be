"""Is this file a certificate of ours: by its SHA-256, by the record that it carries inside, by its signature.

Only reads. Says "altered" when the record names a certificate of the register but the bytes are others.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from contest.certificates.inspection import Inspection, inspect
from contest.certificates.models import Certificate
from contest.certificates.queries import Status, find_certificate, status_of
from contest.certificates.record import record_from_json
from core.signatures import SealCheck


class Verdict(StrEnum):
    """What a file is."""

    VALID = Status.VALID.value
    REISSUED = Status.REISSUED.value
    REVOKED = Status.REVOKED.value
    ALTERED = "altered"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Verification:
    """The verdict, the file's SHA-256, the certificate that it is or claims to be, and its signature."""

    verdict: Verdict
    sha256: str
    certificate: Certificate | None
    seal: SealCheck


def verify_file(
    session: Session,
    content: bytes,
    *,
    signers: frozenset[str],
    stranger: Callable[[bytes, frozenset[str]], Inspection] = inspect,
) -> Verification:
    """Compare a file with the register.

    :param signers: the fingerprints of the certificates that have signed here.
    :param stranger: what looks into a file that is not in the register: it may be anything.
    """
    digest = hashlib.sha256(content).hexdigest()
    known = session.scalars(select(Certificate).where(Certificate.sha256 == digest)).first()
    if known is not None:
        found = inspect(content, signers)
        # The register's own file carries the register's own record, or the register was tampered with.
        verdict = status_of(known).value if found.record == known.record_json else Verdict.ALTERED
        return Verification(Verdict(verdict), digest, known, found.seal)
    found = stranger(content, signers)
    claimed = _claimed(session, found.record)
    verdict = Verdict.UNKNOWN if claimed is None else Verdict.ALTERED
    return Verification(verdict, digest, claimed, found.seal)


def _claimed(session: Session, record: str | None) -> Certificate | None:
    """The certificate that the record inside names."""
    if record is None:
        return None
    try:
        return find_certificate(session, record_from_json(record).code)
    except ValueError:
        return None
