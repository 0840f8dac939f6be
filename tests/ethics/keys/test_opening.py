"""The opening: by two holders of different roles, once, and whole whatever interrupts it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import delete, func, select

from core.access import Role, Scope
from core.accounts.queries import Staff
from core.audit import JournalEntry, chain_faults
from core.errors import Conflict, Forbidden
from core.storage import Storage
from core.urn.keys import KeyRing
from ethics import services
from ethics.keys.queries import opening_proof
from ethics.models import Envelope, EthicsTally, Outcome
from ethics.remarks.models import Remark, SealedRemark
from tests.conftest import NOW
from tests.ethics import sample
from tests.ethics.sample import BEST, WORST

OWN, OTHER = sample.OBLASTS
ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def keys(tmp_path: Path) -> KeyRing:
    return KeyRing(tmp_path / "keys")


def closed(
    storage: Storage, keys: KeyRing, headcount: int = 8, *, against: int = 1, takes_remarks: bool = False
) -> sample.Prepared:
    """A closed round about one official: all but those against speak well, and each adds words if it may."""
    with storage.write(now=NOW) as session:
        prepared = sample.prepare(session, [headcount], takes_remarks=takes_remarks)
    remarks = dict.fromkeys(prepared.codes[prepared.numbers[0]], "Пікір")
    sample.answer_all(storage, keys, prepared, [[BEST] * (headcount - against) + [WORST] * against], remarks)
    sample.close(storage, keys, prepared)
    return prepared


def holder(number: int, *scopes: Scope) -> Staff:
    return Staff(number, f"holder-{number}", "Айгүл", 1, scopes)


def journal(storage: Storage, action: str) -> list[tuple[str, dict]]:
    with storage.read() as session:
        found = session.scalars(select(JournalEntry).where(JournalEntry.action == action))
        return [(entry.actor, json.loads(entry.details)) for entry in found]


ETHICS, CHAIR, AGENCY = Scope(Role.ETHICS, OWN), Scope(Role.CHAIR, OWN), Scope(Role.AGENCY)


@pytest.mark.parametrize(
    ("first", "second", "fault"),
    [
        (holder(1, ETHICS), holder(1, CHAIR), "Two different people"),
        (holder(1, ETHICS), holder(2, ETHICS), "have the same role"),
        (holder(1, AGENCY), holder(2, AGENCY), "have the same role"),
        (holder(1, ETHICS), holder(2, Scope(Role.CHAIR, OTHER)), "“holder-2” holds no share in this oblast"),
        (holder(1, Scope(Role.MEMBER, OWN)), holder(2, CHAIR), "“holder-1” holds no share in this oblast"),
        (holder(1, ETHICS), holder(2, Scope(Role.OPERATOR, OWN)), "“holder-2” holds no share"),
        (holder(1, ETHICS), holder(2, Scope(Role.CHAIR)), "“holder-2” holds no share in this oblast"),
    ],
)
def test_two_people_of_two_roles_are_needed(settled_sqlite: Storage, keys: KeyRing, first, second, fault):
    """On SQLite alone: who may open is decided before anything is asked of the database."""
    prepared = closed(settled_sqlite, keys, 5)
    with settled_sqlite.writing() as session:
        asked = prepared.questionnaire(session)
        with pytest.raises(Forbidden, match=fault):
            services.open_questionnaire(
                session, questionnaire=asked, shares=prepared.shares[asked.id][:2], holders=(first, second),
                now=NOW,
            )  # fmt: skip
        assert session.scalar(select(func.count()).select_from(Envelope)) == 5


@pytest.mark.parametrize("pair", [(ETHICS, CHAIR), (CHAIR, AGENCY), (AGENCY, ETHICS)])
def test_any_two_roles_open_and_the_journal_names_both_and_their_shares(
    settled_sqlite: Storage, keys: KeyRing, pair
):
    prepared = closed(settled_sqlite, keys)
    number = prepared.numbers[0]
    with settled_sqlite.write(now=NOW) as session:
        opening = services.open_questionnaire(
            session, questionnaire=prepared.questionnaire(session),
            shares=(prepared.shares[number][2], prepared.shares[number][0]),
            holders=(holder(7, pair[0]), holder(9, pair[1])), now=NOW,
        )  # fmt: skip
    assert opening.is_whole
    [(actor, said)] = journal(settled_sqlite, "ethics.open")
    assert (actor, said["second"], said["shares"]) == ("account:7", "account:9", [3, 1])
    assert (said["intake"], said["opened"], said["tallied"], said["spoiled"]) == (8, 8, 8, [])


def test_an_envelope_that_was_taken_away_is_missed(settled: Storage, keys: KeyRing):
    # Nobody knows whose envelope comes first: without any one of them the answers still differ.
    prepared = closed(settled, keys, against=2)
    with settled.write(now=NOW) as session:
        assert opening_proof(session, prepared.numbers[0]) is None
        one = session.scalars(select(Envelope.key).limit(1)).one()
        session.execute(delete(Envelope).where(Envelope.key == one))
    assert not sample.unseal(settled, prepared).is_whole
    with settled.read() as session:
        proof = opening_proof(session, prepared.numbers[0])
    assert (proof.received, proof.tallied, proof.spoiled, proof.missing) == (8, 7, 0, 1)
    assert (proof.is_whole, proof.may_be_shown) == (False, True)


#: Opens a questionnaire and stops for ever where it is told, until somebody kills it.
OPENER = """
import sys, time
from datetime import datetime
from sqlalchemy import event
from core.access import Role, Scope
from core.accounts.queries import Staff
from core.storage import open_storage
from ethics import services
from ethics.models import Questionnaire

