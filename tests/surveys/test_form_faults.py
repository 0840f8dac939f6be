"""What can go wrong while an answer is sent: the page says it plainly, keeps the answers, and counts once."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import NullPool, create_engine, event, func, select, text, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from core import clock
from core.places.models import Unit
from core.urn.models import Intake
from core.web.limits import limiter
from surveys.comments.services import comment_box
from surveys.comments.texts import LONGEST
from surveys.models import Campaign, CampaignState
from surveys.queries import box_of
from tests.conftest import NOW
from tests.surveys import sample

CODES = ("rights", "services", "families", "employment", "infrastructure", "community")
CHOSEN = dict(zip(CODES, "54321-", strict=True)) | {
    "band": "30-44", "sex": "f", "comment": 'The "road" <b>& the bridge</b>',
}  # fmt: skip
AN_HOUR_LATER = NOW + timedelta(hours=1)


@pytest.fixture(autouse=True)
def june(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(clock, "present", lambda: NOW)
    return lambda now: monkeypatch.setattr(clock, "present", lambda: now)


@pytest.fixture
def kato(keep) -> str:
    """A unit of an open campaign that is large enough to be asked for age and sex."""

    def make(session: Session) -> str:
        (unit,) = sample.katos(session, 1)
        sample.population(session, {unit: 900})
        sample.opened(session, [unit])
        return unit

    return keep(make)


@pytest.fixture
def client(app) -> FlaskClient:
    return app.test_client(use_cookies=False)


def address(kato: str) -> str:
    return f"/s/{sample.CODE}/{kato}?lang=en"


def plain(answer) -> str:
    return re.sub(r"\s+", " ", answer.get_data(as_text=True))


def fresh_ticket(client: FlaskClient, kato: str) -> str:
    return sample.ticket(plain(client.get(address(kato))))


def counts(app: Flask) -> tuple[int, int]:
    """How many answers and how many comments wait."""
    with app.extensions["storage"].read() as session:
        rows = dict(session.execute(select(Intake.box, func.count()).group_by(Intake.box)).all())
    return rows.get(box_of(sample.CODE), 0), rows.get(comment_box(sample.CODE), 0)


def assert_chosen_stands(page: str) -> None:
    """Everything of CHOSEN stands in the page's form again."""
    checked = re.findall(r'name="(\w+)"(?: id="\w+-\d")? value="(.)" checked', page)
    assert dict(checked) == {code: CHOSEN[code] for code in CODES}
    assert re.findall(r'<option value="([^"]+)" selected', page) == ["30-44", "f"]
    kept = re.search(r"<textarea[^>]*>(.*?)</textarea>", page)[1]
    assert html.unescape(kept) == CHOSEN["comment"]


def hidden(page: str) -> dict[str, str]:
    """The fields of the page's form that hold what was sent."""
    found = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', page)
    return {name: html.unescape(value) for name, value in found}


def state(keep, **values) -> None:
    keep(lambda session: session.execute(update(Campaign).values(**values)))


def test_an_answer_with_words_arrives_in_two_boxes(app, client, kato):
    ticket = fresh_ticket(client, kato)
    for _ in range(2):
        assert client.post(address(kato), data={"ticket": ticket, **CHOSEN}).status_code == 200
    assert counts(app) == (1, 1)


def test_the_same_ticket_again_adds_no_words(app, client, kato):
    ticket = fresh_ticket(client, kato)
    for words in ("", "the road", "another road"):
        sent = {"ticket": ticket, **CHOSEN, "comment": words}
        assert client.post(address(kato), data=sent).status_code == 200
    assert counts(app) == (1, 0)


def test_the_form_warns_that_words_may_give_one_away(client, kato):
    page = plain(client.get(address(kato)))
    assert "Do not write names, or what only you could know: your words may give you away." in page
    assert re.search(r'<textarea id="comment" name="comment"[^>]* maxlength="500"', page)


