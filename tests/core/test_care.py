"""The care of an installation: health, readiness, counts, the doctor, backups that come back whole."""

from __future__ import annotations

import json
import zipfile
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from core import migrations
from core.access import Role, Scope
from core.accounts.models import Account, AccountScope
from core.accounts.services import create_account
from core.application import build_app
from core.audit import JournalEntry, chain_faults
from core.birth import mark_birth
from core.care import backups
from core.care.checks import check_address, check_keys
from core.care.metrics import metrics_text
from core.care.rows import _decoded, _encoded
from core.room import Room
from core.settings import Settings
from core.storage import Base, Storage, open_storage
from tests.conftest import NOW, Backend
from tests.staff import oblast, person, run


def quiet(done: int, total: int) -> None:
    """No progress bar."""


def test_health_asks_nothing_and_readiness_names_what_is_wrong(app, client):
    assert (client.get("/healthz").status_code, client.get("/healthz").text) == (200, "ok\n")
    answer = client.get("/readyz")
    assert answer.json["checks"]["database"] is True
    assert answer.json["checks"]["birth mark"] is True
    assert answer.json["checks"]["accounts: second factors"] is True
    assert (answer.status_code == 200) is answer.json["is_ready"]
    with app.extensions["storage"].engine.begin() as connection:
        connection.execute(text("DROP TABLE birth"))
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json) == (503, {"is_ready": False, "checks": {"database": False}})
    assert client.get("/healthz").status_code == 200


def test_a_room_that_is_not_ready_makes_readiness_fail_without_saying_why(settings, backend, empty):
    rooms = (Room("test", readiness={"thing": lambda session: "the secret file /keys/7 is missing"}),)
    app = build_app(replace(settings, database_url=backend.copy(empty)), rooms, testing=True)
    answer = app.test_client().get("/readyz")
    assert answer.status_code == 503
    assert answer.json["checks"]["test: thing"] is False
    assert "/keys/7" not in answer.text
    app.extensions["storage"].engine.dispose()


@pytest.mark.parametrize(
    ("remote", "headers", "status"),
    [("127.0.0.1", {}, 200), ("::1", {}, 200), ("10.0.0.7", {}, 403),
     ("127.0.0.1", {"X-Forwarded-For": "127.0.0.1"}, 403), ("127.0.0.1", {"Forwarded": "for=x"}, 403)],
)  # fmt: skip
def test_counts_without_a_token_are_for_this_machine(client, remote: str, headers: dict, status: int):
    answer = client.get("/metrics", headers=headers, environ_base={"REMOTE_ADDR": remote})
    assert answer.status_code == status
    assert ("auyl_up" in answer.text) is (status == 200)


def test_counts_with_a_token_need_it_from_everywhere(settings, backend, empty):
    chosen = replace(settings, database_url=backend.copy(empty), metrics_token="a token ә")
    app = build_app(chosen, (), testing=True)
    client = app.test_client()

    def status(given: str | None) -> int:
        headers = {} if given is None else {"Authorization": given.encode().decode("latin-1")}
        return client.get("/metrics", headers=headers, environ_base={"REMOTE_ADDR": "127.0.0.1"}).status_code

    assert [status(None), status("Bearer a token"), status("Bearer ")] == [403, 403, 403]
    app.extensions["storage"].engine.dispose()


def test_counts_are_written_in_the_text_format_of_prometheus(session):
    rooms = (
        Room("one", metrics={"waiting": lambda s: 3}),
        Room("two", metrics={"share": lambda s: 0.5, "large": lambda s: 10**15}),
    )
    assert metrics_text(session, rooms, kind="demo") == (
        "# TYPE auyl_up gauge\n"
        'auyl_up{kind="demo"} 1\n'
        "# TYPE auyl_waiting gauge\n"
        "auyl_waiting 3\n"
        "# TYPE auyl_share gauge\n"
        "auyl_share 0.5\n"
        "# TYPE auyl_large gauge\n"
        "auyl_large 1000000000000000\n"
    )


def test_every_count_of_every_room_has_its_own_name(app):
    names = [name for room in app.extensions["rooms"] for name in room.metrics]
    assert len(names) == len(set(names))
    assert all(name.replace("_", "").isalnum() and name.islower() for name in names)


def test_the_doctor_finds_a_healthy_installation_healthy(app, keep):
    keep(person)
    found = run(app, "doctor", "--json")
    findings = json.loads(found.output)
    faults = [finding for finding in findings if not finding["is_ok"]]
    assert faults == []
    assert found.exit_code == 0
    assert {"settings", "data directory", "key directory", "database", "schema", "birth mark", "journal",
            "journal signing key", "accounts: second factors"} <= {f["check"] for f in findings}  # fmt: skip


