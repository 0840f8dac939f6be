"""All certificates at once: killed in the middle it goes on, a full disk leaves nothing half-written.

On SQLite alone: that two never get one number is the register's own test, on both kinds of databases.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import signal
import subprocess
import sys
import zipfile
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from contest.certificates import export as exporting
from contest.certificates.commands import STATUS_UNKNOWN
from contest.certificates.export import export_folder, export_zip
from contest.certificates.files import path_of, signature_beside
from contest.certificates.models import Certificate
from contest.certificates.press import make_file
from contest.certificates.queries import certificates_of, record_of
from contest.certificates.services import revoke_certificate
from core.errors import Conflict, Unavailable
from core.settings import ROOT
from tests import staff
from tests.conftest import NOW, SECRET
from tests.contest.certificates.sample import ACTOR, KEY, issue, the_standing
from tests.contest.certificates.test_commands import ISSUE
from tests.contest.sample import contest

#: The command as it runs, but with a commit after every second certificate, and killed once the third has its
#: file: two are issued then, and of the third nothing but the file is there.
RUN = """
import os, signal
from contest.certificates import commands, services
commands.BATCH = 1
written, write = [], services.write_durably

def write_and_fall(*given):
    written.append(write(*given))
    if len(written) == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return written[-1]

if __name__ == "__main__":
    from flask.cli import main
    services.write_durably = write_and_fall
    main()
