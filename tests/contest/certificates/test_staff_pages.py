"""The staff's register: issue with a fresh factor, in one's own oblast, revoke, replace, download."""

from __future__ import annotations

import hashlib

import pytest
from sqlalchemy import select

from contest.certificates.models import Certificate
from contest.certificates.queries import Status, status_of
from core import clock
from core.access import Role, Scope
from core.audit import JournalEntry
from tests.contest.certificates.sample import issue, the_standing
from tests.contest.sample import OBLASTS, freeze
from tests.staff import Browser, Clock, counting, person

REGISTER = "/staff/certificates/2026"


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Clock:
    held = Clock()
    monkeypatch.setattr(clock, "present", lambda: held.now)
    return held


@pytest.fixture
def browser(app, time: Clock, keep) -> Browser:
    """A secretary of the oblast whose standing is frozen, signed in."""
    keep(lambda session: person(session, "aigul", Scope(Role.SECRETARY, OBLASTS[0])))
    made = Browser(app, time)
    made.sign_in()
    return made


def standing_id(keep) -> int:
    return keep(lambda session: the_standing(session).id)


def fields(standing: int, **changes: str) -> dict[str, str]:
    given = {"number": "123-НҚ", "on": "2026-10-15", "signed_by": "А. Сейіт", **changes}
    return {f"{standing}-{name}": value for name, value in given.items()}


def certificates(app) -> list[Certificate]:
    with app.extensions["storage"].read() as session:
        return list(session.scalars(select(Certificate).order_by(Certificate.serial)))


def test_a_secretary_issues_looks_and_downloads(app, browser: Browser, keep):
    number = standing_id(keep)
    assert "5 certificates are due by the frozen standing." in browser.get(REGISTER).text
    answer = browser.post(f"{REGISTER}/standings/{number}/issue", on=REGISTER, **fields(number))
    assert (answer.status_code, answer.location) == (302, REGISTER)
    page = browser.get(REGISTER).text
    assert "5 certificates were issued." in page
    assert "everything is issued" in page
    assert page.count('<span class="tag good">valid</span>') == 5
    issued = certificates(app)
    assert [one.serial for one in issued] == [1, 2, 3, 4, 5]
    file = browser.get(f"{REGISTER}/1.pdf")
    assert hashlib.sha256(file.data).hexdigest() == issued[0].sha256
    assert (file.content_type, file.headers["Content-Disposition"]) == (
        "application/pdf", f"attachment; filename={issued[0].code}.pdf",
    )  # fmt: skip
    with app.extensions["storage"].read() as session:
        actions = session.scalars(
            select(JournalEntry.action).where(JournalEntry.action == "certificate.issue")
        )
        assert len(actions.all()) == 5


def test_issuing_needs_a_fresh_factor(app, browser: Browser, keep, time: Clock):
    number = standing_id(keep)
    time.pass_(minutes=11)
    answer = browser.post(f"{REGISTER}/standings/{number}/issue", on=REGISTER, **fields(number))
    assert answer.status_code == 302
    assert answer.location.startswith("/staff/factor")
    assert certificates(app) == []


@pytest.mark.parametrize("change", [{"number": ""}, {"on": "soon"}, {"number": "1" * 41}])
def test_a_bad_order_is_shown_at_its_field(app, browser: Browser, keep, change: dict[str, str]):
    number = standing_id(keep)
    answer = browser.post(f"{REGISTER}/standings/{number}/issue", on=REGISTER, **fields(number, **change))
    assert answer.status_code == 422
    assert "Please correct what is marked" in answer.text
    assert f'href="#{number}-{next(iter(change))}"' in answer.text
    assert certificates(app) == []


def test_another_oblast_and_a_role_without_the_right_are_refused(app, time: Clock, keep, settings):
    directory = settings.data_directory / "certificates"
    keep(lambda session: issue(session, the_standing(session), directory, limit=1))
    number = standing_id(keep)
    keep(lambda session: person(session, "other", Scope(Role.SECRETARY, OBLASTS[1])))
    keep(lambda session: person(session, "member", Scope(Role.MEMBER)))
    other, member = Browser(app, time), Browser(app, time)
    other.sign_in("other")
    time.pass_(seconds=30)
    member.sign_in("member")
    page = other.get(REGISTER)
    assert (page.status_code, "Nothing is issued yet." in page.text) == (200, True)
    assert (
        other.post(f"{REGISTER}/standings/{number}/issue", on=REGISTER, **fields(number)).status_code == 403
    )
    assert [other.get(f"{REGISTER}/{path}").status_code for path in ("1", "1.pdf")] == [403, 403]
    assert [member.get(path).status_code for path in ("/staff/certificates", REGISTER)] == [403, 403]
    assert len(certificates(app)) == 1


def test_a_secretary_revokes_and_replaces(app, browser: Browser, keep, settings):
    directory = settings.data_directory / "certificates"
    keep(lambda session: issue(session, the_standing(session), directory, limit=2))
    refused = browser.post(f"{REGISTER}/1/revoke", on=f"{REGISTER}/1", **{"revoke-reason": ""})
    assert (refused.status_code, 'href="#revoke-reason"' in refused.text) == (422, True)
    browser.post(f"{REGISTER}/1/revoke", on=f"{REGISTER}/1", **{"revoke-reason": "Қате"})
    answer = browser.post(
        f"{REGISTER}/2/reissue", on=f"{REGISTER}/2",
        **{"reissue-reason": "Аты", "reissue-name_kk": "Ахмет Ерлан", "reissue-name_ru": "Ахмет Ерлан"},
    )  # fmt: skip
    assert answer.location == f"{REGISTER}/3"
    assert [status_of(one) for one in certificates(app)] == [Status.REVOKED, Status.REISSUED, Status.VALID]
    assert "Ахмет Ерлан" in browser.get(f"{REGISTER}/3").text
    pages = [browser.get(f"{REGISTER}/{number}").text for number in (1, 2, 3)]
    assert ["Replace by a new one" in page for page in pages] == [True, False, True]
    assert [f'action="{REGISTER}/{number}/revoke"' in page for number, page in enumerate(pages, 1)] == [
        False, False, True,
    ]  # fmt: skip


def test_the_register_asks_as_often_for_many_as_for_one(app, keep, settings, time: Clock):
    keep(lambda session: person(session, "aigul", Scope(Role.SECRETARY)))
    browser = Browser(app, time)
    browser.sign_in()
    directory = settings.data_directory / "certificates"

    def queries() -> int:
        with app.extensions["storage"].read() as session, counting(session) as sent:
            assert browser.get(REGISTER).status_code == 200
        return len(sent)

    keep(lambda session: issue(session, the_standing(session), directory, limit=1))
    one = queries()
    keep(lambda session: issue(session, the_standing(session), directory))
    keep(lambda session: freeze(session, OBLASTS[1]))
    assert queries() == one


def test_the_contests_are_listed(browser: Browser):
    assert 'href="/staff/certificates/2026"' in browser.get("/staff/certificates").text
    assert browser.get("/staff/certificates/1999").status_code == 404
