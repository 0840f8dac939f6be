"""A campaign's life: what it refuses, what it freezes, and that nothing is published before closing."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core.audit import JournalEntry
from core.errors import BadInput, Conflict
from core.storage import Storage
from core.urn.keys import KeyRing
from core.urn.queries import waiting
from core.urn.services import mix_box
from surveys import services
from surveys.checklist import checklist
from surveys.criteria import criteria_from_json, shipped
from surveys.models import CampaignState, CampaignUnit, Tally
from surveys.queries import box_of, campaign_by_code, published_statistics
from surveys.rules import Mode, SurveyRules
from tests.conftest import NOW, SECRET
from tests.surveys import sample

AFTER = datetime(2026, 6, 21, 9, tzinfo=UTC)


def act(session: Session, name: str, **given) -> None:
    campaign = campaign_by_code(session, sample.CODE)
    getattr(services, name)(session, campaign=campaign, actor=sample.ACTOR, now=NOW, **given)


def test_draft_copies_its_criteria_and_the_size_of_its_units(settled: Storage):
    with settled.write(now=NOW) as session:
        small, large, unknown = units = sample.katos(session)
        sample.population(session, {small: 499, large: 500})
        campaign = sample.drafted(session, units)
        assert campaign.state is CampaignState.DRAFT
        assert criteria_from_json(campaign.criteria_json) == shipped("2020-six")
        kept = {unit.kato: (unit.adults, unit.asks_strata) for unit in session.scalars(select(CampaignUnit))}
    assert kept == {small: (499, False), large: (500, True), unknown: (None, False)}


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"code": "2026 Main"}, "“2026 Main” cannot be a code"),
        ({"opens_on": date(2026, 6, 21)}, "The last day 2026-06-20 is before the first, 2026-06-21"),
        ({"opens_on": date(2026, 5, 1), "closes_on": date(2026, 5, 31)}, "The last day 2026-05-31 is past"),
        ({"criteria_code": "2030-ten"}, "there is no criteria set '2030-ten': choose one of 2020-six"),
        ({"katos": []}, "Choose at least one unit"),
        ({"katos": ["190000000"]}, "“190000000” is not the KATO code of a unit with an akim's post"),
        ({"katos": ["123"]}, "“123” is not the KATO code"),
    ],
)  # fmt: skip
def test_draft_refuses_what_cannot_be_and_says_why(settled: Storage, change: dict[str, object], fault: str):
    with settled.read() as session, pytest.raises(BadInput) as refused:
        given = {"katos": sample.katos(session), **change}
        sample.drafted(session, given.pop("katos"), **given)
    assert fault in str(refused.value)


def test_draft_refuses_a_code_that_is_taken(settled: Storage):
    with settled.read() as session:
        sample.drafted(session, sample.katos(session))
        with pytest.raises(Conflict, match="2026-main"):
            sample.drafted(session, sample.katos(session))


def test_admission_refuses_another_set_or_mode_naming_both(settled: Storage):
    with settled.read() as session:
        campaign = sample.drafted(session, sample.katos(session))
        with pytest.raises(Conflict) as refused:
            sample.admitted(session, campaign, SurveyRules(criteria_set="2030-ten", modes=("open",)))
        assert "“2030-ten”" in str(refused.value)
        assert "“2020-six”" in str(refused.value)
        with pytest.raises(Conflict) as refused:
            sample.admitted(
                session, campaign, SurveyRules(criteria_set="2020-six", modes=("codes", "verified"))
            )
        assert "codes, verified" in str(refused.value)
        assert "has the mode open" in str(refused.value)
        assert campaign.admitted_by is None


def test_a_campaign_opens_only_when_a_rule_book_has_admitted_it(settled: Storage):
    with settled.read() as session:
        units = sample.katos(session)
        campaign = sample.drafted(session, units)
        sample.population(session, dict.fromkeys(units, 800))
        assert [item.done for item in checklist(session, campaign=campaign, now=NOW)] == [
            True,
            True,
            False,
            False,
        ]
        with pytest.raises(Conflict, match="Publish the rules of the contest “2026”"):
            act(session, "open_campaign")
        sample.admitted(session, campaign)
        act(session, "open_campaign")
        assert (campaign.state, campaign.opened_at) == (CampaignState.OPEN, NOW)
        # Adults are frozen as they are known at opening, not at drafting.
        assert {unit.adults for unit in session.scalars(select(CampaignUnit))} == {800}


def test_the_database_itself_refuses_an_open_campaign_without_rules(settled: Storage):
    with settled.read() as session:
        campaign = sample.drafted(session, sample.katos(session))
        campaign.state = CampaignState.OPEN
        with pytest.raises(IntegrityError):
            session.flush()


def test_pause_resume_and_extend_move_only_from_where_they_may(settled: Storage):
    with settled.write(now=NOW) as session:
        campaign = sample.opened(session, sample.katos(session))
        with pytest.raises(Conflict, match="“Open”"):
            act(session, "resume_campaign")
        act(session, "pause_campaign", reason="flood")
        with pytest.raises(Conflict, match="“Paused”"):
            act(session, "pause_campaign", reason="flood")
        act(session, "resume_campaign")
        for day, reason in ((date(2026, 6, 20), "flood"), (date(2026, 6, 25), " ")):
            with pytest.raises(BadInput):
                act(session, "extend_campaign", closes_on=day, reason=reason)
        act(session, "extend_campaign", closes_on=date(2026, 6, 25), reason="flood")
        assert campaign.closes_on == date(2026, 6, 25)
    with settled.read() as session:
        acts = session.scalars(
            select(JournalEntry)
            .where(JournalEntry.subject == "campaign:2026-main")
            .order_by(JournalEntry.number)
        ).all()
        assert [entry.action for entry in acts] == [
            f"campaign.{verb}" for verb in ("draft", "admit", "open", "pause", "resume", "extend")
        ]
        assert json.loads(acts[-1].details) == {
            "after": "2026-06-25",
            "before": "2026-06-20",
            "reason": "flood",
        }


def test_closing_waits_for_the_last_day_then_mixes_the_rest_and_publishes(settled: Storage, tmp_path: Path):
    keys = KeyRing(tmp_path / "keys")
    with settled.write(now=NOW) as session:
        many, few, none = units = sample.katos(session)
        campaign = sample.opened(session, units)
        sample.put(session, keys, many, ["555555", "444444"] * 6)
        sample.put(session, keys, few, ["111111"] * 3)
        with pytest.raises(Conflict, match="until the end of 2026-06-20"):
            act(session, "close_campaign", keys=keys, secret=SECRET, takers=sample.TAKERS)
        with pytest.raises(Conflict, match="not closed"):
            published_statistics(session, campaign_code=sample.CODE)
    with settled.write(now=AFTER) as session:
        campaign = campaign_by_code(session, sample.CODE)
        services.close_campaign(
            session,
            campaign=campaign,
            secret=SECRET,
            keys=keys,
            takers=sample.TAKERS,
            actor=sample.ACTOR,
            now=AFTER,
        )
    with settled.read() as session:
        assert waiting(session, box_of(sample.CODE)) == {}
        found = {row.kato: row for row in published_statistics(session, campaign_code=sample.CODE)}
        assert {kato: row.n for kato, row in found.items()} == {many: 12, few: None, none: None}
        assert str(found[many].score) == "87.50"
        assert (found[few].score, found[none].score) == (None, None)
        assert found[many].mode == "open"
        campaign = campaign_by_code(session, sample.CODE)
        assert (campaign.state, campaign.closed_at) == (CampaignState.CLOSED, AFTER)
        with pytest.raises(Conflict):
            act(session, "resume_campaign")


def test_modes_that_do_not_count_do_not_enter(settled: Storage, tmp_path: Path):
    keys = KeyRing(tmp_path / "keys")
    with settled.write(now=NOW) as session:
        kato = sample.katos(session, 1)[0]
        sample.opened(session, [kato])
        sample.put(session, keys, kato, ["555555"] * 12)
        mix_box(session, keys=keys, box=box_of(sample.CODE), takers=sample.TAKERS, now=NOW)
        session.scalars(select(Tally)).one().mode = Mode.CODES
    with settled.write(now=AFTER) as session:
        campaign = campaign_by_code(session, sample.CODE)
        services.close_campaign(
            session,
            campaign=campaign,
            secret=SECRET,
            keys=keys,
            takers=sample.TAKERS,
            actor=sample.ACTOR,
            now=AFTER,
        )
        assert [row.n for row in published_statistics(session, campaign_code=sample.CODE)] == [None]