"""


@pytest.fixture(autouse=True)
def _sqlite_only(request: pytest.FixtureRequest):
    if request.node.callspec.params.get("backend") not in (None, "sqlite"):
        pytest.skip("files and processes do not know the database")


@pytest.fixture
def run(app):
    return partial(staff.run, app)


def test_killed_in_the_middle_it_goes_on_and_gives_no_number_twice(app, run, tmp_path: Path):
    settings = app.extensions["settings"]
    script = tmp_path / "issue.py"
    script.write_text(RUN)
    environment = {
        **os.environ, "AUYL_KIND": "demo", "AUYL_DATA": str(settings.data_directory),
        "AUYL_KEYS": str(settings.key_directory), "AUYL_SECRET_KEY": SECRET, "PYTHONPATH": str(ROOT),
        "DATABASE_URL": settings.database_url, "AUYL_PUBLIC_URL": settings.public_url,
    }  # fmt: skip
    words = [*ISSUE[:-1], "2"]
    killed = subprocess.run(
        [sys.executable, str(script), "--app", "wsgi", *words], env=environment, cwd=ROOT, check=False
    )
    assert killed.returncode == -signal.SIGKILL
    folder = settings.data_directory / "certificates"
    left = json.loads(run("certificates", "list", "2026", "--json").stdout)
    assert ([one["serial"] for one in left], len(list(folder.glob("*.pdf")))) == ([1, 2], 3)
    done = run(*ISSUE, "--json")
    assert done.exit_code == 0, done.output
    listed = json.loads(run("certificates", "list", "2026", "--json").stdout)
    assert [one["serial"] for one in listed] == [1, 2, 3, 4, 5]
    assert [one["award"] for one in listed] == ["place-1", "finalist", "place-2", "place-3", "thanks"]
    for one in listed:
        content = path_of(folder, one["code"]).read_bytes()
        assert hashlib.sha256(content).hexdigest() == one["registered_sha256"]
    assert json.loads(run(*ISSUE, "--json").stdout)["issued"] == 0


def test_only_winners_first_and_everybody_else_later(run):
    first = json.loads(run(*ISSUE, "--winners", "--json").stdout)
    assert [one["award"] for one in first["certificates"]] == ["place-1", "place-2", "place-3"]
    # Without a stage: every standing in force.
    rest = json.loads(run(*ISSUE[:3], *ISSUE[7:], "--json").stdout)
    assert [(one["serial"], one["award"]) for one in rest["certificates"]] == [(4, "finalist"), (5, "thanks")]


def test_a_zip_and_a_folder_hold_what_is_valid(run, keep, settings, tmp_path: Path):
    assert run(*ISSUE).exit_code == 0
    given = {"reason": "x", "actor": ACTOR, "now": NOW}

    def revoke(session) -> str:
        last = certificates_of(session, contest(session))[-1]
        revoke_certificate(session, certificate=last, **given)
        return certificates_of(session, contest(session))[0].code

    first = keep(revoke)
    beside = signature_beside(path_of(settings.data_directory / "certificates", first))
    beside.write_bytes(b"national")
    packed, folder = tmp_path / "all.zip", tmp_path / "all"
    assert run("certificates", "export", "2026", str(packed)).exit_code == 0
    assert run("certificates", "export", "2026", str(folder)).exit_code == 0
    names = zipfile.ZipFile(packed).namelist()
    assert names[:2] == [f"00001-{first}.pdf", f"00001-{first}.pdf.p7s"]
    assert [name[:5] for name in names] == ["00001", "00001", "00002", "00003", "00004"]
    assert sorted(path.name for path in folder.iterdir()) == sorted(names)
    winners = json.loads(run("certificates", "export", "2026", str(packed), "--winners", "--json").stdout)
    assert winners["exported"] == 3
    again = run("certificates", "export", "2026", str(folder))
    assert (again.exit_code, "is there already: name a new folder" in again.output) == (1, True)


@pytest.mark.parametrize("write", [export_zip, export_folder])
def test_a_full_disk_leaves_no_half_of_a_zip_or_folder(session, tmp_path: Path, write, monkeypatch):
    """The third file finds the disk full."""
    directory = tmp_path / "register"
    issued = issue(session, the_standing(session), directory)
    whole, read = [], exporting.read_file

    def full(folder: Path, certificate: Certificate) -> bytes:
        whole.append(certificate)
        if len(whole) == 3:
            raise OSError(errno.ENOSPC, "No space left on device")
        return read(folder, certificate)

    monkeypatch.setattr(exporting, "read_file", full)
    with pytest.raises(Unavailable, match="No space left on device"):
        write(directory, issued, tmp_path / "all")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["register"]


def test_a_folder_that_is_there_is_left_alone(session, tmp_path: Path):
    (tmp_path / "all").mkdir()
    with pytest.raises(Conflict):
        export_folder(tmp_path, [], tmp_path / "all")


def test_a_file_is_verified_without_the_database(run, keep, settings, tmp_path: Path):
    assert run(*ISSUE).exit_code == 0
    directory = settings.data_directory / "certificates"
    first, second = keep(lambda s: certificates_of(s, contest(s))[:2])
    given = {"reason": "Қате берілген", "actor": ACTOR, "now": NOW}
    keep(lambda s: revoke_certificate(s, certificate=s.merge(second), **given))
    listed = tmp_path / "register.json"
    assert run("certificates", "register", "2026", str(listed)).exit_code == 0
    text = listed.read_text()
    assert [word in text for word in (first.code, record_of(first).name_kk, first.sha256)] == [
        False, False, True,
    ]  # fmt: skip

    def verified(file: Path, *words: str) -> tuple[int, str, str, str]:
        done = run("certificates", "verify", str(file), "--json", *words)
        told = json.loads(done.stdout)
        return done.exit_code, told["verdict"], told["status"], told["signature"]

    by_list = ("--register", str(listed))
    files = [path_of(directory, one.code) for one in (first, second)]
    assert verified(files[0]) == (STATUS_UNKNOWN, "intact", "unknown", "intact")
    assert verified(files[0], *by_list) == (0, "valid", "valid", "intact")
    assert verified(files[1], *by_list) == (1, "revoked", "revoked", "intact")
    changed = tmp_path / "changed.pdf"
    changed.write_bytes(files[0].read_bytes().replace(b"/Lang", b"/lang", 1))
    assert verified(changed)[:3] == (1, "altered", "unknown")
    assert verified(changed, *by_list)[:3] == (1, "altered", "unknown")
    forged = tmp_path / "forged.pdf"
    forged.write_bytes(make_file(replace(record_of(first), name_kk="Басқа Адам"), KEY))
    assert verified(forged) == (1, "altered", "unknown", "stranger")
    foreign = tmp_path / "foreign.pdf"
    foreign.write_bytes(b"not a PDF")
    assert verified(foreign) == (1, "foreign", "unknown", "none")
    listed.write_text(text.replace('"revoked"', '"valid"'))
    done = run("certificates", "verify", str(files[1]), *by_list)
    assert (done.exit_code, "its signature is not over it" in done.output) == (1, True)


def test_a_list_by_somebody_else_is_not_believed(run, keep, settings, tmp_path: Path):
    assert run(*ISSUE).exit_code == 0
    directory = settings.data_directory / "certificates"
    listed, signer = tmp_path / "register.json", tmp_path / "signer.pem"
    assert run("certificates", "register", "2026", str(listed)).exit_code == 0
    (pem,) = (directory / "signers").iterdir()
    pem.rename(signer)
    file = next(directory.glob("*.pdf"))
    told = run("certificates", "verify", str(file), "--register", str(listed))
    assert (told.exit_code, "name it with --signer" in told.output) == (1, True)
    words = ("--register", str(listed), "--signer", str(signer))
    assert run("certificates", "verify", str(file), *words).exit_code == 0
