"""The respondent's pages: no cookie, no script, no state of a code, nothing kept by caches or referrers."""

from __future__ import annotations

import re
from datetime import date

import pytest
from sqlalchemy import func, select, update

from core.urn.keys import KeyRing
from core.urn.models import Intake
from core.urn.services import mix_box
from core.web.limits import limiter
from ethics.items import shipped
from ethics.models import Round
from ethics.passes import make_pass
from ethics.queries import purpose_of
from tests.conftest import NOW, SECRET
from tests.ethics import sample
from tests.ethics.sample import BEST
from tests.staff import Clock

ITEMS = shipped("2026")
PAST = date(2020, 1, 31)
LANGUAGE = {"Accept-Language": "en"}


@pytest.fixture
def prepared(keep) -> sample.Prepared:
    return keep(lambda session: sample.prepare(session, [6]))


@pytest.fixture
def code(prepared: sample.Prepared) -> str:
    return prepared.codes[prepared.numbers[0]][0]


def waiting(app) -> int:
    with app.extensions["storage"].read() as session:
        return session.scalar(select(func.count()).select_from(Intake))


def filled(given: str = BEST) -> dict[str, str]:
    return {f"item-{item}": point for item, point in zip(ITEMS.codes, given, strict=True)}


def test_a_slip_is_scanned_answered_and_counted_without_a_cookie(app, code: str):
    client = app.test_client(use_cookies=False)
    scanned = client.get(f"/e/{code}", headers=LANGUAGE)
    assert scanned.status_code == 200
    assert scanned.headers["Cache-Control"] == "no-store"
    assert scanned.headers["Referrer-Policy"] == "no-referrer"
    hidden = re.search(
        r'<form method="post" id="slip" action="/e">\s*<input type="hidden" name="code" value="([^"]+)"',
        scanned.text,
    )
    assert hidden[1].replace(" ", "") == code
    form = client.post("/e", data={"code": hidden[1]}, headers=LANGUAGE)
    assert form.status_code == 200
    assert 'action="/e/answer"' in form.text
    assert len(re.findall(r"<fieldset", form.text)) == 10
    assert len(re.findall(r'type="radio"', form.text)) == 50
    sent = re.search(r'name="code" value="([^"]+)"', form.text)[1]
    thanks = client.post("/e/answer", data={"code": sent, **filled(), "receipt": "1"}, headers=LANGUAGE)
    assert thanks.status_code == 200
    assert "<h1>Thank you</h1>" in thanks.text
    assert re.search(r'<strong class="code">[0-9A-Z]{4} [0-9A-Z]{4} [0-9A-Z]{4}</strong>', thanks.text)
    assert waiting(app) == 1
    assert "<script" not in form.text + thanks.text
    for answer in (scanned, form, thanks):
        assert "Set-Cookie" not in answer.headers
        assert answer.headers["Cache-Control"] == "no-store"


def test_the_page_of_a_scanned_slip_goes_on_at_once_to_an_address_without_the_code(
    client, code: str, time: Clock
):
    scanned = client.get(f"/e/{code}?lang=ru")
    [onward] = re.findall(r'<meta http-equiv="refresh" content="0; url=([^"]+)">', scanned.text)
    assert re.fullmatch(r"/e/slip/[\w=-]{80,100}\?lang=ru", onward)
    there = client.get(onward)
    assert (there.headers["Cache-Control"], there.headers["Referrer-Policy"]) == ("no-store", "no-referrer")
    # The same page under the other address, which stays where it is until the button is pressed.
    whole = re.compile(r"<(?:meta http-equiv|script)[^>]*>")
    assert whole.sub("", there.text).replace("</script>", "") == whole.sub("", scanned.text)
    assert 'http-equiv="refresh"' not in there.text
    assert client.post("/e", data={"code": re.search(r'name="code" value="(.+?)"', there.text)[1]})
    time.pass_(minutes=11)
    for gone in (onward, "/e/slip/nonsense?lang=ru"):
        answer = client.get(gone)
        assert (answer.status_code, answer.headers["Location"]) == (302, "/e?lang=ru")


