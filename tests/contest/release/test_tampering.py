"""Whoever changes a number is found, though every hash and the signature are made anew.

A cell changed in one copy of a table is named with its file, row and column. One changed in both copies is
found by recomputation, by another file, or by bounds, as the data dictionary says of its column; where the
dictionary says that the signature alone guards it, nothing else does.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable
from copy import deepcopy
from decimal import Decimal
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given, settings
from hypothesis import strategies as st

from contest.release.checks.evidence import breakdown_lines, ethics_lines, survey_lines
from contest.release.checks.inputs import input_lines
from contest.release.checks.league import league_lines
from contest.release.checks.people import decision_lines, jury_lines
from contest.release.checks.rules import rule_books, rule_lines
from contest.release.checks.standings import index_lines, standing_lines
from contest.release.checks.whole import manifest_lines, table_lines
from contest.release.checks.work import work_lines
from contest.release.layout import SIGNATURE, SIGNER, tables
from contest.release.reading import MOST_FAULTS, Contents, csv_rows, guarded
from contest.release.report import Line
from contest.release.sealing import signature_lines, verify_whole
from contest.release.sheets import Sheet, sheet_files
from contest.release.verification import content_lines
from contest.rulebook_reading import read_rulebook
from core.disclosure import published
from core.shrinkage import shrink
from core.signatures import fingerprint_of
from tests.contest.release.made import (
    OBLASTS,
    TEXT,
    Made,
    at_leaf,
    changed,
    hand_made,
    leaves,
    redigested,
    set_leaf,
    signed,
    signing_key,
    zipped,
)

MADE = hand_made()
NATIONAL = "standings/inputs/national-v1"
FILES = MADE.files()
BOOKS = rule_books(Contents(FILES))
Check = Callable[[Contents], Any]
#: What looks at the tables of a folder.
CHECKS: dict[str, tuple[Check, ...]] = {
    "rules": (rule_lines, index_lines),
    "survey": (
        lambda c: survey_lines(c, BOOKS), breakdown_lines, lambda c: input_lines(c, BOOKS),
        lambda c: league_lines(c, BOOKS),
    ),
    "ethics": (ethics_lines, lambda c: input_lines(c, BOOKS)),
    "jury": (lambda c: jury_lines(c, BOOKS), lambda c: input_lines(c, BOOKS)),
    "decisions": (lambda c: decision_lines(c, BOOKS), lambda c: input_lines(c, BOOKS)),
    "standings": (
        index_lines, lambda c: input_lines(c, BOOKS), lambda c: standing_lines(c, BOOKS), ethics_lines,
        lambda c: jury_lines(c, BOOKS),
    ),
    "league": (lambda c: league_lines(c, BOOKS),),
}  # fmt: skip


def found(files: dict[str, bytes], folder: str) -> list[Line]:
    """What the folder's checks find, the first that finds something."""
    contents = Contents(files)
    for check in CHECKS[folder]:
        lines = [line for line in guarded(folder, lambda check=check: check(contents)) if not line.agrees]
        if lines:
            return lines
    return []


