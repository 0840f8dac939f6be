"""The short way of the form and of a plain answer: it says what the whole way says, and is as sure."""

from __future__ import annotations

import gzip
import re
import threading

import pytest
from flask import Flask, request_started
from sqlalchemy import func, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from core import clock
from core.urn.models import Intake, LedgerEntry
from core.urn.rotation import rotate_key
from core.urn.services import mix_waiting
from core.web.edge import keys, takers
from surveys.models import Campaign, CampaignState
from surveys.queries import box_of, campaign_by_code
from surveys.rules import Mode, SurveyRules
from surveys.services import open_campaign, pause_campaign
from surveys.short_way import Patience
from surveys.voters.services import draw_codes, keep_codes
from tests.conftest import NOW, SECRET
from tests.surveys import sample

CRITERIA = ("rights", "services", "families", "employment", "infrastructure", "community")
CHANGING = re.compile(r'name="ticket" value="[^"]+"|data-challenge="[^"]+"|class="receipt">[^<]+<')
RECEIPT = re.compile(r'class="receipt">([^<]+)<')
LONG = Patience(campaign=600, unit=600)


@pytest.fixture(autouse=True)
def june(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "present", lambda: NOW)


@pytest.fixture
def path(keep) -> str:
    def make(session: Session) -> str:
        (kato,) = sample.katos(session, 1)
        sample.population(session, {kato: 900})
        sample.opened(session, [kato])
        return f"/s/{sample.CODE}/{kato}"

    return keep(make)


@pytest.fixture
def whole(app: Flask):
    """The requests that went the whole way."""
    seen: list[str] = []

    def note(sender: Flask, **_) -> None:
        seen.append("whole")

    with request_started.connected_to(note, app):
        yield seen


def client(app: Flask):
    return app.test_client(use_cookies=False)


def filled(app: Flask, address: str) -> dict[str, str]:
    return {**dict.fromkeys(CRITERIA, "4"), "ticket": sample.ticket(client(app).get(address).text)}


def warmed(app: Flask, address: str, whole: list[str]) -> None:
    """Let form and thank-you be drawn once."""
    assert client(app).post(address, data=filled(app, address)).status_code == 200
    whole.clear()


def waiting(app: Flask, model: type = Intake) -> int:
    with app.extensions["storage"].read() as session:
        return session.scalar(select(func.count()).where(model.box == box_of(sample.CODE)))


def lane_of(app: Flask):
    (lane,) = app.extensions["lanes"]
    return lane


@pytest.mark.parametrize("lang", ["", "?lang=kk", "?lang=ru", "?lang=en"])
@pytest.mark.parametrize("packed", [True, False], ids=["gzip", "plain"])
def test_it_says_what_the_whole_way_says(app, path, whole, lang: str, packed: bool):
    address, headers = path + lang, {"Accept-Encoding": "gzip"} if packed else {}

    def journey() -> list[tuple]:
        form = client(app).get(address, headers=headers)
        page = gzip.decompress(form.data).decode() if packed else form.text
        sent = {**dict.fromkeys(CRITERIA, "4"), "ticket": sample.ticket(page), "band": "30-44", "sex": "f"}
        thanks = client(app).post(address, data=sent, headers=headers)
        after = gzip.decompress(thanks.data).decode() if packed else thanks.text
        return [
            (answer.status_code, sorted(line for line in answer.headers if line[0] != "Content-Length"),
             len(answer.data) == int(answer.headers["Content-Length"]), CHANGING.sub("", shown))
            for answer, shown in ((form, page), (thanks, after))
        ]  # fmt: skip

    by_whole = journey()
    assert whole == ["whole", "whole"]
    by_short = journey()
    assert (whole, by_short, waiting(app)) == (["whole", "whole"], by_whole, 2)


