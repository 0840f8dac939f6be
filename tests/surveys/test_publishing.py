"""What closing publishes besides the units: stored once, read only after closing, kept back where needed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core.audit import JournalEntry
from core.errors import Conflict
from core.places.models import PopulationStratum
from core.places.queries import units_by_kato
from core.storage import Storage
from core.urn.keys import KeyRing
from core.urn.services import mix_box
from surveys.breakdown import NATION, Level, Numbers, Variant
from surveys.models import Campaign, CampaignState, GroupStatistic, StratumTally
from surveys.publishing import ASKED, publish_statistics
from surveys.queries import box_of, campaign_by_code, published_statistics
from surveys.results import published_groups, published_strata, published_variants, units_over_adults
from surveys.rules import Counting, ExclusionRule
from surveys.services import close_campaign
from surveys.signals.kinds import OF_A_DAY
from tests.conftest import NOW, SECRET
from tests.surveys import sample

AFTER = datetime(2026, 6, 21, 9, tzinfo=UTC)
FLAGGED = date(2026, 6, 1)


@pytest.fixture
def keys(tmp_path: Path) -> KeyRing:
    return KeyRing(tmp_path / "keys")


def answered(session: Session, keys: KeyRing, *, adults: int = 2000, **changes) -> list[str]:
    """Two units: a large one with 80 answers in all groups of age and sex, a small one with 12; mixed."""
    units = sample.katos(session, 2)
    sample.population(session, {units[0]: adults, units[1]: 8})
    session.add_all(
        PopulationStratum(
            unit_kato=units[0], as_of_on=date(2026, 1, 1), revision=1, age_band=band, sex=sex, residents=250
        )
        for band, sex in ASKED
    )  # fmt: skip
    sample.opened(session, units, **changes)
    sample.put(session, keys, units[1], ["432155"] * 12)
    answer_again(session, keys, units[0], now=NOW)
    return units


def answer_again(session: Session, keys: KeyRing, kato: str, *, now: datetime) -> None:
    """80 answers of a unit, ten of each group of age and sex, one of them without a score; mixed."""
    given = [
        sample.answer(ratings, band=band, sex=sex)
        for band, sex in ASKED
        for ratings in ("543215", "554433", "11111-", "23232-", "------", *["444444"] * 5)
    ]
    sample.put(session, keys, kato, given, first=1000 * now.day, now=now)
    mix_box(session, keys=keys, box=box_of(sample.CODE), takers=sample.TAKERS, now=now)


def close(session: Session, keys: KeyRing) -> Campaign:
    campaign = campaign_by_code(session, sample.CODE)
    close_campaign(
        session,
        campaign=campaign,
        secret=SECRET,
        keys=keys,
        takers=sample.TAKERS,
        actor=sample.ACTOR,
        now=AFTER,
    )
    return campaign


def test_closing_publishes_groups_strata_and_the_weighted_score(settled: Storage, keys: KeyRing):
    with settled.write(now=NOW) as session:
        units = answered(session, keys)
        for read in (published_groups, published_variants, units_over_adults):
            with pytest.raises(Conflict):
                read(session, campaign_code=sample.CODE)
        with pytest.raises(Conflict):
            published_strata(session, campaign_code=sample.CODE, kato=units[0])
    with settled.write(now=AFTER) as session:
        close(session, keys)
    with settled.read() as session:
        own = {row.kato: row for row in published_statistics(session, campaign_code=sample.CODE)}
        assert [own[kato].n for kato in units] == [72, 12]
        groups = published_groups(session, campaign_code=sample.CODE)
        assert groups[Level.NATION, NATION].n == groups[Level.OBLAST, sample.OBLAST].n == 84
        districts = {unit.district_kato for unit in units_by_kato(session, units).values()} - {None}
        assert {area for level, area in groups if level is Level.DISTRICT} == districts
        strata = published_strata(session, campaign_code=sample.CODE, kato=units[0])
        assert len(strata) == 14
        assert (strata["60+", "-"].n, strata["60+", "f"].n, strata["-", "m"].n) == (18, 9, 36)
        assert strata["60+", "-"].score == strata["-", "m"].score == own[units[0]].score
        assert strata["60+", "f"].score is None
        assert published_strata(session, campaign_code=sample.CODE, kato=units[1]) == {}
        variants = published_variants(session, campaign_code=sample.CODE)
        assert set(variants) == {(units[0], Variant.WEIGHTED)}
        weighted = variants[units[0], Variant.WEIGHTED]
        assert (weighted.n, weighted.score, str(weighted.design_effect)) == (72, own[units[0]].score, "1.00")
        assert units_over_adults(session, campaign_code=sample.CODE) == (units[1],)
        acts = session.scalars(select(JournalEntry.action)).all()
        assert acts.count("campaign.publish") == 1


def test_the_other_way_of_counting_stands_beside_the_rules_own(settled: Storage, keys: KeyRing):
    """80 of the large unit's answers came on a flagged day, and 80 on the next."""
    with settled.write(now=NOW) as session:
        units = answered(session, keys)
        answer_again(session, keys, units[0], now=NOW + timedelta(days=1))
        campaign = campaign_by_code(session, sample.CODE)
        flagged = {(kato, FLAGGED) for kato in units}
        publish_statistics(session, campaign=campaign, flagged=flagged, actor=sample.ACTOR, now=AFTER)
        campaign.state, campaign.closed_at = CampaignState.CLOSED, AFTER
        session.flush()
        own = {row.kato: row for row in published_statistics(session, campaign_code=sample.CODE)}
        variants = published_variants(session, campaign_code=sample.CODE)
        assert own[units[0]].n == 144
        assert variants[units[0], Variant.WITHOUT_FLAGGED].n == 72
        assert variants[units[0], Variant.WITHOUT_FLAGGED].score == own[units[0]].score
        # All of the small unit's answers came on the flagged day: nothing is left to show.
        assert variants[units[1], Variant.WITHOUT_FLAGGED] == Numbers()


