"""The map's page over the demonstration: links, figures as in the files, and nothing before the results.

SQLite alone: what the page shows does not depend on the kind of database.
"""

from __future__ import annotations

import gzip
import re

import pytest

from contest.contests.models import ContestState
from contest.contests.queries import contest_by_code
from core.places.queries import oblasts
from core.storage import commit
from demo.commission import CONTEST
from demo.plan import OBLASTS
from tests.conftest import NOW
from tests.demonstration import loaded

PAGE = f"/results/{CONTEST}/map"


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    made = loaded(tmp_path_factory)
    yield made
    made.extensions["storage"].engine.dispose()


def drawn(page: str) -> str:
    return page[page.index("<figure class=") : page.index("</figure>")]


def links(page: str) -> dict[str, tuple[str, str]]:
    """Every address on the map with its words and its number."""
    found = re.findall(
        r'<a href="([^"]+)"><title>([^<]+)</title>.*?<text[^>]*>([^<]*)</text></a>', drawn(page)
    )
    return {address: (words, number) for address, words, number in found}


def test_every_oblast_is_a_link_to_its_ranking_or_to_its_row(app):
    page = app.test_client().get(f"{PAGE}?lang=en").text
    with app.extensions["storage"].read() as session:
        names = {unit.kato: unit.name_en for unit in oblasts(session, "en")}
    assert len(names) == 20
    ranked = {f"/results/{CONTEST}/oblasts/{kato}" for kato in OBLASTS}
    others = {f"#oblast-{kato}" for kato in names.keys() - set(OBLASTS)}
    found = links(page)
    assert found.keys() == ranked | others
    for address, (words, _number) in found.items():
        assert words.startswith(f"{names[re.search(r'[0-9]{9}', address)[0]]}: ")
    table = page[page.index("<table") : page.index("</table>")]
    assert set(re.findall(r'href="([^"]+)"', table)) == ranked
    assert {f"#{row}" for row in re.findall(r'id="(oblast-\d+)"', table)} >= others
    for address in ranked:
        assert app.test_client().get(address).status_code == 200


def test_the_figures_are_sums_of_published_numbers(app):
    # By hand from the league's own file: the published numbers of every village of an oblast.
    rows = app.test_client().get(f"/results/{CONTEST}/league.json?lang=en").json["rows"]
    answers = links(app.test_client().get(f"{PAGE}?show=answers&lang=en").text)
    villages = links(app.test_client().get(f"{PAGE}?show=villages&lang=en").text)
    for kato in OBLASTS:
        own = [row for row in rows if row["kato"].startswith(kato[:2])]
        scored = sum(row["score"] is not None for row in own)
        address = f"/results/{CONTEST}/oblasts/{kato}"
        assert answers[address][1] == str(sum(row["n"] or 0 for row in own))
        assert villages[address][0].endswith(f"{scored} of {len(own)}")


def test_the_map_says_whose_borders_it_shows_and_that_it_is_a_demonstration(app):
    shown = drawn(app.test_client().get(f"{PAGE}?lang=en").text)
    assert "Alexander Rodionov" in shown
    assert 'href="https://creativecommons.org/licenses/by/4.0/"' in shown
    assert "DEMONSTRATION" in shown


def test_the_map_is_small(app):
    shown = drawn(app.test_client().get(f"{PAGE}?lang=kk").text).encode()
    assert len(shown) <= 25_000
    assert len(gzip.compress(shown)) <= 10_000


def test_an_unknown_quantity_is_no_page(app):
    assert app.test_client().get(f"{PAGE}?show=mean-score").status_code == 404


def test_before_publication_there_is_no_map(app):
    storage = app.extensions["storage"]
    with storage.writing() as session:
        contest = contest_by_code(session, CONTEST)
        kept, contest.published_at = contest.published_at, None
        contest.state = ContestState.CLOSED
        commit(session, now=NOW)
    assert [app.test_client().get(page).status_code for page in (PAGE, "/results/nowhere/map")] == [404, 404]
    with storage.writing() as session:
        contest = contest_by_code(session, CONTEST)
        contest.state, contest.published_at = ContestState.PUBLISHED, kept
        commit(session, now=NOW)
    assert app.test_client().get(PAGE).status_code == 200
