"""The demonstration with its published contest, for tests that only read it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from contest.contests.models import Contest, ContestState
from contest.contests.queries import contest_by_code
from contest.release.models import Release
from core.storage import commit
from tests.conftest import NOW
from tests.demonstration import loaded

PUBLISHED, WAITING, DRAFT = "2026", "trial", "draft-of-tests"


@pytest.fixture(scope="package")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """A published contest with a release, one with public rules alone, and a draft."""
    app = loaded(tmp_path_factory)
    with app.extensions["storage"].writing() as session:
        contest = contest_by_code(session, PUBLISHED)
        facts = {"size": 4096, "built_at": NOW, "actor": "command", "sha256": "5" * 64}
        session.add(
            Release(contest_id=contest.id, version=91, file="91.zip", content="7" * 64, **facts),
        )
        session.add(
            Contest(
                code=DRAFT, title_kk="нұсқа", title_ru="черновик", title_en="draft", created_at=NOW,
                state=ContestState.DRAFT, campaign_code="none", round_code="none", draft_rules="",
            )
        )  # fmt: skip
        commit(session, now=NOW)
    yield app
    app.extensions["storage"].engine.dispose()


@pytest.fixture
def reader(site: Flask) -> FlaskClient:
    """Somebody's program."""
    return site.test_client(use_cookies=False)
