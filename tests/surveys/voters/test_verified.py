"""Surveys with verification, against a real provider: who comes back may answer once, and everything that
does not hold is refused."""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from flask import Flask
from sqlalchemy import select

import wsgi
from core import clock
from core.application import build_app
from core.errors import Conflict
from core.settings import SignInService
from core.storage import commit
from core.urn.models import Intake, LedgerEntry, TraceKind
from core.urn.services import mix_waiting
from core.web.edge import keys, takers
from surveys.answers import Origin
from surveys.models import Ballot, CampaignState
from surveys.queries import asked_unit, box_of, campaign_by_code
from surveys.rules import Mode
from surveys.services import close_campaign
from surveys.tickets import new_ticket
from surveys.voters.carriers import open_facts
from surveys.voters.marks import MarkKeys
from surveys.voters.provider import provider_of
from surveys.voters.verification import destroy_spent_marks, verification_of
from tests.conftest import NOW, SECRET
from tests.surveys import sample
from tests.surveys.voters import provider as providers

RETURN = "http://localhost/verify/return"
RULES = sample.SurveyRules(criteria_set="2020-six", modes=("verified",))
CHOSEN = dict.fromkeys(("rights", "services", "families", "employment", "infrastructure", "community"), "4")
PEOPLE = [f"person-{number}" for number in range(1, 8)]


@pytest.fixture(scope="module")
def running() -> Iterator[providers.Service]:
    with providers.running(RETURN) as service:
        yield service


@pytest.fixture
def service(running: providers.Service, monkeypatch: pytest.MonkeyPatch) -> providers.Service:
    """The provider, well-behaved again, and never too slow on a busy machine."""
    monkeypatch.setattr("surveys.voters.provider.TIMEOUT", 60)
    vars(running.world).update(vars(providers.World()))
    return running


class Held:
    """The clock that the edges and the provider read."""

    now = NOW


@pytest.fixture(autouse=True)
def time(monkeypatch: pytest.MonkeyPatch) -> Held:
    held = Held()
    monkeypatch.setattr(clock, "present", lambda: held.now)
    return held


@pytest.fixture
def app(settings, backend, places, service) -> Iterator[Flask]:
    """The whole application, with the provider set."""
    sign_in = SignInService(
        issuer=service.issuer, client_id=providers.CLIENT_ID, client_secret=providers.CLIENT_SECRET,
        name="Sample ID", unit_claim="kato",
    )  # fmt: skip
    url = backend.copy(places)
    given = replace(settings, database_url=url, sign_in=sign_in)
    provider_of.__globals__["_provider"].cache_clear()
    made = build_app(given, wsgi.ROOMS, testing=True)
    yield made
    made.extensions["storage"].engine.dispose()
    backend.drop(url)


@pytest.fixture
def katos(app, keep) -> list[str]:
    """Three units of an open survey with verification."""

    def make(session) -> list[str]:
        units = sample.katos(session, 3)
        sample.opened(
            session, units, rules=RULES, mode=Mode.VERIFIED,
            verification=verification_of(app.extensions["settings"]),
        )  # fmt: skip
        return units

    return keep(make)


def begin(browser, kato: str, lang: str = "en") -> dict[str, str]:
    """Press the button, go to the service, and take what it sends back."""
    start = browser.get(f"/verify/{sample.CODE}/{kato}?lang={lang}")
    assert start.status_code == 302, start.text
    sent_back = requests.get(start.location, allow_redirects=False, timeout=60)
    assert sent_back.headers["Location"].startswith(f"{RETURN}?"), sent_back.text
    return {name: value[0] for name, value in parse_qs(urlsplit(sent_back.headers["Location"]).query).items()}


def signed_in(app: Flask, kato: str) -> tuple[object, str]:
    """A browser that came back, and the form that it got."""
    browser = app.test_client()
    page = browser.get("/verify/return", query_string=begin(browser, kato))
    assert page.status_code == 200, page.text
    return browser, page.text


def send(browser, kato: str, page: str, **changes: str):
    sent = {"ticket": sample.ticket(page), **CHOSEN, **changes}
    return browser.post(f"/s/{sample.CODE}/{kato}?lang=en", data=sent)


def traces(app: Flask, model) -> list[bytes]:
    with app.extensions["storage"].read() as session:
        query = select(model.trace).where(model.box == box_of(sample.CODE)).order_by(model.trace)
        return [bytes(one) for one in session.scalars(query)]


def ratings(app: Flask) -> list[str]:
    with app.extensions["storage"].read() as session:
        return sorted(session.scalars(select(Ballot.ratings)))


