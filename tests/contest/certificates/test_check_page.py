"""The check page: what a certificate says, in three languages, and a kind answer to every other code."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from html import unescape

import pytest

from contest.certificates import inspection
from contest.certificates.files import path_of
from contest.certificates.press import make_file
from contest.certificates.queries import record_of
from contest.certificates.services import reissue_certificate, revoke_certificate
from core.codes import new_code
from core.signatures import make_store
from core.web.limits import limiter
from tests.conftest import NOW
from tests.contest.certificates.sample import ACTOR, KEY, PRESS, RECORD, URL, issue, the_standing
from tests.contest.pages import hold_minute

GIVEN = {"actor": ACTOR, "now": NOW}


def other_store() -> bytes:
    """A key that nobody here knows."""
    life = (datetime(2020, 1, 1, tzinfo=UTC), datetime(2099, 12, 31, tzinfo=UTC))
    return make_store("Auyl Uni", passphrase=b"other", organisation="Somebody", life=life)


@pytest.fixture
def first(keep, settings):
    """The first certificate of the standing."""
    directory = settings.data_directory / "certificates"
    return keep(lambda session: issue(session, the_standing(session), directory, limit=1)[0])


def text_of(answer) -> str:
    return unescape(re.sub(r"<[^>]+>", " ", answer.text))


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("kk", ("бірінші орын алғаны үшін", "Алматы облысы")),
        ("ru", ("награждается за первое место", "Алматинская область")),
        ("en", ("first place at the regional stage", "Almaty oblast", "This certificate is valid")),
    ],
)
def test_a_valid_certificate_shows_name_place_contest_date_and_fingerprint(
    client, first, language: str, words: tuple[str, ...]
):
    answer = client.get(f"/v/{first.code}?lang={language}")
    record = record_of(first)
    name = record.name_ru if language == "ru" else record.name_kk
    shown = text_of(answer)
    assert answer.status_code == 200
    assert {word: word in shown for word in (*words, name, first.sha256, first.code)} == dict.fromkeys(
        (*words, name, first.sha256, first.code), True
    )
    assert f'lang="{language}"' in answer.text
    assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_code_is_forgiven_its_spaces_case_and_lookalikes(client, first):
    typed = first.code.lower().replace("0", "o").replace("1", "l").replace("demo", "demo")
    answer = client.get("/v", query_string={"code": f" {typed[:9]} {typed[9:]} ", "lang": "en"})
    assert (answer.status_code, answer.location) == (302, f"/v/{first.code}?lang=en")
    assert client.get(answer.location).status_code == 200


def test_an_unknown_code_gets_a_kind_page_with_the_form(client, first):
    answer = client.get(f"/v/{new_code(16, prefix='DEMO-')}?lang=en")
    assert answer.status_code == 404
    assert "No certificate has this code. Compare it with the paper, letter by letter." in answer.text
    assert 'id="code"' in answer.text
    assert record_of(first).name_kk not in answer.text


@pytest.mark.parametrize("code", ["DEMO-7K3M9QWX2R5T8VYA", "nonsense!", "1", "<b>x</b>", "Ж" * 100])
def test_a_code_with_a_slip_is_told_so(client, code: str):
    for answer in (
        client.get("/v", query_string={"code": code, "lang": "en"}),
        client.get(f"/v/{code.replace('/', '-')}?lang=en"),
    ):
        assert answer.status_code == 422
        assert "Please correct what is marked" in answer.text
        assert "<b>x" not in answer.text


def test_the_form_stands_alone(client):
    answer = client.get("/v?lang=en")
    assert answer.status_code == 200
    assert "Code of the certificate" in answer.text


def test_a_revoked_certificate_says_since_when_and_why(client, first, keep):
    keep(lambda s: revoke_certificate(s, certificate=s.merge(first), reason="Қате берілген", **GIVEN))
    shown = text_of(client.get(f"/v/{first.code}?lang=en"))
    assert "This certificate was revoked" in shown
    assert "Since Jun 1, 2026" in shown
    assert "Reason: Қате берілген" in shown
    assert "This certificate is valid" not in shown


def test_a_replaced_certificate_names_the_new_number_but_not_its_code(client, first, keep, settings):
    made = keep(
        lambda s: reissue_certificate(
            s, certificate=s.merge(first), reason="Аты-жөні", public_url=URL, press=PRESS,
            directory=settings.data_directory / "certificates", **GIVEN,
        )
    )  # fmt: skip
    shown = text_of(client.get(f"/v/{first.code}?lang=en"))
    assert "This certificate was replaced by a new one" in shown
    assert "The new certificate has the number 2" in shown
    assert made.code not in shown
    assert "This certificate is valid" in text_of(client.get(f"/v/{made.code}?lang=en"))


def test_codes_cannot_be_tried_out(app, client, monkeypatch: pytest.MonkeyPatch):
    hold_minute(monkeypatch)
    app.config["RATELIMIT_ENABLED"] = True
    limiter.init_app(app)
    try:
        answers = [client.get(f"/v/{new_code(16, prefix='DEMO-')}").status_code for _try in range(61)]
    finally:
        limiter.reset()
        limiter.enabled = False
    assert answers == [404] * 60 + [429]


def test_the_check_page_says_demonstration(client, first):
    answer = client.get(f"/v/{first.code}?lang=en")
    assert "This certificate belongs to a demonstration: the name is made up." in answer.text


def sent(client, content: bytes):
    """The file in the page's form; written by hand, for the client leaves large ones open."""
    head = b'--edge\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n'
    body = head + content + b"\r\n--edge--\r\n"
    return client.post("/v/file?lang=en", data=body, content_type="multipart/form-data; boundary=edge")


