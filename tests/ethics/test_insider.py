"""Somebody with the whole database, and afterwards with the shares too, does not learn who said what."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select, text

from core.codes import code_mark
from core.storage import Base, Storage
from core.urn import services as urn
from core.urn.keys import KeyRing
from core.urn.models import Intake, LedgerEntry
from core.urn.sealing import open_sealed
from ethics.answers import SpoiledEnvelope, open_answer
from ethics.models import Box, Envelope, Slip
from ethics.shares import join_shares
from tests.conftest import NOW, SECRET
from tests.ethics import sample
from tests.ethics.sample import TAKERS

PEOPLE = 60


@pytest.fixture
def keys(tmp_path: Path) -> KeyRing:
    return KeyRing(tmp_path / "keys")


def pattern(number: int) -> str:
    """An answer of its own for each person, so that a hit of the attacker shows."""
    digits = f"{number:03d}"
    return "4411" + "".join(str(int(digit) % 4 + 1) + str(int(digit) // 4 + 1) for digit in digits)


@pytest.fixture
def answered(settled: Storage, keys: KeyRing) -> sample.Prepared:
    """Sixty people answered, one transaction each, in the order of their codes."""
    with settled.write(now=NOW) as session:
        prepared = sample.prepare(session, [PEOPLE])
    sample.answer_all(settled, keys, prepared, [[pattern(number) for number in range(PEOPLE)]])
    return prepared


def physical(storage: Storage, table: str, column: str) -> list[bytes]:
    """A column in the order in which the database keeps its rows."""
    order = "ORDER BY ctid" if storage.engine.dialect.name == "postgresql" else ""
    with storage.read() as session:
        return [bytes(row[0]) for row in session.execute(text(f"SELECT {column} FROM {table} {order}"))]


def hits(marks: list[bytes], said: list[str], truth: dict[bytes, str]) -> int:
    """How often the n-th trace of an order is that of the n-th answer."""
    return sum(truth[mark] == one for mark, one in zip(marks, said, strict=True))


def test_dump_and_both_shares_join_no_slip_to_an_answer(
    settled: Storage, keys: KeyRing, answered: sample.Prepared
):
    number = answered.numbers[0]
    truth = {
        code_mark(SECRET, "ethics:round-1", code): pattern(place)
        for place, code in enumerate(answered.codes[number])
    }
    assert len(set(truth.values())) == PEOPLE
    assert urn.mix_waiting(settled, keys=keys, takers=TAKERS, now=NOW) == PEOPLE
    with settled.read() as session:
        public_key = session.get_one(Box, number).public_key
    private = join_shares(answered.shares[number][:2], number=number, public_key=public_key).private_key
    said = [
        open_answer(sealed, number=number, private_key=private).given
        for sealed in physical(settled, "ethics_envelopes", "sealed")
    ]
    assert sorted(said) == sorted(truth.values())
    # By chance one answer in sixty stands at its own place; ten or more is one in ten million.
    for marks in (
        physical(settled, "urn_ledger", "trace"),
        physical(settled, "ethics_slips", "mark"),
        list(truth),
    ):
        assert hits(marks, said, truth) < 10
        assert hits(marks, said[::-1], truth) < 10


def test_the_same_attack_succeeds_where_answers_are_not_mixed(
    settled: Storage, keys: KeyRing, answered: sample.Prepared
):
    """The control: before mixing, whoever has the intake's key file and both shares sees who said what."""
    number = answered.numbers[0]
    with settled.read() as session:
        public_key = session.get_one(Box, number).public_key
        private = join_shares(answered.shares[number][:2], number=number, public_key=public_key).private_key
        seen = {
            row.trace: open_answer(
                open_sealed(row.sealed, keys.private(row.key_name)), number=number, private_key=private
            ).given
            for row in session.scalars(select(Intake))
        }
    marks = [code_mark(SECRET, "ethics:round-1", code) for code in answered.codes[number]]
    assert [seen[mark] for mark in marks] == [pattern(place) for place in range(PEOPLE)]


def test_waiting_answers_do_not_open_with_the_intake_key_alone(
    settled: Storage, keys: KeyRing, answered: sample.Prepared
):
    with settled.read() as session:
        row = session.scalars(select(Intake).limit(1)).one()
        intake_key = keys.private(row.key_name)
    inner = open_sealed(row.sealed, intake_key)
    with pytest.raises(SpoiledEnvelope):
        open_answer(inner, number=answered.numbers[0], private_key=intake_key)


def test_an_envelope_shares_no_value_with_anything_of_a_person(
    settled: Storage, keys: KeyRing, answered: sample.Prepared
):
    urn.mix_waiting(settled, keys=keys, takers=TAKERS, now=NOW)
    assert set(Envelope.__table__.columns.keys()) == {"key", "box_id", "sealed"}
    assert set(Slip.__table__.columns.keys()) == {"mark", "questionnaire_id"}
    assert set(LedgerEntry.__table__.columns.keys()) == {"box", "trace", "kind"}
    with settled.read() as session:
        own = {
            bytes(value) for row in session.execute(select(Envelope.key, Envelope.sealed)) for value in row
        }
        assert len(own) == 2 * PEOPLE
        for table in Base.metadata.sorted_tables:
            if table.name == "ethics_envelopes":
                continue
            for column in table.columns:
                if "Binary" in type(column.type).__name__:
                    others = {bytes(value) for value in session.scalars(select(column)) if value is not None}
                    assert not own & others, column


def test_no_table_keeps_a_code_a_share_or_a_private_key(
    settled: Storage, keys: KeyRing, answered: sample.Prepared
):
    number = answered.numbers[0]
    sample.close(settled, keys, answered)
    with settled.read() as session:
        public_key = session.get_one(Box, number).public_key
        private = join_shares(answered.shares[number][1:], number=number, public_key=public_key).private_key
    sample.unseal(settled, answered)
    secrets_ = [private.hex(), *(code.lower() for code in answered.codes[number])]
    secrets_ += [
        form.lower() for share in answered.shares[number] for form in (share, share.replace(" ", ""))
    ]
    with settled.read() as session:
        for table in Base.metadata.sorted_tables:
            if table.name in {"units", "posts"}:
                continue
            for row in session.execute(select(table)):
                said = " ".join(
                    value.hex() if isinstance(value, bytes) else str(value).lower() for value in row
                )
                assert not [one for one in secrets_ if one in said], table.name
