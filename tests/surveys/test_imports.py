"""Import of answers: the same urn, all or nothing, each bad cell named."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.errors import BadInput, BadTable, Conflict, TooEarly
from core.storage import Storage
from core.tables import read_table, write_csv, write_xlsx
from core.urn.keys import KeyRing
from core.urn.models import Intake
from core.urn.queries import ledger_count, waiting
from core.urn.services import mix_box
from surveys.criteria import shipped
from surveys.imports import ImportReport, import_answers, mapping_from
from surveys.models import Ballot
from surveys.queries import box_of, campaign_by_code
from surveys.recount import recount
from surveys.services import open_campaign, pause_campaign
from tests.conftest import NOW
from tests.surveys import sample

SIX = shipped("2020-six")
COLUMNS = ("ZIP", "Q1", "Q2", "Q3", "Q4", "Q5", "Q6", "age", "sex")
MAPPING = """
[criteria]
rights = "Q1"
services = "Q2"
families = "Q3"
employment = "Q4"
infrastructure = "Q5"
community = "Q6"

[ratings]
dont_know = ["9", ""]

[unit]
column = "ZIP"

[age]
column = "age"
unknown = ["99", ""]
[age.bands]
"18-29" = [18, 29]
"30-44" = [30, 44]
"45-59" = [45, 59]
"60+" = [60, 98]

