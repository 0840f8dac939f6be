"""A survey shown beside: admitted with the one that counts, seen on the nominee's page, never counted."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from contest.contests import services as life
from contest.contests.models import ContestState
from contest.contests.queries import rulebook_of
from contest.sources.beside import admit_beside
from contest.standings.models import Standing
from core.errors import Conflict
from surveys.models import CampaignState, Statistic
from surveys.queries import campaign_by_code, campaign_katos
from surveys.rules import Mode
from surveys.services import draft_campaign
from tests.conftest import NOW
from tests.contest import sample
from tests.contest.sample import ACTOR, OBLASTS, ORDER, contest

BESIDE = "2026-open"


def draft_beside(session: Session, *, mode: Mode = Mode.OPEN, closes_on: date = date(2026, 6, 20)) -> None:
    """A second campaign of the contest over the same units."""
    katos = campaign_katos(session, campaign=campaign_by_code(session, sample.CAMPAIGN))
    draft_campaign(
        session, code=BESIDE, contest_code=sample.CODE, title=sample.TITLE, criteria_code="2020-six",
        mode=mode, opens_on=date(2026, 6, 2), closes_on=closes_on, katos=sorted(katos), actor=ACTOR, now=NOW,
    )  # fmt: skip


def publish(session: Session) -> None:
    life.publish_rules(session, contest=contest(session), actor=ACTOR, now=NOW, **ORDER)


def test_it_is_admitted_under_the_same_book_and_counts_by_none_of_its_modes(settled_sqlite):
    """What is admitted does not depend on the kind of database."""
    with settled_sqlite.writing() as session:
        sample.drafted(session)
        draft_beside(session)
        publish(session)
        counted, beside = (campaign_by_code(session, code) for code in (sample.CAMPAIGN, BESIDE))
        assert beside.admitted_by == counted.admitted_by
        assert json.loads(counted.rules_json)["modes"] == ["codes", "verified"]
        assert json.loads(beside.rules_json)["modes"] == ["open"]


def test_a_mode_that_the_book_does_not_name_is_not_admitted_and_other_days_are_refused(settled_sqlite):
    with settled_sqlite.writing() as session:
        sample.drafted(session)
        draft_beside(session, mode=Mode.VERIFIED)
        publish(session)
        assert campaign_by_code(session, BESIDE).admitted_by is None
    with settled_sqlite.writing() as session:
        sample.drafted(session)
        draft_beside(session, closes_on=date(2100, 1, 5))
        with pytest.raises(Conflict, match="2026-open asks from 2026-06-02 to 2100-01-05, outside the days"):
            publish(session)


def closed_and_published(session: Session) -> int:
    """One oblast's ranking published, and the survey beside closed with a score of its own."""
    made = sample.marked(session)
    draft_beside(session)
    book = rulebook_of(session, contest(session))
    admit_beside(session, contest_code=sample.CODE, book=book, actor=ACTOR, now=NOW)
    beside = campaign_by_code(session, BESIDE)
    beside.state, beside.opened_at, beside.closed_at = CampaignState.CLOSED, NOW, NOW
    session.add(
        Statistic(
            campaign_id=beside.id, kato=made.units[OBLASTS[0]][0], n=777, score=Decimal("12.34"),
            error=Decimal("1.00"), criterion_means="{}", reliability=None, margin=None, exceeds_adults=False,
        )
    )  # fmt: skip
    standing: Standing = sample.freeze(session, OBLASTS[0])
    assert "12.34" not in standing.inputs_json
    standing.published_at = NOW
    found = contest(session)
    found.state, found.published_at = ContestState.PUBLISHED, NOW
    return made.nominees[OBLASTS[0]][0]


def test_the_nominee_s_page_shows_it_and_says_that_it_does_not_count(client: FlaskClient, keep: Callable):
    nominee = keep(closed_and_published)
    page = client.get(f"/results/2026/nominees/{nominee}", headers={"Accept-Language": "en"}).text
    assert "Shown beside, never counted" in page
    assert "Its score is 12.34 from 777 answers." in page
