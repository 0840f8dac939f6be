"""The urn: one answer a trace, groups of five, nothing lost, and nothing that joins trace to answer."""

from __future__ import annotations

import json
import threading
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import event, func, select, update
from sqlalchemy.orm import Session

from core.audit import JournalEntry
from core.clock import day_of
from core.errors import BadInput, Conflict, NotFound, Unavailable
from core.room import MixedGroup, TakerOfMany
from core.storage import Storage, commit
from core.urn import services as urn
from core.urn.keys import KeyRing
from core.urn.models import Intake, IntakeKey, LedgerEntry, TraceKind
from core.urn.portions import MOST_ANSWERS, MOST_CELLS, Portion, portions
from core.urn.queries import needs_rotation, waiting
from core.urn.rotation import current_key, forget_empty_keys, give_up_key, hold_key, rotate_key
from core.urn.sealing import LONG, PADDED, SEAL, TamperedAnswer, longest_answer, open_sealed, pad, seal, unpad
from tests.conftest import NOW, SECRET

BOX = "sample:one"


@pytest.fixture
def keys(tmp_path: Path) -> KeyRing:
    return KeyRing(tmp_path / "keys")


class Taken:
    """A room that keeps in memory what it was handed."""

    def __init__(self) -> None:
        self.groups: list[MixedGroup] = []

    def __call__(self, session: Session, group: MixedGroup) -> str:
        self.groups.append(group)
        return f"digest of {len(group.answers)}"


def put(session: Session, keys: KeyRing, number: int, *, cell: str = "101010000", **changes) -> urn.Deposit:
    given = {
        "box": BOX, "cell": cell, "trace": number.to_bytes(16, "big"), "kind": TraceKind.TICKET,
        "answer": f"answer {number}".encode(), "secret": SECRET, "now": NOW,
    }  # fmt: skip
    return urn.deposit(session, keys=keys, **{**given, **changes})


def put_many(storage: Storage, keys: KeyRing, count: int, *, first: int = 0, cell: str = "101010000") -> None:
    with storage.write(now=NOW) as session:
        for number in range(first, first + count):
            put(session, keys, number, cell=cell)


def count(storage: Storage, model: type) -> int:
    with storage.read() as session:
        return session.scalar(select(func.count()).select_from(model))


def test_seal_hides_length_and_opens_only_with_its_key(tmp_path: Path):
    name, public = KeyRing(tmp_path).make()
    other, _ = KeyRing(tmp_path).make()
    sealed = [seal(answer, public) for answer in (b"", b"x" * longest_answer())]
    assert {len(one) for one in sealed} == {PADDED + SEAL}
    assert open_sealed(sealed[1], KeyRing(tmp_path).private(name)) == b"x" * longest_answer()
    with pytest.raises(TamperedAnswer):
        open_sealed(sealed[0], KeyRing(tmp_path).private(other))


def test_pad_refuses_what_does_not_fit_and_unpad_what_is_damaged():
    with pytest.raises(ValueError, match="447 bytes"):
        pad(b"x" * 447)
    assert unpad(pad(b"\0\0")) == b"\0\0"
    with pytest.raises(TamperedAnswer):
        unpad(b"\xff" * PADDED)


def test_a_box_of_long_texts_has_one_longer_length(storage: Storage, keys: KeyRing):
    room, texts = Taken(), [b"", "сөз".encode() * 300, b"x" * longest_answer(LONG)]
    with storage.write(now=NOW) as session:
        for number, answer in enumerate(texts):
            put(session, keys, number, answer=answer, size=LONG)
        assert {len(one) for one in session.scalars(select(Intake.sealed))} == {LONG + SEAL}
        urn.mix_box(session, keys=keys, box=BOX, takers={"sample": room}, now=NOW, closing=True)
    assert sorted(room.groups[0].answers) == sorted(texts)
    with pytest.raises(ValueError, match="448 or 2048 bytes, not to 100"):
        pad(b"x", 100)


