"""Essays: plain text under a random number, fixed once it is read; words that tell the author are found."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from contest.jury.models import Marking
from contest.nominees.essays.naming import telling_words
from contest.nominees.essays.services import SHORTEST_ESSAY, write_essay
from contest.nominees.models import Nominee, NomineeState
from contest.nominees.queries import essay_of
from contest.rulebook import Stage
from core.audit import append_pending
from core.errors import BadInput, Conflict
from core.journal.queries import Filter, journal_page
from tests.conftest import NOW
from tests.contest import sample
from tests.contest.sample import ACTOR, OBLASTS

TEXT = "Ауылымыз өсіп келеді. " * 20
FACTS = {"actor": ACTOR, "now": NOW}


def with_essay() -> str:
    """The rules of 2026 whose project is marked without name and place."""
    text = sample.rules_text()
    marked = text.index('code = "project"\nsource = "marks"')
    return text[:marked] + text[marked:].replace(
        'combine = "mean"', 'combine = "mean"\nis_anonymous = true', 1
    )


@pytest.fixture
def nominees(territory: Session) -> list[Nominee]:
    made = sample.opened(territory, rules=with_essay())
    return [territory.get_one(Nominee, number) for number in made.nominees[OBLASTS[0]]]


def test_an_essay_keeps_its_random_number_when_it_is_rewritten(territory: Session, nominees: list[Nominee]):
    assert essay_of(territory, nominees[0]) is None
    first = write_essay(territory, nominee=nominees[0], text=TEXT + "\r\nСоңы \r\n", **FACTS)
    number = first.number
    assert first.text == TEXT.strip() + "\nСоңы"
    write_essay(territory, nominee=nominees[0], text=TEXT, **FACTS)
    assert (essay_of(territory, nominees[0]).number, essay_of(territory, nominees[0]).text) == (
        number, TEXT.strip(),
    )  # fmt: skip
    others = [write_essay(territory, nominee=one, text=TEXT, **FACTS).number for one in nominees[1:]]
    assert len({number, *others}) == 3
    assert all(1000 <= one <= 9999 for one in (number, *others))


def test_neither_number_nor_text_stands_in_the_journal(territory: Session, nominees: list[Nominee]):
    essay = write_essay(territory, nominee=nominees[0], text=TEXT, **FACTS)
    append_pending(territory, now=NOW)
    (entry,) = journal_page(territory, chosen=Filter(action="essay"), size=5).entries
    assert str(essay.number) not in entry.details
    assert "Ауылымыз" not in entry.details


@pytest.mark.parametrize("text", ["", " " * 500, "а" * (SHORTEST_ESSAY - 1), "а" * 20_001])
def test_an_essay_has_a_length(territory: Session, nominees: list[Nominee], text: str):
    with pytest.raises(BadInput, match="write from 200 to 20000"):
        write_essay(territory, nominee=nominees[0], text=text, **FACTS)


def test_an_essay_is_fixed_once_its_marking_opens(territory: Session, nominees: list[Nominee]):
    write_essay(territory, nominee=nominees[0], text=TEXT, **FACTS)
    territory.add(
        Marking(
            contest_id=nominees[0].contest_id, stage=Stage.REGIONAL, oblast_kato=OBLASTS[0], opened_at=NOW
        )
    )
    territory.flush()
    with pytest.raises(Conflict, match="The marking has begun"):
        write_essay(territory, nominee=nominees[0], text=TEXT + "!", **FACTS)
    # Whom a granted objection brings back undecided is read by nobody yet.
    nominees[1].state = NomineeState.PROPOSED
    assert write_essay(territory, nominee=nominees[1], text=TEXT, **FACTS).text == TEXT.strip()


def test_a_contest_without_essays_takes_none(territory: Session):
    made = sample.opened(territory, nominees=1)
    nominee = territory.get_one(Nominee, made.nominees[OBLASTS[0]][0])
    with pytest.raises(Conflict, match="ask for no essay"):
        write_essay(territory, nominee=nominee, text=TEXT, **FACTS)


@pytest.mark.parametrize(
    ("text", "names", "found"),
    [
        ("Мен Ахметовпын", ["Ахметов Ерлан"], ("Ахметовпын",)),
        ("Ерланның айтуынша Ерлан", ["Ахметов Ерлан"], ("Ерланның", "Ерлан")),
        ("Біздің Ақбұлақта су бар", ["Ақбұлақ ауылдық округі"], ("Ақбұлақта",)),
        ("В нашем сельском округе живут люди", ["Акбулакский сельский округ"], ()),
        ("Акбулакского округа", ["Акбулакский сельский округ"], ("Акбулакского",)),
        ("Хан ауылы", ["Хан Ли"], ()),
        ("", ["Ахметов"], ()),
    ],
)
def test_words_that_tell_the_author_are_found_with_their_endings(text, names, found):
    assert telling_words(text, names) == found
