"""Tables in and out: encodings, delimiters, and a clear refusal of everything that is broken."""

from __future__ import annotations

import io
import zipfile
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
import xlsxwriter

from core import tables
from core.errors import BadInput, BadTable
from core.tables import Row, read_table, write_csv, write_xlsx

TEXT = "kato;name\n103230000;Қараауыл\n103233000;Кеңгірбай би\n"
RUSSIAN = "kato;name\n103230000;Карааульский с.о. «Ёлка» № 5 – да\n"


def faults(error: BadTable) -> list[tuple[int, str]]:
    return [(fault.line, fault.column) for fault in error.faults]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
def test_reads_each_encoding_and_delimiter(encoding: str, delimiter: str):
    table = read_table(TEXT.replace(";", delimiter).encode(encoding), filename="units.csv")
    assert (table.filename, table.columns) == ("units.csv", ("kato", "name"))
    assert table.rows == (
        Row(2, {"kato": "103230000", "name": "Қараауыл"}),
        Row(3, {"kato": "103233000", "name": "Кеңгірбай би"}),
    )


def test_reads_russian_text_of_the_old_code_page():
    table = read_table(RUSSIAN.encode("cp1251"), filename="old.csv")
    assert table.rows[0].values["name"] == "Карааульский с.о. «Ёлка» № 5 – да"


def test_refuses_broken_utf_8_by_file_and_line():
    broken = TEXT.encode() + "103239000;Қасқабұлақ".encode()[:-1] + b"\n"
    with pytest.raises(BadTable) as refusal:
        read_table(broken, filename="broken.csv")
    assert faults(refusal.value) == [(4, "-")]
    assert str(refusal.value).startswith("broken.csv: ")


@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf", b"\n \n", b"kato;name\n", b"kato;name\n;\n"])
def test_refuses_an_empty_file_by_name(content: bytes):
    with pytest.raises(BadInput) as refusal:
        read_table(content, filename="empty.csv")
    assert str(refusal.value).startswith("empty.csv: This file is empty")


def test_refuses_a_missing_file_by_name(tmp_path: Path):
    with pytest.raises(BadInput) as refusal:
        read_table(tmp_path / "none.csv")
    assert str(tmp_path / "none.csv") in str(refusal.value)


def test_refuses_rows_of_another_width_by_line():
    with pytest.raises(BadTable) as refusal:
        read_table(b"a,b\n1,2\n3\n\n4,5,6\n7,8,\n", filename="x.csv")
    assert faults(refusal.value) == [(3, "-"), (5, "-")]


def test_lines_are_counted_through_cells_of_several_lines():
    table = read_table(b'a,b\n"1\n1",2\n\n3,4\n', filename="x.csv")
    assert [row.line for row in table.rows] == [2, 5]
    assert table.rows[0].values == {"a": "1\n1", "b": "2"}


def test_refuses_an_open_quotation_mark_by_line():
    with pytest.raises(BadTable) as refusal:
        read_table(b'a,b\n1,2\n"3,4\n5,6\n', filename="x.csv")
    assert faults(refusal.value) == [(3, "-")]


def test_refuses_columns_without_a_name_or_twice():
    with pytest.raises(BadTable) as refusal:
        read_table(b"a,,a,b\n1,2,3,4\n", filename="x.csv")
    assert faults(refusal.value) == [(1, "№ 2"), (1, "a")]


def test_require_names_missing_and_unknown_columns():
    table = read_table(b"kato,colour\n1,2\n", filename="x.csv")
    table.require(["kato"], optional=["colour"])
    with pytest.raises(BadTable) as refusal:
        table.require(["kato", "adults"], optional=["name"])
    assert faults(refusal.value) == [(1, "adults"), (1, "colour")]
    assert "kato, adults, name" in str(refusal.value.faults[1])


@pytest.mark.parametrize("text", ["=1+1", "+7 701", "-5", "@sum", "\tx"])
def test_text_that_looks_like_a_formula_is_escaped_and_comes_back(text: str):
    written = write_csv(["a", "b"], [[text, "x"]])
    assert f"'{text}".encode() in written
    assert read_table(written, filename="x.csv").rows[0].values["a"] == text