def mix(app: Flask) -> None:
    with app.app_context():
        mix_waiting(app.extensions["storage"], keys=keys(), takers=takers(), now=NOW)


def test_the_form_first_leads_to_the_service_out_of_any_frame(app, katos):
    link = f'href="/verify/{sample.CODE}/{katos[0]}?lang=en"'
    page = app.test_client().get(f"/s/{sample.CODE}/{katos[0]}?lang=en").text
    assert f"{link}>" in page
    framed = app.test_client().get(f"/embed/{sample.CODE}/{katos[0]}?lang=en").text
    assert f'{link} target="_blank" rel="noopener">' in framed
    assert "Confirm with “Sample ID”" in page
    assert "<button>Send</button>" not in page


def test_the_agencys_preview_shows_the_questions(app, katos, keep):
    staff = app.test_client()
    sample.signed_in(staff, keep, sample.Role.AGENCY)
    page = staff.get(f"/staff/campaigns/{sample.CODE}/preview?lang=en").text
    assert page.count('<fieldset class="rate">') == 6
    assert "/verify/" not in page


def test_one_asks_anew_who_it_is_with_proof_keys_and_only_for_an_identifier(app, katos, service):
    begin(app.test_client(), katos[0], "kk")
    asked = service.world.asked[-1]
    assert (asked["scope"], asked["prompt"], asked["ui_locales"]) == ("openid", "login", "kk")
    assert (asked["response_type"], asked["code_challenge_method"]) == ("code", "S256")
    assert min(len(asked[name]) for name in ("state", "nonce", "code_challenge")) >= 32


def test_who_comes_back_gets_the_form_and_answers_under_a_mark(app, katos, service):
    browser, page = signed_in(app, katos[0])
    assert "<button>Send</button>" in page
    assert service.world.subject not in page
    answer = send(browser, katos[0], page)
    assert (answer.status_code, "Thank you" in answer.text) == (200, True)
    with app.extensions["storage"].read() as session:
        (row,) = session.scalars(select(Intake)).all()
        assert (row.kind, row.cell, len(row.trace)) == (TraceKind.MARK, katos[0], 32)
        assert bytes(row.trace).hex() not in page


def test_no_ticket_and_no_identifier_is_in_an_address_and_the_cookie_ends_with_the_way(app, katos):
    browser = app.test_client()
    start = browser.get(f"/verify/{sample.CODE}/{katos[0]}?lang=ru")
    cookie = start.headers["Set-Cookie"]
    assert re.search(r"^verify=[\w-]+;", cookie)
    assert {"HttpOnly", "SameSite=Lax", "Path=/verify"} <= set(cookie.split("; "))
    sent_back = requests.get(start.location, allow_redirects=False, timeout=60).headers["Location"]
    page = browser.get("/verify/return", query_string=urlsplit(sent_back).query)
    assert '<html lang="ru">' in page.text
    assert page.headers["Content-Language"] == "ru"
    assert page.headers["Cache-Control"] == "no-store"
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert "Max-Age=0" in page.headers["Set-Cookie"]
    code = parse_qs(urlsplit(sent_back).query)["code"][0]
    assert code not in page.text
    assert f'formaction="/s/{sample.CODE}/{katos[0]}?lang=en"' in page.text


def test_one_person_has_one_answer_the_later_one_also_about_another_unit(app, katos):
    browser, page = signed_in(app, katos[0])
    send(browser, katos[0], page, rights="1")
    send(browser, katos[0], page, rights="2")
    other, again = signed_in(app, katos[1])
    first = send(other, katos[1], again, rights="3").text
    assert len(traces(app, Intake)) == 1
    with app.extensions["storage"].read() as session:
        query = select(Intake.cell).where(Intake.box == box_of(sample.CODE))
        assert session.scalars(query).all() == [katos[1]]
    assert re.sub(r"\s+", " ", first) == re.sub(r"\s+", " ", send(other, katos[1], again, rights="5").text)


def test_people_are_told_apart_and_their_marks_say_nothing_by_themselves(app, katos, service):
    for person in PEOPLE[:5]:
        service.world.subject = person
        browser, page = signed_in(app, katos[0])
        assert send(browser, katos[0], page).status_code == 200
    mix(app)
    marks = traces(app, LedgerEntry)
    assert len(set(marks)) == 5
    assert ratings(app) == ["444444"] * 5
    assert recomputed(app, service) == set(marks)