[sex]
column = "sex"
m = ["1"]
f = ["2"]
unknown = ["3", "9", ""]
"""


@pytest.fixture
def keys(tmp_path: Path) -> KeyRing:
    return KeyRing(tmp_path / "keys")


@pytest.fixture
def kato(settled: Storage) -> str:
    with settled.write(now=NOW) as session:
        kato = sample.katos(session, 1)[0]
        sample.population(session, {kato: 900})
        sample.opened(session, [kato])
    return kato


def bring(
    session: Session, keys: KeyRing, rows: list[tuple], *, mapping: str = MAPPING, **given
) -> ImportReport:
    table = read_table(write_csv(given.pop("columns", COLUMNS), rows), filename="answers.csv")
    return import_answers(
        session, campaign=campaign_by_code(session, sample.CODE), table=table,
        mapping=mapping_from(mapping, criteria=SIX, place="map.toml"), keys=keys, actor=sample.ACTOR,
        **{"now": NOW, **given},
    )  # fmt: skip


def row(kato: str, ratings: str = "543219", age: str = "35", sex: str = "2") -> tuple[str, ...]:
    return (kato, *ratings, age, sex)


def test_rows_go_through_the_urn_and_become_ballots_of_their_own_origin(
    settled: Storage, keys: KeyRing, kato: str
):
    rows = [row(kato), row(kato, "999999", "99", "3"), *[row(kato, age="18", sex="1")] * 4]
    with settled.write(now=NOW) as session:
        report = bring(session, keys, rows)
        assert (report.answers, report.units, report.is_dry_run) == (6, 1, False)
        assert waiting(session, box_of(sample.CODE)) == {kato: 6}
        assert session.scalar(select(func.count()).select_from(Ballot)) == 0
        mix_box(session, keys=keys, box=box_of(sample.CODE), takers=sample.TAKERS, now=NOW)
    with settled.read() as session:
        columns = (Ballot.ratings, Ballot.age_band, Ballot.sex, Ballot.origin)
        found = sorted(tuple(map(str, one)) for one in session.execute(select(*columns)))
        assert found == sorted(
            [("54321-", "30-44", "f", "import"), ("------", "None", "None", "import")]
            + [("54321-", "18-29", "m", "import")] * 4
        )
        assert ledger_count(session, box_of(sample.CODE)) == 0  # imported rows have no receipts
        assert recount(session, campaign=campaign_by_code(session, sample.CODE)).faults == ()


def test_units_by_the_codes_of_the_mapping_and_a_workbook(settled: Storage, keys: KeyRing, kato: str):
    mapping = MAPPING.replace('column = "ZIP"', f'column = "ZIP"\n[unit.codes]\n"92101" = "{kato}"')
    book = write_xlsx("answers", COLUMNS, [(92101, 5, 4, 3, 2, 1, 9, 35, 2)])
    with settled.read() as session:
        report = import_answers(
            session, campaign=campaign_by_code(session, sample.CODE),
            table=read_table(book, filename="a.xlsx"),
            mapping=mapping_from(mapping, criteria=SIX, place="map.toml"), keys=keys, actor=sample.ACTOR,
            now=NOW,
        )  # fmt: skip
        assert report.answers == 1
        with pytest.raises(BadTable) as refused:
            bring(session, keys, [row("92102")], mapping=mapping)
        assert [str(fault) for fault in refused.value.faults] == [
            "2 · ZIP · “92102” is no unit of the mapping"
        ]


def test_every_bad_cell_is_named_and_nothing_is_taken(settled: Storage, keys: KeyRing, kato: str):
    rows = [
        row(kato),
        row(kato, "743219"),
        row("123456789"),
        row("12"),
        row(kato, age="17"),
        row(kato, "5432x9", "abc", "7"),
    ]
    with settled.write(now=NOW) as session:
        with pytest.raises(BadTable) as refused:
            bring(session, keys, rows)
        assert refused.value.place == "answers.csv"
        assert [(fault.line, fault.column) for fault in refused.value.faults] == [
            (3, "Q1"), (4, "ZIP"), (5, "ZIP"), (6, "age"), (7, "Q5"), (7, "age"), (7, "sex"),
        ]  # fmt: skip
        said = [str(fault.reason) for fault in refused.value.faults]
        assert said[0] == "“7” is neither a rating from 1 to 5 nor a “hard to say” of the mapping"
        assert said[1] == "the unit 123456789 is not asked in this campaign"
        assert said[2] == "“12” is not a KATO code: nine digits"
        assert said[3] == "“17” is in no age band of the mapping"
        assert session.scalar(select(func.count()).select_from(Intake)) == 0


def test_a_column_that_the_table_has_not_is_named(settled: Storage, keys: KeyRing, kato: str):
    with settled.read() as session, pytest.raises(BadTable) as refused:
        bring(session, keys, [row(kato)[:-1]], columns=COLUMNS[:-1])
    assert [(fault.line, fault.column) for fault in refused.value.faults] == [(1, "sex")]


def test_an_empty_file_is_refused_by_name():
    with pytest.raises(BadInput, match="answers.csv: This file is empty"):
        read_table(write_csv(COLUMNS, []), filename="answers.csv")


def test_a_dry_run_checks_everything_and_takes_nothing(settled: Storage, keys: KeyRing, kato: str):
    with settled.write(now=NOW) as session:
        assert bring(session, keys, [row(kato)], dry_run=True).is_dry_run
        with pytest.raises(BadTable):
            bring(session, keys, [row(kato, "643219")], dry_run=True)
        assert session.scalar(select(func.count()).select_from(Intake)) == 0


def test_the_same_answers_are_not_taken_twice(settled: Storage, keys: KeyRing, kato: str):
    with settled.write(now=NOW) as session:
        bring(session, keys, [row(kato)])
        with pytest.raises(Conflict, match="imported already"):
            bring(session, keys, [row(kato)])
        assert bring(session, keys, [row(kato), row(kato)]).answers == 2
        assert bring(session, keys, [row(kato, "111111"), row(kato, "222222")]).answers == 2
        with pytest.raises(Conflict, match="imported already"):  # the same file, sorted anew
            bring(session, keys, [row(kato, "222222"), row(kato, "111111")])


def test_import_needs_a_campaign_that_has_begun_and_is_not_closed(settled: Storage, keys: KeyRing):
    with settled.read() as session:
        kato = sample.katos(session, 1)[0]
        campaign = sample.drafted(session, [kato])
        with pytest.raises(Conflict, match="open or paused"):
            bring(session, keys, [row(kato)])
        sample.admitted(session, campaign)
        campaign.opens_on = campaign.closes_on
        open_campaign(session, campaign=campaign, actor=sample.ACTOR, now=NOW)
        with pytest.raises(TooEarly, match="2026-06-20"):
            bring(session, keys, [row(kato)])
        campaign.opens_on = sample.OPENS_ON
        pause_campaign(session, campaign=campaign, reason="flood", actor=sample.ACTOR, now=NOW)
        assert bring(session, keys, [row(kato)]).answers == 1


def test_thousands_of_rows_come_in_lot_by_lot(settled: Storage, keys: KeyRing, kato: str):
    rows = [
        row(kato, ratings=f"{number:04d}55".translate(str.maketrans("0678", "1234")))
        for number in range(2477)
    ]
    counted = []
    with settled.write(now=NOW) as session:
        assert bring(session, keys, rows, progress=counted.append).answers == 2477
    assert sum(counted) == 2477


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ('services = "Q2"\n', "", "map.toml, [criteria]: 'services' is missing"),
        ('services = "Q2"', 'services = "Q2"\nroads = "Q7"', "'roads' is not in the criteria set"),
        ("[ratings]", "[rating]", "no section is called [rating]"),
        ('[unit]\ncolumn = "ZIP"', "[unit]", "map.toml, [unit]: `column` is None"),
        ('"18-29" = [18, 29]', "", "give a first and a last age for each of 18-29, 30-44"),
        ('"18-29" = [18, 29]', '"18-29" = [29, 18]', "'18-29' is [29, 18]"),
        ('m = ["1"]', 'm = "1"', "[sex]: `m` is '1'; give a list"),
        ("[criteria]", "[criteria", "map.toml: "),
    ],
)  # fmt: skip
def test_a_faulty_mapping_is_refused_naming_the_place(old: str, new: str, fault: str):
    assert old in MAPPING
    with pytest.raises(BadInput) as refused:
        mapping_from(MAPPING.replace(old, new, 1), criteria=SIX, place="map.toml")
    assert fault in str(refused.value)