def test_a_held_key_is_never_current_and_outlives_its_emptiness(storage: Storage, keys: KeyRing):
    put_many(storage, keys, 1)
    until = day_of(NOW) + timedelta(days=20)
    with storage.write(now=NOW) as session:
        held = hold_key(session, keys=keys, until=until, now=NOW)
        assert current_key(session, keys=keys, now=NOW).name != held.name
        assert not needs_rotation(session, now=NOW)
        with pytest.raises(BadInput, match="2026-05-31"):
            hold_key(session, keys=keys, until=date(2026, 5, 31), now=NOW)
    last, after = NOW + timedelta(days=20), NOW + timedelta(days=21)
    with storage.write(now=last) as session:
        assert forget_empty_keys(session, now=last) == []
    with storage.write(now=after) as session:
        assert forget_empty_keys(session, now=after) == [held.name]


def test_only_a_held_key_makes_no_current_one(storage: Storage, keys: KeyRing):
    with storage.write(now=NOW) as session:
        held = hold_key(session, keys=keys, until=day_of(NOW), now=NOW)
        assert not needs_rotation(session, now=NOW + timedelta(days=1))
        put(session, keys, 1)
        assert session.scalar(select(Intake.key_name)) != held.name


def test_second_deposit_of_a_trace_gives_the_same_receipt_and_one_row(storage: Storage, keys: KeyRing):
    with storage.write(now=NOW) as session:
        first, second = put(session, keys, 1), put(session, keys, 1, answer=b"another")
    assert (first.is_new, second.is_new) == (True, False)
    assert first.receipt == second.receipt
    assert count(storage, Intake) == 1


def test_four_answers_wait_and_five_are_mixed(storage: Storage, keys: KeyRing):
    room = Taken()
    put_many(storage, keys, 4)
    assert urn.mix_waiting(storage, keys=keys, takers={"sample": room}, now=NOW) == 0
    put_many(storage, keys, 1, first=4)
    assert urn.mix_waiting(storage, keys=keys, takers={"sample": room}, now=NOW) == 5
    assert sorted(room.groups[0].answers) == [f"answer {n}".encode() for n in range(5)]
    assert (count(storage, Intake), count(storage, LedgerEntry)) == (0, 5)


def test_many_cells_are_mixed_in_one_transaction_and_each_is_a_batch(storage: Storage, keys: KeyRing):
    room, commits = Taken(), []
    for place, size in enumerate((5, 9, 4, 6)):
        put_many(storage, keys, size, first=100 * place, cell=f"10101000{place}")
    many = {"sample": TakerOfMany(lambda session, groups: [room(session, group) for group in groups])}
    note = commits.append
    event.listen(storage.engine, "commit", note)
    assert urn.mix_waiting(storage, keys=keys, takers=many, now=NOW) == 20
    event.remove(storage.engine, "commit", note)
    assert len(commits) == 1
    assert [(g.cell[-1], len(g.answers)) for g in room.groups] == [("0", 5), ("1", 9), ("3", 6)]
    with storage.read() as session:
        assert waiting(session, BOX) == {"101010002": 4}
        acts = select(JournalEntry).where(JournalEntry.action == "urn.mix").order_by(JournalEntry.subject)
        entries = [json.loads(entry.details) for entry in session.scalars(acts)]
    assert [(e["cell"][-1], e["count"], e["digest"]) for e in entries] == [
        ("0", 5, "digest of 5"), ("1", 9, "digest of 9"), ("3", 6, "digest of 6"),
    ]  # fmt: skip


def test_a_cell_that_shrank_since_it_was_counted_waits(storage: Storage, keys: KeyRing):
    room = Taken()
    put_many(storage, keys, 4)
    put_many(storage, keys, 5, first=10, cell="110000000")
    both = Portion(("101010000", "110000000"))
    with storage.write(now=NOW) as session:
        taken = urn.mix_portion(
            session, keys=keys, box=BOX, portion=both, takers={"sample": room}, now=NOW
        )  # fmt: skip
        assert waiting(session, BOX) == {"101010000": 4}
    assert (taken, [group.cell for group in room.groups]) == (5, ["110000000"])


