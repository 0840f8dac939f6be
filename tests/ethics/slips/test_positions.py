"""The list by position: read line by line, its sum the number of slips, refused by line."""

from __future__ import annotations

import pytest

from ethics.slips.positions import Position, PositionFault, Wrong, headcount, read_positions


def test_a_list_is_read_and_its_sum_is_the_headcount():
    found = read_positions("Бас маман | Главный специалист | 4\n\n Жүргізуші ;  Водитель\t2 \n")
    assert found == (Position("Бас маман", "Главный специалист", 4), Position("Жүргізуші", "Водитель", 2))
    assert headcount(found) == 6


@pytest.mark.parametrize(
    ("text", "wrong", "line"),
    [
        ("", Wrong.EMPTY, 0),
        ("А | Б | 1\nАхметов", Wrong.PARTS, 2),
        ("А | | 1", Wrong.PARTS, 1),
        ("А | Б | 0", Wrong.COUNT, 1),
        ("А | Б | -3", Wrong.COUNT, 1),
        ("А | Б | ٣", Wrong.COUNT, 1),
        ("А | Б | 501", Wrong.COUNT, 1),
        ("А | Б | 2\nа | В | 1", Wrong.TWICE, 2),
        ("А" * 161 + " | Б | 2", Wrong.LONG, 1),
        ("А | Б | 500\nВ | Г | 1", Wrong.MANY, 0),
    ],
)
def test_a_faulty_list_is_refused_by_line(text: str, wrong: Wrong, line: int):
    with pytest.raises(PositionFault) as refused:
        read_positions(text)
    assert (refused.value.wrong, refused.value.line) == (wrong, line)
