"""The conclusion's page and file: numbers above the floors alone, words kept, one page, the own oblast."""

from __future__ import annotations

import html
import io
import re
from datetime import timedelta

import pikepdf
import pytest
from flask.testing import FlaskClient

from core import clock
from core.access import Role, Scope
from core.urn.keys import KeyRing
from ethics.conclusions.wording import LONGEST_REASONS
from tests import staff
from tests.ethics import sample
from tests.ethics.sample import BEST, WORST

OWN, OTHER = sample.OBLASTS
WRITTEN = {"verdict": "complies-with-remarks", "reasons_kk": "Ескерту бар", "reasons_ru": "Есть замечание"}


@pytest.fixture
def commissioner(app, keep):
    """Sign the commissioner of an oblast in; the second factor was given some minutes ago."""

    def act(oblast: str = OWN, *, minutes: int = 0) -> FlaskClient:
        login = f"ethics-{oblast}-{minutes}"
        number = keep(lambda session: staff.person(session, login, Scope(Role.ETHICS, oblast)).id)
        client = app.test_client()
        with client.session_transaction() as cookie:
            cookie.update(_user_id=f"{number}.1", _fresh=True)
            cookie["factor_at"] = (clock.present() - timedelta(minutes=minutes)).isoformat()
        return client

    return act


def opened(app, keep, answers) -> sample.Prepared:
    """A round whose questionnaires of one oblast are all opened."""
    prepared = keep(lambda session: sample.prepare(session, [len(given) for given in answers]))
    storage, keys = app.extensions["storage"], KeyRing(app.extensions["settings"].key_directory)
    sample.answer_all(storage, keys, prepared, answers)
    sample.close(storage, keys, prepared)
    for place in range(len(answers)):
        sample.unseal(storage, prepared, place)
    return prepared


def page_of(prepared: sample.Prepared, place: int = 0) -> str:
    return f"/staff/ethics/{prepared.numbers[place]}/conclusion"


def get(client: FlaskClient, address: str) -> str:
    answer = client.get(f"{address}?lang=en")
    assert answer.status_code == 200, answer.text
    return html.unescape(answer.text)


def sign(client: FlaskClient, address: str, **written: str):
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get(address).text)[1]
    return client.post(f"{address}?lang=en", data={"csrf_token": token, **WRITTEN, **written})


def test_numbers_agreement_and_the_middle_of_three_offices_stand_on_the_page(app, keep, commissioner):
    prepared = opened(app, keep, [[BEST] * 9 + [WORST], [BEST] * 10, [WORST] * 10, [BEST] * 5])
    client = commissioner()
    page = get(client, page_of(prepared))
    assert "<dt>Agreement among respondents</dt><dd>40 %</dd>" in page
    cells = re.findall(r'<td class="number" data-label="([^"]+)">([^<]+)</td>', page)
    assert cells == [
        ("Mean, 0 to 100", "90.00"), ("Middle of the oblast", "90.00"), ("Difference", "+0.00")
    ] * 10  # fmt: skip
    assert "opened so far: 3, this one among them" in page
    for language in ("kk", "ru"):
        assert ">+0,00</td>" in client.get(f"{page_of(prepared)}?lang={language}").text
    assert page.count("+10.00") == 0
    assert get(client, page_of(prepared, 1)).count(">+10.00<") == 10
    assert get(client, page_of(prepared, 2)).count(">-90.00<") == 10
    alike = get(client, page_of(prepared, 3))
    assert "No number stands here" in alike
    assert "<dt>" not in alike


def test_an_office_of_nine_has_a_rounded_score_and_nothing_by_statement(app, keep, commissioner):
    page = get(commissioner(), page_of(opened(app, keep, [[BEST] * 8 + [WORST]])))
    assert "<dt>Score, 0 to 100</dt><dd>90 (rounded" in page
    assert "in a small office they would point at persons" in page
    assert "Agreement among respondents" not in page
    assert "<table" not in page


def test_a_stale_factor_keeps_what_was_written(app, keep, commissioner):
    prepared = opened(app, keep, [[BEST] * 10])
    answer = sign(commissioner(minutes=11), page_of(prepared))
    assert answer.status_code == 422
    page = html.unescape(answer.text)
    assert "Not signed yet; your words are kept below" in page
    assert re.search(r"<textarea[^>]*lang=\"ru\"[^>]*>\s*Есть замечание</textarea>", page)
    assert "Version 1" not in get(commissioner(), page_of(prepared))


def test_the_signed_file_has_one_page_even_with_the_longest_reasons(app, keep, commissioner):
    prepared = opened(app, keep, [[BEST] * 9 + [WORST]])
    client, address = commissioner(), page_of(prepared)
    longest = ("Қызметкерлер әкімнің сыпайы сөйлейтінін айтады. " * 50)[:LONGEST_REASONS]
    assert sign(client, address, reasons_kk=longest, reasons_ru=longest).status_code == 302
    answer = client.get(f"{address}/1.pdf")
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Cache-Control"] == "no-store"
    assert (
        f"filename=DEMO-round-1-{prepared.numbers[0]}-conclusion-1.pdf"
        in answer.headers["Content-Disposition"]
    )
    with pikepdf.open(io.BytesIO(answer.data)) as file:
        assert len(file.pages) == 1
    assert client.get(f"{address}/2").status_code == 404


def test_reasons_that_would_leave_the_page_are_sent_back(app, keep, commissioner):
    prepared = opened(app, keep, [[BEST] * 10])
    answer = sign(commissioner(), page_of(prepared), reasons_kk="сөз\n" * 300)
    assert answer.status_code == 422
    assert "The reasons are too long for one page" in answer.text


def test_another_oblast_reads_nothing_and_a_sealed_one_says_nothing(app, keep, commissioner):
    sealed = keep(lambda session: sample.prepare(session, [10]))
    stranger = commissioner(OTHER)
    assert stranger.get(page_of(sealed)).status_code == 403
    assert stranger.get(f"{page_of(sealed)}/1.pdf").status_code == 403
    page = get(commissioner(), page_of(sealed))
    assert "The envelopes are sealed still" in page
    assert "<dt>" not in page
    assert "Sign the conclusion" not in page
