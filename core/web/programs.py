"""What is made for programs: addresses under `/api/`. They have no session and no cookie, so that an answer
is the same for everybody and may be read from any site; their errors are problem+json.

Knows the web and no room.
"""

from __future__ import annotations

from flask import Flask, Request, request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface

PREFIX = "/api/"


def is_for_programs() -> bool:
    """Whether the present request is for a program's address, which need not exist."""
    return request.path.startswith(PREFIX)


class Sessions(SecureCookieSessionInterface):
    """The staff's sessions; a program's address neither reads nor keeps one."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        if request.path.startswith(PREFIX):
            return None
        return super().open_session(app, request)
