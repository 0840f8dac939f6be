"""Remarks: sealed beside the answers, mixed apart, opened with the same shares, kept from ten answers on."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from nacl.public import PrivateKey
from sqlalchemy import func, select, update

from core.audit import JournalEntry
from core.errors import BadInput
from core.storage import Storage
from core.urn import services as urn
from core.urn.keys import KeyRing
from core.urn.models import Intake
from core.urn.queries import waiting
from ethics import services
from ethics.answers import Opener, SpoiledEnvelope, seal_answer, seal_remark
from ethics.keys.queries import opening_proof
from ethics.remarks.models import Remark, SealedRemark
from ethics.remarks.queries import remark_proof, remarks_of
from ethics.remarks.texts import LONGEST
from tests.conftest import NOW
from tests.ethics import sample
from tests.ethics.sample import ACTOR, BEST, TAKERS

ANSWERS, REMARKS = "ethics:round-1", "ethics-remarks:round-1"
SMILE = "\N{SLIGHTLY SMILING FACE}"


@pytest.fixture
def keys(tmp_path: Path) -> KeyRing:
    return KeyRing(tmp_path / "keys")


def closed(storage: Storage, keys: KeyRing, headcount: int, texts: list[str]) -> sample.Prepared:
    """A closed round about one official, in which the first ones to answer wrote these remarks."""
    with storage.write(now=NOW) as session:
        prepared = sample.prepare(session, [headcount], takes_remarks=True)
    remarks = dict(zip(prepared.codes[prepared.numbers[0]], texts, strict=False))
    sample.answer_all(storage, keys, prepared, [[BEST] * headcount], remarks)
    sample.close(storage, keys, prepared)
    return prepared


def count(storage: Storage, model: type) -> int:
    with storage.read() as session:
        return session.scalar(select(func.count()).select_from(model))


def opening_in_the_journal(storage: Storage) -> dict:
    with storage.read() as session:
        query = select(JournalEntry.details).where(JournalEntry.action == "ethics.open")
        return json.loads(session.scalars(query).one())


def test_remarks_wait_apart_and_everybody_leaves_one_of_the_same_length(settled: Storage, keys: KeyRing):
    with settled.write(now=NOW) as session:
        prepared = sample.prepare(session, [6], takes_remarks=True)
    (number,) = prepared.numbers
    codes = prepared.codes[number]
    sample.answer_all(settled, keys, prepared, [[BEST] * 6], {codes[0]: "ң" * LONGEST, codes[1]: "Сөз"})
    with settled.read() as session:
        assert waiting(session, ANSWERS) == waiting(session, REMARKS) == {str(number): 6}
        rows = session.execute(select(Intake.box, Intake.trace, func.length(Intake.sealed))).all()
    assert {(box, length) for box, _, length in rows} == {(ANSWERS, 448 + 48), (REMARKS, 2048 + 48)}
    assert len({trace for _, trace, _ in rows}) == 12
    urn.mix_waiting(settled, keys=keys, takers=TAKERS, now=NOW)
    with settled.read() as session:
        assert set(session.scalars(select(func.length(SealedRemark.sealed)))) == {1600 + 48}
        mixed = session.scalars(select(JournalEntry.details).where(JournalEntry.action == "urn.mix")).all()
    said = [json.loads(details) for details in mixed]
    assert sorted((one["box"], one["count"]) for one in said) == [(REMARKS, 6), (ANSWERS, 6)]


def test_from_ten_answers_on_remarks_are_kept_in_no_order_and_every_one_is_accounted_for(
    settled: Storage, keys: KeyRing
):
    texts = [f"Пікір {place}\nекінші жол" for place in range(12)] + ["  ", SMILE * (LONGEST // 2)]
    prepared = closed(settled, keys, 14, texts)
    opening = sample.unseal(settled, prepared)
    assert opening.is_whole
    remarks = opening.remarks
    assert (remarks.received, remarks.opened, remarks.kept, remarks.spoiled, remarks.destroyed) == (
        14, 14, 13, (), 0,
    )  # fmt: skip
    assert opening_in_the_journal(settled)["remarks"] == {
        "intake": 14, "opened": 14, "kept": 13, "destroyed": 0, "spoiled": [],
    }  # fmt: skip
    assert (count(settled, SealedRemark), count(settled, Intake)) == (0, 0)
    with settled.read() as session:
        found = remarks_of(session, prepared.questionnaire(session))
        proof = remark_proof(session, prepared.numbers[0])
    assert sorted(found) == sorted(text for text in texts if text.strip())
    # In the order of random keys: one chance in 13!, six thousand million, to be that of arrival.
    assert list(found) != [text for text in texts if text.strip()]
    assert (proof.received, proof.opened, proof.missing, proof.is_whole) == (14, 14, 0, True)


def test_under_ten_answers_remarks_are_destroyed_unread(settled: Storage, keys: KeyRing):
    prepared = closed(settled, keys, 9, ["Пікір"] * 9)
    with settled.write(now=NOW) as session:
        # Nobody reads them: not even a damaged one is found.
        session.execute(update(SealedRemark).values(sealed=b"x"))
    opening = sample.unseal(settled, prepared)
    assert opening.is_whole
    assert opening.remarks.facts() == {
        "intake": 9, "opened": 0, "kept": 0, "destroyed": 9, "spoiled": [],
    }  # fmt: skip
    assert (count(settled, SealedRemark), count(settled, Remark)) == (0, 0)
    with settled.read() as session:
        proof = opening_proof(session, prepared.numbers[0]).remarks
    assert (proof.are_destroyed, proof.is_whole) == (True, True)


def test_a_tampered_and_a_copied_remark_are_named_and_counted_and_the_rest_opens(
    settled_sqlite: Storage, keys: KeyRing
):
    prepared = closed(settled_sqlite, keys, 11, [f"Пікір {place}" for place in range(11)])
    with settled_sqlite.write(now=NOW) as session:
        rows = session.scalars(select(SealedRemark).order_by(SealedRemark.key)).all()
        names = [row.key.hex()[:8] for row in rows]
        flipped = bytes([rows[2].sealed[0] ^ 1]) + rows[2].sealed[1:]
        for key, sealed in ((rows[2].key, flipped), (rows[5].key, rows[4].sealed)):
            session.execute(update(SealedRemark).where(SealedRemark.key == key).values(sealed=sealed))
    opening = sample.unseal(settled_sqlite, prepared)
    assert (opening.tallied, opening.is_whole, opening.remarks.is_whole) == (11, False, False)
    assert (opening.remarks.opened, opening.remarks.spoiled) == (9, (names[2], names[5]))
    assert opening_in_the_journal(settled_sqlite)["remarks"]["spoiled"] == [names[2], names[5]]
    assert count(settled_sqlite, Remark) == 9


def test_a_code_used_again_replaces_its_remark_before_mixing_and_not_after(
    settled_sqlite: Storage, keys: KeyRing
):
    with settled_sqlite.write(now=NOW) as session:
        prepared = sample.prepare(session, [10], takes_remarks=True)
        codes = prepared.codes[prepared.numbers[0]]
        sample.answer(session, keys, codes[0], remark="Бірінші")
        sample.answer(session, keys, codes[0], remark="Екінші")
        sample.answer(session, keys, codes[1], remark="Өшірілетін")
        sample.answer(session, keys, codes[1], remark="")
        for code in codes[2:]:
            sample.answer(session, keys, code)
    assert urn.mix_waiting(settled_sqlite, keys=keys, takers=TAKERS, now=NOW) == 20
    with settled_sqlite.write(now=NOW) as session:
        sample.answer(session, keys, codes[0], remark="Кеш қалған")
    assert count(settled_sqlite, Intake) == 0
    sample.close(settled_sqlite, keys, prepared)
    sample.unseal(settled_sqlite, prepared)
    with settled_sqlite.read() as session:
        assert remarks_of(session, prepared.questionnaire(session)) == ("Екінші",)


def test_a_round_without_remarks_takes_none_and_a_longer_one_is_refused(
    settled_sqlite: Storage, keys: KeyRing
):
    with settled_sqlite.write(now=NOW) as session:
        plain = sample.prepare(session, [5])
        sample.answer(session, keys, plain.codes[plain.numbers[0]][0], remark="Пікір")
        taking = sample.prepare(session, [5], code="round-2", oblasts=sample.OBLASTS[1:], takes_remarks=True)
    with (
        pytest.raises(BadInput, match="Your remark has 501 characters; 500 fit"),
        settled_sqlite.write(now=NOW) as session,
    ):
        sample.answer(session, keys, taking.codes[taking.numbers[0]][0], remark="ң" * (LONGEST + 1))
    with settled_sqlite.read() as session:
        assert set(session.scalars(select(Intake.box))) == {ANSWERS}
        drafts = session.scalars(
            select(JournalEntry.details)
            .where(JournalEntry.action == "ethics-round.draft")
            .order_by(JournalEntry.number)
        )
        assert [json.loads(details)["remarks"] for details in drafts] == [False, True]


def test_remarks_of_a_questionnaire_with_lost_shares_are_destroyed_with_it(
    settled_sqlite: Storage, keys: KeyRing
):
    prepared = closed(settled_sqlite, keys, 10, ["Пікір"])
    with settled_sqlite.write(now=NOW) as session:
        services.publish_scores(
            session, round=prepared.round(session), reason="two shares burnt", actor=ACTOR, now=NOW
        )
        assert remark_proof(session, prepared.numbers[0]) is None
    assert (count(settled_sqlite, SealedRemark), count(settled_sqlite, Remark)) == (0, 0)


def test_an_answer_is_no_remark_and_a_remark_no_answer():
    made = PrivateKey.generate()
    opener = Opener(number=7, private_key=bytes(made))
    answer = seal_answer(BEST, number=7, public_key=bytes(made.public_key))
    remark = seal_remark("Пікір", number=7, public_key=bytes(made.public_key))
    assert (opener.open(answer).given, opener.open_remark(remark).given) == (BEST, "Пікір")
    for read, sealed in ((opener.open, remark), (opener.open_remark, answer)):
        with pytest.raises(SpoiledEnvelope, match="the wrong length"):
            read(sealed)
    foreign = seal_remark("Пікір", number=8, public_key=bytes(made.public_key))
    with pytest.raises(SpoiledEnvelope, match="belongs to another questionnaire"):
        opener.open_remark(foreign)