def test_a_file_that_is_given_to_the_page_is_told_what_it_is(client, first, keep, settings):
    content = path_of(settings.data_directory / "certificates", first.code).read_bytes()
    valid = sent(client, content)
    assert valid.status_code == 200
    shown = text_of(valid)
    told = (
        "This file is a valid certificate", "whole, by the signer of this system", first.sha256,
        record_of(first).name_kk,
    )  # fmt: skip
    assert [word in shown for word in told] == [True] * 4
    flipped = bytearray(content)
    flipped[len(content) // 2] ^= 1
    changed = text_of(sent(client, bytes(flipped)))
    assert "This file is a valid certificate" not in changed
    longer = text_of(sent(client, content + b"%\n"))
    told = ("This file was changed since it was issued", "broken: the file was changed", first.sha256)
    assert [word in longer for word in told] == [True] * 3
    keep(lambda s: revoke_certificate(s, certificate=s.merge(first), reason="Қате берілген", **GIVEN))
    revoked = text_of(sent(client, content))
    assert "This file is ours; the certificate was revoked" in revoked
    assert "Reason: Қате берілген" in revoked


def test_a_certificate_of_another_system_is_not_ours_even_if_it_is_signed(client, first):
    shown = text_of(sent(client, make_file(RECORD, KEY)))
    assert "This file is not in the register" in shown
    assert "whole, by the signer of this system" in shown
    stranger = replace(KEY, store=other_store(), passphrase=b"other")
    assert "by a signer whom this system does not know" in text_of(sent(client, make_file(RECORD, stranger)))


@pytest.mark.parametrize(
    ("content", "status", "told"),
    [
        (b"", 422, "Choose the PDF file of the certificate first."),
        (b"MZ" * 40, 200, "This file is not in the register"),
        (b"%PDF-1.7\n" + b"x" * 1000, 200, "This file is not in the register"),
        (b"%PDF-1.7\n" + bytes(2 * 1024 * 1024), 422, "This file has more than 2 megabytes"),
    ],
    ids=("nothing", "program", "damaged", "large"),
)  # fmt: skip
def test_what_is_no_certificate_gets_clear_words(client, content: bytes, status: int, told: str):
    answer = sent(client, content)
    assert answer.status_code == status
    assert told in text_of(answer)


def test_a_far_too_large_file_is_not_even_read(client):
    answer = client.post("/v/file?lang=en", environ_overrides={"CONTENT_LENGTH": "300000000"})
    assert answer.status_code == 422
    assert "This file has more than 2 megabytes" in answer.text


def test_the_answer_to_a_file_leads_back_to_the_form_in_another_language(client):
    answer = client.get("/v/file?lang=kk")
    assert (answer.status_code, answer.location) == (302, "/v?lang=kk")


def test_files_are_limited_too(app, client, monkeypatch: pytest.MonkeyPatch):
    hold_minute(monkeypatch)
    app.config["RATELIMIT_ENABLED"] = True
    limiter.init_app(app)
    try:
        answers = [sent(client, b"x") for _try in range(11)]
    finally:
        limiter.reset()
        limiter.enabled = False
    assert [answer.status_code for answer in answers] == [200] * 10 + [429]
    assert 1 <= int(answers[-1].headers["Retry-After"]) <= 60
    assert "Your file was not checked and not kept. Send it again in 1 min." in text_of(answers[-1])


def test_a_check_that_has_no_time_says_that_nothing_was_kept_and_when_to_come_again(client, monkeypatch):
    # No process starts in no time.
    monkeypatch.setattr(inspection, "_LONGEST_WAIT", 0)
    answer = sent(client, b"%PDF-1.7")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "60")
    told = "The check of files is busy just now. Your file was not checked and not kept. Send it again in a"
    assert told in text_of(answer)
