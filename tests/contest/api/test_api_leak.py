"""Before publication the API holds nothing: every address, with every parameter that makes sense.

On SQLite alone: what an answer holds does not depend on the kind of database. The numbers are put in first,
and the same crawl is shown to find them once the results are published.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator

from flask import Flask
from flask.testing import FlaskClient

from contest.api.operations import OPERATIONS
from contest.contests import services as life
from contest.league.services import freeze_league
from contest.standings.models import StandingRow
from core.audit import append_pending
from tests.conftest import NOW
from tests.contest import pages, sample
from tests.contest.sample import CODE, OBLASTS

app = pages.app
#: Numbers that stand nowhere else.
TRACES = ("83.47", "67.89", "91.17", "73.31", "1.93", "2.61", "1.57")
SCORES = ((41, "83.47", "1.93"), (23, "67.89", "2.61"), (67, "91.17", "1.57"), (19, "73.31", "1.93"))


def addresses(made: sample.Sample) -> Iterator[str]:
    """Every address, with each parameter by itself and with all of them."""
    village = made.units[OBLASTS[0]][0]
    within = {"code": [CODE], "kato": [*OBLASTS, village], "size": ["small", "medium", "unknown-size"]}
    asked = {
        "parent": OBLASTS[0], "oblast": OBLASTS[0], "kind": "rural_okrug", "q": "ауыл", "page": "1",
        "per_page": "500", "lang": "ru",
    }  # fmt: skip
    for one in OPERATIONS.values():
        names = [parameter.name for parameter in one.parameters if parameter.in_path]
        known = [f"{parameter.name}={asked[parameter.name]}" for parameter in one.query]
        for values in itertools.product(*(within[name] for name in names)):
            path = one.path.format(**dict(zip(names, values, strict=True)))
            yield from (path, *(f"{path}?{query}" for query in known), f"{path}?{'&'.join(known)}")


def crawl(reader: FlaskClient, made: sample.Sample) -> tuple[set[str], int]:
    """The traces that answers hold, and how many answers had content."""
    seen, opened = set(), 0
    for address in addresses(made):
        answer = reader.get(address)
        assert answer.status_code in (200, 404), address
        opened += answer.status_code == 200
        seen |= {trace for trace in (*TRACES, *made.judges["names"]) if trace in answer.text}
    return seen, opened


def test_nothing_is_told_before_publication_and_the_same_crawl_finds_it_after(app: Flask, keep: Callable):
    def prepare(session) -> sample.Sample:
        made = sample.national(session, scores=SCORES)
        freeze_league(session, contest=sample.contest(session), actor=sample.ACTOR, now=NOW)
        sample.waive_all(session, sample.freeze(session, None, stage=sample.Stage.NATIONAL))
        made.judges["names"] = sorted({row.name_kk for row in session.query(StandingRow)})
        return made

    reader = app.test_client(use_cookies=False)
    made = keep(prepare)
    seen, opened = crawl(reader, made)
    assert seen == set()
    assert opened > 40

    def publish(session) -> None:
        life.publish_results(session, contest=sample.contest(session), actor=sample.ACTOR, now=NOW)
        append_pending(session, now=NOW)

    keep(publish)
    seen, _opened = crawl(reader, made)
    assert {"83.47", "67.89", "91.17", "1.93"} <= seen
    assert set(made.judges["names"]) <= seen
