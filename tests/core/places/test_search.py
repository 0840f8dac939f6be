"""Villages are found by the names that people type, mistakes and all, in a blink."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import event

from core.places import queries
from core.places.search import Entry, Index, fold, likeness_of, words_of
from core.storage import Storage, open_storage
from tests.conftest import Backend

KARAAUL, SHORTANDY = "103230000", "116830000"


@pytest.fixture(scope="module")
def territory(backend: Backend, places: str) -> Iterator[Storage]:
    """The whole territory, only read: one database for all searches."""
    opened = open_storage(backend.copy(places))
    yield opened
    opened.engine.dispose()


@pytest.mark.parametrize(
    ("typed", "kato"),
    [
        ("Қараауыл", KARAAUL), ("Карааул", KARAAUL), ("Карауул", KARAAUL), ("Qaraauyl", KARAAUL),
        ("Карааульский сельский округ", KARAAUL), ("қараауыл ауылдық округі", KARAAUL), ("КАРААУЛ", KARAAUL),
        ("Шортанды", SHORTANDY), ("Шортанди", SHORTANDY), ("Щортанды", SHORTANDY), ("Shortandy", SHORTANDY),
        ("Шортнады", SHORTANDY), ("п. Шортанды", SHORTANDY),
        ("Кенгирбай би", "103233000"), ("Kengirbai bi", "103233000"), ("Кеңгірбай", "103233000"),
        ("Кизыларай", "353651000"), ("Қызыларай", "353651000"), ("Кундызы Абай", "103243000"),
        ("урджар", "104630000"), ("Үржар", "104630000"), ("Казгурт", "614030000"),
        ("Аксуек", "315633000"), ("Ақсүйек", "315633000"), ("жана тилек", "104647000"),
        ("Чаган Жанасемей", "104163000"), ("Shagan, Жаңасемей ауданы", "104163000"),
        ("Бейбітшілік Бәйтерек ауданы", "274439000"), ("Щучинск", "117020000"), ("Шучинск", "117020000"),
    ],
)  # fmt: skip
def test_post_is_found_first_in_spite_of_a_mistake(territory: Storage, typed: str, kato: str):
    with territory.read() as session:
        found = queries.search_units(session, typed, limit=5)
    assert found[0].unit.kato == kato
    assert found[0].post_kato == kato


def test_units_with_a_post_come_before_settlements_of_the_same_name(territory: Storage):
    with territory.read() as session:
        found = queries.search_units(session, "Абай", limit=60)
    same = [each for each in found if each.score == 1.0]
    has_post = [each.post_kato == each.unit.kato for each in same]
    assert has_post == sorted(has_post, reverse=True)
    assert has_post.count(True) > 5 and has_post.count(False) > 5


def test_settlement_tells_its_path_and_whose_akim_answers_for_it(territory: Storage):
    with territory.read() as session:
        found = queries.search_units(session, "Жидебай, Абай ауданы", limit=3)
    assert found[0].unit.kato == "103233127"
    assert [unit.name_kk for unit in found[0].path] == [
        "Абай облысы", "Абай ауданы", "Кеңгірбай би ауылдық округі",
    ]  # fmt: skip
    assert found[0].post_kato == "103233000"


def test_district_in_the_text_chooses_among_equal_names(territory: Storage):
    with territory.read() as session:
        here = queries.search_units(session, "Достық, Талғар ауданы", limit=1)[0]
        there = queries.search_units(session, "село Достык Енбекшиказахский район", limit=1)[0]
    assert (here.unit.kato, there.unit.kato) == ("196247300", "194057300")


@pytest.mark.parametrize("typed", ["", " ", "?!", "ъ", "qqqqqqqqqq", "'; drop table units", "а" * 500])
def test_nonsense_finds_nothing_or_little_and_never_fails(territory: Storage, typed: str):
    with territory.read() as session:
        assert all(found.score < 0.9 for found in queries.search_units(session, typed))


def test_number_of_queries_does_not_grow_with_the_results(territory: Storage):
    counted: list[str] = []
    with territory.read() as session:
        queries.search_units(session, "Абай", limit=1)
        event.listen(territory.engine, "before_cursor_execute", lambda *given: counted.append(given[2]))
        numbers = []
        for limit in (3, 30):
            session.expire_all()
            counted.clear()
            queries.search_units(session, "Жидебай", limit=limit)
            numbers.append(len(counted))
    assert numbers == [3, 3]  # the editions, the units with those above them, the posts


def test_folding_brings_the_alphabets_together():
    assert {fold(name) for name in ("Қызылжар", "Кызылжар", "Kyzylzhar", "Qyzyljar")} == {"кизилжар"}
    assert words_of("Карааульский сельский округ") == ["караулски"]
    assert words_of("с. Абай, Абайский район") == ["абаи", "абаиски"]
    assert fold("рзд. 11 км") == "рзд 11 км"


def test_likeness_is_one_for_equal_and_counts_a_swap_once():
    assert likeness_of("абаи", "абаи") == 1.0
    assert likeness_of("шортнади", "шортанди") == pytest.approx(1 - 1 / 8)
    assert likeness_of("шортанди", "бурабаи") < 0.55


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_every_name_is_found_with_any_one_letter_lost(data: st.DataObject):
    names = ("Шортанды", "Кеңгірбай", "Қызыларай", "Бейбітшілік", "Молодецкая", "Ақтоғай", "Щучинск")
    name = data.draw(st.sampled_from(names))
    lost = data.draw(st.integers(0, len(name) - 1))
    index = Index(Entry(str(number), (other,)) for number, other in enumerate(names))
    assert index.search(name[:lost] + name[lost + 1 :])[0].kato == str(names.index(name))
