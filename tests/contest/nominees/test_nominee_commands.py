"""The check of documents' files, the scanner's setting, and accounts that are a nominee's alone."""

from __future__ import annotations

import json
import os
from datetime import timedelta

import pytest

from contest.nominees.documents.files import directory_of
from contest.nominees.documents.inspection import inspect_file
from contest.nominees.documents.models import DocumentKind
from contest.nominees.documents.services import keep_document
from core import clock
from core.access import Role, Scope
from core.accounts.forms import ScopeForm
from core.accounts.services import create_account
from core.errors import BadInput
from core.settings import SettingError, read_settings
from tests.conftest import NOW, SECRET
from tests.contest import sample
from tests.contest.nominees.conftest import PDF
from tests.contest.sample import ACTOR, OBLASTS
from tests.staff import run


def test_files_are_compared_with_their_rows_and_old_strays_are_swept(site, keep):
    folder = directory_of(site.extensions["settings"].data_directory)

    def make(session) -> str:
        made = sample.opened(session, nominees=0)
        nominee = sample.proposed(session, made.officials[OBLASTS[0]][0])
        return keep_document(
            session, nominee=nominee, kind=DocumentKind.RESUME, content=PDF, is_scanned=False,
            inspected=inspect_file(PDF, "a.pdf"), directory=folder, added_by=None, actor=ACTOR, now=NOW,
        ).key  # fmt: skip

    key, old, young = keep(make), "a" * 32, "b" * 32
    for name, days in ((old, 2), (young, 0)):
        (folder / name).write_bytes(b"x")
        at = (clock.present() - timedelta(days=days)).timestamp()
        os.utime(folder / name, (at, at))
    found = run(site, "nominees", "documents", "--json")
    assert (found.exit_code, json.loads(found.output)) == (
        0, {"documents": 1, "faulty": [], "strays": [old]},
    )  # fmt: skip
    assert run(site, "nominees", "documents", "--sweep").exit_code == 0
    assert {path.name for path in folder.iterdir()} == {key, young}
    (folder / key).write_bytes(b"changed")
    faulty = run(site, "nominees", "documents", "--json")
    assert faulty.exit_code == 1
    assert json.loads(faulty.output)["faulty"][0]["file"] == key


def test_the_scanner_is_a_command_in_its_words():
    given = {"AUYL_SECRET_KEY": SECRET, "AUYL_SCANNER": "/usr/bin/clamdscan --config-file='/etc/my clam' -v"}
    assert read_settings(given).scanner == ("/usr/bin/clamdscan", "--config-file=/etc/my clam", "-v")
    assert read_settings({"AUYL_SECRET_KEY": SECRET}).scanner == ()
    with pytest.raises(SettingError, match="AUYL_SCANNER"):
        read_settings({**given, "AUYL_SCANNER": "scan 'it"})


def test_a_nominees_account_has_no_other_role_and_is_not_made_by_hand(site, keep):
    def mixed(session) -> None:
        scopes = [Scope(Role.NOMINEE, OBLASTS[0]), Scope(Role.MEMBER, OBLASTS[0])]
        with pytest.raises(BadInput, match="has no other role"):
            create_account(session, login="erlan", name="Erlan", scopes=scopes, actor=ACTOR, now=NOW)

    keep(mixed)
    with site.test_request_context():
        assert Role.NOMINEE not in [choice.value for choice in ScopeForm(meta={"csrf": False}).role.choices]