def faults_of(app) -> dict[str, str]:
    findings = json.loads(run(app, "doctor", "--json").output)
    return {finding["check"]: finding["remedy"] for finding in findings if not finding["is_ok"]}


def test_the_doctor_names_the_fault_and_the_remedy(app, keep):
    keep(person)
    storage, settings = app.extensions["storage"], app.extensions["settings"]
    settings.key_directory.mkdir(mode=0o700)
    (settings.key_directory / "one.intake").write_bytes(b"k")
    (settings.key_directory / "one.intake").chmod(0o644)
    (settings.key_directory / "journal-signing.key").write_bytes(b"short")
    (settings.key_directory / "journal-signing.key").chmod(0o600)
    with storage.engine.begin() as connection:
        connection.execute(text("UPDATE journal SET actor = 'x' WHERE number = 1"))
    app.extensions["settings"] = replace(settings, secret_key="another secret of forty characters......")
    found = faults_of(app)
    assert found["key directory"] == f"chmod 600 {settings.key_directory / 'one.intake'}"
    assert found["journal signing key"] == "put it back from its safe copy"
    assert found["accounts: second factors"].startswith("put back the AUYL_SECRET_KEY")
    assert "journal" in found
    text_form = run(app, "doctor")
    assert text_form.exit_code == 1
    assert f" -> chmod 600 {settings.key_directory / 'one.intake'}" in text_form.output


def test_the_doctor_sees_an_old_schema_and_stops_there(app):
    with app.extensions["storage"].engine.begin() as connection:
        connection.execute(text("ALTER TABLE account_failures DROP COLUMN is_journalled"))
    assert faults_of(app) == {"schema": "run `flask doctor migrate`"}


def test_the_doctor_sees_an_unborn_database(app):
    with app.extensions["storage"].engine.begin() as connection:
        connection.execute(text("DELETE FROM birth"))
    assert faults_of(app) == {"birth mark": "run `flask doctor migrate`"}


def test_a_database_that_does_not_answer_stops_neither_the_start_nor_the_doctor(settings, tmp_path):
    down = replace(settings, database_url="postgresql+psycopg://nobody@127.0.0.1:1/none")
    app = build_app(down, (), testing=True)
    assert faults_of(app) == {"database": "start the database, or correct DATABASE_URL"}
    client = app.test_client()
    assert client.get("/healthz").status_code == 200
    assert client.get("/readyz").status_code == 503
    app.extensions["storage"].engine.dispose()


def test_a_database_of_the_other_kind_is_refused_when_it_comes_up_later(settings, tmp_path):
    late = tmp_path / "late"
    app = build_app(replace(settings, database_url=f"sqlite:///{late}/db.sqlite3"), (), testing=True)
    client = app.test_client()
    assert client.get("/readyz").status_code == 503
    late.mkdir()
    other = open_storage(f"sqlite:///{late}/db.sqlite3")
    Base.metadata.create_all(other.engine)
    with other.write(now=NOW) as session:
        mark_birth(session, kind="live", now=NOW)
    other.engine.dispose()
    with pytest.raises(RuntimeError, match="'live'"):
        client.get("/readyz")
    app.extensions["storage"].engine.dispose()


def test_an_address_without_https_is_a_fault_in_a_live_installation_only(settings: Settings):
    http = replace(settings, public_url="http://uni.kz")
    assert check_address(http).is_ok
    assert not check_address(replace(http, kind="live")).is_ok
    assert check_address(replace(http, kind="live", public_url="https://uni.kz")).is_ok
    assert check_address(replace(http, kind="live", public_url="http://127.0.0.1:8000")).is_ok


def test_a_key_directory_open_to_others_is_a_fault(tmp_path: Path):
    keys = tmp_path / "keys"
    assert [finding.is_ok for finding in check_keys(keys)] == [True]
    keys.mkdir()
    keys.chmod(0o750)
    assert [finding.remedy for finding in check_keys(keys)] == [f"chmod 700 {keys}"]
    keys.chmod(0o700)
    assert [finding.is_ok for finding in check_keys(keys)] == [True]


@pytest.fixture
def target(backend: Backend, tmp_path: Path):
    """An empty database with tables, and a directory beside it."""
    storage = open_storage(backend.create())
    if storage.engine.dialect.name == "postgresql":
        Base.metadata.create_all(storage.engine)
    yield storage
    storage.engine.dispose()


