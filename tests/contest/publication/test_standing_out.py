"""Days that stood out: shown after publication, by the voted rules alone, with the score counted both ways.

On SQLite alone: nothing here depends on the kind of database.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from flask import Flask

from contest.contests.models import ContestState
from surveys.breakdown import Variant
from surveys.models import Campaign, VariantStatistic
from surveys.queries import campaign_by_code
from surveys.rules import ExclusionRule, SurveyRules
from surveys.signals.kinds import Signal
from surveys.signals.models import SignalRun, SurveyFlag
from tests.conftest import NOW
from tests.contest import pages, sample
from tests.contest.sample import CAMPAIGN, OBLASTS

app = pages.app
DAY, OTHER = date(2026, 6, 5), date(2026, 6, 6)
ADDRESS = f"/results/{sample.CODE}/flags"


def flag(campaign: Campaign, kato: str, signal: Signal, day: date, p: float) -> SurveyFlag:
    return SurveyFlag(
        campaign_id=campaign.id, kato=kato, signal=signal, day=day, seen=41, expected=3, out_of=None, p=p,
        q=p, first_bin=None, bins=None,
    )  # fmt: skip


@pytest.fixture
def katos(app: Flask, settled_sqlite) -> list[str]:
    """Three units: with both scores, with one kept back, and with a flag that is not rare enough."""
    with settled_sqlite.write(now=NOW) as session:
        made = sample.published(session)
        katos = made.units[OBLASTS[0]][:3]
        sample.publish_survey(session, dict(zip(katos, sample.SCORES, strict=False)))
        campaign = campaign_by_code(session, CAMPAIGN)
        campaign.admitted_by, campaign.rules_json = "0" * 64, SurveyRules(
            criteria_set="2020-six", modes=("codes",), excluding=(ExclusionRule("burst", 10_000),),
            counting="without-flagged",
        ).as_json()  # fmt: skip
        session.add(SignalRun(campaign_id=campaign.id, computed_at=NOW, is_final=True, released_at=NOW))
        session.add_all((
            flag(campaign, katos[0], Signal.BURST, DAY, 1e-6),
            flag(campaign, katos[0], Signal.BURST, DAY, 1e-2),
            flag(campaign, katos[0], Signal.BUSY_DAY, OTHER, 1e-9),
            flag(campaign, katos[1], Signal.BURST, DAY, 1e-6),
            flag(campaign, katos[2], Signal.BURST, DAY, 1e-3),
        ))  # fmt: skip
        session.add(
            VariantStatistic(
                campaign_id=campaign.id, kato=katos[0], variant=Variant.ALL, n=63, score=Decimal("91.37"),
                error=Decimal("1.83"), design_effect=None,
            )
        )  # fmt: skip
    return katos


@pytest.fixture
def publish(app: Flask, settled_sqlite) -> Callable[[], None]:
    def run() -> None:
        with settled_sqlite.write(now=NOW) as session:
            found = sample.contest(session)
            found.state, found.published_at = ContestState.PUBLISHED, NOW

    return run


def test_only_days_that_the_vote_leaves_out_are_told_and_both_scores_where_they_may_stand(
    app: Flask, katos: list[str], publish: Callable
):
    client = app.test_client()
    assert client.get(ADDRESS).status_code == 404
    publish()
    text = html.unescape(client.get(ADDRESS, headers={"Accept-Language": "en"}).text)
    rows = re.findall(r"<tr>\s*<th scope=\"row\">.*?</tr>", text, re.S)
    assert len(rows) == 2
    both, back = sorted(rows, key=lambda row: "91.37" not in row)
    assert re.findall(r"(?:91\.37 ± 1\.83|71\.25 ± 1\.90|n = \d+|with these days)", both) == [
        "71.25 ± 1.90", "n = 40", "91.37 ± 1.83", "with these days", "n = 63"
    ]  # fmt: skip
    assert both.count("Many answers at once") == 1
    assert "One day far above the others" not in text
    assert "kept back" in back
    assert "41" not in back
