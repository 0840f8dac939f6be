"""Passwords, second factors and tokens: what is kept of each, and how a given one is compared.

Knows no database, no request and no clock. Argon2, PyOTP and PyNaCl are used here and nowhere else
in this room.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import datetime
from functools import lru_cache

import pyotp
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from flask_babel import lazy_gettext as _l
from nacl.exceptions import CryptoError
from nacl.secret import SecretBox

from core.codes import key_for
from core.errors import BadInput, Unavailable

SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 200
STEP_SECONDS = 30
#: A clock may be one step (30 s) off either way.
STEPS_AROUND = (0, -1, 1)

# OWASP's memory for Argon2id with one pass, and a pass more.
_HASHER = PasswordHasher(time_cost=2, memory_cost=47104, parallelism=1)


def hash_password(password: str) -> str:
    """The Argon2id hash of a password, with its own salt and parameters."""
    return _HASHER.hash(password)


def is_password(kept: str | None, password: str) -> bool:
    """Whether the password is the kept one; nobody's password takes as long and is never right."""
    try:
        return _HASHER.verify(kept or _nobody(), password) and kept is not None
    except (VerificationError, InvalidHashError):
        return False


def is_outdated(kept: str) -> bool:
    """Whether a hash was made with other parameters than today's."""
    return _HASHER.check_needs_rehash(kept)


def refuse_weak(password: str, *, login: str) -> None:
    """Take a password of 12 to 200 characters that is not the login and not one thing repeated.

    :raises BadInput: naming what is wrong; the password itself is never in the message.
    """
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise BadInput(
            _l(
                "A password has %(shortest)d to %(longest)d characters: a few words are easiest.",
                shortest=SHORTEST_PASSWORD, longest=LONGEST_PASSWORD,
            )
        )  # fmt: skip
    if login in password.casefold() or len(set(password)) < 6:
        raise BadInput(_l("This password is easily guessed: take a few unrelated words."))


def new_secret() -> str:
    """A new secret of a second factor (160 bits, base 32)."""
    return pyotp.random_base32()


def seal_secret(secret_key: str, secret: str) -> bytes:
    """A second factor's secret as it is kept: sealed under the installation's secret."""
    return bytes(_box(secret_key).encrypt(secret.encode()))


def open_secret(secret_key: str, sealed: bytes) -> str:
    """The secret of a second factor.

    :raises Unavailable: when it was sealed under another installation's secret.
    """
    try:
        return _box(secret_key).decrypt(sealed).decode()
    except CryptoError:
        raise Unavailable(
            _l("The second factor cannot be read: the installation's secret was changed. Reset the account.")
        ) from None


def matching_step(secret: str, code: str, *, now: datetime, after: int | None) -> int | None:
    """The time step that a code belongs to, or None for a wrong, old or already used one.

    :param after: the step of the last accepted code; that one and earlier ones are refused.
    """
    typed = "".join(code.split())
    if not (typed.isascii() and typed.isdigit()):
        return None
    present = int(now.timestamp()) // STEP_SECONDS
    factor = pyotp.TOTP(secret, interval=STEP_SECONDS)
    found = None
    for offset in STEPS_AROUND:
        step = present + offset
        good = hmac.compare_digest(factor.at(step * STEP_SECONDS), typed)
        if good and found is None and (after is None or step > after):
            found = step
    return found


def enrolment_address(secret: str, *, login: str, issuer: str) -> str:
    """The `otpauth://` address that an authenticator's camera reads."""
    return pyotp.TOTP(secret, interval=STEP_SECONDS).provisioning_uri(name=login, issuer_name=issuer)


def enrolment_picture(address: str, *, title: str) -> str:
    """The address as a QR code, an SVG to stand in the page (dark on light in either scheme)."""
    import segno

    return segno.make(address, error="m").svg_inline(
        scale=5, border=4, dark="#000", light="#fff", title=title, svgclass="qr", lineclass=None
    )


def new_token() -> str:
    """A token for a link: 256 random bits."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> bytes:
    """What is kept of a token."""
    return hashlib.sha256(token.encode()).digest()


def _box(secret_key: str) -> SecretBox:
    return SecretBox(key_for(secret_key, "second-factor"))


@lru_cache(maxsize=1)
def _nobody() -> str:
    return _HASHER.hash(secrets.token_urlsafe(32))
