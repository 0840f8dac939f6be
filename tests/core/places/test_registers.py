"""Population and officials: whole tables or nothing, revisions kept, unknown stays unknown."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core.audit import JournalEntry
from core.errors import BadTable, Conflict, NotFound
from core.places import queries
from core.places.blanks import blank_table
from core.places.models import Manner, Official, OfficialRevision, Population
from core.places.population import STRATA
from core.places.services import TableReport, appoint, load_officials, load_population, load_territories
from core.storage import Storage, commit
from core.tables import read_table
from tests.conftest import NOW
from tests.core.places.sample import edition

KARAAUL, KENGIRBAI, SHAGAN = "103230000", "103233000", "103235000"
POPULATION = "kato,as_of_on,residents,adults,source"
OFFICIALS = "kato,surname,given_name,patronymic,since_on,until_on,manner"


@pytest.fixture
def session(storage: Storage, tmp_path):
    with storage.writing() as opened:
        load_territories(opened, now=NOW, path=edition(tmp_path), actualised_on=date(2026, 1, 1))
        commit(opened, now=NOW)
        yield opened


def population(session: Session, *lines: str, header: str = POPULATION, dry_run: bool = False) -> TableReport:
    table = read_table("\n".join([header, *lines]).encode(), filename="people.csv")
    report = load_population(session, table=table, now=NOW, dry_run=dry_run)
    session.flush()
    return report


def officials(session: Session, *lines: str, header: str = OFFICIALS, dry_run: bool = False) -> TableReport:
    table = read_table("\n".join([header, *lines]).encode(), filename="akims.csv")
    return load_officials(session, table=table, now=NOW, dry_run=dry_run)


def faults(error: BadTable) -> list[tuple[int, str]]:
    return [(fault.line, fault.column) for fault in error.faults]


def counts(report: TableReport) -> tuple[int, int, int, int]:
    return report.rows, report.added, report.revised, report.unchanged


def holder(session: Session, kato: str, on: date) -> str | None:
    official = queries.official_of(session, kato, on=on)
    return None if official is None else queries.official_name(official)


def test_population_is_taken_and_unknown_stays_unknown(session: Session):
    report = population(
        session, f"{KARAAUL},2026-01-01,4 021,2500,census", f"{KENGIRBAI},01.01.2026,900,,census"
    )
    assert counts(report) == (2, 2, 0, 0)
    assert queries.adults_by_kato(session, [KARAAUL, KENGIRBAI, SHAGAN]) == {
        KARAAUL: 2500, KENGIRBAI: None, SHAGAN: None,
    }  # fmt: skip
    assert queries.population_by_kato(session, [KARAAUL])[KARAAUL].residents == 4021


def test_same_population_again_changes_nothing_and_another_is_a_revision(session: Session):
    row = f"{KARAAUL},2026-01-01,4021,2500,census"
    population(session, row)
    assert counts(population(session, row)) == (1, 0, 0, 1)
    assert counts(population(session, row.replace("2500", "2600"))) == (1, 0, 1, 0)
    kept = session.execute(select(Population.revision, Population.adults).order_by(Population.revision)).all()
    assert kept == [(1, 2500), (2, 2600)]
    assert queries.adults_by_kato(session, [KARAAUL]) == {KARAAUL: 2600}


def test_latest_day_counts_whatever_the_order_of_loading(session: Session):
    population(session, f"{KARAAUL},2026-01-01,4021,2500,census")
    population(session, f"{KARAAUL},2025-01-01,4100,2700,census")
    assert queries.adults_by_kato(session, [KARAAUL]) == {KARAAUL: 2500}


def test_groups_of_age_and_sex_are_kept_and_must_add_up(session: Session):
    header = ",".join((POPULATION, *STRATA))
    groups = "100,200,300,400,110,210,310,410"
    population(session, f"{KARAAUL},2026-01-01,4021,2040,census,{groups}", header=header)
    strata = queries.strata_of(session, KARAAUL)
    assert (strata["18-29", "f"], strata["60+", "m"], sum(strata.values())) == (100, 410, 2040)
    population(session, f"{KARAAUL},2026-01-01,4021,2040,census,{',' * 7}", header=header)
    assert queries.strata_of(session, KARAAUL) == {}
    for line in (
        f"{KENGIRBAI},2026-01-01,4021,2041,census,{groups}",
        f"{KENGIRBAI},2026-01-01,4021,,census,{groups}",
        f"{KENGIRBAI},2026-01-01,4021,1940,census,,{groups.partition(',')[2]}",
    ):
        with pytest.raises(BadTable):
            population(session, line, header=header)
    assert queries.adults_by_kato(session, [KENGIRBAI]) == {KENGIRBAI: None}


def test_bad_rows_of_population_are_all_named_and_nothing_is_taken(session: Session):
    tomorrow = (NOW + timedelta(days=1)).date().isoformat()
    with pytest.raises(BadTable) as refusal:
        population(
            session,
            f"{KARAAUL},2026-01-01,4021,2500,census",
            "999999999,2026-01-01,1,1,census",
            f"{KENGIRBAI},{tomorrow},1,1,census",
            f"{KENGIRBAI},2026-13-01,1,1,census",
            f"{KENGIRBAI},2026-01-01,many,1,census",
            f"{KENGIRBAI},2026-01-01,-5,1,census",
            f"{KENGIRBAI},2026-01-01,10,11,census",
            f"{KENGIRBAI},2026-01-01,10,9,",
            f"{KARAAUL},2026-01-01,4021,2500,census",
        )
    assert sorted(faults(refusal.value)) == [
        (3, "kato"), (4, "as_of_on"), (5, "as_of_on"), (6, "residents"), (7, "residents"), (8, "adults"),
        (9, "source"), (10, "kato"),
    ]  # fmt: skip
    assert session.scalar(select(func.count()).select_from(Population)) == 0


def test_unknown_column_of_population_is_named(session: Session):
    with pytest.raises(BadTable) as refusal:
        population(session, f"{KARAAUL},2026-01-01,1,1,x,5", header=f"{POPULATION},cows")
    assert faults(refusal.value) == [(1, "cows")]


def test_dry_run_says_what_would_be_and_changes_nothing(session: Session):
    report = population(session, f"{KARAAUL},2026-01-01,4021,2500,census", dry_run=True)
    told = officials(session, f"{KARAAUL},Әлиев,Нұрлан,,2024-02-01,,elected", dry_run=True)
    assert counts(report) == counts(told) == (1, 1, 0, 0)
    assert (report.is_dry, told.is_dry) == (True, True)
    assert session.scalar(select(func.count()).select_from(Population)) == 0
    assert session.scalar(select(func.count()).select_from(Official)) == 0


def test_journal_gets_counts_and_no_names(session: Session):
    officials(session, f"{KARAAUL},Әлиев,Нұрлан,,2024-02-01,,elected")
    population(session, f"{KARAAUL},2026-01-01,4021,2500,census")
    commit(session, now=NOW)
    entries = session.scalars(select(JournalEntry).order_by(JournalEntry.number)).all()
    assert [entry.action for entry in entries] == ["territories.load", "officials.load", "population.load"]
    assert not any("Әлиев" in entry.details + entry.subject for entry in entries)
    assert entries[1].details == '{"added":1,"revised":0,"rows":1,"unchanged":0}'


def test_officials_follow_one_another_and_each_day_has_at_most_one(session: Session):
    officials(
        session,
        f"{KARAAUL},Сериков,Асан,Маратұлы,2021-05-01,,appointed",
        f"{KARAAUL},Әлиев,Нұрлан,,2024-02-01,,избран",
    )
    assert holder(session, KARAAUL, date(2021, 4, 30)) is None
    assert holder(session, KARAAUL, date(2024, 1, 31)) == "Сериков Асан Маратұлы"
    assert holder(session, KARAAUL, date(2024, 2, 1)) == "Әлиев Нұрлан"
    assert holder(session, KENGIRBAI, date(2024, 2, 1)) is None
    assert queries.official_of(session, KARAAUL, on=date(2025, 1, 1)).manner is Manner.ELECTED


def test_same_officials_again_change_nothing_and_a_correction_keeps_what_was(session: Session):
    rows = (
        f"{KARAAUL},Сериков,Асан,,2021-05-01,,appointed",
        f"{KARAAUL},Әлиев,Нурлан,Ерланұлы,2024-02-01,,elected",
    )
    officials(session, *rows)
    number = queries.official_of(session, KARAAUL, on=date(2026, 1, 1)).id
    assert counts(officials(session, *rows)) == (2, 0, 0, 2)
    short = officials(
        session, f"{KARAAUL},Әлиев,Нұрлан,2024-02-01", header="kato,surname,given_name,since_on"
    )
    assert counts(short) == (1, 0, 1, 0)
    corrected = queries.official_of(session, KARAAUL, on=date(2026, 1, 1))
    assert (corrected.id, corrected.given_name, corrected.patronymic) == (number, "Нұрлан", "Ерланұлы")
    (before,) = session.scalars(select(OfficialRevision)).all()
    assert (before.official_id, before.revision, before.given_name) == (number, 1, "Нурлан")


def test_earlier_term_may_be_added_later(session: Session):
    officials(session, f"{KARAAUL},Әлиев,Нұрлан,,2024-02-01,,elected")
    officials(session, f"{KARAAUL},Сериков,Асан,,2021-05-01,2023-12-31,appointed")
    assert holder(session, KARAAUL, date(2023, 12, 31)) == "Сериков Асан"
    assert holder(session, KARAAUL, date(2024, 1, 15)) is None


def test_bad_rows_and_overlaps_of_officials_are_named_and_nothing_is_taken(session: Session):
    with pytest.raises(BadTable) as refusal:
        officials(
            session,
            f"{KARAAUL},Әлиев,Нұрлан,,2024-02-01,,elected",
            "103230100,Ким,Анна,,2024-02-01,,elected",
            f"{KENGIRBAI},,Анна,,2024-02-01,,elected",
            f"{KENGIRBAI},Ким,Анна,,2030-02-01,,elected",
            f"{KENGIRBAI},Ким,Анна,,2024-02-01,2024-01-01,elected",
            f"{KENGIRBAI},Ким,Анна,,2024-02-01,,inherited",
            f"{KARAAUL},Ким,Анна,,2024-02-01,,elected",
        )
    assert sorted(faults(refusal.value)) == [
        (3, "kato"), (4, "surname"), (5, "since_on"), (6, "until_on"), (7, "manner"), (8, "since_on"),
    ]  # fmt: skip
    with pytest.raises(BadTable) as overlap:
        officials(
            session,
            f"{KENGIRBAI},Ким,Анна,,2024-02-01,,elected",
            f"{KARAAUL},Сериков,Асан,,2021-05-01,2024-03-01,appointed",
            f"{KARAAUL},Әлиев,Нұрлан,,2024-02-01,,elected",
        )
    assert faults(overlap.value) == [(3, "until_on")]
    assert session.scalar(select(func.count()).select_from(Official)) == 0


def test_appointment_ends_the_term_before_and_refuses_the_past(session: Session):
    def appointed(since_on: date, kato: str = KARAAUL) -> Official:
        return appoint(
            session, kato=kato, surname="Ким", given_name="Анна", patronymic=None, since_on=since_on,
            manner=Manner.ELECTED, now=NOW, actor="account:1",
        )  # fmt: skip

    officials(session, f"{KARAAUL},Сериков,Асан,,2021-05-01,,appointed")
    official = appointed(date(2026, 5, 1))
    assert queries.official_name(official) == holder(session, KARAAUL, date(2026, 5, 1)) == "Ким Анна"
    assert holder(session, KARAAUL, date(2026, 4, 30)) == "Сериков Асан"
    with pytest.raises(Conflict):
        appointed(date(2026, 5, 1))
    with pytest.raises(NotFound):
        appointed(date(2026, 5, 1), kato="103230100")


def test_database_itself_refuses_two_present_holders(session: Session):
    post = queries.post_of(session, KARAAUL)
    for number, day in enumerate((date(2021, 5, 1), date(2024, 2, 1))):
        session.add(Official(post_id=post.id, surname="Ким", given_name=str(number), since_on=day))
    with pytest.raises(IntegrityError):
        session.flush()


@pytest.mark.parametrize("as_csv", [True, False])
@pytest.mark.parametrize("kind", ["population", "officials"])
def test_template_that_was_not_filled_in_changes_nothing(session: Session, kind: str, as_csv: bool):
    content = blank_table(session, kind=kind, language="kk", as_csv=as_csv)
    table = read_table(content, filename="template")
    assert [row.values["kato"] for row in table.rows] == [KARAAUL, KENGIRBAI, SHAGAN, "103237000"]
    assert table.rows[0].values["name"] == "Қараауыл ауылдық округі"
    take = load_population if kind == "population" else load_officials
    assert counts(take(session, table=table, now=NOW)) == (0, 0, 0, 0)


def test_summary_counts_what_is_known(session: Session):
    officials(session, f"{KARAAUL},Әлиев,Нұрлан,,2024-02-01,,elected")
    officials(session, f"{SHAGAN},Ким,Анна,,2020-02-01,2020-03-01,elected")
    population(session, f"{KARAAUL},2026-01-01,4021,2500,census", f"{KENGIRBAI},2026-01-01,900,,census")
    known = queries.summary(session, on=NOW.date())
    assert known.units == {"oblast": 1, "district": 1, "sub_district": 4, "settlement": 4}
    assert (known.posts, known.posts_with_holder) == (4, 1)
    assert (known.posts_with_adults, known.posts_with_groups) == (1, 0)