def test_words_that_are_too_long_are_counted_and_kept(app, client, kato):
    ticket, long = fresh_ticket(client, kato), "қ" * (LONGEST + 1)
    answer = client.post(address(kato), data={"ticket": ticket, **CHOSEN, "comment": long})
    page = plain(answer)
    assert (answer.status_code, counts(app)) == (422, (0, 0))
    assert '<a href="#comment">Your own words are 501 characters long: shorten them to 500.</a>' in page
    assert long in page
    assert page.count(" checked") == 6
    lines = "\r\n".join(["a" * 49] * 10)  # ten lines of 50 with their ends, however a browser sends those
    again = client.post(address(kato), data={"ticket": ticket, **CHOSEN, "comment": lines})
    assert (again.status_code, counts(app)) == (200, (1, 1))


@pytest.mark.parametrize(
    ("values", "status", "words", "can_send"),
    [
        ({"state": CampaignState.PAUSED}, 409, "it takes answers until June 20, 2026", True),
        ({"opens_on": date(2026, 6, 2)}, 409, "planned from June 2, 2026 to June 20, 2026", True),
        ({"closes_on": date(2026, 5, 31)}, 410, "The survey ended on May 31, 2026", False),
    ],
    ids=["paused", "not yet open", "over"],
)
def test_what_was_chosen_stays_when_the_survey_takes_no_answers_meanwhile(
    app, client, keep, kato, values, status: int, words: str, can_send: bool
):
    ticket = fresh_ticket(client, kato)
    days = {"opens_on": sample.OPENS_ON, "closes_on": sample.CLOSES_ON, "state": CampaignState.OPEN}
    state(keep, **values)
    answer = client.post(address(kato), data={"ticket": ticket, **CHOSEN})
    page = plain(answer)
    assert (answer.status_code, counts(app)) == (status, (0, 0))
    assert words in page
    assert_chosen_stands(page)
    assert ("<button>Send</button>" in page) is can_send
    assert ("This cannot be sent any more" in page) is not can_send
    state(keep, **days)
    again = client.post(address(kato), data={"ticket": sample.ticket(page), **CHOSEN})
    assert (again.status_code, counts(app)) == (200, (1, 1))


def test_a_thank_you_that_was_lost_is_given_again_after_the_last_day(app, client, keep, kato, june):
    ticket = fresh_ticket(client, kato)
    first = client.post(address(kato), data={"ticket": ticket, **CHOSEN})
    state(keep, closes_on=date(2026, 5, 31))
    again = client.post(address(kato), data={"ticket": ticket, **CHOSEN})
    assert (again.status_code, receipts(again)) == (200, receipts(first))
    assert counts(app) == (1, 1)


def receipts(answer) -> list[str]:
    found = re.findall(r'class="receipt">([0-9A-Z ]{14})<', plain(answer))
    assert len(found) == 1
    return found


@pytest.mark.parametrize(("back", "status"), [(4, 200), (6, 410)])
def test_a_clock_that_was_set_back_costs_no_answer(app, client, kato, june, back: int, status: int):
    ticket = fresh_ticket(client, kato)
    june(NOW - timedelta(minutes=back))
    answer = client.post(address(kato), data={"ticket": ticket, **CHOSEN})
    assert answer.status_code == status
    if status == 410:
        page = plain(answer)
        assert_chosen_stands(page)
        again = client.post(address(kato), data={"ticket": sample.ticket(page), **CHOSEN})
        assert again.status_code == 200
    assert counts(app) == (1, 1)


@pytest.mark.parametrize("later", [timedelta(hours=25), timedelta(minutes=-10)], ids=["old", "clock back"])
def test_what_was_taken_is_thanked_again_when_its_page_is_no_longer_good(
    app, client, kato, june, later: timedelta
):
    """The thank-you was lost and the page left open: to send it again makes no second ballot."""
    ticket = fresh_ticket(client, kato)
    first = client.post(address(kato), data={"ticket": ticket, **CHOSEN})
    june(NOW + later)
    again = client.post(address(kato), data={"ticket": ticket, **CHOSEN})
    assert (again.status_code, receipts(again)) == (200, receipts(first))
    assert counts(app) == (1, 1)


@pytest.fixture
def limited(app) -> Iterator[None]:
    """Limits as in a live installation."""
    app.config["RATELIMIT_ENABLED"] = True
    limiter.init_app(app)
    yield
    limiter.enabled = False