@pytest.fixture
def full(storage: Storage, settings: Settings) -> Settings:
    """A database with rows of all kinds, documents, heads and keys."""
    with storage.write(now=NOW) as session:
        oblast(session, "100000000")
        account = person(
            session, "aigul", Scope(Role.AGENCY), Scope(Role.CHAIR, "100000000"), name="Айгүл\t\\n"
        )
        account.wait_until = NOW + timedelta(microseconds=1)
    for name in ("certificates/DEMO-1.pdf", "heads/000000001.json", "keys/one.intake", "secret.key",
                 "auyl.sqlite3", "auyl.sqlite3-wal", "backups/old.zip", "spent.marks", "signing/seal.p12",
                 "signing/seal", "signing/passphrase"):  # fmt: skip
        path = settings.data_directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"content of {name}")
    own = settings.data_directory / "signing"
    return replace(settings, signing_key=own / "seal", signing_passphrase=own / "passphrase")


def backup_of(storage: Storage, settings: Settings) -> Path:
    return backups.create(storage, settings, folder=settings.data_directory / "backups", now=NOW, step=quiet)


def test_a_backup_comes_back_whole(storage: Storage, target: Storage, full: Settings, tmp_path: Path):
    path = backup_of(storage, full)
    assert path.name == "auyl-demo-20260601T090000Z.zip"
    assert path.stat().st_mode & 0o077 == 0
    assert backups.verify(path, step=quiet) == []
    place = replace(full, data_directory=tmp_path / "restored", key_directory=tmp_path / "restored" / "keys")
    backups.restore(target, place, path, step=quiet)
    with storage.read() as before, target.read() as after:
        for table in Base.metadata.sorted_tables:
            order = select(table).order_by(*table.primary_key.columns)
            assert after.execute(order).all() == before.execute(order).all(), table.name
        assert after.scalar(select(Account.name)) == "Айгүл \\n"
        assert list(chain_faults(after)) == []
    restored = sorted(p.relative_to(place.data_directory).as_posix()
                      for p in place.data_directory.rglob("*") if p.is_file())  # fmt: skip
    assert restored == ["certificates/DEMO-1.pdf", "heads/000000001.json"]


def test_rows_go_into_a_database_that_has_no_tables_yet(backend: Backend, settings: Settings, tmp_path: Path):
    source, blank = (open_storage(backend.create()) for _time in range(2))
    migrations.upgrade(source.engine)
    with source.write(now=NOW) as session:
        mark_birth(session, kind="demo", now=NOW)
        person(session, "aigul")
    place = replace(settings, data_directory=tmp_path / "restored")
    place.data_directory.mkdir()
    backups.restore(blank, place, backup_of(source, settings), step=quiet)
    assert migrations.differences(blank.engine) == []
    with blank.read() as session:
        assert session.scalar(select(Account.login)) == "aigul"
    for storage in (source, blank):
        storage.engine.dispose()


def test_growing_keys_and_foreign_keys_work_after_a_restore(storage, target, full, tmp_path):
    place = replace(full, data_directory=tmp_path / "restored")
    backups.restore(target, place, backup_of(storage, full), step=quiet)
    with target.write(now=NOW) as session:
        account = create_account(
            session, login="second", name="Second", scopes=[Scope(Role.AUDITOR)], actor="system", now=NOW
        )
        assert account.id == 2
    with pytest.raises(IntegrityError), target.write(now=NOW) as session:
        session.add(AccountScope(account_id=99, role=Role.MEMBER, oblast_kato=None))
        session.flush()
    with target.read() as session:
        assert session.scalars(select(JournalEntry.number).order_by(JournalEntry.number)).all() == [1, 2]


def test_a_backup_never_holds_a_key_or_a_secret(storage: Storage, full: Settings):
    with zipfile.ZipFile(backup_of(storage, full)) as archive:
        names = set(archive.namelist())
        everything = b"".join(archive.read(name) for name in names)
    data = {name for name in names if name.startswith("data/")}
    assert data == {"data/certificates/DEMO-1.pdf", "data/heads/000000001.json"}
    assert b"content of signing/" not in everything
    assert b"content of certificates/DEMO-1.pdf" in everything
    assert b"content of keys/one.intake" not in everything
    assert b"content of secret.key" not in everything
    assert full.secret_key.encode() not in everything


