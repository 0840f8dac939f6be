"""The doctor's look at key and files, and the clearing away of what a killed issue left; on SQLite alone."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from contest.certificates import care
from contest.certificates.files import directory_of, path_of
from contest.certificates.queries import certificates_of
from core import clock
from core.signatures import make_store
from tests import staff
from tests.contest.certificates.test_commands import ISSUE
from tests.contest.sample import contest


@pytest.fixture(autouse=True)
def _sqlite_only(request: pytest.FixtureRequest):
    if request.node.callspec.params.get("backend") not in (None, "sqlite"):
        pytest.skip("files and keys do not know the database")


@pytest.fixture
def run(app):
    return partial(staff.run, app)


def findings_of(run) -> dict[str, tuple[bool, str]]:
    found = json.loads(run("doctor", "--json").output)
    return {one["check"]: (one["is_ok"], one["remedy"]) for one in found}


def test_what_a_killed_issue_left_is_cleared_away_after_a_day_and_nothing_else(run, keep, settings):
    run(*ISSUE, "--winners")
    codes = keep(lambda session: [one.code for one in certificates_of(session, contest(session))])
    directory = directory_of(settings.data_directory)
    old, fresh = path_of(directory, "LEFTBEHIND"), path_of(directory, "UNDERWAY")
    for path in (old, directory / "LEFTBEHIND.pdf.p7s", fresh, directory / f"{codes[0]}.pdf.part"):
        path.write_bytes(b"half")
    for path in directory.iterdir():
        at = (clock.present() - timedelta(hours=0 if path == fresh else 25)).timestamp()
        os.utime(path, (at, at))
    assert run("doctor", "jobs").exit_code == 0
    left = {path.name for path in directory.iterdir() if path.is_file()}
    assert left == {fresh.name, *(f"{code}.pdf" for code in codes)}


def test_the_doctor_names_certificates_whose_file_is_gone(run, keep, settings):
    run(*ISSUE, "--winners")
    first = keep(lambda session: certificates_of(session, contest(session))[0].code)
    assert findings_of(run)["contest: certificate files"][0]
    path_of(directory_of(settings.data_directory), first).unlink()
    is_ok, remedy = findings_of(run)["contest: certificate files"]
    assert not is_ok
    assert "1 files are missing (numbers 1)" in remedy


@pytest.mark.parametrize(
    ("days", "said"),
    [(46, None), (44, "only: get the next one in time"), (-1, "expired on")],
)
def test_the_doctor_says_in_time_that_the_key_must_be_renewed(
    settings, tmp_path, days: int, said: str | None
):
    now = datetime(2026, 6, 1, tzinfo=UTC)
    store, phrase = tmp_path / "key.p12", tmp_path / "phrase"
    store.write_bytes(
        make_store(
            "Example", passphrase=b"phrase", organisation="Example agency",
            life=(now - timedelta(days=90), now + timedelta(days=days)),
        )
    )  # fmt: skip
    phrase.write_bytes(b"phrase")
    own = replace(settings, signing_key=store, signing_passphrase=phrase)
    found = care._unfit(own, now)
    assert (found is None) if said is None else (said in found)


def test_an_installation_that_has_no_key_yet_is_in_order(run):
    assert findings_of(run)["contest: signing key"] == (True, "")