@pytest.mark.usefixtures("limited")
def test_who_has_to_wait_sees_for_how_long_and_keeps_the_answers(app, client, kato, june):
    ticket = fresh_ticket(client, kato)
    answer = client.post(address(kato), data={"ticket": ticket, **CHOSEN})
    page = plain(answer)
    seconds = re.search(r'data-wait="(\d+)"', page)[1]
    assert (answer.status_code, counts(app)) == (429, (0, 0))
    assert f"Please wait {seconds} seconds, then press Send again." in page
    assert_chosen_stands(page)
    june(NOW + timedelta(seconds=int(seconds)))
    assert client.post(address(kato), data={"ticket": ticket, **CHOSEN}).status_code == 200
    assert counts(app) == (1, 1)


def test_broken_letters_are_named_and_the_rest_is_kept(app, client, kato):
    ticket = fresh_ticket(client, kato).encode()
    body = b"ticket=" + ticket + b"&rights=%ff%fe&services=4&band=%c3%28&comment=%d2%9b%ff%00road"
    answer = client.post(address(kato), data=body, content_type="application/x-www-form-urlencoded")
    page = plain(answer)
    assert (answer.status_code, counts(app)) == (422, (0, 0))
    assert "is not a choice. Choose 5 to 1" in page
    assert 'id="services-4" value="4" checked' in page
    assert ">қ%FFroad</textarea>" in page


@pytest.mark.parametrize(
    "path", ["/s/2026-main/%00", "/s/%00?lang=en", "/s/2026-main?in=%00", "/s/%ff%fe/%ff"]
)
def test_an_address_with_broken_letters_is_that_of_no_page(client, kato, path: str):
    assert client.get(path).status_code == 404


def test_a_name_with_broken_letters_finds_nothing(client, kato):
    answer = client.get("/s/2026-main?lang=en&q=%00%ff%ed%a0%80")
    assert answer.status_code == 200
    assert "is asked in this survey" in plain(answer)


@pytest.mark.parametrize("size", [70_000, 1_000_000])
def test_a_body_of_a_megabyte_is_refused_in_plain_words(app, client, kato, size: int):
    ticket = fresh_ticket(client, kato)
    answer = client.post(address(kato), data={"ticket": ticket, "comment": "5" * size})
    assert (answer.status_code, counts(app)) == (413, (0, 0))
    assert "What was sent is far longer than any answer." in plain(answer)


def test_a_unit_that_is_not_asked_leads_to_the_list(client, kato):
    answer = client.get("/s/2026-main/190000001?lang=en")
    assert answer.status_code == 404
    assert '<a class="button" href="/s/2026-main?lang=en">Find your village</a>' in plain(answer)
    nowhere = plain(client.get("/s/2031?lang=en"))
    assert '<a href="/">To the first page</a>' in nowhere


def test_a_unit_that_ended_during_the_survey_still_takes_its_answers(app, client, keep, kato):
    ticket = fresh_ticket(client, kato)
    keep(lambda session: session.execute(update(Unit).where(Unit.kato == kato).values(valid_to=NOW.date())))
    assert client.get(address(kato)).status_code == 200
    assert client.post(address(kato), data={"ticket": ticket, **CHOSEN}).status_code == 200
    assert counts(app) == (1, 1)


# The database or the disk goes.


