"""The one rate limiter; views name their limit where they stand."""

from __future__ import annotations

import hashlib
import hmac

from flask import current_app, request
from flask_limiter import Limiter

from core import clock


def caller() -> str:
    """A keyed mark of the network address that dies with the day; the address itself is not kept."""
    day = clock.day_of(clock.present()).isoformat()
    key = hmac.digest(current_app.secret_key.encode(), f"rate:{day}".encode(), hashlib.sha256)
    return hmac.new(key, (request.remote_addr or "").encode(), hashlib.sha256).hexdigest()[:32]


# A counter that does not answer must not hold up a resident: Redis gets a second, memory needs none.
limiter = Limiter(
    caller, headers_enabled=False, storage_options={"socket_connect_timeout": 1, "socket_timeout": 1}
)
