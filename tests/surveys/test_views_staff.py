"""Staff pages: the agency runs a campaign, and nobody sees a score."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from core import clock
from core.access import Role
from core.urn.services import mix_box
from core.web.edge import keys as key_ring
from surveys.models import CampaignState
from surveys.queries import box_of, campaign_by_code
from tests.conftest import NOW
from tests.surveys import sample

PAGE = f"/staff/campaigns/{sample.CODE}"


@pytest.fixture(autouse=True)
def june(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(clock, "present", lambda: NOW)
    return lambda now: monkeypatch.setattr(clock, "present", lambda: now)


def text(answer) -> str:
    return re.sub(r"\s+", " ", answer.get_data(as_text=True))


def post(client: FlaskClient, address: str, **data):
    """Send a staff form with the token of the campaign's page."""
    page = client.get(PAGE if "new" not in address else address).get_data(as_text=True)
    return client.post(address, data={"csrf_token": sample.token(page), **data})


def state(app) -> CampaignState:
    with app.extensions["storage"].read() as session:
        return campaign_by_code(session, sample.CODE).state


def test_agency_drafts_previews_opens_pauses_extends_and_closes(app, client, keep, june):
    sample.signed_in(client, keep, Role.AGENCY)
    made = post(
        client, "/staff/campaigns/new?lang=en", code=sample.CODE, contest_code="2026", title_kk="Сауалнама",
        title_ru="Опрос", title_en="Survey", criteria_code="2020-six", mode="open", opens_on="2026-05-25",
        closes_on="2026-06-20", oblasts=[sample.OBLAST],
    )  # fmt: skip
    assert (made.status_code, made.location) == (302, PAGE)
    page = text(client.get(f"{PAGE}?lang=en"))
    assert "A published rule book has admitted this campaign" in page
    assert "Publish the rules of the contest “2026”" in page
    refused = post(client, f"{PAGE}/open")
    assert (refused.status_code, state(app)) == (409, CampaignState.DRAFT)
    preview = text(client.get(f"{PAGE}/preview?lang=en"))
    assert "This is a preview. Nothing can be sent from here." in preview
    assert 'name="ticket" value=""' in preview
    assert '<button type="button" disabled>' in preview
    keep(lambda session: sample.admitted(session, campaign_by_code(session, sample.CODE)))
    for verb, data, after in (
        ("open", {}, CampaignState.OPEN),
        ("pause", {"reason": "flood"}, CampaignState.PAUSED),
        ("resume", {}, CampaignState.OPEN),
        ("extend", {"closes_on": "2026-06-25", "reason": "flood"}, CampaignState.OPEN),
    ):
        answer = post(client, f"{PAGE}/{verb}", **data)
        assert (answer.status_code, state(app)) == (302, after), text(answer)
    assert post(client, f"{PAGE}/close").status_code == 409
    after = datetime(2026, 6, 26, 9, tzinfo=UTC)
    june(after)
    with client.session_transaction() as cookie:
        cookie["factor_at"] = after.isoformat()
    assert (post(client, f"{PAGE}/close").status_code, state(app)) == (302, CampaignState.CLOSED)


def test_draft_form_says_what_is_wrong_at_the_field(client, keep):
    sample.signed_in(client, keep, Role.AGENCY)
    answer = post(
        client, "/staff/campaigns/new?lang=en", code="2026 Main", contest_code="2026", title_kk="С",
        title_ru="О", title_en="S", criteria_code="2020-six", mode="open", opens_on="2026-05-25",
        closes_on="2026-06-20", oblasts=[sample.OBLAST],
    )  # fmt: skip
    assert "“2026 Main” cannot be a code" in text(answer)
    assert 'value="2026 Main"' in text(answer)


def test_opening_and_closing_need_a_fresh_second_factor(app, client, keep, june):
    sample.signed_in(client, keep, Role.AGENCY)
    keep(lambda session: sample.admitted(session, sample.drafted(session, sample.katos(session))))
    later = datetime(2026, 6, 1, 9, 11, tzinfo=UTC)
    june(later)
    for verb in ("open", "close"):
        answer = post(client, f"{PAGE}/{verb}")
        assert answer.status_code == 302
        assert "factor" in answer.location
    assert state(app) is CampaignState.DRAFT


def test_extend_and_pause_without_a_reason_are_refused(app, client, keep):
    sample.signed_in(client, keep, Role.AGENCY)
    keep(lambda session: sample.opened(session, sample.katos(session)))
    assert post(client, f"{PAGE}/pause", reason="").status_code == 422
    assert post(client, f"{PAGE}/extend", reason="x", closes_on="tomorrow").status_code == 422
    assert state(app) is CampaignState.OPEN


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.MEMBER])
def test_only_the_agency_runs_campaigns(app, client, keep, role: Role):
    keep(lambda session: sample.opened(session, sample.katos(session)))
    sample.signed_in(client, keep, role, sample.OBLAST)
    for address in ("/staff/campaigns", "/staff/campaigns/new", PAGE, f"{PAGE}/preview"):
        assert client.get(address).status_code == 403
    assert app.test_client().get(PAGE).status_code == 302


def turnout_made(session: Session) -> list[str]:
    """Yesterday's answers of four units: 4, 9, 13 in one oblast, 7 in another."""
    units = [*sample.katos(session, 3), *sample.katos(session, 1, oblast=sample.OTHER_OBLAST)]
    sample.population(session, {units[2]: 1200})
    sample.opened(session, units)
    yesterday = datetime(2026, 5, 31, 9, tzinfo=UTC)
    for kato, count in zip(units, (4, 9, 13, 7), strict=True):
        sample.put(session, key_ring(), kato, ["5555-1"] * count, now=yesterday)
    mix_box(session, keys=key_ring(), box=box_of(sample.CODE), takers=sample.TAKERS, now=yesterday)
    return units


def without_chance(answer) -> str:
    """A page without the token and the marks of its files: they may hold any digits by chance."""
    return re.sub(r'(name="csrf_token"[^>]*value)="[^"]+"|\?v=[0-9a-f]+', r"\1", text(answer))


def test_no_staff_page_shows_a_score_while_a_campaign_is_open(app, client, keep):
    """The ratings 5555-1 score 80 points, 64.71 and so on would follow; no page may hold one."""
    with app.app_context():
        keep(turnout_made)
    sample.signed_in(client, keep, Role.AGENCY)
    pages = [
        without_chance(client.get(address))
        for address in ("/staff/campaigns", PAGE, f"{PAGE}/preview", "/staff/turnout",
                        f"/staff/turnout/{sample.CODE}", f"/staff/turnout/{sample.CODE}/units")
    ]  # fmt: skip
    for page in pages:
        assert not re.search(r"(?<!\d)(80(?:[.,]0+)?|100[.,]00|5555-1)(?!\d)", page)


def test_lists_ask_the_database_the_same_number_of_times_for_one_row_and_three(app, client, keep):
    sample.signed_in(client, keep, Role.AGENCY)
    counts = []
    for number in (1, 2, 3):
        keep(lambda session, n=number: sample.drafted(session, sample.katos(session), code=f"c{n}"))
        if number != 2:
            with sample.counting(app.extensions["storage"].engine) as sent:
                client.get("/staff/campaigns")
                client.get("/staff/turnout")
                client.get("/staff/turnout/c1")
            counts.append(len(sent))
    assert counts[0] == counts[1]