url, number, where, *shares = sys.argv[1:]
storage = open_storage(url)

def stop(connection, cursor, statement, *rest):
    if statement.startswith(where):
        print("here", flush=True)
        time.sleep(600)

event.listen(storage.engine, "before_cursor_execute", stop)
if where == "COMMIT":
    event.listen(storage.engine, "commit", lambda connection: stop(connection, None, where))
now = datetime.fromisoformat("2026-06-01T09:00:00+00:00")
with storage.write(now=now) as session:
    asked = session.get_one(Questionnaire, int(number))
    holders = [
        Staff(place, role.value, "", 1, (Scope(role, asked.oblast_kato),))
        for place, role in enumerate((Role.ETHICS, Role.CHAIR), 1)
    ]
    services.open_questionnaire(
        session, questionnaire=asked, shares=shares, holders=holders, now=now
    )
print("done", flush=True)
time.sleep(600)
"""
MOMENTS = ("INSERT INTO ethics_remarks", "INSERT INTO ethics_statistics", "INSERT INTO journal", "COMMIT")


def test_an_opening_killed_half_way_loses_and_doubles_nothing(settled: Storage, keys: KeyRing):
    prepared = closed(settled, keys, 10, takes_remarks=True)
    for moment in MOMENTS:
        assert killed_at(settled, prepared, moment) == "here"
        assert found(settled, prepared) == (10, 10, 0, None, None)
        assert journal(settled, "ethics.open") == []
    # Killed after it was done: what is done stays done, once.
    assert killed_at(settled, prepared, "never") == "done"
    assert found(settled, prepared) == (0, 0, 10, 10, Outcome.OPENED)
    with pytest.raises(Conflict, match="was settled already"):
        sample.unseal(settled, prepared)
    assert len(journal(settled, "ethics.open")) == 1
    assert len(journal(settled, "ethics-round.publish")) == 1
    with settled.read() as session:
        assert list(chain_faults(session)) == []


def killed_at(storage: Storage, prepared: sample.Prepared, moment: str) -> str:
    """Open in a process of its own and kill it with -9 at a moment; returns what it said last."""
    number = prepared.numbers[0]
    url = storage.engine.url.render_as_string(hide_password=False)
    process = subprocess.Popen(
        [sys.executable, "-c", OPENER, url, str(number), moment, *prepared.shares[number][:2]],
        cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    with process:
        said = process.stdout.readline().strip()
        process.send_signal(signal.SIGKILL)
    return said


def found(storage: Storage, prepared: sample.Prepared) -> tuple[object, ...]:
    """How many envelopes, sealed remarks and remarks are there, what is tallied, and how it ended."""
    with storage.read() as session:
        tally = session.get(EthicsTally, prepared.numbers[0])
        left = [
            session.scalar(select(func.count()).select_from(table))
            for table in (Envelope, SealedRemark, Remark)
        ]
        return *left, tally and tally.n, prepared.questionnaire(session).outcome
