"""Another language while the form is filled in, without script: what was chosen stays, nothing is taken.

One kind of database: nothing here depends on it.
"""

from __future__ import annotations

import html
import re
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core import clock
from core.audit import JournalEntry
from core.urn.models import Intake
from surveys.rules import Mode
from surveys.services import open_campaign
from surveys.voters.services import draw_codes, keep_codes
from tests.conftest import NOW, SECRET
from tests.ethics.sqlite_app import app  # noqa: F401  (a fixture)
from tests.surveys import sample

CHOSEN = {"rights": "2", "services": "-", "families": "5"}
WORDS = "Жол <жаман> & тар"


@pytest.fixture(autouse=True)
def june(monkeypatch: pytest.MonkeyPatch):
    """Let the edges read the first of June; a test may set another instant."""
    monkeypatch.setattr(clock, "present", lambda: NOW)
    return lambda now: monkeypatch.setattr(clock, "present", lambda: now)


@pytest.fixture
def client(app):  # noqa: F811
    return app.test_client(use_cookies=False)


@pytest.fixture
def kato(keep) -> str:
    def make(session: Session) -> str:
        (unit,) = sample.katos(session, 1)
        sample.population(session, {unit: 900})
        sample.opened(session, [unit])
        return unit

    return keep(make)


def button(page: str, lang: str) -> tuple[str, dict[str, str]]:
    """Where the button of a language sends the form, and what it adds to it."""
    tag = re.search(rf'<button form="survey" formaction="([^"]+)" name="([^"]+)" value="({lang})"', page)
    return html.unescape(tag[1]), {tag[2]: tag[3]}


def written(app) -> tuple[int, int]:  # noqa: F811
    with app.extensions["storage"].read() as session:
        return tuple(session.scalar(select(func.count()).select_from(one)) for one in (Intake, JournalEntry))


@pytest.mark.parametrize("door", ["s", "embed"])
def test_what_was_chosen_stays_and_nothing_is_taken(app, client, kato, door: str):  # noqa: F811
    page = client.get(f"/{door}/{sample.CODE}/{kato}?lang=kk").text
    before = written(app)
    sent = {"ticket": sample.ticket(page), **CHOSEN, "comment": WORDS, "band": "60+", "sex": "f"}
    for lang, send in (("ru", "Отправить"), ("kk", "Жіберу"), ("en", "Send")):
        address, choice = button(page, lang)
        assert address == f"/{door}/{sample.CODE}/{kato}?lang={lang}"
        answer = client.post(address, data={**sent, **choice})
        page = answer.text
        assert (answer.status_code, answer.headers.get("Set-Cookie")) == (200, None)
        assert (f'<html lang="{lang}">' in page, f"<button>{send}</button>" in page) == (True, True)
        checked = re.findall(r'name="(\w+)"(?: id="[^"]+")? value="(.)" checked', page)
        assert dict(checked) == CHOSEN
        assert re.findall(r'<option value="([^"]+)" selected', page) == ["60+", "f"]
        assert html.unescape(re.search(r"<textarea[^>]*>([^<]*)<", page)[1]) == WORDS
        assert (sample.ticket(page), 'class="summary"' in page) == (sent["ticket"], False)
    assert written(app) == before
    assert "Thank you" in client.post(f"/{door}/{sample.CODE}/{kato}?lang=en", data=sent).text
    # Back on a shared phone: whoever is next sees nothing of what was chosen.
    back = client.post(address, data={**sent, **choice}).text
    assert ("Thank you" in back, " checked" in back) == (True, False)
    assert written(app)[0] == before[0] + 2  # the answer, and the words apart from it


def test_the_short_way_takes_no_choice_of_language_for_an_answer(app, client, kato):  # noqa: F811
    address = f"/s/{sample.CODE}/{kato}?lang=ru"
    for _warming in range(2):
        sent = {"ticket": sample.ticket(client.get(address).text), **CHOSEN}
        assert client.post(address, data=sent).status_code == 200
    page = client.get(address).text
    before = written(app)
    address, choice = button(page, "ru")
    page = client.post(address, data={"ticket": sample.ticket(page), **CHOSEN, **choice}).text
    assert (page.count(" checked"), written(app)) == (3, before)


def test_an_old_page_nothing_chosen_and_a_survey_that_ended_are_turned_too(client, kato, june):
    page = client.get(f"/s/{sample.CODE}/{kato}?lang=en").text
    (address, choice), ticket = button(page, "ru"), sample.ticket(page)
    nothing = client.post(address, data={"ticket": ticket, **choice})
    assert (nothing.status_code, 'class="summary"' in nothing.text) == (200, False)
    june(NOW + timedelta(hours=25))
    old = client.post(address, data={"ticket": ticket, **CHOSEN, **choice})
    assert (old.status_code, 'class="summary"' in old.text, old.text.count(" checked")) == (200, False, 3)
    again = client.post(f"/s/{sample.CODE}/{kato}", data={"ticket": sample.ticket(old.text), **CHOSEN})
    assert again.status_code == 200
    june(NOW + timedelta(days=30))
    over = client.post(address, data={"ticket": ticket, **CHOSEN, **choice})
    assert (over.status_code, over.text.count(" checked")) == (410, 3)


def test_a_letters_code_stays_in_the_form_and_enter_sends_it(client, keep):
    def make(session: Session) -> tuple[str, str]:
        (unit,) = sample.katos(session, 1)
        sample.population(session, {unit: 30})
        campaign = sample.drafted(session, [unit], mode=Mode.CODES)
        sample.admitted(session, campaign, sample.SurveyRules(criteria_set="2020-six", modes=("codes",)))
        codes = draw_codes(30)
        keep_codes(
            session, campaign=campaign, kato=unit, batch=1, codes=codes, secret=SECRET, actor=sample.ACTOR,
            now=NOW,
        )  # fmt: skip
        open_campaign(session, campaign=campaign, actor=sample.ACTOR, now=NOW)
        return unit, codes[0]

    kato, code = keep(make)
    page = client.get(f"/s/{sample.CODE}/{kato}?lang=kk").text
    address, choice = button(page, "ru")
    turned = client.post(address, data={"ticket": sample.ticket(page), "code": code, **CHOSEN, **choice})
    assert f'name="code" value="{code}"' in turned.text
    assert turned.text.count(" checked") == 3
    # Enter in a field presses the first button of its form; older iPhones the first that takes a place.
    first = re.search(r'(<div [^>]*>)(<button form="survey"[^>]*>)', turned.text).groups()
    assert first == ('<div class="unseen default">', '<button form="survey">')
