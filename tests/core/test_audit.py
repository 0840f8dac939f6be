"""The journal: gapless, chained, appended last; a change anywhere and a cut end are found."""

from __future__ import annotations

import hashlib
import json
import re
import threading
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from nacl.signing import SigningKey, VerifyKey
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core.access import Role, Scope
from core.audit import GENESIS, JournalEntry, canonical, chain_faults, entry_digest, record, write_head
from core.journal.queries import (
    Filter,
    entries_after,
    journal_faults,
    journal_page,
    own_public_key,
    waiting_head,
)
from core.journal.services import ask_for_head
from core.storage import Storage, commit, open_storage
from tests.conftest import NOW
from tests.staff import Browser, person, run


def write(session: Session, *subjects: str, action: str = "test.do", now: datetime = NOW) -> None:
    for subject in subjects:
        record(session, actor="system", action=action, subject=subject, fact="ә")
    commit(session, now=now)


def entries(session: Session) -> list[JournalEntry]:
    return list(session.scalars(select(JournalEntry).order_by(JournalEntry.number)))


def test_entries_are_numbered_and_chained_from_the_beginning(session: Session):
    write(session, "a", "b")
    write(session, "c")
    found = entries(session)
    assert [entry.number for entry in found] == [1, 2, 3]
    assert [entry.previous for entry in found] == [GENESIS, found[0].digest, found[1].digest]
    assert list(chain_faults(session)) == []


def test_the_digest_is_sha_256_of_the_canonical_whole():
    """Recomputed without our code, from the description in the journal's words."""
    at = datetime(2026, 6, 1, 14, 0, tzinfo=timezone(timedelta(hours=5)))
    body = '[7,"2026-06-01T09:00:00.000000+00:00","account:1","a.do","b","{}","' + "0" * 64 + '"]'
    expected = hashlib.sha256(body.encode()).hexdigest()
    assert entry_digest(7, at, "account:1", "a.do", "b", "{}", GENESIS) == expected


def test_canonical_json_is_one_text_for_one_value():
    assert canonical({"б": 1, "a": [True, None, "ә"]}) == '{"a":[true,null,"ә"],"б":1}'
    with pytest.raises(ValueError, match="not JSON compliant"):
        canonical({"n": float("nan")})


def test_what_was_rolled_back_takes_no_number(storage: Storage):
    with pytest.raises(RuntimeError), storage.write(now=NOW) as session:
        record(session, actor="system", action="test.do", subject="lost")
        raise RuntimeError
    with storage.write(now=NOW) as session:
        write(session, "kept")
    with storage.read() as session:
        assert [(entry.number, entry.subject) for entry in entries(session)] == [(1, "kept")]