def test_numbers_keep_their_minus_and_nothing_becomes_an_empty_cell():
    assert write_csv(["a", "b", "c"], [[-5, Decimal("-1.50"), None]]).decode("utf-8-sig") == (
        "a,b,c\r\n-5,-1.50,\r\n"
    )


def test_workbook_comes_back_as_it_was_written():
    rows = [["103230000", 5, date(2026, 1, 31), "=1+1", None], ["103233000", 7.5, None, "Қала", True]]
    written = write_xlsx("Units", ["kato", "n", "on", "text", "flag"], rows)
    table = read_table(written, filename="units.xlsx")
    assert [list(row.values.values()) for row in table.rows] == [
        ["103230000", "5", "2026-01-31", "=1+1", ""],
        ["103233000", "7.5", "", "Қала", "True"],
    ]
    assert [row.line for row in table.rows] == [2, 3]
    with zipfile.ZipFile(io.BytesIO(written)) as packed:
        assert b"<f>" not in packed.read("xl/worksheets/sheet1.xml")


def test_same_rows_give_the_same_workbook_and_a_note_stands_above_the_header():
    written = [write_xlsx("Units", ["a"], [["b"]], note="DEMONSTRATION") for _ in range(2)]
    assert written[0] == written[1]
    assert read_table(written[0], filename="x.xlsx").columns == ("DEMONSTRATION",)


def test_refuses_a_broken_workbook_and_one_that_unpacks_to_too_much(monkeypatch: pytest.MonkeyPatch):
    with pytest.raises(BadInput) as broken:
        read_table(b"PK\x03\x04 and no more", filename="broken.xlsx")
    assert str(broken.value).startswith("broken.xlsx: This XLSX file is broken")
    monkeypatch.setattr(tables, "LARGEST_UNPACKED", 2**20)
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("big", bytes(2**20 + 1))
    with pytest.raises(BadInput) as heavy:
        read_table(bomb.getvalue(), filename="bomb.xlsx")
    assert "too much" in str(heavy.value)


def with_cells(*cells: tuple[int, int, str]) -> bytes:
    """A workbook with a few cells, counted from 0."""
    book = io.BytesIO()
    with xlsxwriter.Workbook(book, {"in_memory": True}) as written:
        sheet = written.add_worksheet()
        for line, place, text in cells:
            sheet.write_string(line, place, text)
    return book.getvalue()


@pytest.mark.parametrize(("line", "place"), [(2**20 - 1, 2**14 - 1), (999_999, 19), (399_999, 10)])
def test_a_cell_far_from_the_table_is_refused_and_does_not_end_the_server(line: int, place: int):
    with pytest.raises(BadInput, match=r"far\.xlsx: This workbook unpacks to too much"):
        read_table(with_cells((0, 0, "kato"), (line, place, "x")), filename="far.xlsx")


def test_a_table_that_begins_below_and_to_the_right_keeps_its_lines():
    cells = ((2, 0, "kato"), (2, 1, "n"), (5, 0, "103230000"), (5, 1, "7"))
    table = read_table(with_cells(*cells), filename="low.xlsx")
    assert [(row.line, row.values) for row in table.rows] == [(6, {"kato": "103230000", "n": "7"})]
    with pytest.raises(BadTable) as refusal:
        read_table(with_cells((2, 1, "kato"), (3, 1, "1")), filename="right.xlsx")
    assert [fault.line for fault in refusal.value.faults] == [3]


def test_refuses_what_is_no_table_at_all():
    with pytest.raises(BadInput) as refusal:
        read_table(b"\x7fELF\x00\x01\x02\x00", filename="program.csv")
    assert str(refusal.value).startswith("program.csv: ")


def test_digest_is_that_of_the_file():
    # printf 'a\n1\n' | sha256sum
    assert read_table(b"a\n1\n", filename="x.csv").sha256 == (
        "309b0e45a73d3fc5325e2b6ed0a01ef8b9cde6b05a5633c1f893f970d52bfddc"
    )
