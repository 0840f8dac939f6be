"""Somebody with the whole database, and afterwards with the shares too, does not learn who said what.

The same attacks must succeed where the mixing is taken away: otherwise they would show nothing.
"""

from __future__ import annotations

import itertools
import json
import random
from pathlib import Path

import pytest
from sqlalchemy import select

from core.audit import JournalEntry
from core.codes import code_mark
from core.storage import Base, Storage
from core.urn import services as urn
from core.urn.keys import KeyRing
from core.urn.models import Intake, LedgerEntry
from core.urn.sealing import open_sealed
from ethics import services
from ethics.answers import Opener, SpoiledEnvelope, open_answer
from ethics.models import Box, Envelope, Slip
from ethics.remarks.models import SealedRemark
from ethics.shares import join_shares
from tests.conftest import NOW, SECRET
from tests.ethics import sample
from tests.ethics.insider import TABLES, EthicsInsider
from tests.ethics.sample import TAKERS
from tests.surveys.insider import Person, chance, guesses, rarity

HEADCOUNTS = (80, 80, 80)


@pytest.fixture
def keys(tmp_path: Path) -> KeyRing:
    return KeyRing(tmp_path / "keys")


@pytest.fixture(autouse=True)
def own_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.surveys.insider.TABLES", TABLES)