def recomputed(app: Flask, service: providers.Service) -> set[bytes]:
    """The marks of all people under every secret of the installation: its settings, and every file it has."""
    settings = app.extensions["settings"]
    files = [path.read_bytes() for path in settings.key_directory.iterdir() if path.is_file()]
    secrets = [settings.secret_key.encode(), *files]
    texts = [f"{service.issuer}\n{person}".encode() for person in PEOPLE]
    return {hmac.digest(secret, text, "sha256") for secret in secrets for text in texts} & set(
        traces(app, LedgerEntry)
    )


def test_after_closing_nobody_can_recompute_a_mark_even_with_all_identifiers(app, katos, service, time):
    for person in PEOPLE:
        service.world.subject = person
        browser, page = signed_in(app, katos[0])
        send(browser, katos[0], page)
    time.now = datetime(2026, 6, 21, 9, tzinfo=UTC)
    marks = verification_of(app.extensions["settings"]).marks
    staff = app.test_client()

    def close(session) -> None:
        campaign = campaign_by_code(session, sample.CODE)
        with app.app_context():
            close_campaign(
                session, campaign=campaign, secret=SECRET, keys=keys(), takers=takers(), actor=sample.ACTOR,
                now=time.now,
            )  # fmt: skip

    storage = app.extensions["storage"]
    with storage.writing() as session:
        close(session)
        with storage.read() as other:
            assert destroy_spent_marks(other, marks) == []  # not committed: the key must stay
        commit(session, now=time.now)
    assert len(recomputed(app, service)) == len(PEOPLE)
    with storage.read() as session:
        assert destroy_spent_marks(session, marks) == [sample.CODE]
    assert recomputed(app, service) == set()
    assert len(traces(app, LedgerEntry)) == len(PEOPLE)
    assert staff.get(f"/verify/{sample.CODE}/{katos[0]}?lang=en").status_code == 410


def test_closing_by_the_agency_destroys_the_key_and_the_daily_work_what_a_crash_left(app, katos, keep, time):
    marks = MarkKeys(app.extensions["settings"].key_directory)
    time.now = datetime(2026, 6, 21, 9, tzinfo=UTC)
    staff = app.test_client()
    sample.signed_in(staff, keep, sample.Role.AGENCY)
    with staff.session_transaction() as cookie:
        cookie["factor_at"] = time.now.isoformat()
    token = sample.token(staff.get(f"/staff/campaigns/{sample.CODE}?lang=en").text)
    assert marks.names() == {sample.CODE}
    closed = staff.post(f"/staff/campaigns/{sample.CODE}/close", data={"csrf_token": token})
    assert (closed.status_code, marks.names()) == (302, set())
    marks.make(sample.CODE)
    job = wsgi.SURVEYS.jobs["mark keys of closed surveys"]
    with app.app_context(), app.extensions["storage"].read() as session:
        job(session, time.now)
    assert marks.names() == set()


@pytest.mark.parametrize(
    ("lie", "change"),
    [
        ("wrong nonce", {"nonce": "another nonce"}),
        ("wrong audience", {"aud": ["somebody-else"]}),
        ("another client's", {"aud": ["somebody-else"], "azp": providers.CLIENT_ID}),
        ("wrong issuer", {"iss": "https://elsewhere.example"}),
        ("expired", {"exp": int((NOW - timedelta(minutes=2)).timestamp())}),
        ("from the future", {"iat": int((NOW + timedelta(hours=1)).timestamp())}),
        ("no identifier", {"sub": ""}),
    ],
)
def test_a_token_that_does_not_hold_is_refused(app, katos, service, lie: str, change: dict[str, object]):
    service.world.claims = {key: value for key, value in change.items() if key != "sub"}
    service.world.subject = change.get("sub", service.world.subject)
    browser = app.test_client()
    assert_refused(browser.get("/verify/return", query_string=begin(browser, katos[0])), katos[0])


def assert_refused(answer, kato: str, status: int = 403) -> None:
    assert_led_back(answer, f"/verify/{sample.CODE}/{kato}?lang=en", status)


def assert_led_back(answer, address: str, status: int) -> None:
    assert answer.status_code == status, answer.text
    assert "Nothing was sent." in answer.text
    assert f'class="button" href="{address}"' in answer.text
    assert 'name="ticket"' not in answer.text


def test_a_token_signed_by_another_key_is_refused(app, katos, service):
    service.world.key = providers.STRANGER
    browser = app.test_client()
    assert_refused(browser.get("/verify/return", query_string=begin(browser, katos[0])), katos[0])