def test_a_receipt_is_shown_on_request_alone(client, code: str):
    thanks = client.post("/e/answer", data={"code": code, **filled()}, headers=LANGUAGE)
    assert "Your receipt" not in thanks.text


@pytest.mark.parametrize(
    ("language", "title"),
    [
        ("kk", "Қызметтік әдеп туралы сауалнама"),
        ("ru", "Анкета о служебной этике"),
        ("en", "Questionnaire on official ethics"),
    ],
)
def test_pages_are_in_three_languages_and_keep_what_was_chosen(client, code: str, language: str, title: str):
    page = client.post(f"/e?lang={language}", data={"code": code, "item-gain": "2", "receipt": "1"})
    assert f"<title>{title}" in page.text
    assert 'name="receipt" value="1" checked' in page.text
    assert page.text.count(" checked") == 2
    assert ITEMS.items[3].text.in_(language) in page.text.replace("&#39;", "'")
    assert re.search(r'id="item-gain-2" value="2" checked', page.text)
    assert f'action="/e/answer?lang={language}"' in page.text


def test_typed_codes_are_forgiven_their_look_and_wrong_ones_are_named(client, code: str):
    spaced = "-".join(code.lower()[start : start + 4] for start in range(0, 16, 4))
    assert client.post("/e", data={"code": spaced}, headers=LANGUAGE).status_code == 200
    mistyped = client.post(
        "/e", data={"code": code[:-1] + ("A" if code[-1] != "A" else "B")}, headers=LANGUAGE
    )
    assert mistyped.status_code == 422
    assert "has a slip in it" in mistyped.text
    unknown = client.post("/e", data={"code": "0" * 16}, headers=LANGUAGE)
    assert unknown.status_code == 422
    assert "There is no slip with this code" in unknown.text
    assert client.get("/e/nonsense", headers=LANGUAGE).status_code == 422


def test_many_wrong_codes_make_an_address_wait_and_right_ones_never_do(app, code: str):
    """On one address alone; a whole office answers from it, and types wrong now and then."""
    app.config["RATELIMIT_ENABLED"] = True
    limiter.init_app(app)
    here, elsewhere = app.test_client(), app.test_client()
    elsewhere.environ_base["REMOTE_ADDR"] = "192.0.2.1"

    def status(typed: str, path: str = "/e", client=here, **data: str) -> int:
        return client.post(path, data={"code": typed, **data}, headers=LANGUAGE).status_code

    try:
        assert [status(code) for _ in range(99)] == [200] * 99
        assert [status(code, "/e/answer", **filled()) for _ in range(3)] == [200] * 3
        # A right code is no guess, whatever is missing or wrong in its answer.
        assert [status(code, "/e/answer", **answer) for answer in ({}, {"item-gain": "7"})] == [422] * 2
        # A slip of the pen, an unknown code, an answer with either: each is a try, whatever page takes it.
        tries = [status("xyz"), status("0" * 16), status("xyz", "/e/answer"), status("0" * 16, "/e/answer")]
        assert tries + [status("xyz") for _ in range(96)] == [422] * 100
        waits = here.post("/e", data={"code": "xyz"}, headers=LANGUAGE)
        assert waits.status_code == 429
        assert "Many wrong codes came from this network. Wait ten minutes" in waits.text
        assert 'value="xyz"' in waits.text
        assert status("xyz", "/e/answer") == 429
        assert status(code, client=elsewhere) == 200
    finally:
        limiter.reset()
        limiter.enabled = False


def test_no_page_says_whether_a_code_was_used(client, code: str):
    before = client.post("/e", data={"code": code}, headers=LANGUAGE)
    client.post("/e/answer", data={"code": code, **filled()}, headers=LANGUAGE)
    after = client.post("/e", data={"code": code}, headers=LANGUAGE)
    assert before.text == after.text
    assert client.get(f"/e/{code}", headers=LANGUAGE).status_code == 200