@contextmanager
def gone(app: Flask) -> Iterator[None]:
    """The database as it is after a crash of its machine: no connection is left, and none can be made."""
    engine = app.extensions["storage"].engine
    if engine.dialect.name == "sqlite":
        engine.dispose()
        path = Path(engine.url.database)
        away = path.with_suffix(".away")
        path.rename(away)
        path.mkdir()
        yield
        path.rmdir()
        away.rename(path)
        return
    name = engine.url.database
    admin = create_engine(
        engine.url.set(database="postgres"), isolation_level="AUTOCOMMIT", poolclass=NullPool
    )
    end = text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name")
    with admin.connect() as connection:
        connection.execute(text(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false"))
        connection.execute(end, {"name": name})
        yield
        connection.execute(text(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true"))


def assert_kept_and_counts_once(app: Flask, client: FlaskClient, kato: str, answer, ticket: str) -> None:
    """The page holds all that was sent; sending it now, and again, makes one answer."""
    page = plain(answer)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Your answers are not lost: they are kept in this page." in page
    assert not re.search("hreflang|another.language", page)  # it would lead away from what is kept
    sent = {"ticket": ticket, **CHOSEN}
    assert hidden(page) == sent
    target = html.unescape(re.search(r'<form method="post" action="([^"]+)"', page)[1])
    assert target == address(kato)
    for _ in range(2):
        assert client.post(target, data=hidden(page)).status_code == 200
    assert counts(app) == (1, 1)


def test_with_the_database_gone_the_page_keeps_the_answers(app, client, kato):
    ticket = fresh_ticket(client, kato)
    with gone(app):
        answer = client.post(address(kato), data={"ticket": ticket, **CHOSEN})
        shown = client.get(address(kato))
        assert shown.status_code == 503
        assert "Please try again in a minute." in plain(shown)
    assert_kept_and_counts_once(app, client, kato, answer, ticket)


def test_with_the_disk_full_at_the_commit_the_page_keeps_the_answers(app, client, kato):
    ticket, engine = fresh_ticket(client, kato), app.extensions["storage"].engine

    def refuse(connection) -> None:
        raise OperationalError("COMMIT", {}, OSError("No space left on device"))

    event.listen(engine, "commit", refuse)
    answer = client.post(address(kato), data={"ticket": ticket, **CHOSEN})
    event.remove(engine, "commit", refuse)
    assert counts(app) == (0, 0)
    assert_kept_and_counts_once(app, client, kato, answer, ticket)


def test_with_the_disk_full_at_the_insert_the_page_keeps_the_answers(app, client, kato):
    engine = app.extensions["storage"].engine
    if engine.dialect.name != "sqlite":
        return  # PostgreSQL's disk cannot be filled here; its error is of the same class
    ticket = fresh_ticket(client, kato)
    client.post(address(kato), data={"ticket": fresh_ticket(client, kato), "rights": "1"})  # makes the key
    with engine.connect() as connection:
        pages = connection.execute(text("PRAGMA page_count")).scalar()

    def fill(connection, record) -> None:
        connection.execute(f"PRAGMA max_page_count = {pages}")

    engine.dispose()
    event.listen(engine, "connect", fill)
    refused = None
    for _ in range(200):  # until the free places of the last pages are used up
        given = fresh_ticket(client, kato)
        answer = client.post(address(kato), data={"ticket": given, **CHOSEN})
        if answer.status_code != 200:
            refused = answer
            break
    assert refused is not None
    before = counts(app)
    event.remove(engine, "connect", fill)
    engine.dispose()
    assert hidden(plain(refused)) == {"ticket": given, **CHOSEN}
    for sent in ({"ticket": given, **CHOSEN},) * 2 + ({"ticket": ticket, **CHOSEN},):
        assert client.post(address(kato), data=sent).status_code == 200
    assert counts(app) == (before[0] + 2, before[1] + 2)


def test_with_the_key_directory_unusable_the_page_keeps_the_answers(app, client, kato, settings):
    ticket = fresh_ticket(client, kato)
    directory, away = settings.key_directory, settings.key_directory.with_suffix(".away")
    directory.rename(away)
    directory.write_text("a file where the directory should be")
    answer = client.post(address(kato), data={"ticket": ticket, **CHOSEN})
    directory.unlink()
    away.rename(directory)
    assert_kept_and_counts_once(app, client, kato, answer, ticket)


@pytest.mark.parametrize("words", ["", "the road"], ids=["short way", "whole way"])
def test_with_the_key_file_missing_nobody_is_thanked_for_what_cannot_be_opened(
    app, client, kato, settings, words: str
):
    sent = {**CHOSEN, "comment": words}
    for _ in range(2):  # makes the key, and lets the short way see it
        client.post(address(kato), data={"ticket": fresh_ticket(client, kato), **sent})
    before, ticket = counts(app), fresh_ticket(client, kato)
    (file,) = settings.key_directory.glob("*.intake")
    away = file.rename(file.with_suffix(".away"))
    answer = client.post(address(kato), data={"ticket": ticket, **sent})
    assert (answer.status_code, counts(app)) == (503, before)
    assert hidden(plain(answer)) == {"ticket": ticket, **sent}
    away.rename(file)
    assert client.post(address(kato), data=hidden(plain(answer))).status_code == 200
    assert counts(app)[0] == before[0] + 1