@given(
    waiting=st.dictionaries(st.text(min_size=1), st.integers(0, 9000), max_size=300),
    smallest=st.sampled_from([1, 5]),
)
def test_portions_are_bounded_and_leave_no_remnant(waiting: dict[str, int], smallest: int):
    taken: Counter[str] = Counter()
    for portion in portions(waiting, smallest=smallest):
        assert len(portion.cells) <= MOST_CELLS
        left = {cell: waiting[cell] - taken[cell] for cell in portion.cells}
        sizes = {cell: min(portion.most or size, size) for cell, size in left.items()}
        assert sum(sizes.values()) <= MOST_ANSWERS
        assert min(sizes.values()) >= smallest
        taken.update(sizes)
    assert taken == Counter({cell: count for cell, count in waiting.items() if count >= smallest})


def test_closing_mixes_what_is_left(storage: Storage, keys: KeyRing):
    room = Taken()
    put_many(storage, keys, 2)
    put_many(storage, keys, 1, first=10, cell="110000000")
    with storage.write(now=NOW) as session:
        taken = urn.mix_box(session, keys=keys, box=BOX, takers={"sample": room}, now=NOW, closing=True)
    assert taken == 3
    assert [(g.cell, len(g.answers), g.closing) for g in room.groups] == [
        ("101010000", 2, True),
        ("110000000", 1, True),
    ]


def test_ways_of_coming_in_are_mixed_apart(storage: Storage, keys: KeyRing):
    """One ticket among four imported rows would be found by its trace, for ballots show their origin."""
    taken = Taken()

    def mixed(*, closing: bool = False) -> list[int]:
        taken.groups.clear()
        with storage.write(now=NOW) as session:
            urn.mix_box(
                session, keys=keys, box=BOX, takers={"sample": taken}, now=NOW, closing=closing
            )  # fmt: skip
        return sorted(len(group.answers) for group in taken.groups)

    put_many(storage, keys, 4)
    with storage.write(now=NOW) as session:
        urn.deposit_many(
            session, keys=keys, box=BOX, rows=[("101010000", b"imported")] * 4, now=NOW
        )  # fmt: skip
        device = hold_key(session, keys=keys, until=NOW.date(), now=NOW)
        for number in range(100, 104):
            urn.deposit_sealed(
                session, box=BOX, cell="101010000", trace=number.to_bytes(16, "big"), kind=TraceKind.TICKET,
                key_name=device.name, sealed=seal(b"from a device", device.public_key),
            )  # fmt: skip
    assert mixed() == []
    put_many(storage, keys, 1, first=50)
    assert mixed() == [5]
    assert mixed(closing=True) == [8]


def test_an_answer_sent_again_after_mixing_is_not_counted_twice(storage: Storage, keys: KeyRing):
    put_many(storage, keys, 5)
    urn.mix_waiting(storage, keys=keys, takers={"sample": Taken()}, now=NOW)
    with storage.write(now=NOW) as session:
        again = put(session, keys, 3, replace=True, answer=b"changed")
    assert not again.is_new
    assert count(storage, Intake) == 0


def test_replace_changes_a_waiting_answer_silently(storage: Storage, keys: KeyRing):
    room = Taken()
    put_many(storage, keys, 5)
    with storage.write(now=NOW) as session:
        put(session, keys, 2, replace=True, answer=b"second thoughts", kind=TraceKind.CODE)
    urn.mix_waiting(storage, keys=keys, takers={"sample": room}, now=NOW)
    assert b"second thoughts" in room.groups[0].answers
    assert b"answer 2" not in room.groups[0].answers
    assert len(room.groups[0].answers) == 5


