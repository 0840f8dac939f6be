"""The web edge: one database session a request, committed by an answer, rolled back by an error.

Views ask for :func:`database` and never commit. A POST gets a writing session, anything else a
reading one whose changes are thrown away.
"""

from __future__ import annotations

from flask import Flask, current_app, g, request
from sqlalchemy.orm import Session

from core import clock
from core.room import MixedTaker
from core.settings import Settings
from core.storage import Storage, commit
from core.urn.keys import KeyRing
from core.web.failures import log_unknown
from core.web.programs import Sessions

READING = frozenset({"GET", "HEAD", "OPTIONS"})


def storage() -> Storage:
    """The storage of the running application."""
    return current_app.extensions["storage"]


def settings() -> Settings:
    """The settings of the running application."""
    return current_app.extensions["settings"]


def keys() -> KeyRing:
    """The intake keys of this installation."""
    return KeyRing(settings().key_directory)


def takers() -> dict[str, MixedTaker]:
    """Who takes mixed answers, by the prefix of their boxes."""
    return {
        prefix: taker for room in current_app.extensions["rooms"] for prefix, taker in room.takers.items()
    }


def database() -> Session:
    """The session of this request, opened when it is first asked for."""
    if "database" not in g:
        maker = storage().reading if request.method in READING else storage().writing
        g.database = maker()
    return g.database


class Application(Flask):
    """A Flask application whose answers commit: an error page never does."""

    session_interface = Sessions()

    def log_exception(self, exc_info) -> None:
        # Flask's own line has the address, and an address may hold a code.
        log_unknown(exc_info[1])

    def dispatch_request(self):
        response = self.make_response(super().dispatch_request())
        session: Session | None = g.get("database")
        if session is not None and request.method not in READING:
            if response.status_code < 400:
                _commit(session)
            else:
                session.rollback()
        return response


def _commit(session: Session) -> None:
    """Commit; a connection whose commit failed is thrown away, since its transaction may still be open."""
    try:
        commit(session, now=clock.present())
    except Exception:
        session.invalidate()
        raise


def close_database(error: BaseException | None = None) -> None:
    """Give the request's session back; whatever was not committed is rolled back."""
    session: Session | None = g.pop("database", None)
    if session is not None:
        session.close()
