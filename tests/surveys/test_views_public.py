"""The resident's pages: no cookie, three languages, one ballot a ticket, and when it is not the time."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core import clock
from core.codes import clean_code
from core.places.models import Unit
from core.places.queries import search_units
from core.urn.models import Intake
from core.urn.services import mix_waiting
from core.web.edge import keys, takers
from surveys.models import Ballot, CampaignState
from surveys.queries import campaign_by_code
from surveys.services import pause_campaign
from tests.conftest import NOW
from tests.surveys import sample

ALL_FIVE = dict.fromkeys(("rights", "services", "families", "employment", "infrastructure", "community"), "5")


@pytest.fixture(autouse=True)
def june(monkeypatch: pytest.MonkeyPatch):
    """Let the edges read the first of June; a test may set another instant."""
    monkeypatch.setattr(clock, "present", lambda: NOW)
    return lambda now: monkeypatch.setattr(clock, "present", lambda: now)


@pytest.fixture
def katos(keep) -> list[str]:
    """Two units of an open campaign; the first is large enough to be asked for age and sex."""

    def make(session: Session) -> list[str]:
        units = sample.katos(session, 2)
        sample.population(session, {units[0]: 900, units[1]: 300})
        sample.opened(session, units)
        return units

    return keep(make)


@pytest.fixture
def client(app) -> FlaskClient:
    return app.test_client(use_cookies=False)


def address(kato: str, lang: str = "en") -> str:
    return f"/s/{sample.CODE}/{kato}?lang={lang}"


def text(answer) -> str:
    return re.sub(r"\s+", " ", answer.get_data(as_text=True))


def waiting(app) -> int:
    with app.extensions["storage"].read() as session:
        return session.scalar(select(func.count()).select_from(Intake))


@pytest.mark.parametrize(
    ("lang", "criterion", "words", "button"),
    [
        ("kk", "Мемлекеттік қызметтер көрсету", "толық қанағаттанамын", "Жіберу"),
        ("ru", "Оказание государственных услуг", "полностью удовлетворён(а)", "Отправить"),
        ("en", "Public services", "fully satisfied", "Send"),
    ],
)
def test_form_is_in_the_language_and_keeps_it(
    client, katos, lang: str, criterion: str, words: str, button: str
):
    answer = client.get(address(katos[0], lang))
    page = text(answer)
    assert answer.status_code == 200
    assert f'<html lang="{lang}">' in page
    assert page.count('<fieldset class="rate">') == 6
    assert f"2. {criterion}" in page
    assert words in page
    assert f"<button>{button}</button>" in page
    assert f'action="/s/{sample.CODE}/{katos[0]}?lang={lang}"' in page
    own = set(re.findall(rf'href="(/s/{sample.CODE}[^"]*)"', page))
    assert {link.partition("lang=")[2] for link in own} == {lang}
    assert f"/s/{sample.CODE}?lang={lang}" in own


def test_a_first_visit_sets_no_cookie_and_is_kept_by_no_cache(client, katos):
    answer = client.get(f"/s/{sample.CODE}/{katos[0]}")
    assert "Set-Cookie" not in answer.headers
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert re.findall(r"<script[^>]*>", text(answer)) == [
        f'<script src="{static(answer, "survey.js")}" defer>'
    ]


def static(answer, name: str) -> str:
    """The address of a file as the page names it."""
    return re.search(rf'"(/static/{re.escape(name)}\?v=[0-9a-f]+)"', text(answer))[1]


def test_age_and_sex_are_asked_only_where_the_unit_is_large(client, katos):
    assert 'name="band"' in text(client.get(address(katos[0])))
    assert 'name="band"' not in text(client.get(address(katos[1])))


def test_an_answer_is_thanked_waits_sealed_and_is_counted_after_mixing(app, client, katos):
    for number in range(5):
        page = text(client.get(address(katos[0])))
        sent = {**ALL_FIVE, "services": "2", "community": "-", "band": "30-44", "sex": "f" if number else ""}
        answer = client.post(address(katos[0]), data={"ticket": sample.ticket(page), **sent})
        assert answer.status_code == 200
        assert "Thank you. Your answer has arrived." in text(answer)
        assert not re.search(
            "hreflang|another.language", text(answer)
        )  # another language would be an empty form: was it not counted?
        assert waiting(app) == number + 1
    with app.app_context():
        mix_waiting(app.extensions["storage"], keys=keys(), takers=takers(), now=NOW)
    with app.extensions["storage"].read() as session:
        found = session.execute(select(Ballot.ratings, Ballot.age_band, Ballot.origin).distinct()).all()
        assert [tuple(one) for one in found] == [("52555-", "30-44", "web")]
        assert sorted(session.scalars(select(Ballot.sex)), key=str) == [None, "f", "f", "f", "f"]
    assert waiting(app) == 0


def test_the_same_ticket_again_is_the_same_receipt_and_one_answer(app, client, katos):
    ticket = sample.ticket(text(client.get(address(katos[0]))))
    codes = set()
    for ratings in (ALL_FIVE, {"rights": "1"}, ALL_FIVE):
        answer = client.post(address(katos[0]), data={"ticket": ticket, **ratings})
        assert answer.status_code == 200
        codes.update(clean_codes(text(answer)))
    assert len(codes) == 1
    assert waiting(app) == 1


def clean_codes(page: str) -> list[str]:
    return [clean_code(code) for code in re.findall(r'class="receipt">([0-9A-Z ]{14})<', page)]


def test_the_code_is_shown_on_request_only(client, katos):
    ticket = sample.ticket(text(client.get(address(katos[0]))))
    page = text(client.post(address(katos[0]), data={"ticket": ticket, **ALL_FIVE}))
    shut = re.search(r'<details class="shut"[^>]*>(.*?)</details>', page)[1]
    assert len(clean_codes(shut)) == 1
    assert clean_codes(page.replace(shut, "")) == []


def test_another_person_gets_another_ticket(app, client, katos):
    first, second = (sample.ticket(text(client.get(address(katos[0])))) for _ in range(2))
    assert first != second
    for ticket in (first, second):
        page = text(client.post(address(katos[0]), data={"ticket": ticket, **ALL_FIVE}))
        assert f'href="/s/{sample.CODE}/{katos[0]}?lang=en">Another person may answer now' in page
    assert waiting(app) == 2


def test_left_out_criteria_are_hard_to_say_and_nothing_at_all_is_asked_again(app, client, katos):
    ticket = sample.ticket(text(client.get(address(katos[0]))))
    nothing = client.post(address(katos[0]), data={"ticket": ticket, "band": "60+"})
    page = text(nothing)
    assert nothing.status_code == 422
    assert "Nothing is chosen yet" in page
    assert '<option value="60+" selected>' in page
    assert sample.ticket(page) == ticket
    assert client.post(address(katos[0]), data={"ticket": ticket, "rights": "4"}).status_code == 200
    assert waiting(app) == 1


def test_a_rating_outside_the_scale_is_named_and_the_rest_kept(app, client, katos):
    ticket = sample.ticket(text(client.get(address(katos[0]))))
    answer = client.post(
        address(katos[0]), data={"ticket": ticket, **ALL_FIVE, "services": "7", "rights": "2"}
    )
    page = text(answer)
    assert answer.status_code == 422
    assert "Public services: “7” is not a choice" in page
    assert 'id="rights-2" value="2" checked' in page
    assert page.count(" checked") == 5
    assert waiting(app) == 0


@pytest.mark.parametrize("field", ["band", "sex"])
def test_a_stratum_that_there_is_not_is_named(app, client, katos, field: str):
    ticket = sample.ticket(text(client.get(address(katos[0]))))
    answer = client.post(address(katos[0]), data={"ticket": ticket, **ALL_FIVE, field: "0-17"})
    assert (answer.status_code, waiting(app)) == (422, 0)
    assert "“0-17” is not one of the" in text(answer)


def test_an_old_page_keeps_the_answers_and_gets_a_new_ticket(app, client, katos, june):
    ticket = sample.ticket(text(client.get(address(katos[0]))))
    june(NOW + timedelta(hours=25))
    answer = client.post(address(katos[0]), data={"ticket": ticket, **ALL_FIVE, "rights": "2"})
    page = text(answer)
    assert answer.status_code == 410
    assert "This page waited too long. Your answers are still here: press Send again." in page
    assert page.count(" checked") == 6
    assert 'id="rights-2" value="2" checked' in page
    assert waiting(app) == 0
    again = client.post(address(katos[0]), data={"ticket": sample.ticket(page), **ALL_FIVE})
    assert (again.status_code, waiting(app)) == (200, 1)


def test_foreign_and_damaged_tickets_are_not_taken(app, client, katos):
    own, foreign = (sample.ticket(text(client.get(address(kato)))) for kato in katos)
    for ticket in (foreign, sample.forged(own), "", "x" * 5000, "\ufffd"):
        answer = client.post(address(katos[0]), data={"ticket": ticket, **ALL_FIVE})
        assert answer.status_code == 410
        assert sample.ticket(text(answer)) != ticket
    assert waiting(app) == 0


def test_a_unit_that_is_not_asked_and_a_survey_that_is_not_there_say_so(client, katos):
    for kato in (sample.OTHER_OBLAST, "1", "x"):
        answer = client.get(f"/s/{sample.CODE}/{kato}?lang=en")
        assert answer.status_code == 404
        assert "is not asked in the survey" in text(answer)
    assert client.get("/s/2031/1?lang=en").status_code == 404
    answer = client.get("/s/2031?lang=en")
    assert answer.status_code == 404
    assert "There is no survey with the code “2031”" in text(answer)


@pytest.mark.parametrize(
    ("now", "status", "words"),
    [
        (datetime(2026, 5, 24, 9, tzinfo=UTC), 409, "planned from May 25, 2026 to June 20, 2026"),
        (datetime(2026, 6, 20, 18, 59, tzinfo=UTC), 200, "Send"),
        (datetime(2026, 6, 20, 19, 0, tzinfo=UTC), 410, "The survey ended on June 20, 2026"),
    ],
    ids=["before", "last minute", "over"],
)
def test_outside_its_days_the_page_says_when(app, client, katos, june, now, status: int, words: str):
    ticket = sample.ticket(text(client.get(address(katos[0]))))
    june(now)
    answer = client.get(address(katos[0]))
    assert (answer.status_code, words in text(answer)) == (status, True)
    sent = client.post(address(katos[0]), data={"ticket": ticket, **ALL_FIVE})
    assert (sent.status_code == 200, waiting(app)) == (status == 200 and now - NOW < timedelta(days=1), 0)


def test_a_paused_survey_says_until_when_it_will_take_answers(app, client, katos, keep):
    keep(
        lambda session: pause_campaign(
            session,
            campaign=campaign_by_code(session, sample.CODE),
            reason="flood",
            actor="account:1",
            now=NOW,
        )
    )
    answer = client.get(address(katos[0]))
    assert answer.status_code == 409
    assert "The survey is paused for a while" in text(answer)
    assert "June 20, 2026" in text(answer)


def test_a_draft_is_planned_and_takes_nothing(app, client, keep):
    def make(session: Session) -> str:
        campaign = sample.drafted(session, sample.katos(session, 1), opens_on=date(2026, 6, 10))
        assert campaign.state is CampaignState.DRAFT
        return sample.katos(session, 1)[0]

    answer = client.get(address(keep(make)))
    assert answer.status_code == 409
    assert "planned from June 10, 2026 to June 20, 2026" in text(answer)


def test_a_body_that_no_answer_needs_is_refused(app, client, katos):
    answer = client.post(address(katos[0]), data={"ticket": "x", "rights": "5" * 100_000})
    assert (answer.status_code, waiting(app)) == (413, 0)


def test_three_clicks_lead_from_the_survey_to_the_form(client, katos):
    page = text(client.get(f"/s/{sample.CODE}?lang=kk"))
    for _ in range(2):
        cards = re.findall(r'class="card" href="([^"]+)"', page)
        page = text(client.get(cards[0].replace("&amp;", "&")))
    cards = re.findall(r'class="card" href="([^"]+)"', page)
    assert cards[0] in {address(kato, "kk") for kato in katos}
    assert "<fieldset" in text(client.get(cards[0]))


def test_a_village_is_found_by_its_name_and_leads_to_its_akim(app, client, katos):
    with app.extensions["storage"].read() as session:
        villages = select(Unit).where(Unit.parent_kato == katos[0]).order_by(Unit.kato)
        village = session.scalars(villages).first()
        name = village.name_kk
    page = text(client.get(f"/s/{sample.CODE}", query_string={"lang": "kk", "q": name}))
    assert f'href="/s/{sample.CODE}/{katos[0]}?lang=kk"' in page
    nothing = text(client.get(f"/s/{sample.CODE}", query_string={"lang": "en", "q": "zzzzqqq"}))
    assert "Nothing by the name “zzzzqqq”" in nothing


def test_a_common_name_says_that_there_may_be_more(app, client, keep):
    def make(session: Session) -> None:
        hits = [hit for name in ("Абай", "Кыргауылды") for hit in search_units(session, name, limit=40)]
        sample.opened(session, sorted({hit.post_kato for hit in hits if hit.post_kato}))

    keep(make)
    many, one = (text(client.get(f"/s/{sample.CODE}", query_string={"lang": "en", "q": name}))
                 for name in ("Абай", "Кыргауылды"))  # fmt: skip
    assert many.count("<h3>") == 20
    assert "There may be more: here are the first 20. Add the name of the district" in many
    assert "There may be more" not in one


def test_what_is_typed_is_shown_as_text(client, katos):
    page = text(client.get(f"/s/{sample.CODE}", query_string={"q": "<script>alert(1)</script>"}))
    assert "<script" not in page


def test_words_claim_no_more_than_is_true(client, katos):
    page = text(client.get(address(katos[0])))
    assert "What is protected, and what is not" in page
    assert "Not protected:" in page
    assert "Anyone can answer this survey, also from elsewhere" in page
    for claim in ("completely anonymous", "impossible", "guarantee"):
        assert claim not in page
