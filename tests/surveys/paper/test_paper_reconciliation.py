"""Reconciliation: sums that must hold, two people, and what goes into the urn with the second signature."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from core.audit import JournalEntry
from core.errors import BadInput, Conflict, Forbidden
from core.storage import Storage, commit
from core.urn.keys import KeyRing
from core.urn.queries import waiting
from surveys.models import CampaignState
from surveys.paper.models import PaperReconciliation
from surveys.paper.queries import batch_line, batch_lines
from surveys.paper.reconciliation import sign_first, sign_second
from surveys.paper.services import release_for_closing
from surveys.paper.sheets import Reading, Spoilt
from surveys.paper.sums import Counts
from surveys.queries import box_of, campaign_by_code
from tests.conftest import NOW, SECRET
from tests.surveys import sample
from tests.surveys.paper import desk
from tests.surveys.paper.desk import OURS, THEIRS, Desk

COUNTS = Counts(given_out=15, spoiled=2, unused=3, returned_filled=4, returned_empty=1, not_returned=10)


@pytest.fixture
def table(settled: Storage, tmp_path: Path) -> Iterator[Desk]:
    """A batch of twenty sheets, of which three are entered alike and one is called spoilt by both."""
    with settled.writing() as session:
        kato = sample.katos(session, 1)[0]
        code = desk.batch(session, sample.opened(session, [kato]), kato).code
        made = Desk(session, code, desk.operators(session), KeyRing(tmp_path / "keys"))
        for sheet in made.codes[:3]:
            made.both(sheet, "543211")
        made.both(made.codes[3], Reading(spoilt=Spoilt.ILLEGIBLE))
        yield made


def first(table: Desk, counts: Counts = COUNTS, oblast: str = OURS) -> PaperReconciliation:
    return sign_first(
        table.session, batch=table.batch, counts=counts, account_id=table.accounts[oblast], now=NOW
    )


def second(table: Desk, oblast: str = THEIRS, counts: Counts = COUNTS) -> PaperReconciliation:
    return sign_second(
        table.session, batch=table.batch, counts=counts, account_id=table.accounts[oblast], keys=table.keys,
        secret=SECRET, now=NOW,
    )  # fmt: skip


def test_two_people_sign_and_what_is_agreed_goes_in(table: Desk):
    first(table)
    assert not batch_line(table.session, table.batch.code).is_reconciled
    assert waiting(table.session, box_of(sample.CODE)) == {}
    signed = second(table)
    assert (signed.printed, signed.entered, signed.illegible, signed.late) == (20, 3, 1, 0)
    assert waiting(table.session, box_of(sample.CODE)) == {table.batch.kato: 3}
    commit(table.session, now=NOW)
    acts = select(JournalEntry.action, JournalEntry.actor).where(JournalEntry.action.like("paper.%"))
    assert [tuple(act) for act in table.session.execute(acts.order_by(JournalEntry.number))][1:] == [
        ("paper.reconcile", f"account:{table.accounts[OURS]}"), ("paper.release", "system"),
        ("paper.sign", f"account:{table.accounts[THEIRS]}"),
    ]  # fmt: skip


def test_after_it_nothing_can_be_entered_or_signed(table: Desk):
    first(table)
    second(table)
    with pytest.raises(Conflict, match="is reconciled and closed"):
        table.enter(table.codes[9], "543211")
    for again in (first, second):
        with pytest.raises(Conflict, match="is reconciled already"):
            again(table)


def test_the_same_person_cannot_sign_twice_and_nobody_signs_second_first(table: Desk):
    with pytest.raises(Conflict, match="Nobody has filled in"):
        second(table)
    first(table)
    with pytest.raises(Forbidden, match="You have signed first"):
        second(table, OURS)


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"unused": 2}, "Printed: 20. Given out, spoiled and left over make 19: the difference is 1."),
        (
            {"not_returned": 12},
            "Given out: 15. Filled in, empty and not come back make 17: the difference is 2.",
        ),
        (
            {"returned_filled": 6, "not_returned": 8},
            "Came back filled in: 6. Entered and called spoilt by both make 4: the difference is 2. "
            "Enter what is left, or settle what differs.",
        ),
    ],
)
def test_what_does_not_add_up_is_named(table: Desk, changes: dict[str, int], fault: str):
    with pytest.raises(BadInput) as refused:
        first(table, replace(COUNTS, **changes))
    assert str(refused.value) == fault
    assert table.session.get(PaperReconciliation, table.batch.id) is None


def test_a_sheet_entered_after_the_first_signature_stops_the_second(table: Desk):
    first(table)
    table.both(table.codes[7], "123451")
    with pytest.raises(BadInput, match="make 5: the difference is 1"):
        second(table)
    corrected = replace(COUNTS, returned_filled=5, not_returned=9)
    first(table, corrected, THEIRS)
    with pytest.raises(Conflict, match="numbers were changed meanwhile"):
        second(table, OURS)
    assert second(table, OURS, corrected).entered == 4


def test_a_closed_survey_shows_what_nobody_accounted_for_and_late_sheets_are_named(table: Desk):
    campaign = campaign_by_code(table.session, sample.CODE)
    table.enter(table.codes[8], "111111")
    release_for_closing(table.session, campaign=campaign, keys=table.keys, secret=SECRET, now=NOW)
    campaign.state, campaign.closed_at = CampaignState.CLOSED, NOW
    table.session.flush()
    assert [line.is_overdue for line in batch_lines(table.session, oblasts=None)] == [True]
    counts = replace(COUNTS, returned_filled=5, not_returned=9)
    first(table, counts)
    assert second(table, counts=counts).late == 1
    assert [line.is_overdue for line in batch_lines(table.session, oblasts=None)] == [False]


def test_the_database_itself_refuses_sums_that_do_not_hold_and_one_person_twice(table: Desk):
    found = first(table)
    good = {column.name: getattr(found, column.name) for column in PaperReconciliation.__table__.columns}
    table.session.delete(found)
    table.session.flush()
    both = {"second_by": found.first_by, "second_on": found.first_on}
    for wrong in ({"unused": 4}, {"not_returned": 9}, {"entered": 4}, {"late": -1, "entered": 4}, both):
        with pytest.raises(IntegrityError), table.session.begin_nested():
            table.session.execute(insert(PaperReconciliation), {**good, **wrong})