def test_a_code_works_once_and_in_its_own_browser_only(app, katos):
    browser, thief = app.test_client(), app.test_client()
    back = begin(browser, katos[0])
    flow = browser.get_cookie("verify", path="/verify").value
    assert thief.get("/verify/return", query_string=back).status_code == 410
    # The thief's own sign-in has another state, another nonce and another proof key.
    theirs = begin(thief, katos[0])
    mixed = thief.get("/verify/return", query_string={"code": back["code"], "state": theirs["state"]})
    assert_refused(mixed, katos[0])
    assert browser.get("/verify/return", query_string=back).status_code == 200
    browser.set_cookie("verify", flow, path="/verify")
    assert_refused(browser.get("/verify/return", query_string=back), katos[0])


def test_a_wrong_state_a_lost_cookie_and_a_long_wait_are_told_to_begin_again(app, katos, time):
    browser = app.test_client()
    back = begin(browser, katos[0])
    wrong = browser.get("/verify/return", query_string={**back, "state": "guess", "lang": "en"})
    assert (wrong.status_code, "Open the survey again." in wrong.text) == (410, True)
    # In another browser, or too late: what the service sent back still leads to the survey's villages.
    villages = f"/s/{sample.CODE}?lang=en"
    assert_led_back(app.test_client().get("/verify/return", query_string=back), villages, 410)
    time.now = NOW + timedelta(minutes=16)
    assert_led_back(browser.get("/verify/return", query_string=back), villages, 410)
    assert app.test_client().get("/verify/return", query_string={"state": "ә"}).status_code == 410


def test_the_service_is_not_told_which_village_one_answers_for(app, katos):
    """Nor could it be read in its records with every key of ours: it keeps them beside people's names."""
    state = begin(app.test_client(), katos[0])["state"]
    _when, told = open_facts(state, secret=SECRET, purpose="voter-state", life=timedelta(1), now=NOW)
    assert told == [sample.CODE, "en"]


def test_a_way_begun_in_an_older_window_does_not_end_the_newer_one(app, katos):
    browser = app.test_client()
    older, newer = begin(browser, katos[0]), begin(browser, katos[1])
    older = browser.get("/verify/return", query_string=older)
    assert_led_back(older, f"/s/{sample.CODE}?lang=en", 410)
    assert browser.get("/verify/return", query_string=newer).status_code == 200


def test_a_service_that_is_down_or_refuses_says_so_and_lets_one_come_back(app, katos, service):
    browser = app.test_client()
    service.world.refuses = True
    assert_refused(browser.get("/verify/return", query_string=begin(browser, katos[0])), katos[0])
    service.world.refuses = False
    back = begin(browser, katos[0])
    service.world.is_down = True
    assert_refused(browser.get("/verify/return", query_string=back), katos[0], 503)
    provider_of.__globals__["_provider"].cache_clear()
    assert_refused(browser.get(f"/verify/{sample.CODE}/{katos[0]}?lang=en"), katos[0], 503)
    service.world.is_down = False
    assert browser.get("/verify/return", query_string=begin(browser, katos[0])).status_code == 200


def test_where_the_service_says_where_one_lives_one_answers_there_alone(app, katos, service):
    service.world.unit = katos[0]
    browser = app.test_client()
    assert_refused(browser.get("/verify/return", query_string=begin(browser, katos[1])), katos[1])
    assert browser.get("/verify/return", query_string=begin(browser, katos[0])).status_code == 200


@pytest.mark.parametrize("given", ["number", "list", "object"])
def test_where_one_lives_is_read_as_text_or_number_and_never_passed_over(app, katos, service, given: str):
    own, other = katos[:2]
    service.world.unit = {"number": int(own), "list": [own], "object": {"code": own}}[given]
    for kato, status in ((own, 200 if given == "number" else 403), (other, 403)):
        browser = app.test_client()
        answer = browser.get("/verify/return", query_string=begin(browser, kato))
        assert answer.status_code == status, answer.text


def test_another_language_keeps_the_person_and_what_was_chosen(app, katos):
    browser, page = signed_in(app, katos[0])
    sent = {"ticket": sample.ticket(page), **CHOSEN, "rights": "2", "another.language": "ru"}
    turned = browser.post(f"/s/{sample.CODE}/{katos[0]}?lang=ru", data=sent)
    assert (turned.status_code, '<html lang="ru">' in turned.text) == (200, True)
    assert (turned.text.count(" checked"), 'id="rights-2" value="2" checked' in turned.text) == (6, True)
    assert "/verify/" not in turned.text
    assert traces(app, Intake) == []
    assert "Thank you" in send(browser, katos[0], turned.text).text
    assert len(traces(app, Intake)) == 1