def other(value: Any, *, far: bool) -> Any:
    """Another value of the same kind."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + (1003 if far else 1)
    if isinstance(value, Decimal):
        return value + (1000 if far else Decimal("0.01"))
    if re.fullmatch(r"\d+\.\d+", str(value)):
        return str(Decimal(str(value)) + (1000 if far else Decimal("0.01")))
    return f"x{value}"


def first_given(table: str, column: int) -> int | None:
    """The first row whose cell of this column is not empty."""
    return next((at for at, row in enumerate(MADE.tables[table]) if row[column] not in (None, "")), None)


def columns(*keeps: str) -> list[tuple[str, int, str]]:
    """The columns of which the dictionary says so, wherever the sample has a value of them."""
    return [
        (table.name, at, column.code)
        for table in tables().values()
        for at, column in enumerate(table.columns)
        if column.keeps in keeps and first_given(table.name, at) is not None and "/columns" not in table.name
    ]


def test_the_sample_verifies_and_says_whose_signature_it_is():
    trusted = {fingerprint_of(signing_key().certificate)}
    lines = verify_whole(zipped(FILES), signers=trusted).lines
    assert [line.subject for line in lines if not line.agrees] == ["certificates.json"]
    assert f"SHA-256 {trusted.copy().pop()}" in lines[0].detail


def test_the_sample_has_a_value_of_every_column_that_is_guarded_by_numbers():
    assert [
        f"{table.name} {column.code}"
        for table in tables().values()
        for at, column in enumerate(table.columns)
        if column.keeps != "signed" and first_given(table.name, at) is None
    ] == []


def test_each_number_changed_in_one_copy_is_named_with_file_line_and_column():
    looked = 0
    for table, rows in MADE.tables.items():
        layout = tables()[table]
        lines = [line for line, _cells in csv_rows(FILES[layout.csv])][1:]
        numbers = [(n, at) for n, row in enumerate(rows) for at in range(len(row)) if is_number(row[at])]
        for start in range(0, len(numbers), MOST_FAULTS):
            wrong = [list(row) for row in rows]
            for n, at in numbers[start : start + MOST_FAULTS]:
                wrong[n][at] = other(rows[n][at], far=False)
            csv = sheet_files([Sheet(table, wrong)], is_demo=False)[layout.csv]
            found = table_lines(Contents({**FILES, layout.csv: csv}))
            assert [(line.subject, line.detail) for line in found] == [
                (
                    f"{layout.csv}, line {lines[n]}, column {layout.columns[at].code}",
                    f"found {wrong[n][at]}, expected {rows[n][at]} ({layout.json} says so)",
                )
                for n, at in numbers[start : start + MOST_FAULTS]
            ]
        looked += len(numbers)
    assert looked > 600


def is_number(value: object) -> bool:
    if isinstance(value, bool) or value is None:
        return False
    return isinstance(value, int | Decimal) or bool(re.fullmatch(r"\d+\.\d+", str(value)))


@pytest.mark.parametrize(("table", "at", "column"), columns("recomputed", "crossed"))
def test_a_cell_changed_in_both_copies_is_found_from_other_files(table: str, at: int, column: str):
    row = first_given(table, at)

    def act(made: Made) -> None:
        made.tables[table][row][at] = other(made.tables[table][row][at], far=False)

    lines = found(changed(MADE, act), table.partition("/")[0])
    assert lines
    assert any(line.detail.startswith(("found ", "cannot be checked")) for line in lines)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(columns("recomputed", "crossed")), st.data())
def test_any_number_changed_by_anything_in_both_copies_is_found(
    cell: tuple[str, int, str], data: st.DataObject
):
    table, at, _column = cell
    rows = [place for place, row in enumerate(MADE.tables[table]) if is_number(row[at])]
    if not rows:
        return
    row = data.draw(st.sampled_from(rows))
    by = data.draw(st.integers(-50, 50).filter(bool))
    before = MADE.tables[table][row][at]
    after = before + by if isinstance(before, int) else Decimal(str(before)) + Decimal(by) / 100

    def act(made: Made) -> None:
        made.tables[table][row][at] = after if isinstance(before, int | Decimal) else str(after)

    assert found(changed(MADE, act), table.partition("/")[0])


@pytest.mark.parametrize(("table", "at", "column"), columns("bounded"))
def test_a_cell_changed_in_both_copies_beyond_its_bounds_is_found(table: str, at: int, column: str):
    row = first_given(table, at)

    def act(made: Made) -> None:
        value = made.tables[table][row][at]
        # Of those who were entitled, were present or are adults there can be too few, not too many.
        is_least = column in ("entitled", "present", "adults")
        made.tables[table][row][at] = 0 if is_least else other(value, far=True)

    assert found(changed(MADE, act), table.partition("/")[0])


@pytest.mark.parametrize(("table", "at", "column"), columns("signed"))
def test_what_the_dictionary_says_the_signature_alone_guards_is_found_by_nothing_else(
    table: str, at: int, column: str
):
    row = first_given(table, at)
    if not is_number(MADE.tables[table][row][at]):
        return

    def act(made: Made) -> None:
        made.tables[table][row][at] = other(made.tables[table][row][at], far=False)

    assert found(changed(MADE, act), table.partition("/")[0]) == []


@pytest.mark.parametrize("name", [name for name in MADE.inputs if OBLASTS[1] not in name])
def test_each_number_of_the_inputs_is_found_from_the_published_files(name: str):
    for path in leaves(MADE.inputs[name]):
        value = at_leaf(MADE.inputs[name], path)
        if value is None:
            continue

        def act(made: Made, path: tuple = path, value: Any = value) -> None:
            set_leaf(made.inputs[name], path, other(value, far=False))
            redigested(made, name)

        assert found(changed(MADE, act), name.partition("/")[0]), (name, path)


def test_a_changed_score_is_named_in_the_inputs_with_what_was_published():
    def act(made: Made) -> None:
        made.inputs["standings/inputs/national-v1"]["units"][0][2] = "72.25"
        redigested(made, "standings/inputs/national-v1")

    lines = found(changed(MADE, act), "standings")
    assert lines[0] == Line(
        "standings/inputs/national-v1.json, unit 111100000, score", False,
        "found 72.25, expected 71.25 (survey/units.csv, line 2, column score, says so)",
    )  # fmt: skip


def test_a_changed_place_is_named_with_the_place_that_follows():
    def act(made: Made) -> None:
        for row in made.tables["standings/rows"]:
            if row[0] == "national-v1":
                row[7] = 3 - row[7]

    lines = found(changed(MADE, act), "standings")
    assert [line.subject for line in lines] == [
        "standings/rows.csv, line 8, column place", "standings/rows.csv, line 9, column place",
    ]  # fmt: skip
    assert lines[0].detail == "found 2, expected 1 (recomputed)"


@pytest.mark.parametrize("act", [
    lambda made: made.tables["standings/rows"].pop(),
    lambda made: made.tables["standings/components"].pop(),
    lambda made: made.tables["jury/marks"].pop(),
    lambda made: made.tables["survey/units"].pop(),
    lambda made: made.tables["league/rows"].pop(),
    lambda made: made.tables["decisions/nominations"].pop(),
    lambda made: made.tables["standings/rows"].append(made.tables["standings/rows"][0]),
    lambda made: made.tables["jury/marks"].append(made.tables["jury/marks"][0]),
    lambda made: made.tables["league/rows"].append(made.tables["league/rows"][0]),
    lambda made: made.tables["jury/conflicts"].append(["regional", "J-regional1", 1]),
])  # fmt: skip
def test_a_row_more_or_less_is_found(act: Callable[[Made], object]):
    files = changed(MADE, act)
    assert any(found(files, folder) for folder in ("standings", "survey", "jury", "league"))


def twin(made: Made, table: str) -> None:
    """A second row about the same thing, with other numbers, before the true one."""
    rows, layout = made.tables[table], tables()[table]
    key = [at for at, column in enumerate(layout.columns) if column.code in layout.key]
    rows.insert(0, [cell if at in key else None for at, cell in enumerate(rows[0])])


@pytest.mark.parametrize("table", [name for name, layout in tables().items() if layout.key])
def test_a_second_row_about_the_same_thing_is_named(table: str):
    found = table_lines(Contents(changed(MADE, lambda made: twin(made, table))))
    assert [line.subject for line in found if "is about it already" in line.detail] == [
        f"{table}.csv, line 3"
    ]


def test_a_village_of_two_scores_is_found_though_all_that_follows_from_them_is_made_anew():
    """The reliabilities follow from all rows, and the rankings from the last row of each village."""

    def two_scores(made: Made) -> None:
        units = made.tables["survey/units"]
        units.insert(0, [*units[0][:8], Decimal("99.00"), *units[0][9:]])
        rows = sorted(units, key=lambda row: row[0])
        drawn = shrink([float(row[8]) for row in rows], [float(row[9]) for row in rows])
        shares = {
            row[0]: published(share) for row, share in zip(rows, drawn.reliability.tolist(), strict=True)
        }
        for row in units:
            row[10] = shares[row[0]]

    lines = verify_whole(zipped(changed(MADE, two_scores))).differing
    assert "survey/units.csv, line 3" in [line.subject for line in lines]


def test_nobody_is_made_a_finalist_by_a_correction_that_there_was_not():
    name = f"standings/inputs/regional-{OBLASTS[0]}-v1"

    def act(made: Made) -> None:
        made.inputs[name]["went_on"] = [2]
        redigested(made, name)

    told = "found 2, expected nothing (standings/rows.csv has no such finalist before)"
    assert Line(f"{name}.json, went_on", False, told) in found(changed(MADE, act), "standings")


def test_a_nominee_twice_in_the_inputs_does_not_take_two_places():
    def twice(made: Made) -> None:
        people = made.inputs[NATIONAL]["nominees"]
        people.append(people[0])
        redigested(made, NATIONAL)

    (line,) = [
        line for line in found(changed(MADE, twice), "standings") if line.subject == "standing national-v1"
    ]
    assert line.detail == "cannot be checked: ValueError: a nominee stands in its inputs twice"


@pytest.mark.parametrize("number", [
    "1e99999999", "1E-99999999", ".5e+100000", "1e9_999_999", " 1e9999999 ",
    "1e\N{FULLWIDTH DIGIT NINE}999999", "7" * 400,
])  # fmt: skip
def test_a_number_that_no_memory_holds_is_refused_by_name(number: str):
    """Its exact value has a hundred million digits: computing with it would never end."""

    def endless(made: Made) -> None:
        made.inputs[NATIONAL]["nominees"][0]["ethics"][2] = number
        redigested(made, NATIONAL)

    lines = verify_whole(zipped(changed(MADE, endless))).lines
    assert any(f"{number[:20]} is no number of a release" in line.detail for line in lines if not line.agrees)


def many(made: Made, kind: str) -> None:
    """Inputs that ask for more of a kind of work than a country has."""
    inputs = made.inputs[NATIONAL]
    if kind == "marks":
        inputs["nominees"][0]["marks"]["cases"] = [[8] * 10_000] * 201
    else:
        inputs[kind] = [inputs[kind][0]] * 5001
    redigested(made, NATIONAL)


@pytest.mark.parametrize(("kind", "told"), [
    ("nominees", f"{NATIONAL}.json, nominees: found 5001, expected at most 5000"),
    ("units", f"{NATIONAL}.json, units: found 5001, expected at most 5000"),
    ("marks", "the work, marks: found 2010"),
])  # fmt: skip
def test_more_work_than_a_country_needs_is_named_and_not_done(kind: str, told: str):
    lines = content_lines(changed(MADE, lambda made: many(made, kind)))
    (line,) = [line for line in lines if f"{line.subject}: {line.detail}".startswith(told)]
    assert "the contest's own page offers" in line.detail
    assert not [line for line in lines if line.subject.startswith(("standing ", "inputs of ", "league-v"))]


@pytest.mark.parametrize(("before", "after", "most"), [
    ("interval_draws = 100", "interval_draws = 5000", 60_000_000),
    ("top_draws = 100", "top_draws = 20000", 240_000_000),
])  # fmt: skip
def test_draws_that_a_book_may_have_are_too_many_for_too_many_rows(before: str, after: str, most: int):
    book = read_rulebook(TEXT.replace(before, after))
    made = Made(others=MADE.others, tables=dict(MADE.tables))
    made.inputs = {
        f"league/inputs/league-v{n}": {"rulebook": book.fingerprint, "units": [["1"]] * 4001}
        for n in range(3)
    }
    made.tables["league/leagues"] = [[f"league-v{n}", n, book.fingerprint, "", None] for n in range(3)]
    made.tables["standings/standings"] = []
    (line,) = work_lines(Contents(made.files()), {book.fingerprint: book})
    assert f"at most {most} (most of them by league/inputs/league-v0.json" in line.detail


def test_a_release_has_no_more_editions_of_the_rules_than_anybody_reads():
    def act(made: Made) -> None:
        made.tables["rules/editions"] *= 51

    lines = content_lines(changed(MADE, act))
    assert any("rules/editions.json has 51 rows; no release has more than 50" in one.detail for one in lines)


def test_a_file_changed_under_the_old_manifest_is_named():
    files = {**FILES, "survey/units.csv": FILES["survey/units.csv"].replace(b"71.25", b"72.25")}
    subjects = [line.subject for line in verify_whole(zipped(files)).differing]
    assert "survey/units.csv, SHA-256" in subjects
    assert "survey/units.csv, line 2, column score" in subjects


def test_a_manifest_changed_under_the_old_signature_is_named():
    anew = signed({**FILES, "versions.json": b"{}"})
    lines = verify_whole(zipped({**anew, "manifest.sig": FILES["manifest.sig"]})).lines
    assert lines[0] == Line("signature", False, "manifest.json was changed: manifest.sig is not over it")


def test_another_signer_in_the_manifest_is_named_though_nobody_is_trusted():
    line = verify_whole(zipped(signed(FILES, signer="f" * 64))).lines[0]
    assert (line.subject, line.agrees) == ("manifest.json, signer", False)


def test_a_release_signed_by_somebody_else_is_told_apart():
    forged = MADE.files(signing_key("Somebody else"))
    trusted = {fingerprint_of(signing_key().certificate)}
    line = verify_whole(zipped(forged), signers=trusted).lines[0]
    assert (line.subject, line.agrees) == ("signature", False)
    assert "not trusted" in line.detail


@pytest.mark.filterwarnings("ignore:Parsed a serial number")
@settings(max_examples=40, deadline=None)
@given(st.sampled_from(sorted(FILES)), st.data())
def test_any_changed_byte_of_any_file_is_found(name: str, data: st.DataObject):
    content = FILES[name]
    if not content:
        return
    place = data.draw(st.integers(0, len(content) - 1))
    flipped = bytearray(content)
    flipped[place] ^= data.draw(st.integers(1, 255))
    files = {**FILES, name: bytes(flipped)}
    lines = guarded("manifest.json", lambda: manifest_lines(Contents(files)))
    assert not all(line.agrees for line in lines + seal_lines(files))


def seal_lines(files: dict[str, bytes]) -> list[Line]:
    trusted = {fingerprint_of(signing_key().certificate)}
    return guarded("signature", lambda: signature_lines(files, trusted))


@pytest.mark.filterwarnings("ignore:Parsed a serial number")
@pytest.mark.parametrize("name", [SIGNATURE, SIGNER])
def test_the_same_signature_and_certificate_in_other_signs_are_found(name: str):
    """Capitals for small letters, or blanks for line ends, change neither of them, and yet the file."""
    assert all(line.agrees for line in seal_lines(FILES))
    for place in range(len(FILES[name])):
        for by in (0x01, 0x20, ord("\n") ^ ord(" ")):
            flipped = bytearray(FILES[name])
            flipped[place] ^= by
            assert not all(line.agrees for line in seal_lines({**FILES, name: bytes(flipped)})), (place, by)


def test_a_certificate_of_no_version_that_there_is_is_one_line_that_differs():
    whole = signing_key().certificate.public_bytes(Encoding.DER)
    broken = whole.replace(b"\xa0\x03\x02\x01\x02", b"\xa0\x03\x02\x01\x6a", 1)
    pem = f"-----BEGIN CERTIFICATE-----\n{b64encode(broken).decode()}\n-----END CERTIFICATE-----\n"
    lines = verify_whole(zipped({**FILES, SIGNER: pem.encode()})).differing
    assert "it cannot be read: 106 is not a valid X509 version" in [line.detail for line in lines]


def test_the_sample_itself_is_left_as_it_was():
    assert deepcopy(MADE).files() == FILES