def test_where_flagged_days_do_not_count_no_strata_count_them_either(settled: Storage, keys: KeyRing):
    signal = sorted(OF_A_DAY)[0]
    rules = replace(
        sample.RULES, excluding=(ExclusionRule(signal.value, 1000),), counting=Counting.WITHOUT_FLAGGED.value
    )
    with settled.write(now=NOW) as session:
        units = answered(session, keys, rules=rules)
        campaign = campaign_by_code(session, sample.CODE)
        publish_statistics(
            session, campaign=campaign, flagged={(units[0], FLAGGED)}, actor=sample.ACTOR, now=AFTER
        )
        campaign.state, campaign.closed_at = CampaignState.CLOSED, AFTER
        session.flush()
        own = {row.kato: row.n for row in published_statistics(session, campaign_code=sample.CODE)}
        assert own == {units[0]: None, units[1]: 12}
        assert published_strata(session, campaign_code=sample.CODE, kato=units[0]) == {}
        assert set(published_variants(session, campaign_code=sample.CODE)) == {(units[0], Variant.ALL)}
        assert session.scalars(select(StratumTally)).first() is not None


@pytest.mark.parametrize(
    "faulty", [{"n": 4}, {"n": 9, "score": "50.00", "error": "1.00"}, {"n": 50, "score": "50.00"}]
)
def test_the_database_refuses_what_the_floors_forbid(settled: Storage, faulty: dict[str, object]):
    with settled.writing() as session:
        campaign = sample.opened(session, sample.katos(session, 1))
        with pytest.raises(IntegrityError):
            session.execute(
                insert(GroupStatistic),
                [{"campaign_id": campaign.id, "level": Level.NATION, "area": NATION, "score": None,
                  "error": None, **faulty}],
            )  # fmt: skip