def test_whoever_sends_with_a_code_is_thanked_in_the_same_words(app, client, prepared, code: str):
    sent = {"code": code, **filled(), "receipt": "1"}
    first = client.post("/e/answer", data=sent, headers=LANGUAGE).text
    again = client.post("/e/answer", data=sent, headers=LANGUAGE).text
    storage, keys = app.extensions["storage"], KeyRing(app.extensions["settings"].key_directory)
    for other in prepared.codes[prepared.numbers[0]][1:]:
        assert client.post("/e/answer", data={"code": other, **filled()}).status_code == 200
    with storage.write(now=NOW) as session:
        box = purpose_of(prepared.round(session))
        assert mix_box(session, keys=keys, box=box, takers=sample.TAKERS, now=NOW) == 6
    mixed = client.post("/e/answer", data=sent, headers=LANGUAGE).text
    assert first == again == mixed
    assert "ethic" not in re.sub(r'href="[^"]+"|Copyright', "", first.partition("<main")[2])
    assert waiting(app) == 0


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_no_address_on_a_scanned_slips_page_holds_its_code(client, code: str, language: str):
    page = client.get(f"/e/slip/{make_pass(code, secret=SECRET, now=NOW)}?lang={language}").text
    addresses = re.findall(r'(?:href|src|action|formaction|data-address)="([^"]*)"', page)
    assert not [address for address in addresses if code in address]
    assert re.findall(r'formaction="/e\?lang=(..)"', page) == ["kk", "ru", "en"]
    assert f'data-address="/e?lang={language}"' in page


def test_a_code_that_is_none_is_asked_for_again_instead_of_taking_an_answer(client, app, code: str):
    unknown = client.post("/e/answer", data={"code": "0" * 16, **filled()}, headers=LANGUAGE)
    assert unknown.status_code == 422
    assert "There is no slip with this code" in unknown.text
    assert "without showing them yours" in unknown.text
    assert waiting(app) == 0


def test_reloading_the_address_of_a_sent_form_begins_again(client):
    answer = client.get("/e/answer?lang=kk")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/e?lang=kk")


def test_an_empty_answer_is_asked_for_again_and_a_strange_point_refused(client, app, code: str):
    empty = client.post("/e/answer", data={"code": code}, headers=LANGUAGE)
    assert empty.status_code == 422
    assert '<a href="#item-lawful-4">Choose an answer for at least one statement.</a>' in empty.text
    assert 'id="item-lawful-4"' in empty.text
    strange = client.post("/e/answer", data={"code": code, "item-gain": "7"}, headers=LANGUAGE)
    assert strange.status_code == 422
    assert "“7” is not on the scale" in strange.text
    assert waiting(app) == 0
    assert client.post("/e/answer", data={"code": code, "item-gain": "-"}).status_code == 200
    assert waiting(app) == 1


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Origin": "http://localhost"}, 200),
        ({"Origin": "null", "Sec-Fetch-Site": "same-origin"}, 200),
        ({"Origin": "null", "Sec-Fetch-Site": "cross-site"}, 403),
        ({"Origin": "https://elsewhere.kz"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
    ],
)
def test_forms_of_other_sites_are_refused(client, app, code: str, headers: dict[str, str], status: int):
    answer = client.post("/e/answer", data={"code": code, **filled()}, headers=headers)
    assert answer.status_code == status
    assert waiting(app) == (1 if status == 200 else 0)


def test_outside_its_days_a_round_takes_nothing(client, app, keep, code: str):
    keep(lambda session: session.execute(update(Round).values(closes_on=PAST, opens_on=PAST)))
    late = client.post("/e", data={"code": code}, headers=LANGUAGE)
    assert late.status_code == 410
    assert "The questionnaire closed on January 31, 2020:" in late.text
    assert client.post("/e/answer", data={"code": code, **filled()}).status_code == 410
    assert waiting(app) == 0


def test_bodies_larger_than_any_answer_are_refused(client, code: str):
    assert client.post("/e", data={"code": code, "x": "x" * 70_000}).status_code == 413
