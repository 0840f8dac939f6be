"""The short-lived address of a scanned slip: its code under a seal that only the installation opens.

Pure cryptography (secret boxes of PyNaCl): no database, and the clock is given. Whoever finds the address
later, in a list of visited pages, learns nothing from it and can do nothing with it.
"""

from __future__ import annotations

import base64
from datetime import datetime, timedelta

from nacl.exceptions import CryptoError
from nacl.secret import SecretBox

from core.codes import key_for

LIFE = timedelta(minutes=10)
_STAMP = 8


def make_pass(code: str, *, secret: str, now: datetime) -> str:
    """A code as a part of an address, for ten minutes; made anew, it is another one."""
    ends = int((now + LIFE).timestamp()).to_bytes(_STAMP, "big")
    return base64.urlsafe_b64encode(_box(secret).encrypt(ends + code.encode("ascii"))).decode()


def code_of_pass(token: str, *, secret: str, now: datetime) -> str | None:
    """The code of an address that :func:`make_pass` made; None when it is too old, or none of ours."""
    try:
        said = _box(secret).decrypt(base64.urlsafe_b64decode(token))
    except (CryptoError, ValueError):
        return None
    if int.from_bytes(said[:_STAMP], "big") < now.timestamp():
        return None
    return said[_STAMP:].decode("ascii")


def _box(secret: str) -> SecretBox:
    return SecretBox(key_for(secret, "ethics-pass"))