def pattern(number: int) -> str:
    """An answer of its own for each person, so that a hit of the attacker shows."""
    digits = f"{number:03d}"
    return "4411" + "".join(str(int(digit) % 4 + 1) + str(int(digit) // 4 + 1) for digit in digits)


def private_key(storage: Storage, prepared: sample.Prepared, number: int) -> bytes:
    """The key of a questionnaire, from two of its shares."""
    with storage.read() as session:
        public_key = session.get_one(Box, number).public_key
    return join_shares(prepared.shares[number][1:], number=number, public_key=public_key).private_key


def attacked(
    storage: Storage, keys: KeyRing, *, headcounts=HEADCOUNTS, mix_after: float
) -> tuple[EthicsInsider, sample.Prepared]:
    """Persons answer one after another; the mixer runs now and then, and the insider looks each time.

    :param mix_after: the chance that the mixer runs after an answer.
    """
    draw = random.Random(2026)
    with storage.write(now=NOW) as session:
        prepared = sample.prepare(session, headcounts, takes_remarks=True)
    slips = [(number, code) for number in prepared.numbers for code in prepared.codes[number]]
    marks = {code: code_mark(SECRET, "ethics:round-1", code) for _, code in slips}
    insider = EthicsInsider(storage, printed=list(marks.values()))
    insider.openers = {
        number: Opener(number=number, private_key=private_key(storage, prepared, number))
        for number in prepared.numbers
    }
    draw.shuffle(slips)
    for place, (number, code) in enumerate(slips):
        insider.known[marks[code]] = Person(marks[code], str(number), pattern(place))
        with storage.write(now=NOW) as session:
            sample.answer(session, keys, code, pattern(place), remark=pattern(place))
        insider.look()
        if draw.random() < mix_after:
            urn.mix_waiting(storage, keys=keys, takers=TAKERS, now=NOW)
            insider.look()
    assert len(insider.batches) == len(insider.remarks) == len(insider.across)
    for batch in (*insider.batches, *insider.remarks, *insider.across):
        assert sorted(person.ratings for person in batch.persons) == sorted(batch.ballots.values())
    return insider, prepared


def test_every_dump_and_both_shares_are_no_better_than_chance(settled: Storage, keys: KeyRing):
    insider, prepared = attacked(settled, keys, mix_after=0.1)
    sizes = [len(batch.persons) for batch in insider.batches]
    assert min(sizes) >= 5
    assert sum(sizes) > 0.9 * sum(HEADCOUNTS)
    for batches in (insider.batches, insider.remarks, insider.across):
        hits = guesses(batches)
        assert len(hits) >= 100
        # Nothing here is seeded but the persons. Who gets the own answer of a small shuffled batch by chance
        # gets several more often than the binomial law says: at 1e-10 the false alarms of all attacks
        # together are one in ten million runs, and the attack that is told gives 77 of 234 away, not 33.
        assert rarity(hits, sum(sizes), chance(batches, smallest=5)) > 1e-10, hits.most_common(5)
    with settled.read() as session:
        acts = session.scalars(select(JournalEntry.details).where(JournalEntry.action == "urn.mix")).all()
        said = [set(json.loads(details)) for details in acts]
    assert said == [{"box", "cell", "day", "count", "spoiled", "digest"}] * 2 * len(insider.batches)
    assert {batch.persons[0].kato for batch in insider.batches} == set(map(str, prepared.numbers))


@pytest.mark.parametrize("smallest", [1, 5])
def test_the_same_insider_succeeds_where_answers_are_not_mixed_well(
    settled: Storage, keys: KeyRing, monkeypatch: pytest.MonkeyPatch, smallest: int
):
    """Batches of one; or batches of five in which nothing is shuffled and keys grow, as row numbers do."""
    monkeypatch.setattr(urn, "SMALLEST_BATCH", smallest)
    if smallest == 5:
        numbers = itertools.count()
        monkeypatch.setattr(random.SystemRandom, "shuffle", lambda self, answers: None)
        monkeypatch.setattr(
            services.secrets, "token_bytes", lambda size=32: next(numbers).to_bytes(size, "big")
        )
    insider, _ = attacked(settled, keys, headcounts=(30,), mix_after=1.0)
    # Unshuffled, answers and remarks stand in the orders of two traces: the insider joins them by the person.
    for batches in (insider.batches, insider.remarks, *([insider.across] if smallest == 1 else [])):
        counted, hits = sum(len(batch.persons) for batch in batches), guesses(batches)
        assert (counted, max(hits.values())) == (30, 30)
        assert rarity(hits, counted, chance(batches, smallest=5)) < 1e-12


def test_the_same_insider_succeeds_where_an_answer_is_simply_inserted(
    settled: Storage, keys: KeyRing, monkeypatch: pytest.MonkeyPatch
):
    """No outer seal: the envelope and its trace are written for good by the POST itself."""
    deposit = urn.deposit

    def insert_at_once(session, *, box: str, **given) -> urn.Deposit:
        done = deposit(session, box=box, **given)
        urn.mix_box(session, keys=keys, box=box, takers=TAKERS, now=NOW, closing=True)
        return done

    monkeypatch.setattr(urn, "deposit", insert_at_once)
    insider, _ = attacked(settled, keys, headcounts=(30,), mix_after=0)
    for batches in (insider.batches, insider.remarks, insider.across):
        assert max(guesses(batches).values()) == 30


@pytest.fixture
def answered(settled: Storage, keys: KeyRing) -> sample.Prepared:
    """Twenty people answered, one transaction each; nothing is mixed yet."""
    with settled.write(now=NOW) as session:
        prepared = sample.prepare(session, [20], takes_remarks=True)
    remarks = {code: f"Words {place}" for place, code in enumerate(prepared.codes[prepared.numbers[0]])}
    sample.answer_all(settled, keys, prepared, [[pattern(number) for number in range(20)]], remarks)
    return prepared


def test_before_mixing_the_key_file_and_both_shares_show_who_said_what(
    settled: Storage, keys: KeyRing, answered: sample.Prepared
):
    """What the page on protection admits: whoever has all three at once, in that hour."""
    number = answered.numbers[0]
    private = private_key(settled, answered, number)
    with settled.read() as session:
        seen = {
            row.trace: open_answer(
                open_sealed(row.sealed, keys.private(row.key_name)), number=number, private_key=private
            ).given
            for row in session.scalars(select(Intake).where(Intake.box == "ethics:round-1"))
        }
    marks = [code_mark(SECRET, "ethics:round-1", code) for code in answered.codes[number]]
    assert [seen[mark] for mark in marks] == [pattern(place) for place in range(20)]


def test_waiting_answers_do_not_open_with_the_intake_key_alone(
    settled: Storage, keys: KeyRing, answered: sample.Prepared
):
    with settled.read() as session:
        rows = session.scalars(select(Intake)).all()
        intake_key = keys.private(rows[0].key_name)
    assert len(rows) == 40
    for row in rows:
        inner = open_sealed(row.sealed, intake_key)
        opener = Opener(number=answered.numbers[0], private_key=intake_key)
        for read in (opener.open, opener.open_remark):
            with pytest.raises(SpoiledEnvelope):
                read(inner)


def test_an_envelope_shares_no_value_with_anything_of_a_person(
    settled: Storage, keys: KeyRing, answered: sample.Prepared
):
    urn.mix_waiting(settled, keys=keys, takers=TAKERS, now=NOW)
    for envelope in (Envelope, SealedRemark):
        assert set(envelope.__table__.columns.keys()) == {"key", "box_id", "sealed"}
    assert set(Slip.__table__.columns.keys()) == {"mark", "questionnaire_id"}
    assert set(LedgerEntry.__table__.columns.keys()) == {"box", "trace", "kind"}
    with settled.read() as session:
        answers, remarks = (
            {bytes(value) for row in session.execute(select(one.key, one.sealed)) for value in row}
            for one in (Envelope, SealedRemark)
        )
        assert len(answers) == len(remarks) == 2 * 20
        for table in Base.metadata.sorted_tables:
            own = {"ethics_envelopes": remarks, "ethics_sealed_remarks": answers}.get(
                table.name, answers | remarks
            )
            for column in table.columns:
                if "Binary" in type(column.type).__name__:
                    others = {bytes(value) for value in session.scalars(select(column)) if value is not None}
                    assert not own & others, column


def test_no_table_keeps_a_code_a_share_or_a_private_key(
    settled: Storage, keys: KeyRing, answered: sample.Prepared
):
    number = answered.numbers[0]
    sample.close(settled, keys, answered)
    private = private_key(settled, answered, number)
    sample.unseal(settled, answered)
    secrets_ = [private.hex(), *(code.lower() for code in answered.codes[number])]
    for share in (*answered.shares[number], *answered.words[number]):
        secrets_ += [share.lower(), share.lower().replace(" ", "")]
    assert len(secrets_) == 1 + 20 + 12
    with settled.read() as session:
        for table in Base.metadata.sorted_tables:
            if table.name in {"units", "posts"}:
                continue
            for row in session.execute(select(table)):
                said = " ".join(
                    value.hex() if isinstance(value, bytes) else str(value).lower() for value in row
                )
                assert not [one for one in secrets_ if one in said], table.name
