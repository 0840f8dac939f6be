"""An answer's bytes and a ballot set's digest: nothing more fits in, nothing can be changed unseen."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date

import pytest

from core.urn.sealing import longest_answer
from surveys.answers import Answer, Origin, decode, encode
from surveys.criteria import MOST_CRITERIA
from surveys.digests import BallotLine, ballots_digest, combined
from surveys.rules import Mode

LINE = BallotLine(
    b"k" * 16, "2026-main", "191010000", "5-4321", "web", "open", "18-29", None, date(2026, 6, 1)
)


def test_an_answer_comes_back_as_it_went_in():
    answer = Answer("5-4321", Origin.WEB, Mode.OPEN, "18-29", None)
    assert decode(encode(answer)) == answer
    assert encode(answer) == (b'{"band":"18-29","mode":"open","origin":"web","ratings":"5-4321","sex":null}')


def test_the_longest_answer_fits_into_the_seal():
    longest = Answer("5" * MOST_CRITERIA, Origin.IMPORT, Mode.VERIFIED, "18-29", "f")
    assert len(encode(longest)) <= longest_answer()


@pytest.mark.parametrize(
    "data",
    [b"[]", b"{}", b"\xff",
     b'{"band":null,"mode":"open","origin":"web","ratings":"5","sex":null,"at":"12:00"}',
     b'{"band":null,"mode":"postal","origin":"web","ratings":"5","sex":null}'],
)  # fmt: skip
def test_bytes_that_are_no_answer_are_refused(data: bytes):
    with pytest.raises(ValueError):
        decode(data)


def test_digest_knows_no_order_and_adds_up_over_batches():
    lines = [replace(LINE, key=bytes([number]) * 16) for number in range(20)]
    shuffled = random.Random(1).sample(lines, len(lines))
    assert ballots_digest(lines) == ballots_digest(shuffled)
    assert combined([ballots_digest(lines[:7]), ballots_digest(lines[7:])]) == ballots_digest(lines)
    assert len(ballots_digest([])) == 512
    assert int(ballots_digest([]), 16) == 0


@pytest.mark.parametrize(
    "change",
    [{"key": b"x" * 16}, {"ratings": "544321"}, {"kato": "191010001"}, {"origin": "paper"}, {"band": None},
     {"sex": "f"}, {"day": date(2026, 6, 2)}, {"mode": "codes"}, {"campaign": "other"}],
)  # fmt: skip
def test_digest_sees_every_field(change: dict[str, object]):
    assert ballots_digest([replace(LINE, **change)]) != ballots_digest([LINE])


def test_digest_counts_twice_what_is_there_twice():
    assert ballots_digest([LINE, LINE]) == combined([ballots_digest([LINE])] * 2) != ballots_digest([LINE])