def test_with_codes_only_the_form_goes_the_short_way(app, keep, whole):
    """An answer with a code takes its time whether the code was used before or not."""

    def make(session: Session) -> tuple[str, str]:
        (kato,) = sample.katos(session, 1)
        sample.population(session, {kato: 30})
        campaign = sample.drafted(session, [kato], mode=Mode.CODES)
        sample.admitted(session, campaign, SurveyRules(criteria_set="2020-six", modes=("codes",)))
        drawn = draw_codes(30)
        keep_codes(
            session, campaign=campaign, kato=kato, batch=1, codes=drawn, secret=SECRET, actor=sample.ACTOR,
            now=NOW,
        )  # fmt: skip
        open_campaign(session, campaign=campaign, actor=sample.ACTOR, now=NOW)
        return f"/s/{sample.CODE}/{kato}", drawn[0]

    path, code = keep(make)
    first = client(app).get(path).text
    again = client(app).get(path).text
    assert (whole, CHANGING.sub("", again)) == (["whole"], CHANGING.sub("", first))
    assert sample.ticket(first) != sample.ticket(again)
    for number in (2, 3, 4):
        assert client(app).post(path, data={**filled(app, path), "code": code}).status_code == 200
        assert whole == ["whole"] * number
    assert waiting(app) == 1


def not_plain(name: str, sent: dict[str, str]) -> dict:
    """What a client sends, changed in one thing."""
    form = "application/x-www-form-urlencoded"
    return {
        "own words": {"data": {**sent, "comment": "The road"}},
        "a fault": {"data": {**sent, "rights": "6"}},
        "another site": {"data": sent, "headers": {"Origin": "https://elsewhere.example"}},
        "another site, as the browser says": {"data": sent, "headers": {"Sec-Fetch-Site": "cross-site"}},
        "in parts": {"data": sent, "content_type": "multipart/form-data"},
        "a field twice": {"data": "&".join(f"{k}={v}" for k, v in (*sent.items(), ("rights", "1"))),
                          "content_type": form},
        "broken letters": {"data": f"ticket={sent['ticket']}&rights=5&comment=%ff", "content_type": form},
        "raw bytes": {"data": f"ticket={sent['ticket']}&rights=5&comment=ә".encode(), "content_type": form},
        "large": {"data": {**sent, "website": "x" * 5000}},
        "a ticket that is not ours": {"data": {**sent, "ticket": sample.forged(sent["ticket"])}},
        "no ticket": {"data": {**sent, "ticket": ""}},
        "cookies": {"data": sent, "headers": {"Cookie": "staff=1"}},
    }[name]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "status"),
    [("own words", 200), ("a fault", 422), ("another site", 403), ("another site, as the browser says", 403),
     ("in parts", 200), ("a field twice", 200), ("broken letters", 200), ("raw bytes", 200), ("large", 200),
     ("a ticket that is not ours", 410), ("no ticket", 410), ("cookies", 200)],
)  # fmt: skip
def test_what_is_not_plain_goes_the_whole_way(app, path, whole, name: str, status: int):
    warmed(app, path, whole)
    sent = filled(app, path)
    answer = client(app).post(path, **not_plain(name, sent))
    assert (whole, answer.status_code) == (["whole"], status), answer.text


def test_an_answer_asks_in_its_own_transaction_whether_it_may_go_in(app, path, whole, keep):
    """However long a page is taken to hold: a campaign that was paused or closed meanwhile takes nothing."""
    warmed(app, path, whole)
    lane_of(app).patience = LONG
    assert client(app).post(path, data=filled(app, path)).status_code == 200
    late = filled(app, path)
    assert (whole, waiting(app)) == ([], 2)
    keep(
        lambda session: pause_campaign(
            session, campaign=campaign_by_code(session, sample.CODE), reason="a rehearsal", actor="system",
            now=NOW,
        )
    )  # fmt: skip
    assert client(app).get(path).status_code == 200  # as it was known a moment ago
    answer = client(app).post(path, data=late)
    assert (whole, answer.status_code, waiting(app)) == (["whole"], 409, 2)
    keep(lambda s: s.execute(update(Campaign).values(state=CampaignState.CLOSED, closed_at=NOW)))
    assert (client(app).post(path, data=late).status_code, waiting(app)) == (410, 2)