def test_a_form_that_cannot_go_in_does_not_tell_whether_another_went_in_before(app, katos):
    browser, page = signed_in(app, katos[0])
    nothing, turning = (
        {"ticket": sample.ticket(page)},
        {"ticket": sample.ticket(page), "another.language": "en"},
    )

    def said() -> list[tuple[int, str]]:
        answers = [
            browser.post(f"/s/{sample.CODE}/{katos[0]}?lang=en", data=one) for one in (nothing, turning)
        ]
        return [(answer.status_code, answer.text) for answer in answers]

    before = said()
    assert [status for status, _page in before] == [422, 200]
    assert "Thank you" in send(browser, katos[0], page).text
    assert said() == before


def test_an_ordinary_ticket_or_one_of_another_form_does_not_let_anybody_in(app, katos):
    with app.extensions["storage"].read() as session:
        asked = asked_unit(session, code=sample.CODE, kato=katos[0])
    browser, page = signed_in(app, katos[1])
    for ticket in (
        new_ticket(asked, secret=SECRET, now=NOW), sample.ticket(page), sample.forged(sample.ticket(page)),
        "x",
    ):  # fmt: skip
        sent = {"ticket": ticket, **CHOSEN}
        answer = browser.post(f"/s/{sample.CODE}/{katos[0]}?lang=en", data=sent)
        assert answer.status_code == 410
        assert "Confirm with “Sample ID”" in answer.text
    assert traces(app, Intake) == []


def test_a_page_with_a_mark_is_good_for_two_hours(app, katos, time):
    browser, page = signed_in(app, katos[0])
    time.now = NOW + timedelta(hours=2, seconds=1)
    old = send(browser, katos[0], page, rights="2")
    assert (old.status_code, old.text.count(" checked")) == (410, 6)  # what was chosen stays in sight
    assert "Your answers are still here: press Send again" not in old.text
    assert "the form opens in a new window" in old.text
    assert f'/verify/{sample.CODE}/{katos[0]}?lang=en" target="_blank" rel="noopener">' in old.text
    assert "<button>Send</button>" not in old.text
    time.now = NOW + timedelta(hours=2)
    assert send(browser, katos[0], page).status_code == 200


def test_a_lost_mark_key_is_never_made_anew_and_readiness_names_it(app, katos, service):
    marks = MarkKeys(app.extensions["settings"].key_directory)
    check = wsgi.SURVEYS.readiness["mark keys"]
    with app.app_context(), app.extensions["storage"].read() as session:
        assert check(session) is None
        marks.destroy(sample.CODE)
        assert sample.CODE in check(session)
    browser = app.test_client()
    answer = browser.get("/verify/return", query_string=begin(browser, katos[0]))
    assert (answer.status_code, "put its file back" in answer.text) == (503, True)
    assert marks.names() == set()


def test_a_verified_survey_opens_only_while_its_service_answers(app, keep, service, settings):
    service.world.is_down = True

    def make(session) -> None:
        units = sample.katos(session, 1)
        campaign = sample.drafted(session, units, mode=Mode.VERIFIED)
        sample.admitted(session, campaign, RULES)
        for verification in (None, verification_of(settings), verification_of(app.extensions["settings"])):
            with pytest.raises(Conflict, match="cannot open yet"):
                sample.services.open_campaign(
                    session, campaign=campaign, verification=verification, actor=sample.ACTOR, now=NOW
                )
        service.world.is_down = False
        sample.services.open_campaign(
            session, campaign=campaign, verification=verification_of(app.extensions["settings"]),
            actor=sample.ACTOR, now=NOW,
        )  # fmt: skip
        assert campaign.state is CampaignState.OPEN

    keep(make)
    (path,) = app.extensions["settings"].key_directory.glob("*.marks")
    assert (path.name, path.stat().st_mode & 0o777, path.stat().st_size) == (
        f"{sample.CODE}.marks",
        0o600,
        32,
    )


def test_a_ballot_says_how_it_was_let_in_and_no_more(app, katos, service):
    for person in PEOPLE[:5]:
        service.world.subject = person
        browser, page = signed_in(app, katos[0])
        send(browser, katos[0], page)
    mix(app)
    with app.extensions["storage"].read() as session:
        assert set(session.execute(select(Ballot.mode, Ballot.origin)).all()) == {(Mode.VERIFIED, Origin.WEB)}
        assert session.scalars(select(LedgerEntry.box).distinct()).all() == [box_of(sample.CODE)]
