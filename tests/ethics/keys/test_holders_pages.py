"""The holders' pages: shares handed over once, and an opening that two people sign for at one keyboard."""

from __future__ import annotations

import base64
import html
import io
import re

import pikepdf
import pytest
from sqlalchemy import func, select, update

from core.access import Role, Scope
from core.accounts.models import Account, FailureCount
from core.urn.keys import KeyRing
from ethics.models import Box, Envelope
from tests.ethics import sample
from tests.ethics.sample import BEST, WORST
from tests.staff import Browser, Clock, code, person

OWN, OTHER = sample.OBLASTS
MINE = "/staff/ethics"


@pytest.fixture
def people(keep) -> None:
    def make(session) -> None:
        for login, scope in (
            ("commissioner", Scope(Role.ETHICS, OWN)), ("deputy", Scope(Role.ETHICS, OWN)),
            ("chair", Scope(Role.CHAIR, OWN)), ("stranger", Scope(Role.CHAIR, OTHER)),
            ("agency", Scope(Role.AGENCY)),
        ):  # fmt: skip
            person(session, login, scope)

    keep(make)


def closed(app, keep, headcount: int = 10) -> sample.Prepared:
    prepared = keep(lambda session: sample.prepare(session, [headcount]))
    storage, keys = app.extensions["storage"], KeyRing(app.extensions["settings"].key_directory)
    sample.answer_all(storage, keys, prepared, [[BEST] * (headcount - 1) + [WORST]])
    sample.close(storage, keys, prepared)
    return prepared


def entered(app, time: Clock, login: str) -> Browser:
    browser = Browser(app, time)
    browser.sign_in(login)
    return browser


def count(app, model: type) -> int:
    with app.extensions["storage"].read() as session:
        return session.scalar(select(func.count()).select_from(model))


def test_the_shares_are_three_sheets_handed_over_once(app, keep, time: Clock, people):
    prepared = keep(lambda session: sample.prepare(session, [5], is_open=False, is_rehearsed=False))
    number = prepared.numbers[0]
    keep(lambda session: session.execute(update(Box).values(public_key=None)))
    browser = entered(app, time, "commissioner")
    answer = browser.post(f"{MINE}/{number}/key", on=f"{MINE}/{number}")
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    page = html.unescape(answer.text)
    shares = re.findall(r'<p class="code large">([^<]+)</p>\s*<p lang="kk">([^<]+)</p>', page)
    assert [len(words.split()) for _, words in shares] == [13, 13, 13]
    assert page.count('<details class="card">') == 3
    file = re.search(r'href="data:application/pdf;base64,([^"]+)" download="([^"]+)"', page)
    assert file[2] == f"DEMO-round-1-{number}.pdf"
    with pikepdf.open(io.BytesIO(base64.b64decode(file[1]))) as sheets:
        assert len(sheets.pages) == 3
        assert str(sheets.Root.Lang) == "kk"
    again = browser.post(f"{MINE}/{number}/key", on=f"{MINE}/{number}/rehearsal")
    assert again.status_code == 409
    (first, _), (second, words), (_, third) = shares
    rehearsal = f"{MINE}/{number}/rehearsal"
    assert browser.post(rehearsal, first=first, second=words).status_code == 302
    page = browser.get(rehearsal).text
    assert "Share 2 worked on" in page
    assert "Share 3 was not tried yet" in page
    assert "Try these two shares" in page
    assert browser.post(rehearsal, first=third, second=second).status_code == 302
    assert "All three shares work." in browser.get(rehearsal).text


def test_the_second_holder_is_checked_as_at_signing_in(app, keep, time: Clock, people):
    prepared = closed(app, keep)
    number = prepared.numbers[0]
    shares, address = prepared.shares[number], f"{MINE}/{number}/open"
    browser = entered(app, time, "commissioner")
    time.pass_(minutes=1)

    def give(login: str, typed: str, *, second: str = shares[1]) -> tuple[int, str]:
        answer = browser.post(address, first=shares[0], second=second, login=login, code=typed)
        return answer.status_code, html.unescape(answer.text)

    good = code(time.now)
    wrong = f"{(int(good) + 1) % 10**6:06d}"
    for login in ("chair", "nobody-here"):
        status, page = give(login, wrong)
        assert (status, "Login or code is wrong" in page) == (200, True)
    with app.extensions["storage"].read() as session:
        assert session.scalar(select(Account.failed_tries).where(Account.login == "chair")) == 1
        assert session.scalar(select(FailureCount.failures)) == 2
    for login, fault in (
        ("commissioner", "Two different people open"), ("deputy", "Both accounts have the same role"),
        ("stranger", "“stranger” holds no share in this oblast"),
    ):  # fmt: skip
        status, page = give(login, good)
        assert (status, fault in page) == (422, True), page
    status, page = give("chair", good, second=shares[0])
    assert (status, "Second share: it is the same as the first" in page) == (422, True)
    assert count(app, Envelope) == 10
    # A code that opened nothing is not used up.
    assert give("chair", good)[0] == 302
    assert count(app, Envelope) == 0
    shown = browser.get(f"{MINE}/{number}").text
    assert "<dd>10, 10, 10: they agree</dd>" in shown
    assert "Every envelope was opened, counted and destroyed" in shown
    assert browser.get(address).status_code == 409


def test_a_guesser_of_codes_must_wait(app, keep, time: Clock, people):
    prepared = closed(app, keep, 5)
    number = prepared.numbers[0]
    address, shares = f"{MINE}/{number}/open", prepared.shares[number]
    browser = entered(app, time, "agency")
    time.pass_(minutes=1)
    given = {"first": shares[0], "second": shares[1], "login": "chair"}
    for _ in range(5):
        assert "Login or code is wrong" in browser.post(address, code="000000", **given).text
    assert "Too many tries." in browser.post(address, code=code(time.now), **given).text
    time.pass_(minutes=1)
    assert browser.post(address, code=code(time.now), **given).status_code == 302


def test_a_share_is_asked_for_only_after_a_fresh_factor(app, keep, time: Clock, people):
    number = closed(app, keep, 4).numbers[0]
    browser = entered(app, time, "chair")
    assert browser.get(f"{MINE}/{number}/open").status_code == 200
    time.pass_(minutes=11)
    assert browser.get(f"{MINE}/{number}/open").location == f"/staff/factor?next=/staff/ethics/{number}/open"


def test_small_numbers_agree_without_being_shown(app, keep, time: Clock, people):
    prepared = closed(app, keep, 4)
    sample.unseal(app.extensions["storage"], prepared)
    page = entered(app, time, "chair").get(f"{MINE}/{prepared.numbers[0]}").text
    assert "<dd>shown only with a score: they agree</dd>" in page


@pytest.mark.parametrize(("language", "words"), [("kk", "Хатқалталарды ашу"), ("ru", "Вскрыть конверты")])
def test_the_pages_speak_the_reader_s_language(app, keep, time: Clock, people, language: str, words: str):
    number = closed(app, keep, 5).numbers[0]
    page = entered(app, time, "chair").get(f"{MINE}/{number}/open?lang={language}").text
    assert f"<h1>{words}</h1>" in page
    assert "Second share" not in page
