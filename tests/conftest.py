"""Databases and applications for the tests: SQLite and a real PostgreSQL, a fresh copy for each test.

A test that asks for `storage`, `app` or `client` runs once on each database. The copies are made
from templates: `empty` has the tables, `places` has the whole territory besides.
"""

from __future__ import annotations

import shutil
import tempfile
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import hypothesis
import pytest
from sqlalchemy import NullPool, create_engine, text
from sqlalchemy.orm import Session

import wsgi
from benchmarks.installation import start_postgresql
from core.application import build_app
from core.birth import mark_birth
from core.places.services import load_territories
from core.settings import Settings
from core.storage import Base, Storage, commit, open_storage
from surveys.signals import arrivals
from tests.speed import share_compiled

NOW = datetime(2026, 6, 1, 9, 0, tzinfo=UTC)
SECRET = "a secret of the tests, forty characters."
share_compiled()
# A busy machine is no fault, and what is found once must be found again by everybody. Whoever looks for
# more gives `--hypothesis-profile=default`.
hypothesis.settings.register_profile(
    "house", deadline=None, derandomize=True, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("house")


@dataclass(frozen=True)
class Backend:
    """Makes databases of one kind, and copies of them, and removes them again.

    `templates` are made once, however often the tests change between the kinds of databases.
    """

    name: str
    create: Callable[[], str]
    copy: Callable[[str], str]
    drop: Callable[[str], None]
    templates: dict[str, str] = field(default_factory=dict)

    def template(self, name: str, source: str | None, fill: Callable[[Storage], None]) -> str:
        """The address of a template: a copy of `source` (or a new database), filled the first time."""
        if name not in self.templates:
            url = self.copy(source) if source else self.create()
            storage = open_storage(url)
            fill(storage)
            storage.engine.dispose()
            self.templates[name] = url
        return self.templates[name]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--database", choices=("sqlite", "postgresql", "both"), default="both")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "backend" in metafunc.fixturenames:
        chosen = metafunc.config.getoption("--database")
        kinds = ["sqlite", "postgresql"] if chosen == "both" else [chosen]
        metafunc.parametrize("backend", kinds, indirect=True, scope="session")


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """The address of a PostgreSQL server that lives as long as the tests."""

    # The server runs as a user of its own, who must be able to reach the folder.
    memory = Path("/dev/shm")
    is_roomy = memory.is_dir() and shutil.disk_usage(memory).free > 2 * 1024**3
    folder = Path(tempfile.mkdtemp(prefix="auyl-pg-", dir=memory if is_roomy else None))
    folder.chmod(0o755)
    server = start_postgresql(folder / "data")
    # Nothing of these databases must outlive the tests, so nothing is flushed to the disk for them.
    for setting in ("fsync", "full_page_writes", "synchronous_commit"):
        server.psql(f"ALTER SYSTEM SET {setting} = off")
    server.psql("SELECT pg_reload_conf()")
    yield server.get_uri().replace("postgresql://", "postgresql+psycopg://")
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def backends() -> dict[str, Backend]:
    """The kinds of databases that have been asked for so far."""
    return {}


@pytest.fixture(scope="session")
def backend(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    backends: dict[str, Backend],
) -> Backend:
    if request.param not in backends:
        backends[request.param] = _backend(request.param, request, tmp_path_factory)
    return backends[request.param]


def _backend(name: str, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Backend:
    if name == "sqlite":
        folder = tmp_path_factory.mktemp("sqlite")

        def create() -> str:
            return f"sqlite:///{folder / uuid.uuid4().hex}.sqlite3"

        def copy(url: str) -> str:
            target = create()
            shutil.copyfile(url.removeprefix("sqlite:///"), target.removeprefix("sqlite:///"))
            return target

        def drop(url: str) -> None:
            for path in folder.glob(Path(url).name + "*"):
                path.unlink()

        return Backend("sqlite", create, copy, drop)
    server = request.getfixturevalue("postgresql")
    admin = create_engine(server, isolation_level="AUTOCOMMIT", poolclass=NullPool)

    def make(template: str) -> str:
        name = f"t{uuid.uuid4().hex}"
        with admin.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {template}"))
        return str(admin.url.set(database=name).render_as_string(hide_password=False))

    def remove(url: str) -> None:
        with admin.connect() as connection:
            connection.execute(text(f"DROP DATABASE {_database_name(url)} WITH (FORCE)"))

    return Backend("postgresql", lambda: make("template1"), lambda url: make(_database_name(url)), remove)


def _database_name(url: str) -> str:
    return create_engine(url).url.database


def _make_tables(storage: Storage) -> None:
    Base.metadata.create_all(storage.engine)
    with storage.write(now=NOW) as session:
        mark_birth(session, kind="demo", now=NOW)


def _load_territory(storage: Storage) -> None:
    with storage.write(now=NOW) as session:
        load_territories(session, now=NOW)


@pytest.fixture(scope="session")
def empty(backend: Backend) -> str:
    """The address of a template with all tables."""
    return backend.template("empty", None, _make_tables)


@pytest.fixture(scope="session")
def places(backend: Backend, empty: str) -> str:
    """The address of a template with the whole territory of the country."""
    return backend.template("places", empty, _load_territory)


@pytest.fixture
def settled_sqlite(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, backends: dict[str, Backend]
) -> Iterator[Storage]:
    """The whole territory on SQLite alone, for what does not depend on the kind of database."""
    if "sqlite" not in backends:
        backends["sqlite"] = _backend("sqlite", request, tmp_path_factory)
    backend = backends["sqlite"]
    url = backend.copy(
        backend.template("places", backend.template("empty", None, _make_tables), _load_territory)
    )
    opened = open_storage(url)
    yield opened
    opened.engine.dispose()
    backend.drop(url)


@pytest.fixture(autouse=True)
def no_arrivals_writer(monkeypatch: pytest.MonkeyPatch) -> None:
    """No thread writes the arrivals of this process for an application that another test built to serve."""
    monkeypatch.setattr(arrivals, "_writer", [])


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(
        kind="demo", secret_key=SECRET, data_directory=tmp_path, key_directory=tmp_path / "keys",
        database_url="sqlite://", redis_url=None, public_url="http://localhost", proxy_hops=0,
        workers=1, metrics_token=None,
    )  # fmt: skip


@pytest.fixture
def storage(backend: Backend, empty: str) -> Iterator[Storage]:
    """A database with tables and nothing else."""
    url = backend.copy(empty)
    opened = open_storage(url)
    yield opened
    opened.engine.dispose()
    backend.drop(url)


@pytest.fixture
def settled(backend: Backend, places: str) -> Iterator[Storage]:
    """A database with the whole territory."""
    url = backend.copy(places)
    opened = open_storage(url)
    yield opened
    opened.engine.dispose()
    backend.drop(url)


@pytest.fixture
def session(storage: Storage) -> Iterator[Session]:
    with storage.writing() as opened:
        yield opened


@pytest.fixture
def app(settings: Settings, backend: Backend, places: str):
    """The whole application on a database with the territory."""
    from dataclasses import replace

    url = backend.copy(places)
    made = build_app(replace(settings, database_url=url), wsgi.ROOMS, testing=True)
    yield made
    made.extensions["storage"].engine.dispose()
    backend.drop(url)


@pytest.fixture
def client(app):
    return app.test_client()


@pytest.fixture
def keep(app):
    """Run a function with a writing session of the application and commit."""

    def run(act: Callable[[Session], object], *, now: datetime = NOW) -> object:
        with app.extensions["storage"].writing() as opened:
            result = act(opened)
            commit(opened, now=now)
            return result

    return run
