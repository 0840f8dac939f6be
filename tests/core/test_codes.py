"""Codes that are typed, tickets that are signed, receipts that say nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import codes
from core.errors import BadInput, Gone

NOW = datetime(2026, 6, 1, 9, tzinfo=UTC)
SECRET = "a secret of the tests, forty characters."


@given(st.text(codes.ALPHABET, min_size=1, max_size=20), st.data())
def test_check_character_finds_every_single_slip(data: str, draw: st.DataObject):
    code = data + codes.check_character(data)
    position = draw.draw(st.integers(0, len(code) - 1))
    other = draw.draw(st.sampled_from([c for c in codes.ALPHABET if c != code[position]]))
    with pytest.raises(BadInput):
        codes.clean_code(code[:position] + other + code[position + 1 :])


def test_clean_code_forgives_spaces_case_lookalikes_and_cyrillic():
    data = "10ABCEHKMPT"
    code = data + codes.check_character(data)
    typed = f" {code[:4].replace('1', 'l').replace('0', 'o')}-{code[4:]} ".lower()
    cyrillic = code.translate(str.maketrans("ABCEHKMPT", "АВСЕНКМРТ"))
    assert codes.clean_code(typed) == code
    assert codes.clean_code(cyrillic) == code


def test_clean_code_keeps_its_prefix():
    code = codes.new_code(12, prefix="DEMO-")
    assert codes.clean_code(code.lower(), prefix="DEMO-") == code
    assert codes.clean_code(code.removeprefix("DEMO-"), prefix="DEMO-") == code


@pytest.mark.parametrize("text", ["", "?", "A", "ABCD EFGÜ"])
def test_clean_code_refuses_what_is_no_code(text: str):
    with pytest.raises(BadInput):
        codes.clean_code(text)


def test_new_codes_differ_and_check():
    made = {codes.new_code() for _ in range(200)}
    assert len(made) == 200
    assert all(codes.clean_code(code) == code and len(code) == 16 for code in made)


def test_receipt_depends_on_trace_box_and_secret_alone():
    first = codes.receipt_of(SECRET, "survey:a", b"t" * 16)
    assert first == codes.receipt_of(SECRET, "survey:a", b"t" * 16)
    others = {
        codes.receipt_of(SECRET, "survey:b", b"t" * 16),
        codes.receipt_of(SECRET, "survey:a", b"u" * 16),
        codes.receipt_of(SECRET + "!", "survey:a", b"t" * 16),
    }
    assert first not in others
    assert len(others) == 3
    assert len(first) == 12
    assert codes.clean_code(first) == first


@given(st.binary(min_size=7, max_size=32), st.sampled_from(["survey:a", "survey:b"]))
def test_receipt_leads_back_to_its_trace_and_to_no_other(trace: bytes, box: str):
    receipt = codes.receipt_of(SECRET, box, trace)
    first, end = codes.traces_of(SECRET, box, receipt)
    assert first <= trace < end
    # Exactly the traces that begin with the same 55 bits: the one before and the one after do not.
    beginning = int.from_bytes(trace[:7], "big") >> 1
    assert int.from_bytes(first, "big") >> 1 == beginning
    for other in {max(beginning - 1, 0), min(beginning + 1, 2**55 - 1)} - {beginning}:
        assert not first <= (other << 1).to_bytes(7, "big") + b"\xff" * 25 < end
        assert codes.receipt_of(SECRET, box, (other << 1).to_bytes(7, "big")) != receipt


def test_receipts_of_neighbouring_traces_look_unrelated():
    receipts = [
        codes.receipt_of(SECRET, "survey:a", number.to_bytes(7, "big")) for number in range(0, 2000, 2)
    ]
    assert len(set(receipts)) == 1000
    # Each of the 32 letters is expected 31 times at each place; six standard deviations are 33.
    for place in range(11):
        counts = [sum(receipt[place] == letter for receipt in receipts) for letter in codes.ALPHABET]
        assert max(counts) < 31.25 + 33, (place, counts)


def test_ticket_comes_back_as_it_was_given():
    tickets = codes.Tickets(SECRET, "survey")
    ticket = tickets.read(tickets.issue("2026/101010000", now=NOW), now=NOW + timedelta(hours=23))
    assert (ticket.subject, ticket.issued_at, len(ticket.nonce)) == ("2026/101010000", NOW, 16)


def test_tickets_differ_for_one_subject():
    tickets = codes.Tickets(SECRET, "survey")
    nonces = {tickets.read(tickets.issue("x", now=NOW), now=NOW).nonce for _ in range(50)}
    assert len(nonces) == 50


def test_ticket_expires_after_a_day():
    tickets = codes.Tickets(SECRET, "survey")
    text = tickets.issue("x", now=NOW)
    with pytest.raises(Gone):
        tickets.read(text, now=NOW + timedelta(hours=24, seconds=1))


@pytest.mark.parametrize(
    "change",
    [
        lambda t: t[:-9] + ("A" if t[-9] != "A" else "B") + t[-8:],
        lambda t: "x" + t,
        lambda t: "",
        lambda t: "ә.б",
    ],
)
def test_ticket_that_was_changed_is_refused(change):
    tickets = codes.Tickets(SECRET, "survey")
    with pytest.raises(BadInput):
        tickets.read(change(tickets.issue("x", now=NOW)), now=NOW)


def test_ticket_of_another_purpose_is_refused():
    text = codes.Tickets(SECRET, "ethics").issue("x", now=NOW)
    with pytest.raises(BadInput):
        codes.Tickets(SECRET, "survey").read(text, now=NOW)


def test_ticket_survives_a_clock_set_back():
    tickets = codes.Tickets(SECRET, "survey")
    assert tickets.read(tickets.issue("x", now=NOW), now=NOW - timedelta(hours=2)).subject == "x"
