"""The staff's pages, as a browser meets them: sign in, enrol, ask again, invite, sign out everywhere."""

from __future__ import annotations

import re

import pyotp
import pytest
from sqlalchemy import select

from core.access import Role, Scope
from core.accounts.models import Account, EndedSession, Invitation
from core.accounts.services import disable_account, reset_account, set_scopes
from core.audit import JournalEntry
from core.web.limits import limiter
from tests.conftest import NOW
from tests.staff import PASSWORD, TOTP, Browser, code, counting, person

ALMATY_OBLAST = "190000000"
WRONG = "Login or password is wrong, or there were too many tries just now."


def of(app, statement):
    with app.extensions["storage"].read() as session:
        return session.scalar(statement)


def test_a_stranger_is_led_to_the_login_and_back(app, browser: Browser, keep):
    keep(person)
    answer = browser.get("/staff/accounts?lang=ru")
    assert (answer.status_code, answer.location) == (302, "/staff/login?next=/staff/accounts?lang%3Dru")
    answer = browser.give_password(where=answer.location)
    assert answer.location == "/staff/login/factor?next=/staff/accounts?lang%3Dru"
    answer = browser.give_code(where=answer.location)
    assert (answer.status_code, answer.location) == (302, "/staff/accounts?lang=ru")
    assert browser.get("/staff/accounts").status_code == 200


def test_the_password_alone_opens_nothing(browser: Browser, keep):
    keep(person)
    browser.give_password()
    for address in ("/staff", "/staff/me", "/staff/accounts", "/staff/factor"):
        assert browser.get(address).location.startswith("/staff/login?next="), address


def test_the_code_alone_opens_nothing(browser: Browser, keep):
    keep(person)
    assert browser.get("/staff/login/factor").location == "/staff/login?next=/staff"


def test_the_second_factor_must_follow_within_ten_minutes(browser: Browser, keep):
    keep(person)
    browser.give_password()
    browser.time.pass_(minutes=10, seconds=1)
    assert browser.get("/staff/login/factor").location == "/staff/login?next=/staff"


@pytest.mark.parametrize(("login", "password"), [("nobody", PASSWORD), ("aigul", "wrong wrong wrong"),
                                                 ("gone", PASSWORD), ("new", PASSWORD)])  # fmt: skip
def test_unknown_wrong_disabled_and_uninvited_answer_alike(app, browser: Browser, keep, login, password):
    keep(person)
    keep(lambda s: disable_account(s, account=person(s, "gone"), actor="system", now=NOW))
    keep(lambda s: reset_account(s, account=person(s, "new"), actor="system", now=NOW))
    answer = browser.give_password(login, password)
    assert answer.status_code == 200
    assert answer.text.count(WRONG) == 2
    assert "Set-Cookie" not in answer.headers or "staff_device" not in answer.headers["Set-Cookie"]
    with browser.client.session_transaction() as cookie:
        assert "halfway" not in cookie


def test_failures_rest_an_account_but_not_in_a_browser_it_knows(app, browser: Browser, keep):
    keep(person)
    browser.sign_in()
    browser.post("/staff/sign-out", on="/staff")
    roles = [Scope(Role.AUDITOR)]
    keep(lambda s: set_scopes(s, account=s.scalar(select(Account)), scopes=roles, actor="system", now=NOW))
    stranger = Browser(app, browser.time)
    for _try in range(6):
        stranger.give_password(password="wrong wrong wrong")
    assert of(app, select(Account.failed_tries)) == 5
    assert WRONG in stranger.give_password().text
    browser.time.pass_(seconds=3)
    assert browser.give_password().location == "/staff/login/factor?next=/staff"
    browser.time.pass_(seconds=3)
    assert stranger.give_password().location == "/staff/login/factor?next=/staff"


def test_a_code_that_signed_in_once_does_not_again(app, browser: Browser, keep):
    keep(person)
    browser.sign_in()
    other = Browser(app, browser.time)
    other.give_password()
    assert "used already" in other.give_code().text
    assert other.get("/staff").status_code == 302
    other.time.pass_(seconds=30)
    assert other.give_code().location == "/staff"


def test_many_guesses_from_one_place_are_refused(app, browser: Browser):
    app.config["RATELIMIT_ENABLED"] = True
    limiter.init_app(app)
    try:
        token = token_of(browser, "/staff/login")
        answers = [
            browser.client.post("/staff/login/factor", data={"csrf_token": token}) for _try in range(31)
        ]
        tokens = [browser.get("/staff/invitation/guess").status_code for _try in range(31)]
    finally:
        limiter.reset()
        limiter.enabled = False
    assert [answer.status_code for answer in answers] == [302] * 30 + [429]
    assert answers[-1].headers["Retry-After"] == "60"
    assert tokens == [404] * 30 + [429]


