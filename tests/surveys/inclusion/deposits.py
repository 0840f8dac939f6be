"""Answers under traces that begin at random, as real ones do: a receipt is made of a trace's beginning."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from sqlalchemy.orm import Session

from core.codes import receipt_of
from core.urn.keys import KeyRing
from core.urn.models import TraceKind
from surveys.admission import Admitted
from surveys.answers import Answer
from surveys.intake import deposit_answer
from surveys.queries import asked_unit, box_of
from tests.conftest import NOW, SECRET
from tests.surveys import sample


def trace(number: int) -> bytes:
    """The trace of an answer by its number."""
    return hashlib.sha256(f"answer {number}".encode()).digest()[:16]


def receipt(number: int) -> str:
    """What its thank-you page shows."""
    return receipt_of(SECRET, box_of(sample.CODE), trace(number))


def put(
    session: Session, keys: KeyRing, kato: str, answers: Iterable[Answer | str], *, first: int = 0
) -> None:
    """Deposit answers under the traces from `first` on."""
    asked = asked_unit(session, code=sample.CODE, kato=kato)
    for number, given in enumerate(answers, start=first):
        deposit_answer(
            session, asked=asked, admitted=Admitted(trace(number), TraceKind.TICKET),
            answer=sample.answer(given) if isinstance(given, str) else given, keys=keys, secret=SECRET,
            now=NOW,
        )  # fmt: skip
