"""The check of a file without any database: by its signature, and by a signed list where one is given.

Knows no table. Without a list nobody can know whether a certificate was revoked since: the status is unknown.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from contest.certificates.inspection import Inspection
from contest.certificates.listing import RegisterList
from contest.certificates.record import CertificateRecord, record_from_json
from core.errors import BadInput
from core.signatures import Seal, SealCheck


class Outcome(StrEnum):
    """What can be said of a file."""

    VALID = "valid"
    REISSUED = "reissued"
    REVOKED = "revoked"
    INTACT = "intact"  # whole and by a known signer; nobody said whether it was revoked
    ALTERED = "altered"
    FOREIGN = "foreign"


@dataclass(frozen=True, slots=True)
class Offline:
    """The outcome, the status by the list, the file's SHA-256, its signature and its record."""

    outcome: Outcome
    status: str
    sha256: str
    seal: SealCheck
    record: CertificateRecord | None
    reason: object = None

    def facts(self) -> dict[str, object]:
        """Everything, to be printed."""
        told: dict[str, object] = {
            "verdict": self.outcome.value, "status": self.status, "sha256": self.sha256,
            "signature": self.seal.seal.value, "signer": self.seal.signer or None,
            "signer_sha256": self.seal.fingerprint or None,
            "signed_at": self.seal.signed_at and self.seal.signed_at.isoformat(), "reason": self.reason,
        }  # fmt: skip
        if self.record is not None:
            told |= {
                "contest": self.record.contest, "serial": self.record.serial, "award": self.record.award,
                "name": self.record.name_kk, "issued_on": self.record.issued_on.isoformat(),
            }  # fmt: skip
        return told


def verify_offline(
    content: bytes,
    trusted: frozenset[str],
    known: RegisterList | None,
    *,
    inspect: Callable[[bytes, frozenset[str]], Inspection],
) -> Offline:
    """Check a file by its signature and, if given, by a list.

    :raises BadInput: when the list was signed by somebody whom we do not trust.
    """
    if known is not None and known.signer not in trusted:
        raise BadInput(
            f"The register is signed by a certificate that is not trusted here (SHA-256 {known.signer}): get "
            "the signer's certificate from the agency and name it with --signer."
        )
    digest = hashlib.sha256(content).hexdigest()
    found = inspect(content, trusted)
    record = _record(found.record)
    entry = known.entries.get(digest) if known is not None else None
    if entry is not None:
        status = str(entry["status"])
        return Offline(Outcome(status), status, digest, found.seal, record, entry["reason"])
    claims = record is not None and (known is None or known.has(record.contest, record.serial))
    if found.seal.seal is Seal.INTACT and record is not None and known is None:
        outcome = Outcome.INTACT
    else:
        outcome = Outcome.ALTERED if claims or found.seal.seal is Seal.BROKEN else Outcome.FOREIGN
    return Offline(outcome, "unknown", digest, found.seal, record)


def _record(text: str | None) -> CertificateRecord | None:
    try:
        return None if text is None else record_from_json(text)
    except ValueError:
        return None
