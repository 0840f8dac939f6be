"""Editions of the classifier: loaded once, again without effect, and followed without losing anything."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.audit import JournalEntry
from core.errors import BadInput, BadTable, Conflict
from core.places import queries
from core.places.models import Edition, Post, Unit
from core.places.services import LoadReport, load_territories
from core.storage import Storage
from tests.conftest import NOW
from tests.core.places.sample import edition

FIRST, SECOND, THIRD = date(2026, 1, 1), date(2026, 3, 1), date(2026, 5, 1)


def load(session: Session, path: Path, day: date = FIRST) -> LoadReport:
    report = load_territories(session, now=NOW, path=path, actualised_on=day)
    session.flush()
    return report


def counts(report: LoadReport) -> tuple[int, ...]:
    return report.added, report.renamed, report.ended, report.posts_opened, report.posts_closed


def test_packaged_classifier_loads_and_again_changes_nothing(storage: Storage):
    with storage.write(now=NOW) as session:
        first = load_territories(session, now=NOW)
    with storage.write(now=NOW + timedelta(days=1)) as session:
        again = load_territories(session, now=NOW + timedelta(days=1))
        entries = session.scalars(select(JournalEntry.action)).all()
    assert counts(first) == (15594, 0, 0, 2319, 0)
    assert counts(again) == (0, 0, 0, 0, 0)
    assert again.is_unchanged
    assert entries == ["territories.load"]


def test_parents_are_one_level_up(session: Session, tmp_path: Path):
    load(session, edition(tmp_path))
    chain = queries.path_of(session, queries.get_unit(session, "103233100"))
    assert [unit.kato for unit in chain] == ["100000000", "103200000", "103233000"]
    unit = queries.get_unit(session, "103235000")
    assert (unit.oblast_kato, unit.district_kato, unit.parent_kato) == ("100000000", "103200000", "103200000")
    assert unit.name_ru == "посёлок Чаган"


def test_districts_of_a_city_stand_under_the_city_and_not_under_an_okrug_beside(settled: Storage):
    with settled.read() as session:
        parents = {
            kato: queries.get_unit(session, kato).parent_kato
            for kato in ("151011100", "103233000", "711110000", "113820100", "632400200")
        }
    assert parents == {
        "151011100": "151010000",  # Астана ауданы of the city Ақтөбе
        "103233000": "103200000",  # not 103230000, the okrug next to it
        "711110000": "710000000",  # a district of Astana
        "113820100": "113800000",  # the town Атбасар, which has no administration of its own
        "632400200": "632400000",
    }


def test_newer_edition_adds_renames_and_ends_without_losing_anything(session: Session, tmp_path: Path):
    load(session, edition(tmp_path))
    changes = {
        "103230000": ("sub_district", "с.о.Абай", "Абай а.о."),
        "103237000": None,
        "103237100": None,
        "103239000": ("sub_district", "с.о.Орда", "Орда а.о."),
    }
    report = load(session, edition(tmp_path, changes), SECOND)
    assert counts(report) == (1, 1, 2, 1, 1)
    renamed, ended = queries.get_unit(session, "103230000"), queries.get_unit(session, "103237000")
    assert (renamed.name_kk, renamed.valid_from) == ("Абай ауылдық округі", SECOND)
    (former,) = queries.former_names(session, "103230000")
    assert (former.name_kk, former.official_ru) == ("Қараауыл ауылдық округі", "Карааульский с.о.")
    assert (former.valid_from, former.valid_to) == (FIRST, SECOND)
    assert (ended.valid_to, queries.post_of(session, "103237000").closed_on) == (SECOND, SECOND)
    names = [unit.name_kk for unit in queries.children(session, "103200000", "kk")]
    assert names == [
        "Абай ауылдық округі",
        "Кеңгірбай би ауылдық округі",
        "Орда ауылдық округі",
        "Шаған кенті",
    ]
    assert "103237000" not in {unit.kato for _post, unit in queries.post_units(session)}
    assert [each.actualised_on for each in queries.editions(session)] == [SECOND, FIRST]


def test_former_name_still_finds_the_unit_and_an_ended_unit_is_not_found(session: Session, tmp_path: Path):
    load(session, edition(tmp_path))
    assert queries.search_units(session, "Шар")[0].unit.kato == "103237000"
    renamed = ("sub_district", "с.о.Абай", "Абай а.о.")
    load(session, edition(tmp_path, {"103230000": renamed, "103237000": None, "103237100": None}), SECOND)
    assert queries.search_units(session, "Караульский")[0].unit.kato == "103230000"
    assert queries.search_units(session, "Абай")[0].unit.kato == "103230000"
    assert "103237000" not in {found.unit.kato for found in queries.search_units(session, "Шар")}


def test_unit_that_comes_back_keeps_the_time_it_was_gone(session: Session, tmp_path: Path):
    load(session, edition(tmp_path))
    load(session, edition(tmp_path, {"103237000": None, "103237100": None}), SECOND)
    renewed = ("sub_district", "г.а.Шар", "Шар қ.ә.")
    report = load(session, edition(tmp_path, {"103237000": renewed}), THIRD)
    unit, post = queries.get_unit(session, "103237000"), queries.post_of(session, "103237000")
    assert (unit.valid_from, unit.valid_to, post.closed_on) == (THIRD, None, None)
    (gone,) = queries.former_names(session, "103237000")
    assert (gone.valid_from, gone.valid_to) == (FIRST, SECOND)
    assert (report.added, report.ended) == (0, 0)


def test_post_changes_its_kind_with_the_unit(session: Session, tmp_path: Path):
    load(session, edition(tmp_path))
    before = queries.post_of(session, "103235000")
    number = before.id
    load(session, edition(tmp_path, {"103235000": ("sub_district", "с.о.Чаган", "Шаған а.о.")}), SECOND)
    after = queries.post_of(session, "103235000")
    assert (after.id, after.kind.value) == (number, "rural_okrug")


def test_older_edition_and_another_of_the_same_day_are_refused(session: Session, tmp_path: Path):
    load(session, edition(tmp_path), SECOND)
    other = edition(tmp_path, {"103237000": None, "103237100": None})
    for day in (FIRST, SECOND):
        with pytest.raises(Conflict) as refusal:
            load(session, other, day)
        assert SECOND.isoformat() in str(refusal.value)
    assert session.scalars(select(Edition.actualised_on)).all() == [SECOND]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"10323000": ("sub_district", "с.о.Х", "Х а.о.")}, (4, "kato")),
        ({"103230000": ("okrug", "с.о.Х", "Х а.о.")}, (4, "level")),
        ({"103230000": ("sub_district", "Карааул", "Қараауыл")}, (4, "name_ru")),
        ({"103230000": ("sub_district", "с.о.Х", "")}, (4, "name_kk")),
        ({"990000100": ("settlement", "с.Х", "Х а.")}, (12, "kato")),
    ],
)
def test_wrong_rows_are_named_and_nothing_is_written(session: Session, tmp_path: Path, changes, expected):
    with pytest.raises(BadTable) as refusal:
        load(session, edition(tmp_path, changes))
    assert expected in {(fault.line, fault.column) for fault in refusal.value.faults}
    assert session.scalars(select(Unit)).all() == []
    assert session.scalars(select(Post)).all() == []


def test_unknown_column_and_unknown_day_are_refused(session: Session, tmp_path: Path):
    path = edition(tmp_path)
    with pytest.raises(BadInput) as refusal:
        load_territories(session, now=datetime.now(UTC), path=path)
    assert "--as-of" in str(refusal.value)
    path.write_text(path.read_text().replace("level", "rank", 1))
    with pytest.raises(BadTable) as wrong:
        load(session, path)
    assert {fault.column for fault in wrong.value.faults} == {"level", "rank"}