def test_a_trace_that_was_counted_is_thanked_again_and_not_taken_again(app, path, whole):
    warmed(app, path, whole)
    lane_of(app).patience = LONG
    forms = [filled(app, path) for _ in range(5)]
    receipts = [RECEIPT.search(client(app).post(path, data=form).text)[1] for form in forms]
    assert (whole, waiting(app), len(set(receipts))) == ([], 6, 5)
    again = client(app).post(path, data={**forms[0], "rights": "1"})
    assert (RECEIPT.search(again.text)[1], waiting(app)) == (receipts[0], 6)
    with app.app_context():
        assert mix_waiting(app.extensions["storage"], keys=keys(), takers=takers(), now=NOW) == 6
    again = client(app).post(path, data={**forms[0], "rights": "1"})
    assert (RECEIPT.search(again.text)[1], waiting(app), waiting(app, LedgerEntry)) == (receipts[0], 0, 6)
    assert whole == ["whole", "whole"]


def test_answers_that_come_together_are_written_together_and_each_is_thanked(app, path, whole):
    """One that was there already does not keep the others out."""
    warmed(app, path, whole)
    lane_of(app).patience = LONG
    forms = [filled(app, path) for _ in range(20)]
    assert client(app).post(path, data=forms[0]).status_code == 200
    start, receipts = threading.Barrier(20), {}

    def send(number: int) -> None:
        start.wait()
        answer = client(app).post(path, data=forms[number])
        receipts[number] = RECEIPT.search(answer.text)[1]

    threads = [threading.Thread(target=send, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(set(receipts.values())), waiting(app), whole) == (20, 21, ["whole"])


def test_a_ripening_ticket_goes_the_whole_way_which_says_how_long(app, path, whole, monkeypatch):
    warmed(app, path, whole)
    sent = filled(app, path)
    monkeypatch.setattr("surveys.guard.admission.is_counting", lambda: True)
    answer = client(app).post(path, data=sent)
    assert (whole, answer.status_code, waiting(app)) == (["whole"], 429, 1)


def test_what_a_page_shows_is_asked_anew_when_its_time_is_over(app, path, whole, keep):
    warmed(app, path, whole)
    before = client(app).get(path + "?lang=ru").text
    keep(lambda s: s.execute(text("UPDATE units SET name_ru = 'Новое'")))
    whole.clear()
    after = client(app).get(path + "?lang=ru").text
    assert (whole, "Новое" in before, "Новое" in after) == (["whole"], False, True)


def test_a_new_key_of_the_urn_is_used(app, path, whole, keep):
    warmed(app, path, whole)
    with app.app_context():
        ring = keys()
    name = keep(lambda session: rotate_key(session, keys=ring, now=NOW).name)
    assert client(app).post(path, data=filled(app, path)).status_code == 200
    with app.extensions["storage"].read() as session:
        assert name in set(session.scalars(select(Intake.key_name)))
    assert whole == []


REFUSING = {
    "sqlite": ["CREATE TRIGGER refusing BEFORE INSERT ON urn_intake BEGIN SELECT RAISE(ABORT, 'no'); END"],
    "postgresql": [
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE ''no''; END'",
        "CREATE TRIGGER refusing BEFORE INSERT ON urn_intake EXECUTE FUNCTION refuse()",
    ],
}
RELENTING = {"sqlite": "DROP TRIGGER refusing", "postgresql": "DROP FUNCTION refuse CASCADE"}


def test_a_database_that_refuses_is_told_by_the_whole_way(app, path, whole, keep):
    warmed(app, path, whole)
    sent, kind = filled(app, path), app.extensions["storage"].engine.dialect.name
    for statement in REFUSING[kind]:
        keep(lambda session, one=statement: session.execute(text(one)))
    with pytest.raises(DBAPIError):
        client(app).post(path, data=sent)
    assert whole == ["whole"]
    keep(lambda session: session.execute(text(RELENTING[kind])))
    assert client(app).post(path, data=sent).status_code == 200
    assert (whole, waiting(app)) == (["whole"], 2)


def test_a_fault_of_the_short_way_itself_holds_nobody_up(app, path, whole, monkeypatch, capsys):
    warmed(app, path, whole)

    def broken(*_) -> None:
        raise RuntimeError("a secret of the request")

    monkeypatch.setattr(type(lane_of(app)), "answer", broken)
    with pytest.raises(RuntimeError):
        client(app).get(path)
    app.wsgi_app._strict = False
    assert client(app).get(path).status_code == 200
    logged = capsys.readouterr().out
    assert "short_way.failed" in logged
    assert "a secret" not in logged
