"""Staff for the tests: a login, a browser that signs in with it, a held clock, counted queries."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta

import pyotp
from click.testing import Result
from flask import Flask
from sqlalchemy import event
from sqlalchemy.orm import Session

from core.access import Role, Scope
from core.accounts.models import Account
from core.accounts.services import create_demo_account
from core.places.models import Edition, Unit
from core.places.naming import UnitKind, UnitLevel
from tests.conftest import NOW, SECRET

English = {"Accept-Language": "en"}
PASSWORD = "a horse, a lamp, a river"
TOTP = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"


def code(now: datetime) -> str:
    """What the authenticator of :data:`TOTP` shows."""
    return pyotp.TOTP(TOTP).at(now)


def person(session: Session, login: str = "aigul", *scopes: Scope, name: str = "Aigul") -> Account:
    """An account with the known password and factor; the agency's unless scopes are given."""
    return create_demo_account(
        session, login=login, name=name, scopes=scopes or [Scope(Role.AGENCY)], password=PASSWORD,
        totp_secret=TOTP, secret_key=SECRET, now=NOW,
    )  # fmt: skip


def oblast(session: Session, kato: str) -> None:
    """One oblast, for a database without the territory."""
    session.add(
        Edition(
            name="test", actualised_on=date(2026, 1, 1), sha256="0" * 64, loaded_at=NOW, units=1, added=1,
            renamed=0, ended=0,
        )
    )  # fmt: skip
    session.flush()
    session.add(
        Unit(
            kato=kato, level=UnitLevel.OBLAST, kind=UnitKind.OBLAST, oblast_kato=kato, name_kk="Абай облысы",
            name_ru="область Абай", name_en="Abai oblast", official_kk="Абай", official_ru="Абай",
            valid_from=date(2026, 1, 1), edition="test",
        )
    )  # fmt: skip
    session.flush()


def run(app: Flask, *words: str, given: str | None = None) -> Result:
    """A command, as `flask` runs it: inside the application's context."""
    with app.app_context():
        return app.test_cli_runner().invoke(args=words, input=given)


@contextmanager
def counting(session: Session) -> Iterator[list[str]]:
    """The statements that the session sends meanwhile."""
    engine, sent = session.get_bind(), []

    def note(connection, cursor, statement, *rest) -> None:
        sent.append(statement)

    session.flush()
    event.listen(engine, "before_cursor_execute", note)
    yield sent
    event.remove(engine, "before_cursor_execute", note)


class Clock:
    """The clock that the edges read, held by the test."""

    def __init__(self) -> None:
        self.now = NOW

    def pass_(self, **span: float) -> datetime:
        self.now += timedelta(**span)
        return self.now


class Browser:
    """A client that sends the token of the page it is on."""

    def __init__(self, app, time: Clock) -> None:
        self.client, self.time = app.test_client(), time

    def get(self, address: str):
        return self.client.get(address, headers=English)

    def post(self, address: str, on: str | None = None, **fields: str):
        page = self.get(on or address)
        assert page.status_code == 200, (on or address, page.status_code, page.location)
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page.text)
        return self.client.post(address, data={"csrf_token": token[1], **fields}, headers=English)

    def give_password(self, login: str = "aigul", password: str = PASSWORD, where: str = "/staff/login"):
        return self.post(where, login=login, password=password)

    def give_code(self, typed: str | None = None, where: str = "/staff/login/factor"):
        return self.post(where, code=typed or code(self.time.now))

    def sign_in(self, login: str = "aigul"):
        assert self.give_password(login).location == "/staff/login/factor?next=/staff"
        answer = self.give_code()
        assert answer.status_code == 302, answer.text
        return answer
