"""Reads of the territory, on the whole real territory."""

from __future__ import annotations

from collections import Counter

import pytest

from core.errors import NotFound
from core.places import queries
from core.storage import Storage


def test_territory_has_the_units_and_posts_of_the_classifier(settled: Storage) -> None:
    with settled.read() as session:
        posts = queries.post_units(session)
        assert Counter(post.kind.value for post, _ in posts) == {
            "rural_okrug": 2108, "village": 108, "settlement": 71, "town": 32,
        }  # fmt: skip
        assert [post.unit_kato for post, _ in posts] == sorted(unit.kato for _, unit in posts)
        assert len(queries.post_units(session, oblast="100000000")) == sum(
            unit.oblast_kato == "100000000" for _, unit in posts
        )


def test_unit_has_its_names_in_three_languages_and_the_classifiers_text(settled: Storage) -> None:
    with settled.read() as session:
        unit = queries.get_unit(session, "103230000")
        names = [queries.unit_name(unit, code) for code in ("kk", "ru", "en")]
        path = [above.name_kk for above in queries.path_of(session, unit)]
    assert names == ["Қараауыл ауылдық округі", "Карааульский сельский округ", "Qaraauyl rural okrug"]
    assert (unit.official_kk, unit.official_ru) == ("Қараауыл а.о.", "Карааульский с.о.")
    assert path == ["Абай облысы", "Абай ауданы"]


def test_oblasts_stand_in_the_order_of_the_kazakh_alphabet(settled: Storage) -> None:
    with settled.read() as session:
        names = [unit.name_kk.split()[0] for unit in queries.oblasts(session, "kk")]
    assert names == [
        "Абай", "Ақмола", "Ақтөбе", "Алматы", "Алматы", "Астана", "Атырау", "Батыс", "Жамбыл", "Жетісу",
        "Қарағанды", "Қостанай", "Қызылорда", "Маңғыстау", "Павлодар", "Солтүстік", "Түркістан", "Ұлытау",
        "Шығыс", "Шымкент",
    ]  # fmt: skip


def test_unknown_code_and_unit_without_a_post_are_not_found(settled: Storage) -> None:
    with settled.read() as session:
        with pytest.raises(NotFound) as unknown:
            queries.get_unit(session, "999999999")
        with pytest.raises(NotFound):
            queries.post_of(session, "103230100")
        assert queries.post_of(session, "103230000").kind.value == "rural_okrug"
        assert queries.units_by_kato(session, ["103230000", "999999999"]).keys() == {"103230000"}
    assert "999999999" in str(unknown.value)


def test_unknown_population_stays_unknown(settled: Storage) -> None:
    with settled.read() as session:
        assert queries.adults_by_kato(session, ["103230000"]) == {"103230000": None}
        assert queries.strata_of(session, "103230000") == {}
