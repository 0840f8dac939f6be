"""Readings of a sheet and the sums of a reconciliation: what is typed, compared, and adds up."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date

import pikepdf
import pytest

from core.words import Words
from surveys.criteria import shipped
from surveys.paper.marks import sheet_codes
from surveys.paper.printing import SheetRecord, draw_sheets
from surveys.paper.sheets import (
    Reading,
    Spoilt,
    agrees,
    decode,
    differing,
    encode,
    looked_at_again,
    ratings_from,
)
from surveys.paper.sums import Counts, Known, SumFault, faults_of, late_of

CODES = ("rights", "services", "families")


@pytest.mark.parametrize("typed", ["543", " 5 4 3 ", "5 43"])
def test_digits_are_read_in_order_with_blanks_forgiven(typed: str):
    assert ratings_from(typed, 3) == "543"


def test_zero_is_hard_to_say():
    assert ratings_from("010", 3) == "-1-"


@pytest.mark.parametrize("typed", ["", "54", "5432", "546", "5a3", "5-3", "５43"])
def test_other_digits_are_refused_naming_them(typed: str):
    with pytest.raises(ValueError, match="is not 3 digits from 0 to 5"):
        ratings_from(typed, 3)


def test_readings_survive_their_bytes():
    for reading in (Reading("5-3", "60+", "f"), Reading("111"), Reading(spoilt=Spoilt.DAMAGED)):
        assert decode(encode(reading)) == reading


def test_only_what_differs_is_asked_again():
    first = Reading("543", "60+", "f")
    assert differing(first, Reading("513", "60+", None), CODES) == ("services", "sex")
    assert differing(first, first, CODES) == ()
    assert differing(first, Reading(spoilt=Spoilt.COPY), CODES) == (*CODES, "band", "sex")


def test_a_sheet_is_spoilt_only_when_both_say_so_for_whatever_reason():
    torn, unclear = Reading(spoilt=Spoilt.DAMAGED), Reading(spoilt=Spoilt.ILLEGIBLE)
    assert agrees(torn, unclear)
    assert not agrees(torn, Reading("543"))


def test_a_second_look_changes_what_was_looked_at_and_keeps_the_rest():
    before = Reading("543", "60+", "f")
    assert looked_at_again(before, {"services": "1", "sex": None}, CODES) == Reading("513", "60+", None)
    spoilt = Reading(spoilt=Spoilt.DAMAGED)
    again = dict(zip(CODES, "12-", strict=True)) | {"band": "18-29", "sex": None}
    assert looked_at_again(spoilt, again, CODES) == Reading("12-", "18-29", None)


COUNTS = Counts(given_out=45, spoiled=2, unused=3, returned_filled=30, returned_empty=5, not_returned=10)
KNOWN = Known(printed=50, entered=28, illegible=2, unsettled=0)


def test_a_batch_whose_sheets_are_all_somewhere_adds_up():
    assert faults_of(COUNTS, KNOWN) == ()
    assert late_of(COUNTS, KNOWN) == 0


def test_each_sum_that_does_not_add_up_is_named_with_its_numbers():
    lost = Counts(given_out=44, spoiled=2, unused=3, returned_filled=31, returned_empty=5, not_returned=10)
    assert faults_of(lost, KNOWN) == (
        SumFault("printed", 50, 49), SumFault("given_out", 44, 46), SumFault("returned_filled", 31, 30),
    )  # fmt: skip


def test_after_closing_filled_sheets_may_be_late_but_not_fewer_than_entered():
    closed = Known(printed=50, entered=20, illegible=2, unsettled=0, is_late=True)
    assert faults_of(COUNTS, closed) == ()
    assert late_of(COUNTS, closed) == 8
    more = Known(printed=50, entered=29, illegible=2, unsettled=0, is_late=True)
    assert faults_of(COUNTS, more) == (SumFault("returned_filled", 30, 31),)


def test_a_long_set_of_criteria_takes_several_pages_a_sheet():
    """Each language's text stays whole: the door to PDF refuses a section that is torn over two pages."""
    six = shipped("2020-six")
    rows = tuple(replace(row, code=f"{row.code}-{number}") for number in range(4) for row in six.criteria)
    record = SheetRecord(
        batch_code="7K3M9XQ2", title=Words("Сауалнама", "Опрос", "Survey"),
        place=Words("Қараауыл", "Караул", "Qaraauyl"), criteria=replace(six, criteria=rows),
        asks_strata=True, last_day=date(2026, 6, 20), codes=sheet_codes("x" * 40, "7K3M9XQ2", 2),
        is_demo=False,
    )  # fmt: skip
    with pikepdf.open(io.BytesIO(draw_sheets(record))) as document:
        assert len(document.pages) == 2 * 3