def rewrite(path: Path, change) -> Path:
    """The same archive with another content for some members."""
    changed = path.with_name("changed.zip")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(changed, "w") as new:
        for name, content in change({name: old.read(name) for name in old.namelist()}).items():
            new.writestr(name, content)
    return changed


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (lambda files: {**files, "data/heads/000000001.json": b"x"}, "is not as it was written"),
        (lambda files: {n: c for n, c in files.items() if not n.startswith("data/cert")}, "but not in both"),
        (lambda files: {**files, "data/extra": b"x"}, "but not in both"),
        (lambda files: {n: c for n, c in files.items() if n != "manifest.json"}, "is no whole backup"),
        (lambda files: {**files, "manifest.json": b"{}"}, "its format is None"),
        (lambda files: {**files, "manifest.json": b"{"}, "is no whole backup"),
    ],
)
def test_a_changed_backup_is_found(storage: Storage, full: Settings, change, fault: str):
    (found, *_rest) = backups.verify(rewrite(backup_of(storage, full), change), step=quiet)
    assert fault in found


def test_a_torn_backup_is_found(storage: Storage, full: Settings):
    path = backup_of(storage, full)
    path.write_bytes(path.read_bytes()[:-100])
    (found,) = backups.verify(path, step=quiet)
    assert "is no whole backup" in found


def test_a_backup_of_a_broken_journal_says_so(storage: Storage, full: Settings):
    with storage.engine.begin() as connection:
        connection.execute(text("UPDATE journal SET subject = 'x'"))
    (found,) = backups.verify(backup_of(storage, full), step=quiet)
    assert found.startswith("journal entry 1: ")


def test_a_restore_refuses_rows_the_other_kind_and_other_documents(storage, target, full, tmp_path):
    path = backup_of(storage, full)
    with pytest.raises(backups.BackupError, match="the database has rows"):
        backups.restore(storage, full, path, step=quiet)
    with pytest.raises(backups.BackupError, match="the backup is demo, AUYL_KIND is live"):
        backups.restore(target, replace(full, kind="live"), path, step=quiet)
    place = replace(full, data_directory=tmp_path / "restored")
    there = place.data_directory / "certificates" / "DEMO-1.pdf"
    there.parent.mkdir(parents=True)
    there.write_text("another")
    with pytest.raises(backups.BackupError, match="another content"):
        backups.restore(target, place, path, step=quiet)
    assert there.read_text() == "another"
    assert not (place.data_directory / "heads").exists()


def test_values_of_all_kinds_pass_through_json():
    values = [
        None,
        True,
        7,
        10**30,
        0.1,
        "ә\u2028",
        NOW,
        date(2026, 6, 1),
        Decimal("54.695"),
        b"\0\xff",
        {"a": [1]},
    ]
    assert [_decoded(json.loads(json.dumps(_encoded(value)))) for value in values] == values
    assert _decoded(_encoded(memoryview(b"x"))) == b"x"


def test_the_commands_create_verify_and_restore(app, tmp_path: Path, settings):
    made = run(app, "backup", "create", "--to", str(tmp_path / "elsewhere"), "--json")
    assert made.exit_code == 0, made.exception
    path = json.loads(made.output)["file"]
    assert Path(path).parent == tmp_path / "elsewhere"
    verified = run(app, "backup", "verify", path, "--json")
    assert json.loads(verified.output) == {"file": path, "faults": []}
    refused = run(app, "backup", "restore", path, given="n\n")
    assert refused.exit_code == 1
    refused = run(app, "backup", "restore", path, "--yes")
    assert refused.exit_code == 1
    assert "the database has rows" in refused.output


def test_a_key_in_a_hand_made_backup_is_refused(storage: Storage, full: Settings):
    def smuggle(files: dict[str, bytes]) -> dict[str, bytes]:
        import hashlib

        manifest = json.loads(files["manifest.json"])
        for name in names:
            files[name] = b"k"
            manifest["files"][name] = hashlib.sha256(b"k").hexdigest()
        return {**files, "manifest.json": json.dumps(manifest).encode()}

    names = ("data/one.intake", "data/../../x", "data//etc/x", "data/./x")
    found = backups.verify(rewrite(backup_of(storage, full), smuggle), step=quiet)
    assert found == [f"{name} has no place in a backup" for name in names]


def test_the_daily_jobs_of_every_room_are_done(app):
    result = run(app, "doctor", "jobs")
    assert result.exit_code == 0, result.output
    assert "journal: signed head" in result.output
    heads = app.extensions["settings"].data_directory / "heads"
    assert [json.loads(path.read_text())["number"] for path in heads.iterdir()]
