"""A receipt is checked by whoever has it: it came in, and nothing more before the round ends."""

from __future__ import annotations

import re

import pytest

from core.codes import grouped, new_code
from core.urn.keys import KeyRing
from core.urn.services import mix_waiting
from tests.conftest import NOW
from tests.ethics import sample
from tests.ethics.sample import BEST

LANGUAGE = {"Accept-Language": "en"}
RECEIVED = "An answer with this receipt was received."


@pytest.fixture
def prepared(keep) -> sample.Prepared:
    return keep(lambda session: sample.prepare(session, [6]))


def test_a_receipt_from_the_page_is_found_and_says_no_more_before_the_end(app, client, prepared):
    storage, keys = app.extensions["storage"], KeyRing(app.extensions["settings"].key_directory)
    (number,) = prepared.numbers
    thanks = []
    for code in prepared.codes[number][:5]:
        sent = {"code": code, "item-gain": "1", "receipt": "1"}
        thanks.append(client.post("/e/answer", data=sent, headers=LANGUAGE).text)
    [receipt] = re.findall(r'<strong class="code">([0-9A-Z ]{14})</strong>', thanks[0])
    assert 'href="/e/receipt?lang=en"' in thanks[0]

    def said(typed: str = receipt, status: int = 200) -> str:
        answer = client.post("/e/receipt", data={"receipt": typed}, headers=LANGUAGE)
        assert (answer.status_code, answer.headers["Cache-Control"]) == (status, "no-store")
        assert "Set-Cookie" not in answer.headers
        return answer.text

    waiting = said()
    assert RECEIVED in waiting
    assert "Ерлан" not in waiting
    assert mix_waiting(storage, keys=keys, takers=sample.TAKERS, now=NOW) == 5
    assert said() == waiting
    assert "No answer to an ethics questionnaire has this receipt." in said(grouped(new_code(12)))
    assert "A code has 12 characters, this one has 16" in said(prepared.codes[number][0], 422)
    assert "has a slip in it" in said(receipt[:-1] + ("A" if receipt[-1] != "A" else "B"), 422)
    sample.close(storage, keys, prepared)
    assert "came in before the end and was shuffled among the others." in said(receipt.lower())


def test_the_page_of_receipts_asks_for_one_and_keeps_other_sites_forms_out(client):
    page = client.get("/e/receipt?lang=kk")
    assert (page.status_code, page.headers["Referrer-Policy"]) == (200, "no-referrer")
    assert 'action="/e/receipt?lang=kk"' in page.text
    foreign = client.post("/e/receipt", data={"receipt": BEST}, headers={"Sec-Fetch-Site": "cross-site"})
    assert foreign.status_code == 403
