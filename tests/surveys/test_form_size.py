"""The resident's first view in one round trip: everything that the page names, packed, in 14 KB.

One kind of database: nothing here depends on it.
"""

from __future__ import annotations

import gzip
import re

import pytest

from core import clock
from tests.conftest import NOW
from tests.surveys import sample

MOST = 14 * 1024


@pytest.fixture
def kato(keep) -> str:
    def make(session):
        (unit,) = sample.katos(session, 1)
        sample.population(session, {unit: 900})  # age and sex are asked: the longest form
        sample.opened(session, [unit])
        return unit

    return keep(make)


@pytest.mark.parametrize("lang", ["kk", "ru", "en"])
def test_the_first_view_is_small(app, kato, lang: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(clock, "present", lambda: NOW)
    client = app.test_client(use_cookies=False)
    page = client.get(f"/s/{sample.CODE}/{kato}?lang={lang}").data
    named = set(re.findall(r'(?:href|src)="(/static/[^"]+)"', page.decode()))
    assert {name.partition("?")[0] for name in named} == {
        "/static/survey.css", "/static/survey.js", "/static/favicon.svg",
    }  # fmt: skip
    sizes = {"page": len(gzip.compress(page, 6))}
    for address in named:
        answer = client.get(address, headers={"Accept-Encoding": "gzip"})
        assert answer.headers["Content-Encoding"] == "gzip"
        sizes[address] = len(answer.data)
        assert not re.search(rb"@import|url\(", gzip.decompress(answer.data))
    assert sum(sizes.values()) <= MOST, sizes