def test_order_of_arrival_is_lost(storage: Storage, keys: KeyRing):
    room = Taken()
    put_many(storage, keys, 60)
    urn.mix_waiting(storage, keys=keys, takers={"sample": room}, now=NOW)
    arrival = [f"answer {n}".encode() for n in range(60)]
    fixed = sum(a == b for a, b in zip(arrival, room.groups[0].answers, strict=True))
    # A random order keeps one answer in its place on average; twelve or more is one in a thousand million.
    assert fixed < 12


def test_imported_rows_leave_no_receipt(storage: Storage, keys: KeyRing):
    with storage.write(now=NOW) as session:
        rows = [("101010000", f"row {n}".encode()) for n in range(7)]
        assert urn.deposit_many(session, keys=keys, box=BOX, rows=rows, now=NOW) == 7
    room = Taken()
    urn.mix_waiting(storage, keys=keys, takers={"sample": room}, now=NOW)
    assert len(room.groups[0].answers) == 7
    assert count(storage, LedgerEntry) == 0


def test_a_tampered_answer_is_counted_and_the_rest_opens(storage: Storage, keys: KeyRing):
    room = Taken()
    put_many(storage, keys, 6)
    with storage.write(now=NOW) as session:
        session.execute(
            update(Intake).where(Intake.trace == (3).to_bytes(16, "big")).values(sealed=b"\1" * 496)
        )
    urn.mix_waiting(storage, keys=keys, takers={"sample": room}, now=NOW)
    assert len(room.groups[0].answers) == 5
    with storage.read() as session:
        entry = session.scalars(select(JournalEntry).where(JournalEntry.action == "urn.mix")).one()
    assert '"spoiled":1' in entry.details
    assert '"count":5' in entry.details


def test_a_missing_key_file_loses_nothing(storage: Storage, keys: KeyRing):
    put_many(storage, keys, 5)
    with storage.read() as session:
        name = session.scalar(select(IntakeKey.name))
    private = keys.private(name)
    path = keys.directory / f"{name}.intake"
    path.unlink()
    with pytest.raises(Unavailable, match=name):
        urn.mix_waiting(storage, keys=keys, takers={"sample": Taken()}, now=NOW)
    assert count(storage, Intake) == 5
    path.write_bytes(private)
    assert urn.mix_waiting(storage, keys=keys, takers={"sample": Taken()}, now=NOW) == 5


def test_what_a_missing_key_file_cannot_open_holds_up_nothing_else(storage: Storage, keys: KeyRing):
    put_many(storage, keys, 6)
    with storage.write(now=NOW) as session:
        lost = current_key(session, keys=keys, now=NOW).name
        rotate_key(session, keys=keys, now=NOW)
    put_many(storage, keys, 4, first=10)
    put_many(storage, keys, 5, first=20, cell="101010001")
    (keys.directory / f"{lost}.intake").unlink()
    with pytest.raises(Unavailable, match=lost):
        urn.mix_waiting(storage, keys=keys, takers={"sample": Taken()}, now=NOW)
    with storage.read() as session:
        # The four of the first cell wait for a fifth that can be opened.
        assert waiting(session, BOX) == {"101010000": 10}
    put_many(storage, keys, 1, first=14)
    with pytest.raises(Unavailable, match=lost):
        urn.mix_waiting(storage, keys=keys, takers={"sample": Taken()}, now=NOW)
    with storage.read() as session:
        assert waiting(session, BOX) == {"101010000": 6}
    with pytest.raises(Unavailable, match=lost), storage.write(now=NOW) as session:
        urn.mix_box(session, keys=keys, box=BOX, takers={"sample": Taken()}, now=NOW, closing=True)