def test_writers_at_once_leave_no_gap_and_no_fork(storage: Storage):
    def run(name: str) -> None:
        for number in range(6):
            with storage.write(now=NOW) as session:
                record(session, actor="system", action="test.do", subject=f"{name}{number}")

    threads = [threading.Thread(target=run, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with storage.read() as session:
        assert [entry.number for entry in entries(session)] == [*range(1, 25)]
        assert list(chain_faults(session)) == []


@pytest.mark.parametrize("column", ["actor", "action", "subject", "details", "digest", "previous"])
def test_a_changed_entry_is_found(session: Session, column: str):
    write(session, "a", "b", "c")
    session.execute(text(f"UPDATE journal SET {column} = 'x' WHERE number = 2"))
    session.expire_all()
    assert {fault.number for fault in chain_faults(session)} >= {2}


def test_a_changed_time_and_a_removed_entry_are_found(session: Session):
    write(session, "a", "b", "c", "d")
    session.execute(text("UPDATE journal SET at = '2020-01-01 00:00:00+00' WHERE number = 4"))
    session.execute(text("DELETE FROM journal WHERE number = 2"))
    session.expire_all()
    found = [(fault.number, fault.fault) for fault in chain_faults(session)]
    assert found == [
        (3, "number 2 is missing"),
        (3, "does not follow the entry before it"),
        (4, "its content does not match its digest"),
    ]


def test_the_database_itself_refuses_a_fork(session: Session):
    write(session, "a")
    session.add(
        JournalEntry(
            number=2, at=NOW, actor="x", action="x", subject="x", details="{}", previous=GENESIS, digest="d"
        )
    )
    with pytest.raises(IntegrityError):
        session.flush()


@pytest.fixture
def signing(storage: Storage, tmp_path: Path):
    """The same database with a place for signed heads."""
    opened = open_storage(
        storage.engine.url.render_as_string(hide_password=False),
        heads=(tmp_path / "heads", tmp_path / "keys"),
    )
    yield opened
    opened.engine.dispose()


@pytest.mark.parametrize("verb", ["open", "close", "exclude", "freeze", "publish"])
def test_a_signed_head_leaves_at_once_after_what_matters(signing: Storage, tmp_path: Path, verb: str):
    with signing.write(now=NOW) as session:
        record(session, actor="system", action="test.do", subject="a")
    assert not (tmp_path / "heads").exists()
    with signing.write(now=NOW) as session:
        record(session, actor="system", action=f"campaign.{verb}", subject="a")
        record(session, actor="system", action="test.do", subject="a")
    head = json.loads((tmp_path / "heads" / "000000003.json").read_text())
    with signing.read() as session:
        assert (head["number"], head["digest"]) == (3, entries(session)[-1].digest)
    body = canonical({name: head[name] for name in ("number", "digest", "at")})
    VerifyKey(bytes.fromhex(head["public_key"])).verify(body.encode(), bytes.fromhex(head["signature"]))
    assert (tmp_path / "keys" / "journal-signing.key").stat().st_mode & 0o777 == 0o600


def test_what_was_committed_stays_when_its_head_cannot_be_written(signing: Storage, tmp_path: Path):
    heads = tmp_path / "heads"
    heads.write_text("a file in the way")
    with signing.write(now=NOW) as session:
        write(session, "a", action="campaign.open")
    heads.unlink()
    with signing.read() as session:
        assert (len(entries(session)), waiting_head(session, heads=heads)) == (1, 1)
    with signing.write(now=NOW) as session:
        ask_for_head(session, now=NOW)
    with signing.read() as session:
        assert waiting_head(session, heads=heads) is None
    assert [path.name for path in heads.iterdir()] == ["000000001.json"]


def test_of_two_processes_that_sign_their_first_head_both_use_one_key(tmp_path: Path, monkeypatch):
    """The other process puts its key just when this one has seen that there is none."""
    heads, keys = tmp_path / "heads", tmp_path / "keys"
    generate = SigningKey.generate

    def generate_late() -> SigningKey:
        monkeypatch.setattr(SigningKey, "generate", generate)
        write_head(heads, keys, number=1, digest="a", at=NOW)
        return generate()

    monkeypatch.setattr(SigningKey, "generate", generate_late)
    write_head(heads, keys, number=2, digest="b", at=NOW)
    signers = {json.loads(path.read_text())["public_key"] for path in heads.iterdir()}
    assert signers == {own_public_key(keys)}
    assert [path.stat().st_mode & 0o777 for path in keys.iterdir()] == [0o600]


def test_a_cut_end_is_found_by_the_head_that_left_before(signing: Storage, tmp_path: Path):
    places = {"heads": tmp_path / "heads", "keys": tmp_path / "keys"}
    with signing.write(now=NOW) as session:
        write(session, "a", "b", "c")
    with signing.write(now=NOW) as session:
        assert ask_for_head(session, now=NOW).number == 3
    with signing.read() as session:
        assert list(journal_faults(session, **places)) == []
    with signing.engine.begin() as connection:
        connection.execute(text("DELETE FROM journal WHERE number = 3"))
    with signing.read() as session:
        assert list(chain_faults(session)) == []
        assert [fault.fault for fault in journal_faults(session, **places)] == [
            "the signed head 000000003.json names an entry that is gone"
        ]
    with signing.write(now=NOW) as session:
        write(session, "another")
    with signing.read() as session:
        assert [fault.fault for fault in journal_faults(session, **places)] == [
            "the signed head 000000003.json names another content"
        ]


@pytest.mark.parametrize(
    ("change", "fault"),
    [(lambda head: {**head, "number": 1}, "has a false signature"),
     (lambda head: {**head, "signature": "zz"}, "cannot be read"),
     (lambda head: {"number": 1}, "cannot be read")],
)  # fmt: skip
def test_a_forged_head_is_found(signing: Storage, tmp_path: Path, change, fault: str):
    with signing.write(now=NOW) as session:
        write(session, "a", "b")
    with signing.write(now=NOW) as session:
        ask_for_head(session, now=NOW)
    path = tmp_path / "heads" / "000000002.json"
    path.write_text(json.dumps(change(json.loads(path.read_text()))))
    with signing.read() as session:
        found = list(journal_faults(session, heads=tmp_path / "heads", keys=tmp_path / "keys"))
    assert [one.fault for one in found] == [f"the signed head 000000002.json {fault}"]


def test_a_head_signed_with_another_key_is_found(signing: Storage, tmp_path: Path):
    with signing.write(now=NOW) as session:
        write(session, "a")
    with signing.write(now=NOW) as session:
        ask_for_head(session, now=NOW)
    (tmp_path / "keys" / "journal-signing.key").write_bytes(b"11" * 32)
    with signing.read() as session:
        found = list(journal_faults(session, heads=tmp_path / "heads", keys=tmp_path / "keys"))
    assert [one.fault for one in found] == ["the signed head 000000001.json was signed with another key"]


def test_pages_and_filters(session: Session):
    write(session, *(f"contest:{number}" for number in range(5)))
    write(session, "survey:1", action="campaign.open", now=NOW + timedelta(days=1))
    write(session, "survey:%", action="test.do", now=NOW + timedelta(days=1))

    def numbers(before: int | None = None, size: int = 100, **chosen) -> list[int]:
        page = journal_page(session, chosen=Filter(**chosen), before=before, size=size)
        return [entry.number for entry in page.entries] + ([-page.before] if page.before else [])

    assert numbers() == [7, 6, 5, 4, 3, 2, 1]
    assert numbers(size=3) == [7, 6, 5, -5]
    assert numbers(size=3, before=5) == [4, 3, 2, -2]
    assert numbers(size=3, before=2) == [1]
    assert numbers(size=7) == [7, 6, 5, 4, 3, 2, 1]
    assert numbers(action="campaign") == [6]
    assert numbers(actor="account:1") == []
    assert numbers(subject="survey:%") == [7]
    assert numbers(since_on=datetime(2026, 6, 2, tzinfo=UTC).date()) == [7, 6]
    assert numbers(until_on=datetime(2026, 6, 1, tzinfo=UTC).date()) == [5, 4, 3, 2, 1]
    assert [e.number for e in entries_after(session, number=3, chosen=Filter(), limit=2)] == [4, 5]


def test_the_page_shows_people_by_name_and_keeps_the_filter(app, browser: Browser, keep):
    def some(session: Session) -> None:
        account = person(session, "aigul", Scope(Role.AUDITOR), name="Айгүл <b>")
        for number in range(120):
            record(session, actor=f"account:{account.id}", action="test.do", subject=f"s:{number}")

    keep(some)
    browser.sign_in()
    page = browser.get("/staff/journal?action=test").text
    assert page.count("Айгүл &lt;b&gt;") == 100 + 1  # one is the reader's own name
    (older,) = re.findall(r'href="(/staff/journal\?before=[^"]+)"', page)
    assert older.endswith("&amp;action=test")
    assert browser.get(older.replace("&amp;", "&")).text.count('<td data-label="Act">test.do</td>') == 20
    for before in ("x", "9" * 30):
        assert browser.get(f"/staff/journal?before={before}").status_code == 422
    ends = browser.get("/staff/journal?since_on=0001-01-01&until_on=9999-12-31&action=test")
    assert ends.text.count('<td data-label="Act">test.do</td>') == 100
    assert "No act matches" in browser.get("/staff/journal?actor=nobody&since_on=x").text


def test_the_page_verifies_and_says_what_is_broken(app, browser: Browser, keep):
    keep(lambda s: person(s, "aigul", Scope(Role.AUDITOR)))
    browser.sign_in()
    assert "the chain holds" in browser.get("/staff/journal/verify").text
    with app.extensions["storage"].engine.begin() as connection:
        connection.execute(text("UPDATE journal SET subject = 'account:99' WHERE number = 1"))
    page = browser.get("/staff/journal/verify").text
    assert "Entry 1: its content does not match its digest" in page
    assert "the chain holds" not in page


def test_the_journal_is_for_agency_and_auditor(browser: Browser, keep):
    keep(lambda s: person(s, "aigul", Scope(Role.MEMBER)))
    browser.sign_in()
    assert browser.get("/staff/journal").status_code == 403
    assert browser.get("/staff/journal/verify").status_code == 403


def test_the_commands_list_verify_and_head(app, keep):
    keep(lambda s: write(s, "a", "b"))
    listed = run(app, "audit", "list", "--json", "--limit", "1", "--subject", "b")
    assert json.loads(listed.output)["subject"] == "b"
    oldest = run(app, "audit", "list", "--after", "0", "--actor", "system")
    assert [line.split("\t")[4] for line in oldest.output.splitlines()][-2:] == ["a", "b"]
    head = json.loads(run(app, "audit", "head", "--json").output)
    assert Path(head["file"]).name == f"{head['number']:09d}.json"
    verified = run(app, "audit", "verify", "--json")
    assert verified.exit_code == 0
    assert json.loads(verified.output) == {"entries": head["number"], "faults": []}
    with app.extensions["storage"].engine.begin() as connection:
        connection.execute(text("DELETE FROM journal WHERE number = 1"))
    broken = run(app, "audit", "verify")
    assert broken.exit_code == 1
    assert "number 1 is missing" in broken.output
