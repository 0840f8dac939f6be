"""The one rate limiter; views name their limit where they stand."""

from __future__ import annotations

import hashlib
import hmac
from datetime import date
from functools import lru_cache

from flask import current_app, request
from flask_limiter import Limiter

from core import clock


def caller() -> str:
    """A keyed mark of the network address that dies with the day; the address itself is not kept."""
    return mark_of(request.remote_addr, secret=current_app.secret_key, day=clock.day_of(clock.present()))


def mark_of(address: str | None, *, secret: str, day: date) -> str:
    """The mark of an address on a day."""
    return hmac.digest(_key_of(secret, day), (address or "").encode(), hashlib.sha256).hex()[:32]


@lru_cache(maxsize=2)
def _key_of(secret: str, day: date) -> bytes:
    return hmac.digest(secret.encode(), f"rate:{day.isoformat()}".encode(), hashlib.sha256)


# A counter that does not answer must not hold up a resident: Redis gets a second, memory needs none.
limiter = Limiter(
    caller, headers_enabled=False, storage_options={"socket_connect_timeout": 1, "socket_timeout": 1}
)
