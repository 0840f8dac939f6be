"""A solution is good for its own ticket and level, and for nothing else that a program may send."""

from __future__ import annotations

import base64
import html
import json
from datetime import timedelta

import pytest
from altcha import extract_params_v1

from core.codes import Tickets
from surveys.guard.proof import new_challenge, proven_level
from tests.conftest import NOW, SECRET
from tests.surveys import sample


def new_ticket():
    tickets = Tickets(SECRET, "survey")
    return tickets.read(tickets.issue("2026-main/1", now=NOW), now=NOW)


TICKET, OTHER = new_ticket(), new_ticket()


def solved(ticket=TICKET, *, level: int = 2, secret: str = SECRET) -> str:
    """A solution by altcha's own solver."""
    challenge = new_challenge(ticket, level=level, work=300, secret=secret)
    return sample.solution(f'data-challenge="{html.escape(challenge)}"')


def packed(solution: object) -> str:
    return base64.b64encode(json.dumps(solution).encode()).decode()


def changed(**fields: object) -> str:
    return packed({**json.loads(base64.b64decode(solved())), **fields})


def salt(of=TICKET, *, level: int = 2, expires: int = 1780390800) -> str:
    return f"{of.nonce.hex()}?expires={expires}&level={level}&"


def test_a_solution_shows_its_level_for_its_ticket_each_time_and_for_no_other():
    solution = solved()
    assert [proven_level(solution, ticket=TICKET, secret=SECRET) for _ in range(2)] == [2, 2]
    assert proven_level(solution, ticket=OTHER, secret=SECRET) is None


def test_a_challenge_carries_its_ticket_and_ends_with_it():
    challenge = json.loads(new_challenge(TICKET, level=1, work=50, secret=SECRET))
    assert set(challenge) == {"algorithm", "challenge", "salt", "maxnumber", "signature"}
    assert (challenge["algorithm"], challenge["maxnumber"]) == ("SHA-256", 50)
    end = int((NOW + timedelta(hours=24)).timestamp())
    assert extract_params_v1(challenge) == {"expires": [str(end)], "level": ["1"]}
    assert challenge["salt"] == salt(level=1, expires=end)


@pytest.mark.parametrize(
    "sent",
    [
        "", "x", "!" * 40, "0" * 2000, packed([1, 2]), packed(7), packed({}),
        base64.b64encode(b"[" * 700).decode(), base64.b64encode(b"\xff\xfe{}").decode(),
        changed(number=-1), changed(number="7"), changed(number=True), changed(number=1.5),
        changed(number=None), changed(number=10**600), changed(salt=7), changed(salt=None), changed(salt=[]),
        changed(salt=salt(level=3)), changed(salt=salt(expires=9999999999)), changed(salt=salt(OTHER)),
        changed(challenge=None), changed(challenge="0" * 64),
        changed(signature="0" * 64), changed(signature={}),
        solved(secret="another secret of the tests, forty chars"), solved(OTHER),
    ],
)  # fmt: skip
def test_anything_else_proves_nothing(sent: str):
    assert proven_level(sent, ticket=TICKET, secret=SECRET) is None


def test_digits_of_the_number_cannot_be_moved_into_the_salt():
    """Hashed in a row they are the same text, so without the mark at the salt's end they would pass."""
    for _try in range(20):
        solution = json.loads(base64.b64decode(solved()))
        first, rest = str(solution["number"])[0], str(solution["number"])[1:]
        moved = packed({**solution, "salt": solution["salt"] + first, "number": int(rest or 0)})
        assert proven_level(moved, ticket=TICKET, secret=SECRET) is None
