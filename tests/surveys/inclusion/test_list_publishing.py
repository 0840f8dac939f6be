"""The list at the closing: all receipts and nothing else, its root in the journal, or no list and why."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import IntegrityError

from contest.sources.receipts import receipt_list
from core.audit import JournalEntry
from core.errors import Conflict
from core.storage import Storage
from core.urn.keys import KeyRing
from core.urn.models import Intake, TraceKind
from core.urn.services import mix_box
from surveys import services
from surveys.admission import Admitted
from surveys.answers import Answer, Origin
from surveys.auditing import audited_receipts
from surveys.inclusion.lists import receipt_hash
from surveys.inclusion.models import ReceiptList, ReceiptPart
from surveys.inclusion.queries import known, list_text, listed
from surveys.inclusion.services import publish_receipts
from surveys.intake import deposit_answer
from surveys.models import Tally
from surveys.queries import asked_unit, box_of, campaign_by_code
from surveys.rules import Mode
from tests.conftest import NOW, SECRET
from tests.surveys import sample
from tests.surveys.inclusion.deposits import put, receipt, trace

AFTER = datetime(2026, 6, 21, 9, tzinfo=UTC)
ANSWERS = 23


@pytest.fixture
def answered(settled: Storage, tmp_path: Path) -> tuple[Storage, KeyRing]:
    """A campaign with answers by web and tablet, of which some wait for the closing."""
    keys = KeyRing(tmp_path / "keys")
    with settled.write(now=NOW) as session:
        [kato] = sample.katos(session, 1)
        sample.opened(session, [kato])
        put(session, keys, kato, ["543215"] * 17)
        mix_box(session, keys=keys, box=box_of(sample.CODE), takers=sample.TAKERS, now=NOW)
        tablet = Answer("333333", origin=Origin.TABLET, mode=Mode.OPEN)
        put(session, keys, kato, [tablet] * 6, first=17)
    return settled, keys


def close(storage: Storage, keys: KeyRing) -> None:
    with storage.write(now=AFTER) as session:
        services.close_campaign(
            session, campaign=campaign_by_code(session, sample.CODE), keys=keys, takers=sample.TAKERS,
            secret=SECRET, actor=sample.ACTOR, now=AFTER,
        )  # fmt: skip


RECEIPTS = [receipt(number) for number in range(ANSWERS)]


def acts(session, verb: str) -> list[dict]:
    found = select(JournalEntry.details).where(JournalEntry.action == f"receipts.{verb}")
    return [json.loads(details) for details in session.scalars(found)]


def test_closing_publishes_every_receipt_and_journals_the_root(answered):
    storage, keys = answered
    with storage.read() as session:
        assert receipt_list(session, sample.CODE) is None
        assert listed(session, receipt=RECEIPTS[0]) is None
    close(storage, keys)
    expected = sorted(receipt_hash(sample.CODE, each).hex() for each in RECEIPTS)
    with storage.read() as session:
        found = receipt_list(session, sample.CODE)
        assert list(found.hashes) == expected
        assert (found.count, len(found.hashes), found.unreadable) == (ANSWERS, ANSWERS, 0)
        assert found.by_origin == {"web": 10, "tablet": 0, "paper": 0, "import": 0}
        assert found.root == hashlib.sha256("".join(f"{each}\n" for each in expected).encode()).hexdigest()
        assert found.root == hashlib.sha256(found.hashes.text()).hexdigest()
        [fact] = acts(session, "publish")
        assert (fact["root"], fact["receipts"], fact["web"], fact["tablet"]) == (found.root, 23, 17, 6)
        for each in RECEIPTS:
            where, line = listed(session, receipt=each)
            assert (where.campaign.code, line) == (sample.CODE, receipt_hash(sample.CODE, each).hex())
        assert listed(session, receipt=receipt(ANSWERS)) is None
        with pytest.raises(Conflict):
            again(session)
    # The list hangs on nothing but the database: a later key or secret changes nothing.
    with storage.read() as session:
        campaign = campaign_by_code(session, sample.CODE)
        assert b"".join(list_text(session, campaign=campaign)).decode().split() == expected


def again(session):
    campaign = campaign_by_code(session, sample.CODE)
    return publish_receipts(session, campaign=campaign, secret=SECRET, actor="system", now=AFTER)


def test_a_ballot_too_many_keeps_the_list_back_and_not_the_closing(answered):
    storage, keys = answered
    with storage.write(now=NOW) as session:
        session.scalars(select(Tally)).one().n += 1
    close(storage, keys)
    with storage.read() as session:
        assert receipt_list(session, sample.CODE) is None
        kept = known(session, campaign_code=sample.CODE)
        assert (kept.root, kept.numbers.agrees) == (None, False)
        assert session.scalars(select(ReceiptPart)).first() is None
        [fact] = acts(session, "withhold")
        assert (fact["differences"], fact["receipts"], fact["web"], fact["tablet"]) == (
            ["receipts"], 23, 18, 6,
        )  # fmt: skip
        assert acts(session, "publish") == []
    # Neither can anybody write a root beside numbers that do not agree.
    with storage.writing() as session, pytest.raises(IntegrityError):
        session.execute(update(ReceiptList).values(root="0" * 64, published_at=AFTER))
    # Once the cause is found and put right, the list is published after all.
    with storage.write(now=AFTER) as session:
        session.execute(text("UPDATE survey_tallies SET n = n - 1 WHERE origin = 'web'"))
        session.expire_all()
        assert again(session).agrees
    with storage.read() as session:
        assert receipt_list(session, sample.CODE).count == ANSWERS


def test_an_answer_that_cannot_be_read_keeps_its_receipt_and_is_named(answered):
    storage, keys = answered
    with storage.write(now=NOW) as session:
        waiting = session.scalars(select(Intake)).first()
        waiting.sealed = waiting.sealed[:-1] + bytes([waiting.sealed[-1] ^ 1])
    close(storage, keys)
    with storage.read() as session:
        found = receipt_list(session, sample.CODE)
        assert (found.count, found.unreadable) == (ANSWERS, 1)
        assert known(session, campaign_code=sample.CODE).numbers.tablet == 5


def test_answers_that_replace_each_other_are_one_line_mixed_or_not(answered):
    """The holder of either thank-you page has the same code, and nobody learns that there were two."""
    storage, keys = answered
    with storage.write(now=NOW) as session:
        [kato] = sample.katos(session, 1)
        asked = asked_unit(session, code=sample.CODE, kato=kato)
        shown = [
            deposit_answer(
                session, asked=asked, admitted=Admitted(trace(number), TraceKind.CODE, replaces=True),
                answer=sample.answer("111111"), keys=keys, secret=SECRET, now=NOW,
            ).receipt
            for number in (0, 100, 100)  # one that was mixed, and one that waits
        ]  # fmt: skip
    assert shown == [receipt(0), receipt(100), receipt(100)]
    close(storage, keys)
    with storage.read() as session:
        assert known(session, campaign_code=sample.CODE).numbers.receipts == ANSWERS + 1
        lines = list(receipt_list(session, sample.CODE).hashes)
        assert lines.count(receipt_hash(sample.CODE, receipt(0)).hex()) == 1
        assert lines.count(receipt_hash(sample.CODE, receipt(100)).hex()) == 1


def test_whatever_is_changed_afterwards_is_named_by_the_audit(answered):
    storage, keys = answered
    close(storage, keys)

    def faults(*statements: str) -> dict[str, list[str]]:
        with storage.writing() as session:
            for statement in statements:
                assert session.execute(text(statement)).rowcount == 1, statement
            session.expire_all()
            campaign = campaign_by_code(session, sample.CODE)
            found = audited_receipts(session, campaign=campaign, secret=SECRET)
            session.rollback()
        return {one.subject: list(one.faults) for one in found if one.faults}

    assert faults() == {}
    line = min(receipt_hash(sample.CODE, each) for each in RECEIPTS)
    of_line = f"the lines that begin with {line[0]:02x} are not those of the ledger"
    part = f"survey_receipt_parts WHERE first = {line[0]}"
    assert faults(f"DELETE FROM {part}") == {"list of receipts": [of_line]}
    [said] = faults(f"UPDATE survey_receipt_lists SET root = '{'0' * 64}'").values()
    assert said[0].startswith(f"the root kept is {'0' * 64}, the ledger gives ")
    said = faults("UPDATE journal SET details = '{}' WHERE action = 'receipts.publish'")
    assert "receipts: counted now 23, kept 23, in the journal None" in said["number of receipts"]
    # A trace taken from the ledger: the numbers differ, its line is too many, and both roots are others.
    taken = faults("DELETE FROM urn_ledger WHERE trace = (SELECT min(trace) FROM urn_ledger)")
    assert taken["number of receipts"] == [
        "receipts: 22 came in, 23 counted", "receipts: counted now 22, kept 23, in the journal 23",
    ]  # fmt: skip
    assert [fault[:8] for fault in taken["list of receipts"]] == ["the line", "the root", "the root"]
