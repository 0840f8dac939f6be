"""Double entry: two oblasts, no peeking, one count a sheet, and nothing left that leads to an answer."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core.access import Role, Scope
from core.audit import JournalEntry
from core.errors import BadInput, Conflict, Forbidden, NotFound
from core.storage import Base, Storage, commit
from core.urn.keys import KeyRing
from core.urn.models import Intake, LedgerEntry
from core.urn.queries import waiting
from core.urn.services import mix_box
from surveys.inclusion.queries import settled as settled_numbers
from surveys.models import Ballot
from surveys.paper.models import PaperEntry, PaperSheet, SheetState
from surveys.paper.queries import batch_line, batch_lines, sheets_again
from surveys.paper.reconciliation import sign_first, sign_second
from surveys.paper.registration import register_batch
from surveys.paper.services import Outcome, look_again, release_agreed, release_for_closing
from surveys.paper.sheets import Reading, Spoilt
from surveys.paper.sums import Counts
from surveys.queries import box_of, campaign_by_code
from surveys.recount import recount
from surveys.rules import Mode
from surveys.services import close_campaign, open_campaign
from tests.conftest import NOW, SECRET
from tests.staff import counting, person
from tests.surveys import sample
from tests.surveys.paper import desk
from tests.surveys.paper.desk import OURS, THEIRS, Desk

# Each leaves one criterion out: a dash stands in no hash, so none of them is there by chance.
RATINGS = [
    "54321-", "4-4321", "34543-", "23-543", "1234-4", "11-345", "5-1234", "45-123", "345-12", "2345-1",
]  # fmt: skip
AFTER = datetime(2026, 6, 21, 9, tzinfo=UTC)
SPOILT = Reading(spoilt=Spoilt.ILLEGIBLE)


@pytest.fixture
def table(settled: Storage, tmp_path: Path) -> Iterator[Desk]:
    """A batch of twenty sheets in an open campaign, in one writing session."""
    with settled.write(now=NOW) as session:
        kato = sample.katos(session, 1)[0]
        sample.population(session, {kato: 900})
        campaign = sample.opened(session, [kato])
        accounts = desk.operators(session)
        code = desk.batch(session, campaign, kato).code
    with settled.writing() as session:
        yield Desk(session, code, accounts, KeyRing(tmp_path / "keys"))


def in_urn(table: Desk) -> dict[str, int]:
    return waiting(table.session, box_of(sample.CODE))


def states(table: Desk) -> Counter:
    return Counter(table.session.scalars(select(PaperSheet.state)))


def again(table: Desk, code: str, oblast: str, fields: dict, *, spoilt: Reading | None = None) -> Outcome:
    return look_again(
        table.session, batch=table.batch, code=code, again=fields, spoilt=spoilt, oblast=oblast,
        account_id=table.accounts[oblast], keys=table.keys, secret=SECRET, now=NOW,
    )  # fmt: skip


def to_look_at(table: Desk, oblast: str) -> list[tuple[str, tuple[str, ...]]]:
    found = sheets_again(table.session, batch=table.batch, oblast=oblast, secret=SECRET)
    return [(sheet.code, sheet.fields) for sheet in found]


def test_a_sheet_counts_when_two_oblasts_read_the_same(table: Desk):
    assert table.enter(table.codes[0], "543211") is Outcome.WAITS
    assert table.enter(table.codes[0], "543211", THEIRS) is Outcome.AGREED
    line = batch_line(table.session, table.batch.code)
    assert (line.progress.entered, line.progress.unsettled) == (1, 0)


def test_agreed_sheets_go_in_by_five_and_five_stay_behind_until_the_last_time(table: Desk):
    for code, ratings in zip(table.codes, RATINGS[:9], strict=False):
        table.both(code, ratings)
    assert in_urn(table) == {}
    table.both(table.codes[9], RATINGS[9])
    assert in_urn(table) == {table.batch.kato: 5}
    given = {"batch": table.batch, "keys": table.keys, "secret": SECRET, "now": NOW}
    assert release_agreed(table.session, **given) == 0
    assert release_agreed(table.session, **given, is_last=True) == 5
    assert in_urn(table) == {table.batch.kato: 10}
    mix_box(table.session, keys=table.keys, box=box_of(sample.CODE), takers=sample.TAKERS, now=NOW)
    commit(table.session, now=NOW)
    rows = table.session.execute(select(Ballot.ratings, Ballot.origin, Ballot.mode)).all()
    assert sorted(rows) == sorted((ratings, "paper", "open") for ratings in RATINGS)
    campaign = campaign_by_code(table.session, sample.CODE)
    assert recount(table.session, campaign=campaign).faults == ()


def test_nothing_readable_is_left_and_nothing_leads_from_a_sheet_to_a_ballot(table: Desk):
    """The same search finds the answers among the ballots, so it can find."""
    for code, ratings in zip(table.codes, RATINGS, strict=False):
        table.both(code, ratings)
    release_agreed(table.session, batch=table.batch, keys=table.keys, secret=SECRET, now=NOW, is_last=True)
    commit(table.session, now=NOW)
    marks = {bytes(mark) for mark in table.session.scalars(select(PaperSheet.mark))}
    assert marks.isdisjoint(bytes(trace) for trace in table.session.scalars(select(Intake.trace)))
    assert table.session.scalars(select(PaperEntry)).all() == []
    mix_box(table.session, keys=table.keys, box=box_of(sample.CODE), takers=sample.TAKERS, now=NOW)
    assert table.session.scalars(select(LedgerEntry)).all() == []
    assert marks.isdisjoint(bytes(key) for key in table.session.scalars(select(Ballot.key)))
    held = {
        name
        for name in Base.metadata.tables
        for row in table.session.execute(text(f"SELECT * FROM {name}"))
        if any(ratings in repr(row) for ratings in RATINGS)
    }
    assert held == {"survey_ballots"}
    told = select(JournalEntry.action, JournalEntry.details).where(JournalEntry.action.like("paper.%"))
    assert [tuple(row) for row in table.session.execute(told.order_by(JournalEntry.number))][1:] == [
        ("paper.release", '{"sheets":5}'), ("paper.release", '{"sheets":5}'),
    ]  # fmt: skip


def test_what_waits_is_sealed_and_of_one_length(table: Desk):
    table.enter(table.codes[0], Reading("543211", "60+", "f"))
    table.enter(table.codes[1], SPOILT)
    sealed = [bytes(one) for one in table.session.scalars(select(PaperEntry.sealed))]
    assert len({len(one) for one in sealed}) == 1
    assert not [one for one in sealed if b"543211" in one or b"ratings" in one]


def test_settled_readings_are_not_left_in_the_file(table: Desk, settled: Storage):
    """`secure_delete` overwrites them; the same search finds them before."""
    if settled.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL keeps dead rows until vacuum; their seal is what protects them")
    for code, ratings in zip(table.codes, RATINGS[:9], strict=False):
        table.both(code, ratings)
    table.session.commit()
    sealed = [bytes(one) for one in table.session.scalars(select(PaperEntry.sealed))]
    table.session.rollback()
    path = settled.engine.url.database

    def found() -> int:
        connection = sqlite3.connect(path)
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()
        content = Path(path).read_bytes()
        return sum(one in content for one in sealed)

    assert found() == len(sealed) == 9
    release_agreed(table.session, batch=table.batch, keys=table.keys, secret=SECRET, now=NOW, is_last=True)
    table.session.commit()
    assert found() == 0


def test_two_operators_of_one_oblast_cannot_enter_a_sheet(table: Desk):
    colleague = person(table.session, "colleague", Scope(Role.OPERATOR, OURS)).id
    table.enter(table.codes[0], "543211")
    with pytest.raises(Conflict, match="Your oblast has entered this sheet already"):
        table.enter(table.codes[0], "543211", account=colleague)


def test_one_person_cannot_enter_a_sheet_for_both_oblasts(table: Desk):
    table.enter(table.codes[0], "543211")
    with pytest.raises(Forbidden, match="entered this sheet yourself"):
        table.enter(table.codes[0], "543211", THEIRS, account=table.accounts[OURS])


def test_the_database_itself_refuses_one_account_and_one_oblast_twice(table: Desk):
    table.enter(table.codes[0], "543211")
    mine = table.session.scalars(select(PaperEntry)).one()
    for oblast, account in ((OURS, table.accounts[THEIRS]), (THEIRS, table.accounts[OURS])):
        row = PaperEntry(
            mark=mine.mark, oblast_kato=oblast, batch_id=mine.batch_id, account_id=account,
            is_second_look=False, sealed=b"x",
        )  # fmt: skip
        with pytest.raises(IntegrityError), table.session.no_autoflush, table.session.begin_nested():
            table.session.execute(PaperEntry.__table__.insert(), row_of(row))


def row_of(entry: PaperEntry) -> dict[str, object]:
    return {column.name: getattr(entry, column.name) for column in PaperEntry.__table__.columns}


def test_a_settled_sheet_cannot_be_entered_again(table: Desk):
    table.both(table.codes[0], "543211")
    for oblast in (OURS, THEIRS):
        with pytest.raises(Conflict, match="This sheet is settled"):
            table.enter(table.codes[0], "543211", oblast)


def test_a_mistyped_an_unknown_and_a_foreign_code_are_told_apart(table: Desk):
    code = table.codes[0]
    slip = code[:-1] + ("0" if code[-1] != "0" else "1")
    with pytest.raises(BadInput, match="has a slip in it"):
        table.enter(slip, "543211")
    with pytest.raises(NotFound, match="No sheet has the code"):
        table.enter("000000000000", "543211")
    campaign = campaign_by_code(table.session, sample.CODE)
    other = desk.batch(table.session, campaign, table.batch.kato)
    with pytest.raises(Conflict, match=f"of the batch {other.code}: enter it there"):
        table.enter(desk.codes(other)[0], "543211")
    assert table.enter(" ".join((code[:4].lower(), code[4:8], code[8:])), "543211") is Outcome.WAITS


def test_a_difference_comes_back_to_both_with_its_rows_and_without_the_others_answer(table: Desk):
    code = table.codes[0]
    table.enter(code, Reading("543211", "60+", "f"))
    assert to_look_at(table, OURS) == []
    assert table.enter(code, Reading("543215", "60+", None), THEIRS) is Outcome.DIFFERS
    fields = ("community", "sex")
    assert to_look_at(table, OURS) == to_look_at(table, THEIRS) == [(code, fields)]
    line = batch_line(table.session, table.batch.code)
    assert line.progress.again == {OURS: 1, THEIRS: 1}
    assert again(table, code, OURS, {"community": "5", "sex": "f"}) is Outcome.DIFFERS
    # One look a round: trying values until they match is not possible.
    with pytest.raises(Conflict, match="nothing to look at again"):
        again(table, code, OURS, {"community": "5", "sex": None})
    assert to_look_at(table, OURS) == []
    assert again(table, code, THEIRS, {"sex": "f"}) is Outcome.AGREED
    assert states(table) == {SheetState.AGREED: 1, SheetState.PRINTED: 19}


def test_still_different_after_both_have_looked_comes_back_to_both(table: Desk):
    code = table.codes[0]
    table.enter(code, "543211")
    table.enter(code, "543215", THEIRS)
    assert again(table, code, OURS, {"community": "2"}) is Outcome.DIFFERS
    assert again(table, code, THEIRS, {"community": "3"}) is Outcome.DIFFERS
    assert to_look_at(table, OURS) == to_look_at(table, THEIRS) == [(code, ("community",))]


def test_nobody_alone_can_put_a_sheet_away(table: Desk):
    code = table.codes[0]
    table.enter(code, SPOILT)
    assert table.enter(code, "543211", THEIRS) is Outcome.DIFFERS
    assert states(table) == {SheetState.PRINTED: 20}
    assert again(table, code, THEIRS, {}, spoilt=Reading(spoilt=Spoilt.DAMAGED)) is Outcome.SPOILT
    sheet = table.session.scalars(select(PaperSheet).where(PaperSheet.state == SheetState.SPOILT)).one()
    assert sheet.spoilt is Spoilt.ILLEGIBLE
    assert table.session.scalars(select(PaperEntry)).all() == []


def test_closing_takes_in_what_is_agreed_and_forgets_the_rest(table: Desk):
    for code, ratings in zip(table.codes, RATINGS[:3], strict=False):
        table.both(code, ratings)
    table.enter(table.codes[5], "111111")
    campaign = campaign_by_code(table.session, sample.CODE)
    released = release_for_closing(table.session, campaign=campaign, keys=table.keys, secret=SECRET, now=NOW)
    assert released == 3
    assert in_urn(table) == {table.batch.kato: 3}
    assert table.session.scalars(select(PaperEntry)).all() == []


def register(session: Session, kato: str, **changes) -> None:
    given = {"sheets": 20, "second_oblast": THEIRS, "handed_out_by": "library", **changes}
    register_batch(
        session, campaign=campaign_by_code(session, sample.CODE), kato=kato, secret=SECRET,
        actor=sample.ACTOR, now=NOW, **given,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"sheets": 4}, "has 5 to 200 sheets, not 4"),
        ({"sheets": 201}, "has 5 to 200 sheets, not 201"),
        ({"sheets": 81}, "has 100 adults and 20 sheets already: register at most 80"),
        ({"second_oblast": OURS}, "another oblast"),
        ({"second_oblast": "123456789"}, "another oblast"),
        ({"handed_out_by": "  "}, "a role or a place"),
    ],
)
def test_a_batch_that_cannot_be_is_refused_by_name(settled: Storage, changes: dict, fault: str):
    with settled.writing() as session:
        kato = sample.katos(session, 1)[0]
        sample.population(session, {kato: 100})
        sample.opened(session, [kato])
        register(session, kato)
        with pytest.raises(BadInput, match=fault):
            register(session, kato, **changes)
        with pytest.raises(BadInput, match="is not asked"):
            register(session, sample.katos(session, 2)[1])


def test_two_batches_that_are_registered_at_once_do_not_pass_the_number_of_adults(settled: Storage):
    with settled.write(now=NOW) as session:
        kato = sample.katos(session, 1)[0]
        sample.population(session, {kato: 100})
        sample.opened(session, [kato])
    together, outcomes = threading.Barrier(2), []

    def operator() -> None:
        together.wait(timeout=120)
        try:
            with settled.write(now=NOW) as session:
                register(session, kato, sheets=60)
            outcomes.append("registered")
        except BadInput:
            outcomes.append("refused")

    operators = [threading.Thread(target=operator) for _ in range(2)]
    for one in operators:
        one.start()
    for one in operators:
        one.join(timeout=300)
    assert sorted(outcomes) == ["refused", "registered"]


def test_sheets_wait_for_the_opening_and_are_not_for_codes(settled: Storage, tmp_path: Path):
    with settled.writing() as session:
        kato = sample.katos(session, 1)[0]
        campaign = sample.drafted(session, [kato])
        found = Desk(
            session, desk.batch(session, campaign, kato).code, desk.operators(session), KeyRing(tmp_path)
        )
        with pytest.raises(Conflict, match="only from the opening"):
            found.enter(found.codes[0], "543211")
        sample.admitted(session, campaign)
        open_campaign(session, campaign=campaign, actor=sample.ACTOR, now=NOW)
        assert found.enter(found.codes[0], "543211") is Outcome.WAITS
        campaign.mode = Mode.CODES
        with pytest.raises(Conflict, match="Paper cannot check codes"):
            register(session, kato)


def waits_for_a_lock(storage: Storage, sent: list[str]) -> bool:
    """Whether somebody waits; on SQLite, of which nobody can ask that, whether somebody wants to write."""
    if storage.engine.dialect.name == "sqlite":
        return "BEGIN IMMEDIATE" in sent
    with storage.engine.connect() as connection:
        return bool(connection.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted")))


def wait_until(holds: Callable[[], bool]) -> None:
    until = time.monotonic() + 120
    while not holds() and time.monotonic() < until:
        time.sleep(0.01)


def counted_after_closing_beside(writing: Session, keys: KeyRing, settled: Storage) -> tuple[int, int, bool]:
    """Close the survey while a session is still open: the sheets, the answers on paper, and if they agree."""

    def close() -> None:
        with settled.write(now=AFTER) as session:
            close_campaign(
                session, campaign=campaign_by_code(session, sample.CODE), keys=keys, secret=SECRET,
                takers=sample.TAKERS, actor=sample.ACTOR, now=AFTER,
            )  # fmt: skip

    closing = threading.Thread(target=close)
    with sample.counting(settled.engine) as sent:
        closing.start()
        wait_until(lambda: not closing.is_alive() or waits_for_a_lock(settled, sent))
    commit(writing, now=AFTER)
    writing.close()
    closing.join(timeout=300)
    with settled.read() as session:
        numbers = settled_numbers(session, campaign=campaign_by_code(session, sample.CODE)).numbers
        return numbers.sheets, numbers.paper, numbers.agrees


def test_the_closing_waits_for_a_sheet_that_is_being_entered(settled: Storage, tmp_path: Path):
    with settled.write(now=NOW) as session:
        kato = sample.katos(session, 1)[0]
        code = desk.batch(session, sample.opened(session, [kato]), kato).code
        accounts = desk.operators(session)
    entering = settled.writing()
    made = Desk(entering, code, accounts, KeyRing(tmp_path / "keys"))
    made.both(made.codes[0], "543211")
    assert counted_after_closing_beside(entering, made.keys, settled) == (1, 1, True)


def test_a_sheet_is_counted_once_when_the_closing_meets_the_second_signature(table: Desk, settled: Storage):
    counts = Counts(given_out=1, spoiled=0, unused=19, returned_filled=1, returned_empty=0, not_returned=0)
    table.both(table.codes[0], "543211")
    sign_first(
        table.session, batch=table.batch, counts=counts, account_id=table.accounts[OURS], now=NOW
    )  # fmt: skip
    commit(table.session, now=NOW)
    sign_second(
        table.session, batch=table.batch, counts=counts, account_id=table.accounts[THEIRS], keys=table.keys,
        secret=SECRET, now=NOW,
    )  # fmt: skip
    assert counted_after_closing_beside(table.session, table.keys, settled) == (1, 1, True)


def test_the_list_asks_the_same_number_of_times_for_one_batch_and_three(table: Desk):
    counts = []
    campaign = campaign_by_code(table.session, sample.CODE)
    for _ in range(2):
        with counting(table.session) as sent:
            assert batch_lines(table.session, oblasts=[OURS])
        counts.append(len(sent))
        for _ in range(2):
            desk.batch(table.session, campaign, table.batch.kato)
    assert counts[0] == counts[1]
