"""What an address may ask of a list, how names are found, and in which order rows stand."""

from __future__ import annotations

import pytest

from contest.publication.listing import Terms, Wish, page_of, wish_from
from core.errors import BadInput, NotFound
from core.words import kazakh_key

SORTS = ("place", "name", "answers")
#: The alphabet's own order, which is not that of the code points.
NAMES = (
    "Айтқали Асқар",
    "Әбдіров Ғалым",
    "Ғабдуллин Ерлан",
    "Қасымов Нұрлан",
    "Өмірбек Сәкен",
    "Яковлев Пётр",
)
ANSWERS = (40, None, 7, 90, 7, 12)


ROWS = tuple(enumerate(zip(NAMES, ANSWERS, strict=True)))
#: Six rows by place, of two oblasts; the last has no place.
TERMS = Terms(
    names=lambda row: (row[1][0], f"Қараауыл ауылы {row[0]}", f"10323{row[0]}000"),
    oblast=lambda row: f"{row[0] % 2}00000000",
    keys={
        "place": lambda row: row[0] + 1 if row[0] < 5 else None,
        "name": lambda row: kazakh_key(row[1][0]),
        "answers": lambda row: row[1][1],
    },
)


def asked(**arguments: str) -> Wish:
    return wish_from(arguments, sorts=SORTS, oblasts={"000000000", "100000000"})


def rows(**arguments: str) -> tuple[str, ...]:
    return tuple(name for _number, (name, _answers) in page_of(ROWS, asked(**arguments), TERMS).rows)


def test_a_list_stands_by_place_and_turns_round_with_the_unplaced_last():
    assert rows() == NAMES
    assert rows(order="desc") == (*NAMES[4::-1], NAMES[5])


def test_names_stand_by_the_kazakh_alphabet():
    assert rows(sort="name") == NAMES
    assert rows(sort="name", order="desc") == NAMES[::-1]


def test_numbers_begin_with_the_highest_equal_ones_stay_by_place_and_unknown_ones_are_last():
    by_answers = (NAMES[3], NAMES[0], NAMES[5], NAMES[2], NAMES[4], NAMES[1])
    assert rows(sort="answers") == by_answers
    assert rows(sort="answers", order="asc") == (*(by_answers[i] for i in (3, 4, 2, 1, 0)), NAMES[1])


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Әбдіров", [1]), ("абдиров", [1]), ("Abdirov", [1]), ("Galym", [1]), ("қас нұр", [3]),
        ("касымов", [3]), ("Omirbek", [4]), ("103232000", [2]), ("Karaauyl", [0, 1, 2, 3, 4, 5]),
        ("касимав", [3]), ("нұрлан ғабдуллин", []), ("%_", []), ("1", [0, 1, 2, 3, 4, 5]),
    ],
)  # fmt: skip
def test_names_and_places_are_found_in_any_alphabet(text: str, found: list[int]):
    assert rows(q=text) == tuple(NAMES[number] for number in found)


def test_a_list_is_narrowed_to_an_oblast_and_says_of_how_many():
    page = page_of(ROWS, asked(oblast="100000000", sort="name"), TERMS)
    assert (page.rows, page.found, page.of) == (ROWS[1::2], 3, 6)


def test_pages_hold_two_hundred_and_the_whole_holds_all():
    many, terms = range(1, 402), Terms(names=str, oblast=str, keys={"place": lambda number: number})
    first, last = page_of(many, asked(), terms), page_of(many, asked(page="3"), terms)
    assert (first.rows[0], first.rows[-1], first.pages) == (1, 200, 3)
    assert last.rows == (401,)
    assert len(page_of(many, asked(page="all"), terms).rows) == 401
    with pytest.raises(NotFound, match="3 pages"):
        page_of(many, asked(page="4"), terms)


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("sort", "height", "known are: place, name, answers"), ("order", "up", "known are: asc, desc"),
        ("oblast", "999999999", "999999999"), ("page", "0", "from 1 on"), ("page", "-1", "from 1 on"),
        ("page", "two", "from 1 on"), ("page", "²", "from 1 on"), ("q", "а" * 101, "100 letters"),
    ],
)  # fmt: skip
def test_what_cannot_be_asked_is_refused_by_name(name: str, value: str, said: str):
    with pytest.raises(BadInput, match=said) as refused:
        asked(**{name: value})
    assert refused.value.place == name


def test_an_address_says_only_what_is_not_usual():
    assert asked().arguments() == {}
    wish = asked(sort="answers", q=" қас ", oblast="000000000", page="2")
    assert wish.arguments() == {"sort": "answers", "q": "қас", "oblast": "000000000", "page": 2}
    assert wish.arguments(page=None, is_descending=False, text="") == {
        "sort": "answers", "order": "asc", "oblast": "000000000", "page": "all"
    }  # fmt: skip
