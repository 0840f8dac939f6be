"""A document and its file stand or fall together; who may hand in, take back, and what the scanner says."""

from __future__ import annotations

import hashlib
import stat
import sys
import tempfile
import threading
import time
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from contest.nominees import services
from contest.nominees.documents import files
from contest.nominees.documents.inspection import inspect_file
from contest.nominees.documents.models import DocumentKind, NomineeDocument
from contest.nominees.documents.scanning import scan
from contest.nominees.documents.services import MOST_DOCUMENTS, keep_document, remove_document
from contest.nominees.leaving import withdraw_nominee
from contest.nominees.models import Nominee
from core.errors import BadInput, Conflict, Unavailable
from core.storage import Storage, commit, lock_row
from tests.conftest import NOW
from tests.contest import sample
from tests.contest.nominees.conftest import PDF
from tests.contest.sample import ACTOR, OBLASTS

FACTS = {"actor": ACTOR, "now": NOW}


def handed_in(
    session: Session, nominee: Nominee, folder: Path, content: bytes = PDF,
    kind: DocumentKind = DocumentKind.RESUME,
) -> NomineeDocument:  # fmt: skip
    return keep_document(
        session, nominee=nominee, kind=kind, content=content, is_scanned=False,
        inspected=inspect_file(content, "Есеп.pdf"), directory=folder, added_by=None, **FACTS,
    )  # fmt: skip


def applied(session: Session) -> Nominee:
    made = sample.opened(session, nominees=0)
    return sample.proposed(session, made.officials[OBLASTS[0]][0])


