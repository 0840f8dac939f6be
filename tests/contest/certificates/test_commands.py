"""The commands: issue in batches, list, and verify with an exit code that can be trusted."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

import pytest

from contest.certificates import commands
from contest.certificates.queries import certificate_by_serial
from contest.certificates.services import revoke_certificate
from tests import staff
from tests.conftest import NOW
from tests.contest.certificates.sample import ACTOR
from tests.contest.sample import OBLASTS, contest

#: One process: a pool needs two seconds before its first certificate.
ISSUE = (
    "certificates", "issue", "2026", "--stage", "regional", "--oblast", OBLASTS[0], "--order", "123-НҚ",
    "--order-date", "2026-10-15", "--processes", "1",
)  # fmt: skip


@pytest.fixture
def run(app):
    return partial(staff.run, app)


def test_issue_list_and_verify(run, app, keep, settings, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(commands, "BATCH", 2)
    done = run(*ISSUE, "--json")
    assert done.exit_code == 0, done.output
    issued = json.loads(done.stdout)
    assert issued["issued"] == 5
    assert [one["serial"] for one in issued["certificates"]] == [1, 2, 3, 4, 5]
    assert json.loads(run(*ISSUE, "--json").stdout)["issued"] == 0
    listed = json.loads(run("certificates", "list", "2026", "--json").stdout)
    assert listed == issued["certificates"]
    assert run("certificates", "list", "2026").stdout.count("valid") == 5
    file = settings.data_directory / "certificates" / f"{listed[0]['code']}.pdf"
    verified = run("certificates", "verify", "--database", str(file), "--json")
    assert (verified.exit_code, json.loads(verified.stdout)["verdict"]) == (0, "valid")
    assert json.loads(verified.stdout)["sha256"] == listed[0]["registered_sha256"]
    given = {"reason": "x", "actor": ACTOR, "now": NOW}
    keep(lambda s: revoke_certificate(s, certificate=certificate_by_serial(s, contest(s), 1), **given))
    revoked = run("certificates", "verify", "--database", str(file))
    assert (revoked.exit_code, revoked.stdout.splitlines()[0]) == (1, "verdict: revoked")


def test_a_foreign_file_is_not_verified(run, tmp_path: Path):
    file = tmp_path / "foreign.pdf"
    file.write_bytes(b"not a PDF")
    done = run("certificates", "verify", "--database", str(file))
    assert (done.exit_code, done.stdout.splitlines()[0]) == (1, "verdict: unknown")


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        (("certificates", "list", "1999"), "There is no contest with the code “1999”."),
        ((*ISSUE[:3], "--stage", "national", *ISSUE[7:]), "This stage has no frozen standing"),
        ((*ISSUE[:8], " ", *ISSUE[9:]), "order_number is ''"),
    ],
)
def test_a_fault_is_told_and_nothing_is_issued(run, words: tuple[str, ...], fault: str):
    done = run(*words)
    assert done.exit_code == 1
    assert fault in done.output
    assert json.loads(run("certificates", "list", "2026", "--json").stdout) == []