def test_a_new_account_enrols_before_anything_else(app, browser: Browser, keep):
    token = keep(lambda s: reset_account(s, account=person(s), actor="system", now=NOW))
    address = f"/staff/invitation/{token}"
    page = browser.get(address)
    assert "Welcome, Aigul" in page.text
    assert page.headers["Cache-Control"] == "no-store"
    # A hidden referrer would make the forms' token fail over HTTPS.
    assert page.headers["Referrer-Policy"] == "same-origin"
    assert "not the same" in browser.post(address, password=PASSWORD, again="another one").text
    answer = browser.post(address, password=PASSWORD, again=PASSWORD)
    assert answer.location == "/staff/login/enrol"
    assert browser.get("/staff").location == "/staff/login?next=/staff"
    page = browser.get("/staff/login/enrol")
    secret = re.search(r'<code class="code">([A-Z2-7 ]+)</code>', page.text)[1].replace(" ", "")
    assert "<svg width=" in page.text
    assert browser.get("/staff/login/enrol").text.count(secret[:4]) >= 1
    factor, now = pyotp.TOTP(secret), browser.time.now
    right = {factor.at(now, counter_offset=step) for step in (-1, 0, 1)}
    wrong = next(typed for typed in ("000000", "111111", "222222", "333333") if typed not in right)
    assert "does not match" in browser.post("/staff/login/enrol", code=wrong).text
    answer = browser.post("/staff/login/enrol", code=factor.at(now))
    assert len(re.findall(r'<code class="code">(?:[0-9A-Z]{4} ?){3}</code>', answer.text)) == 10
    assert browser.get("/staff").status_code == 200
    assert browser.get("/staff/login/enrol").location == "/staff/login?next=/staff"
    assert of(app, select(Invitation)) is None


def test_the_secret_being_enrolled_is_not_readable_in_the_cookie(browser: Browser, keep):
    token = keep(lambda s: reset_account(s, account=person(s), actor="system", now=NOW))
    browser.post(f"/staff/invitation/{token}", password=PASSWORD, again=PASSWORD)
    page = browser.get("/staff/login/enrol")
    secret = re.search(r'<code class="code">([A-Z2-7 ]+)</code>', page.text)[1].replace(" ", "")
    with browser.client.session_transaction() as cookie:
        kept = cookie["enrolling"]
    assert secret not in kept
    assert secret.encode().hex() not in kept


def test_who_has_a_factor_cannot_enrol_another_with_the_password(browser: Browser, keep):
    keep(person)
    browser.give_password()
    assert browser.get("/staff/login/enrol").location == "/staff/login?next=/staff"


def test_disabling_ends_every_session_at_once(app, browser: Browser, keep):
    keep(person)
    browser.sign_in()
    assert browser.get("/staff").status_code == 200
    keep(lambda s: disable_account(s, account=s.scalar(select(Account)), actor="system", now=NOW))
    assert browser.get("/staff").location == "/staff/login?next=/staff"


def test_a_fresh_factor_is_asked_after_ten_minutes_and_leads_back(browser: Browser, keep):
    keep(person)
    browser.sign_in()
    assert browser.get("/staff/accounts/new").status_code == 200
    browser.time.pass_(minutes=10, seconds=1)
    answer = browser.get("/staff/accounts/new?lang=en")
    assert answer.location == "/staff/factor?next=/staff/accounts/new?lang%3Den"
    answer = browser.give_code(where=answer.location)
    assert answer.location == "/staff/accounts/new?lang=en"
    assert browser.get("/staff/accounts/new").status_code == 200


def test_a_wrong_code_does_not_freshen_the_factor(browser: Browser, keep):
    keep(person)
    browser.sign_in()
    browser.time.pass_(minutes=11)
    assert "too old" in browser.give_code("000000", where="/staff/factor").text
    assert browser.get("/staff/accounts/new").location == "/staff/factor?next=/staff/accounts/new"


@pytest.mark.parametrize(
    "elsewhere",
    ["//evil.example/x", "https://evil.example/x", "/\\evil.example", "javascript:alert(1)", "evil",
     "/\t/evil", "\\\\evil.example", "https://localhost/x", ""],
)  # fmt: skip
def test_nobody_is_led_elsewhere(browser: Browser, keep, elsewhere: str):
    keep(person)
    browser.give_password()
    answer = browser.client.post(
        "/staff/login/factor",
        query_string={"next": elsewhere},
        data={"csrf_token": token_of(browser, "/staff/login/factor"), "code": code(browser.time.now)},
    )
    assert (answer.status_code, answer.location) == (302, "/staff")


def token_of(browser: Browser, address: str) -> str:
    return re.search(r'name="csrf_token"[^>]*value="([^"]+)"', browser.get(address).text)[1]