def test_a_lost_key_is_given_up_by_name_and_what_was_lost_is_told(storage: Storage, keys: KeyRing):
    put_many(storage, keys, 3)
    with storage.read() as session:
        name = session.scalar(select(IntakeKey.name))
    for known, error in ((name, Conflict), ("0" * 16, NotFound)):
        with pytest.raises(error), storage.write(now=NOW) as session:
            give_up_key(session, keys=keys, name=known, actor="system")
    (keys.directory / f"{name}.intake").unlink()
    with pytest.raises(Unavailable, match=name):
        put_many(storage, keys, 1, first=3)
    with storage.write(now=NOW) as session:
        assert give_up_key(session, keys=keys, name=name, actor="system") == {BOX: 3}
    with storage.read() as session:
        entry = session.scalars(select(JournalEntry).where(JournalEntry.action == "urn.give-up")).one()
    assert json.loads(entry.details) == {"lost": {BOX: 3}}
    put_many(storage, keys, 2)  # a new key is made, and who was lost may answer anew
    assert count(storage, Intake) == 2


def test_a_room_that_fails_leaves_everything_as_it_was(storage: Storage, keys: KeyRing):
    put_many(storage, keys, 5)

    def fail(session: Session, group: MixedGroup) -> str:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        urn.mix_waiting(storage, keys=keys, takers={"sample": fail}, now=NOW)
    assert (count(storage, Intake), count(storage, LedgerEntry)) == (5, 0)


def test_a_box_without_a_room_is_named(storage: Storage, keys: KeyRing):
    put_many(storage, keys, 5)
    with pytest.raises(Unavailable, match="sample:one"):
        urn.mix_waiting(storage, keys=keys, takers={}, now=NOW)


def test_retired_key_is_kept_while_an_answer_waits_under_it(storage: Storage, keys: KeyRing):
    put_many(storage, keys, 3)
    tomorrow = NOW + timedelta(days=1)
    with storage.write(now=NOW) as session:
        rotate_key(session, keys=keys, now=NOW)
    with storage.write(now=tomorrow) as session:
        assert forget_empty_keys(session, now=tomorrow) == []
    put_many(storage, keys, 2, first=3)
    assert urn.mix_waiting(storage, keys=keys, takers={"sample": Taken()}, now=tomorrow) == 5
    with storage.write(now=tomorrow) as session:
        names = forget_empty_keys(session, now=tomorrow)
    assert len(names) == 1
    keys.destroy(names[0])
    assert len(keys.names()) == 1


def test_fifty_at_once_with_one_trace_leave_one_answer(storage: Storage, keys: KeyRing):
    put_many(storage, keys, 1, first=99)
    results: list[bool] = []

    def send() -> None:
        with storage.writing() as session:
            result = put(session, keys, 7)
            commit(session, now=NOW)
        results.append(result.is_new)

    threads = [threading.Thread(target=send) for _ in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (results.count(True), len(results)) == (1, 50)
    assert count(storage, Intake) == 2


def test_mixing_while_the_same_trace_is_sent_again_counts_it_once(storage: Storage, keys: KeyRing):
    room = Taken()
    put_many(storage, keys, 5)
    stop = threading.Event()

    def send_again() -> None:
        while not stop.is_set():
            with storage.writing() as session:
                put(session, keys, 2)
                commit(session, now=NOW)
            # Who writes without a pause leaves the mixer no turn at SQLite's one lock.
            stop.wait(0.005)

    sender = threading.Thread(target=send_again)
    sender.start()
    try:
        urn.mix_waiting(storage, keys=keys, takers={"sample": room}, now=NOW)
    finally:
        stop.set()
        sender.join()
    with storage.read() as session:
        assert waiting(session, BOX) == {}
    assert sum(len(group.answers) for group in room.groups) == 5


def test_no_table_of_the_urn_keeps_an_order_or_a_time(storage: Storage):
    for model in (Intake, LedgerEntry):
        kinds = {column.name: column.type.__class__.__name__ for column in model.__table__.columns}
        assert not {name for name, kind in kinds.items() if "Date" in kind or "Integer" in kind}
