"""The signed list of a contest's certificates, by which anyone checks a file without this system.

It names numbers and fingerprints alone: with a code one could open the page of a person, so no code and no
name stands here. The signature is over one canonical text.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from contest.certificates.models import Certificate
from contest.certificates.queries import status_of
from core.errors import BadInput
from core.signatures import SigningKey, fingerprint_of_pem, is_signed_by, sign_bytes

FORMAT = "auyl-uni certificate register 1"
#: 2,319 certificates take half a megabyte.
LARGEST_LIST = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class RegisterList:
    """A list that was read: its contest, its day, who signed it, and an entry for each file's SHA-256."""

    contest: str
    made_at: str
    signer: str
    entries: dict[str, dict[str, object]]

    def has(self, contest: str, serial: int) -> bool:
        """Whether the list has a certificate of this number."""
        return contest == self.contest and any(each["serial"] == serial for each in self.entries.values())


def register_of(
    contest_code: str, certificates: Iterable[Certificate], *, now: datetime
) -> dict[str, object]:
    """The list of a contest, to be signed."""
    rows = sorted(certificates, key=lambda one: one.serial)
    serials = {one.id: one.serial for one in rows}
    return {
        "format": FORMAT, "contest": contest_code, "made_at": now.isoformat(timespec="seconds"),
        "certificates": [
            {
                "serial": one.serial, "sha256": one.sha256, "stage": one.stage.value, "award": one.award,
                "status": status_of(one).value, "since": one.revoked_at and one.revoked_at.date().isoformat(),
                "reason": one.revocation_reason, "replaced_by": serials.get(one.replaced_by),
            }
            for one in rows
        ],
    }  # fmt: skip


def signed_list(register: dict[str, object], key: SigningKey) -> str:
    """The list with its signature and the signer's certificate, as one JSON text."""
    return json.dumps(
        {
            "register": register, "signature": sign_bytes(_canonical(register), key).hex(),
            "certificate": key.pem,
        },
        ensure_ascii=False, indent=1, sort_keys=True,
    )  # fmt: skip


def read_list(text: str) -> RegisterList:
    """A signed list, if its signature is over it; whether the signer is to be trusted is for the caller.

    :raises BadInput: when this is no list, or was changed.
    """
    try:
        body = json.loads(text)
        register, pem = body["register"], body["certificate"]
        if not is_signed_by(_canonical(register), bytes.fromhex(body["signature"]), pem):
            raise BadInput("This register was changed: its signature is not over it.")
        if register["format"] != FORMAT:
            raise ValueError(f"its format is {register['format']!r}")
        entries = {str(each["sha256"]): dict(each) for each in register["certificates"]}
        return RegisterList(register["contest"], register["made_at"], fingerprint_of_pem(pem), entries)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as fault:
        raise BadInput(f"This is no signed register of certificates ({fault}).") from None


def _canonical(register: object) -> bytes:
    return json.dumps(register, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
