"""A site on SQLite with the territory, and people who sign in to it, for the nominees' tests."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

import wsgi
from core import clock
from core.access import Role
from core.application import build_app
from core.settings import Settings
from core.storage import Storage, commit
from tests.conftest import NOW
from tests.contest import sample

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
PDF = b"%PDF-1.7\n1 0 obj << /Type /Catalog >> endobj\nstartxref\n9\n%%EOF\n"


@pytest.fixture
def territory(settled_sqlite: Storage) -> Iterator[Session]:
    """A writing session; the kind of database cannot matter to these rules."""
    with settled_sqlite.writing() as session:
        yield session


@pytest.fixture
def site(settled_sqlite: Storage, settings: Settings, held_clock: None) -> Iterator[Flask]:
    url = settled_sqlite.engine.url.render_as_string(hide_password=False)
    made = build_app(replace(settings, database_url=url), wsgi.ROOMS, testing=True)
    yield made
    made.extensions["storage"].engine.dispose()


@pytest.fixture
def keep(site: Flask) -> Callable:
    def run(act: Callable[[Session], object]) -> object:
        with site.extensions["storage"].writing() as session:
            result = act(session)
            commit(session, now=NOW)
            return result

    return run


@pytest.fixture
def enter(site: Flask, keep: Callable) -> Callable[..., FlaskClient]:
    """Sign an account in, or a new one of a role."""

    def run(role: Role, oblast: str | None = None, *, account_id: int | None = None) -> FlaskClient:
        login = f"{role}-{oblast}".lower()
        made = account_id or keep(lambda session: sample.account(session, login, role, oblast))
        client = site.test_client()
        with client.session_transaction() as cookie:
            cookie["_user_id"] = f"{made}.1"
            cookie["_fresh"] = True
            cookie["factor_at"] = clock.present().isoformat()
        return client

    return run


def docx(text: str = "Сәлем", *, parts: dict[str, bytes | str] | None = None) -> bytes:
    """A small DOCX; further parts are added, and those of the same name take their place."""
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    paragraphs = "".join(f"<w:p><w:r><w:t>{line}</w:t></w:r></w:p>" for line in text.split("\n"))
    relations = "http://schemas.openxmlformats.org/package/2006/relationships"
    made: dict[str, bytes | str] = {
        "[Content_Types].xml": f'<Types><Override PartName="/w.xml" ContentType="{WORD}"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{relations}"/>',
        "word/document.xml": f'<w:document xmlns:w="{space}"><w:body>{paragraphs}</w:body></w:document>',
    }
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in {**made, **(parts or {})}.items():
            archive.writestr(name, content)
    return packed.getvalue()