def test_a_whole_address_of_ours_leads_to_its_page(browser: Browser, keep):
    keep(person)
    browser.give_password()
    answer = browser.give_code(where="/staff/login/factor?next=http://localhost/staff/me?x=1")
    assert answer.location == "/staff/me?x=1"


def test_the_first_page_shows_what_the_roles_open(browser: Browser, keep):
    keep(lambda s: person(s, "aigul", Scope(Role.AUDITOR), Scope(Role.SECRETARY, ALMATY_OBLAST)))
    browser.sign_in()
    page = browser.get("/staff").text
    cards = page.split('<ul class="cards">')[1].split("</ul>")[0]
    assert "/staff/journal" in cards
    assert "/staff/accounts" not in cards
    assert "Auditor · the whole country" in page
    assert "Commission secretary · Almaty oblast" in page


def test_accounts_are_the_agencys_alone(browser: Browser, keep):
    keep(lambda s: person(s, "aigul", Scope(Role.AUDITOR)))
    browser.sign_in()
    for address in ("/staff/accounts", "/staff/accounts/new", "/staff/accounts/1"):
        assert browser.get(address).status_code == 403


def test_the_agency_makes_scopes_resets_and_disables(app, browser: Browser, keep):
    keep(person)
    browser.sign_in()
    answer = browser.post(
        "/staff/accounts/new", name="Бекзат", login="bekzat", role="secretary", oblast=ALMATY_OBLAST
    )
    first = re.search(r"http://localhost/staff/invitation/([\w-]{43})<", answer.text)[1]
    number = of(app, select(Account.id).where(Account.login == "bekzat"))
    page = f"/staff/accounts/{number}"
    assert "Commission secretary · Almaty oblast" in browser.get(page).text
    assert browser.post(f"{page}/scopes", on=page, role="auditor", oblast="nation").location == page
    assert "Auditor · the whole country" in browser.get(page).text
    assert browser.post(f"{page}/scopes", on=page, role="agency", oblast=ALMATY_OBLAST).status_code == 422
    assert browser.post(f"{page}/scopes", on=page, role="tsar", oblast="nation").status_code == 422
    removed = browser.post(f"{page}/scopes/remove", on=page, role="secretary", oblast=ALMATY_OBLAST)
    assert removed.location == page
    assert "Almaty oblast</li>" not in browser.get(page).text
    second = re.search(r"invitation/([\w-]{43})<", browser.post(f"{page}/invite", on=page).text)[1]
    third = re.search(r"invitation/([\w-]{43})<", browser.post(f"{page}/reset", on=page).text)[1]
    assert len({first, second, third}) == 3
    assert browser.get(f"/staff/invitation/{first}").status_code == 404
    assert browser.get(f"/staff/invitation/{second}").status_code == 404
    assert browser.post(f"{page}/disable", on=page).location == page
    assert browser.get(f"/staff/invitation/{third}").status_code == 404
    assert browser.post(f"{page}/enable", on=page).location == page
    with app.extensions["storage"].read() as session:
        rows = session.execute(
            select(JournalEntry.action, JournalEntry.actor)
            .where(JournalEntry.subject == f"account:{number}")
            .order_by(JournalEntry.number)
        ).all()
        everything = " ".join(session.scalars(select(JournalEntry.details)))
    own = f"account:{number - 1}"
    acts = ["create", "invite", "scope", "scope", "invite", "reset", "disable", "enable"]
    assert [tuple(row) for row in rows] == [(f"account.{act}", own) for act in acts]
    assert "bekzat" not in everything
    assert "Бекзат" not in everything


def test_a_refused_new_account_says_why_and_keeps_what_was_typed(app, browser: Browser, keep):
    keep(person)
    browser.sign_in()
    for login, words in (("aigul", "is taken"), ("айгүл", "is no login")):
        answer = browser.post(
            "/staff/accounts/new", name="Second", login=login, role="member", oblast="nation"
        )
        assert answer.status_code == 422
        assert words in answer.text
        assert 'value="Second"' in answer.text
    assert len(of_all(app, select(Account.id))) == 1


def of_all(app, statement) -> list:
    with app.extensions["storage"].read() as session:
        return list(session.scalars(statement))


def test_ones_own_password_and_codes_can_be_changed(app, browser: Browser, keep):
    keep(person)
    browser.sign_in()
    other = Browser(app, browser.time)
    other.time.pass_(seconds=30)
    other.sign_in()
    answer = browser.post("/staff/me/password", on="/staff/me", password="short", again="short")
    assert answer.status_code == 422
    another = "seven quiet brown doors"
    answer = browser.post("/staff/me/password", on="/staff/me", password=another, again=another)
    assert answer.location == "/staff/me"
    assert browser.get("/staff/me").status_code == 200
    assert other.get("/staff/me").status_code == 302
    assert "You have 0 unused recovery codes." in browser.get("/staff/me").text
    made = browser.post("/staff/me/codes", on="/staff/me").text
    first = re.search(r'<code class="code">([0-9A-Z ]{14})</code>', made)[1]
    assert "You have 10 unused recovery codes." in browser.get("/staff/me").text
    browser.post("/staff/sign-out", on="/staff")
    browser.give_password(password=another)
    assert browser.give_code(first).location == "/staff"