def on_disk(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []


@pytest.fixture
def storage_(settled_sqlite: Storage) -> Storage:
    return settled_sqlite


def test_a_committed_document_is_a_private_file_under_a_random_name(storage_: Storage, tmp_path: Path):
    folder = tmp_path / "documents"
    with storage_.write(now=NOW) as session:
        document = handed_in(session, applied(session), folder)
        key = document.key
    assert on_disk(folder) == [key]
    assert document.sha256 == hashlib.sha256(PDF).hexdigest()
    assert files.read_file(folder, key=key, sha256=document.sha256) == PDF
    assert [stat.S_IMODE(path.stat().st_mode) for path in (folder, folder / key)] == [0o700, 0o600]
    assert "Есеп" not in key


@pytest.mark.parametrize("end", ["rollback", "close", "error", "nested"])
def test_a_document_that_is_not_committed_leaves_no_file(storage_: Storage, tmp_path: Path, end: str):
    folder = tmp_path / "documents"
    with storage_.writing() as session:
        if end == "nested":
            nominee = applied(session)
            with session.begin_nested():
                handed_in(session, nominee, folder)
        else:
            handed_in(session, applied(session), folder)
        assert len(on_disk(folder)) == 1
        if end == "rollback":
            session.rollback()
        if end == "error":
            session.invalidate()
    assert on_disk(folder) == []


def test_an_act_after_the_rollback_does_not_keep_the_file(storage_: Storage, tmp_path: Path):
    folder = tmp_path / "documents"
    with storage_.writing() as session:
        handed_in(session, applied(session), folder)
        session.rollback()
        commit(session, now=NOW)
    assert on_disk(folder) == []


def test_a_removed_document_goes_with_its_commit_alone(storage_: Storage, tmp_path: Path):
    folder = tmp_path / "documents"
    with storage_.write(now=NOW) as session:
        nominee = applied(session)
        document = handed_in(session, nominee, folder)
        number = nominee.id
    for is_committed in (False, True):
        with storage_.writing() as session:
            remove_document(
                session, nominee=session.get_one(Nominee, number), directory=folder,
                document=session.scalars(select(NomineeDocument)).one(), **FACTS,
            )  # fmt: skip
            assert on_disk(folder) == [document.key]
            if is_committed:
                commit(session, now=NOW)
        assert on_disk(folder) == ([] if is_committed else [document.key])


def test_a_full_disk_keeps_nothing(territory: Session, tmp_path: Path):
    folder = tmp_path / "documents"
    folder.write_text("a file where the folder should be")
    with pytest.raises(Unavailable, match="cannot be written"):
        handed_in(territory, applied(territory), folder)
    assert territory.scalars(select(NomineeDocument)).all() == []


def test_a_changed_or_lost_file_is_not_given_out(storage_: Storage, tmp_path: Path):
    folder = tmp_path / "documents"
    with storage_.write(now=NOW) as session:
        document = handed_in(session, applied(session), folder)
    (folder / document.key).write_bytes(PDF + b" ")
    with pytest.raises(Unavailable, match="was changed"):
        files.read_file(folder, key=document.key, sha256=document.sha256)
    (folder / document.key).unlink()
    with pytest.raises(Unavailable, match="is missing"):
        files.read_file(folder, key=document.key, sha256=document.sha256)


def test_the_same_file_twice_and_one_too_many_are_refused(territory: Session, tmp_path: Path):
    nominee = applied(territory)
    for number in range(MOST_DOCUMENTS):
        handed_in(territory, nominee, tmp_path, PDF + b"%d" % number)
        if number == 0:
            with pytest.raises(BadInput, match="is here already as “Есеп.pdf”"):
                handed_in(territory, nominee, tmp_path, PDF + b"0")
    with pytest.raises(BadInput, match="12 documents already"):
        handed_in(territory, nominee, tmp_path)
    # A signed paper has room all the same: somebody withdraws by one.
    assert handed_in(territory, nominee, tmp_path, PDF + b"paper", kind=DocumentKind.WITHDRAWAL).id


def test_the_paper_of_an_objection_takes_the_contest_before_the_nominee(settled: Storage, tmp_path: Path):
    with settled.write(now=NOW) as session:
        number = applied(session).id

    def hand_in() -> None:
        with settled.write(now=NOW) as session:
            nominee = session.get_one(Nominee, number)
            handed_in(session, nominee, tmp_path, kind=DocumentKind.OBJECTION)

    late = threading.Thread(target=hand_in)
    with settled.write(now=NOW) as session:
        lock_row(session, sample.contest(session))
        late.start()
        until = time.monotonic() + 60
        while late.is_alive() and not waits(settled) and time.monotonic() < until:
            time.sleep(0.01)
        # Who holds the contest, as for deciding or freezing, can have the nominee too.
        lock_row(session, session.get_one(Nominee, number))
        assert late.is_alive()
    late.join()
    assert on_disk(tmp_path) != []


def waits(storage: Storage) -> bool:
    """Whether somebody waits for a lock; on SQLite there is one for all writing, and nobody else has it."""
    if storage.engine.dialect.name == "sqlite":
        return True
    with storage.engine.connect() as connection:
        return bool(connection.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted")))


def test_what_a_registration_rests_on_stays(territory: Session, tmp_path: Path):
    made = sample.opened(territory, nominees=1)
    nominee = territory.get_one(Nominee, made.nominees[OBLASTS[0]][0])
    added = handed_in(territory, nominee, tmp_path)
    with pytest.raises(Conflict, match="its documents stay"):
        remove_document(territory, nominee=nominee, document=added, directory=tmp_path, **FACTS)
    withdraw_nominee(territory, nominee=nominee, reason="x", **FACTS)
    with pytest.raises(Conflict, match="does not take part any more"):
        handed_in(territory, nominee, tmp_path, PDF + b"1")
    late = handed_in(territory, nominee, tmp_path, PDF + b"2", kind=DocumentKind.WAIVER)
    assert late.kind is DocumentKind.WAIVER


def test_a_signed_consent_that_was_recorded_stays(territory: Session, tmp_path: Path):
    nominee = applied(territory)
    paper = sample.document(territory, nominee, DocumentKind.CONSENT)
    services.give_consent(territory, nominee=nominee, account_id=1, **FACTS)
    with pytest.raises(Conflict, match="recorded consent rests on it"):
        remove_document(territory, nominee=nominee, document=paper, directory=tmp_path, **FACTS)


def test_only_old_files_that_nobody_names_are_strays(tmp_path: Path):
    for name in ("a" * 32, "b" * 32, "c" * 32 + ".part", "notes.txt"):
        (tmp_path / name).write_bytes(b"x")
    later = NOW + timedelta(days=36500)
    assert [path.name for path in files.strays(tmp_path, {"a" * 32}, before=later)] == [
        "b" * 32, "c" * 32 + ".part",
    ]  # fmt: skip
    assert files.strays(tmp_path, {"a" * 32}, before=NOW - timedelta(days=36500)) == []


def scanner(folder: Path, code: int) -> tuple[str, ...]:
    """A scanner of its own: it reads the file and ends with a code."""
    script = folder / "scanner.py"
    script.write_text(
        "import sys, pathlib\ncontent = pathlib.Path(sys.argv[-1]).read_bytes()\n"
        f"assert content.startswith(b'%PDF')\nsys.exit({code})\n"
    )
    return (sys.executable, str(script))


def test_a_clean_file_is_marked_as_scanned_and_none_without_a_scanner(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    waiting = tmp_path / "waiting"
    waiting.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(waiting))
    assert scan(PDF, name="Есеп.pdf", command=scanner(tmp_path, 0)) is True
    assert scan(PDF, name="Есеп.pdf", command=()) is False
    assert list(waiting.iterdir()) == []


def test_a_found_virus_names_the_file(tmp_path: Path):
    with pytest.raises(BadInput, match="found something in “Есеп.pdf”"):
        scan(PDF, name="Есеп.pdf", command=scanner(tmp_path, 1))


@pytest.mark.parametrize("code", [2, 77])
def test_a_failing_scanner_is_told_as_such(tmp_path: Path, code: int):
    command = scanner(tmp_path, code)
    with pytest.raises(Unavailable, match="The virus scanner does not work: it ended with the code"):
        scan(PDF, name="Есеп.pdf", command=command)


def test_a_missing_or_slow_scanner_is_told_as_such(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    with pytest.raises(Unavailable, match="the command “/nowhere/scanner” is not there"):
        scan(PDF, name="Есеп.pdf", command=("/nowhere/scanner", "--fast"))
    monkeypatch.setattr("contest.nominees.documents.scanning.LONGEST_SCAN", 0.05)
    with pytest.raises(Unavailable, match="it took more than"):
        scan(PDF, name="Есеп.pdf", command=(sys.executable, "-c", "import time; time.sleep(9)"))