def test_signing_out_needs_the_token_and_ends_the_session(browser: Browser, keep):
    keep(person)
    browser.sign_in()
    assert browser.client.post("/staff/sign-out").status_code == 400
    assert browser.get("/staff").status_code == 200
    assert browser.post("/staff/sign-out", on="/staff").location == "/staff/login"
    assert browser.get("/staff").status_code == 302


def copied(app, browser: Browser) -> Browser:
    """Another browser with a copy of this one's cookie."""
    other = Browser(app, browser.time)
    other.client.set_cookie("staff", browser.client.get_cookie("staff").value)
    return other


def test_signing_out_ends_the_session_itself_and_no_other(app, browser: Browser, keep):
    keep(person)
    browser.sign_in()
    thief, second = copied(app, browser), Browser(app, browser.time)
    second.time.pass_(seconds=30)
    second.sign_in()
    assert thief.get("/staff").status_code == 200
    browser.post("/staff/sign-out", on="/staff")
    assert thief.get("/staff").location == "/staff/login?next=/staff"
    assert second.get("/staff").status_code == 200


def test_a_session_ends_half_a_day_after_it_began_however_busy(browser: Browser, keep):
    keep(person)
    browser.sign_in()
    for _hour in range(11):
        browser.time.pass_(hours=1)
        assert browser.get("/staff").status_code == 200
    browser.time.pass_(hours=1)
    assert browser.get("/staff").location == "/staff/login?next=/staff"


def test_ended_sessions_are_forgotten_when_they_would_be_over(app, browser: Browser, keep):
    keep(person)
    for _day in range(2):
        browser.sign_in()
        browser.post("/staff/sign-out", on="/staff")
        browser.time.pass_(hours=12)
    assert len(of_all(app, select(EndedSession.mark))) == 1


def test_changed_roles_and_new_recovery_codes_end_every_other_session(app, browser: Browser, keep):
    own = keep(person).id
    browser.sign_in()
    for address, fields in (
        (f"/staff/accounts/{own}/scopes", {"role": "auditor", "oblast": "nation"}),
        ("/staff/me/codes", {}),
    ):
        thief = copied(app, browser)
        on = "/staff/me" if "me" in address else f"/staff/accounts/{own}"
        assert browser.post(address, on=on, **fields).status_code < 400
        assert browser.get("/staff").status_code == 200
        assert thief.get("/staff").location == "/staff/login?next=/staff", address


@pytest.mark.parametrize(
    ("address", "fields"),
    [
        ("/staff/me/codes", {}),
        ("/staff/me/password", {"password": "other words, long", "again": "other words, long"}),
    ],
)
def test_who_stays_signed_in_has_no_fresher_factor_and_no_longer_session(
    browser: Browser, keep, address: str, fields: dict[str, str]
):
    keep(person)
    browser.sign_in()
    browser.time.pass_(minutes=9)
    assert browser.post(address, on="/staff/me", **fields).status_code < 400
    browser.time.pass_(minutes=2)
    assert browser.post("/staff/me/codes", on="/staff/me").location == "/staff/factor"
    for _hour in range(12):
        assert browser.get("/staff").status_code == 200
        browser.time.pass_(minutes=59)
    browser.time.pass_(minutes=1)
    assert browser.get("/staff").location == "/staff/login?next=/staff"


def test_a_page_of_staff_costs_one_query_for_the_account(app, browser: Browser, keep):
    keep(lambda s: person(s, "aigul", Scope(Role.AGENCY), Scope(Role.AUDITOR), Scope(Role.CHAIR)))
    browser.sign_in()
    with app.extensions["storage"].read() as session, counting(session) as sent:
        assert browser.get("/staff/me").status_code == 200
    accounts = [statement for statement in sent if "FROM accounts" in statement]
    assert len(accounts) == 1


def test_an_error_page_does_not_ask_a_database_that_is_gone(app, browser: Browser, keep, monkeypatch):
    from sqlalchemy.exc import OperationalError

    import core.accounts.entry

    keep(person)
    browser.sign_in()
    asked = []

    def gone(*rest, **named):
        asked.append(1)
        raise OperationalError("SELECT", {}, Exception("gone"))

    monkeypatch.setattr(core.accounts.entry, "staff", gone)
    assert browser.get("/staff").status_code == 503
    assert len(asked) == 1
    assert TOTP not in browser.get("/staff").text
