"""The pages of slips: sheets in lots, witnesses, voiding, the act in two languages, mail, the response."""

from __future__ import annotations

import base64
import html
import io
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pikepdf
import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from core import clock
from core.access import Role, Scope
from core.codes import clean_code, code_mark, grouped
from core.places.models import Official
from core.urn.keys import KeyRing
from ethics import services
from ethics.models import Questionnaire, Slip
from ethics.slips import views_commissioner, wording
from ethics.slips.models import SlipAct, SlipIssue
from ethics.slips.positions import Position
from tests import staff
from tests.conftest import NOW, SECRET
from tests.core.test_documents import structure
from tests.ethics import sample
from tests.ethics.paper import text_of
from tests.ethics.sample import ACTOR, BEST, WORST
from tests.ethics.slips.post import Post

OWN, OTHER = sample.OBLASTS
ROUND = "/staff/ethics-rounds/round-1"
WITNESSES = {"first_witness": "Бас маман", "second_witness": "Кеңесші"}


@pytest.fixture
def enter(app, keep):
    """Sign a new account in, in a browser of its own; the second factor was given some minutes ago."""

    def act(role: Role, oblast: str | None = None, *, minutes: int = 0) -> FlaskClient:
        login = f"{role.value}-{oblast}-{minutes}"
        number = keep(lambda session: staff.person(session, login, Scope(role, oblast)).id)
        client = app.test_client()
        with client.session_transaction() as cookie:
            cookie.update(_user_id=f"{number}.1", _fresh=True)
            cookie["factor_at"] = (clock.present() - timedelta(minutes=minutes)).isoformat()
        return client

    return act


def drafted(keep, people: int) -> int:
    def act(session) -> int:
        made = sample.draft(session)
        official, kato = sample.new_official(session)
        return services.add_questionnaire(
            session, round=made, official_id=official.id, kato=kato, actor=ACTOR, now=NOW,
            positions=(
                Position("Бас маман", "Главный специалист", people - 1), Position("Хатшы", "Секретарь", 1),
            ),
        ).id  # fmt: skip

    return keep(act)


def page(number: int) -> str:
    return f"/staff/ethics/{number}/slips"


def get(client: FlaskClient, address: str, language: str = "en") -> str:
    answer = client.get(f"{address}?lang={language}")
    assert answer.status_code == 200, answer.text
    return html.unescape(answer.text)


def post_(client: FlaskClient, address: str, status: int, **data: str) -> str:
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get("/staff/ethics").text)[1]
    answer = client.post(f"{address}?lang=en", data={"csrf_token": token, **data})
    assert answer.status_code == status, answer.text
    return html.unescape(answer.text)


def read(app, act):
    with app.extensions["storage"].read() as session:
        return act(session)


def count(app, model: type) -> int:
    return read(app, lambda session: session.scalar(select(func.count()).select_from(model)))


def sheets_of(content: bytes) -> pikepdf.Pdf:
    return pikepdf.open(io.BytesIO(content))


def test_sheets_come_in_lots_once_and_the_page_says_how_far_it_is(
    app, keep, enter, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(views_commissioner, "AT_ONCE", 11)
    number = drafted(keep, 13)
    client = enter(Role.ETHICS, OWN)
    before = get(client, page(number))
    assert "List by position: 13 people" in before
    assert [cell for cell in ("Бас маман", "Главный специалист", "Хатшы") if cell in before] == [
        "Бас маман", "Главный специалист", "Хатшы"
    ]  # fmt: skip
    codes, pages, printed = [], [], []
    for said in ("Slips made: 11 of 13.", "Slips made: 13 of 13."):
        answer = post_(client, page(number), 200)
        assert said in answer
        codes += [clean_code(code) for code in re.findall(r'<p class="code">([^<]+)</p>', answer)]
        file = re.search(r'href="data:application/pdf;base64,([^"]+)" download="([^"]+)"', answer)
        drawn = base64.b64decode(file[1])
        with sheets_of(drawn) as pdf:
            pages.append((file[2], len(pdf.pages)))
        printed += text_of(drawn).splitlines()
    assert pages == [
        (f"DEMO-round-1-{number}-slips-11.pdf", 2), (f"DEMO-round-1-{number}-slips-13.pdf", 1)
    ]  # fmt: skip
    marks = {code_mark(SECRET, "ethics:round-1", code) for code in codes}
    assert marks == set(read(app, lambda session: session.scalars(select(Slip.mark)).all()))
    assert len(marks) == 13
    # On paper a code stands in two lines, once; each slip says the same in both languages.
    halves = [grouped(code)[start : start + 9] for code in codes for start in (0, 10)]
    assert sorted(line for line in printed if re.fullmatch(r"[0-9A-Z]{4} [0-9A-Z]{4}", line)) == sorted(
        halves
    )
    assert printed.count("Қызметтік әдеп сауалнамасы") == printed.count("Анкета о служебной этике") == 13
    assert printed.count("КӨРСЕТІЛІМ · ДЕМОНСТРАЦИЯ") == 13
    assert "they are shown once" in post_(client, page(number), 409)
    assert "All slips were made; they are not shown again." in get(client, page(number))


def test_handing_out_voiding_and_the_act_go_by_their_pages(app, keep, enter):
    prepared = keep(lambda session: sample.prepare(session, [8]))
    (number,) = prepared.numbers
    codes = prepared.codes[number]
    client, address = enter(Role.ETHICS, OWN), page(number)
    assert "Nobody writes down who drew which" in get(client, address)
    assert "This field is required" in post_(client, f"{address}/issue", 422, first_witness="Бас маман")
    post_(client, f"{address}/issue", 302, **WITNESSES)
    assert "Witnesses: Бас маман; Кеңесші." in get(client, address)
    storage, keys = app.extensions["storage"], KeyRing(app.extensions["settings"].key_directory)
    sample.answer_all(storage, keys, prepared, [[BEST] * 6])
    assert "line 1: “xyz”" in post_(client, f"{address}/void", 422, codes="xyz")
    # One code that was used and one that was not: the page answers the same.
    said = []
    for code in (codes[0], f"http://localhost/e/{codes[7]}"):
        post_(client, f"{address}/void", 302, codes=code)
        said.append(re.search(r"Codes voided: \d+\.", get(client, address))[0])
    assert said == ["Codes voided: 1.", "Codes voided: 1."]
    tried = app.test_client().post("/e", data={"code": codes[7]}, headers=staff.English)
    assert (tried.status_code, "There is no slip with this code" in tried.text) == (422, True)
    assert app.test_client().post("/e", data={"code": codes[1]}).status_code == 200
    assert not [
        code for code in codes if code in get(client, address) or grouped(code) in get(client, address)
    ]
    assert "Codes voided so far: 2." in get(client, address)
    wrong = post_(client, f"{address}/sign", 422, unused="3", **WITNESSES)
    assert "You counted 3 unused slips, but 2 codes of such slips are voided" in wrong
    assert "missing for the questionnaires" in get(enter(Role.AGENCY), ROUND)
    assert client.get(f"{address}/act.pdf").status_code == 404
    post_(client, f"{address}/sign", 302, unused="2", **WITNESSES)
    assert "unused slips 2, voided codes 2" in get(client, address)
    assert "is signed: it stays" in post_(client, f"{address}/void", 409, codes=codes[1])
    assert "Every act of unused slips is signed." in get(enter(Role.AGENCY, minutes=1), ROUND)


def test_the_act_is_one_page_in_two_languages(app, keep, enter):
    prepared = keep(lambda session: sample.prepare(session, [8]))
    (number,) = prepared.numbers

    def count_back(session) -> None:
        given = {"questionnaire": prepared.questionnaire(session), "actor": ACTOR, "now": NOW}
        services.record_issue(session, witnesses=("Бас маман", "Кеңесші"), **given)
        services.sign_act(session, unused=0, witnesses=("Бас маман", "Кеңесші"), **given)

    keep(count_back)
    answer = enter(Role.ETHICS, OWN).get(f"{page(number)}/act.pdf")
    assert answer.headers["Content-Type"] == "application/pdf"
    assert f'filename="DEMO-round-1-{number}-act.pdf"' in answer.headers["Content-Disposition"]
    with sheets_of(answer.data) as pdf:
        assert len(pdf.pages) == 1
        title = f"Пайдаланылмаған талондар актісі · Акт о неиспользованных талонах {number}"
        assert str(pdf.docinfo.Title) == title
        assert {language for role, language in structure(pdf) if role == "/Sect"} == {"kk", "ru"}
    text = " ".join(text_of(answer.data).split())
    for words in (wording.ACT, wording.ISSUED, wording.UNUSED, wording.VOIDED, wording.COMMISSIONER):
        assert [words[language] in text for language in wording.LANGUAGES] == [True, True]
    assert "Куә: Бас маман" in text
    assert "Свидетель: Кеңесші" in text


@pytest.mark.parametrize(
    ("response", "answers", "voided", "told"),
    [
        (["6", "60 %"], [BEST] * 5 + [WORST], 1, "fewer than five"),
        # Six alike are too few to be told of, and look like four.
        (None, [BEST] * 6, 1, "fewer than five"),
        (None, [BEST] * 3 + [WORST], 6, "6"),
    ],
)
def test_the_response_is_told_beside_a_score_once_the_envelopes_are_opened(
    app, keep, enter, response: list[str] | None, answers: list[str], voided: int, told: str
):
    prepared = keep(lambda session: sample.prepare(session, [10]))
    (number,) = prepared.numbers
    storage, keys = app.extensions["storage"], KeyRing(app.extensions["settings"].key_directory)
    sample.answer_all(storage, keys, prepared, [answers])
    commissioner, agency = enter(Role.ETHICS, OWN), enter(Role.AGENCY)
    for client in (commissioner, agency):
        assert "<dt>Came back</dt><dd>hidden until closing</dd>" in get(client, f"/staff/ethics/{number}")

    def count_back(session) -> None:
        given = {"questionnaire": prepared.questionnaire(session), "actor": ACTOR, "now": NOW}
        services.record_issue(session, witnesses=("Бас маман", "Кеңесші"), **given)
        unused = "\n".join(prepared.codes[number][10 - voided :])
        services.void_slips(session, text=unused, secret=SECRET, **given)
        services.sign_act(session, unused=voided, witnesses=("Бас маман", "Кеңесші"), **given)

    keep(count_back)
    sample.close(storage, keys, prepared)
    unseen = "shown only with a score"
    seen = f"{response[0]} ({response[1]})" if response else unseen
    for is_opened in (False, True):
        if is_opened:
            sample.unseal(storage, prepared)
        for client in (commissioner, agency):
            text = get(client, f"/staff/ethics/{number}")
            facts = re.findall(r"<dt>(?:Came back|Voided)</dt><dd>([^<]*)</dd>", text)
            assert facts == [seen if is_opened else unseen, told]
    proof = f"{response[0]}, {response[0]}, {response[0]}" if response else unseen
    assert f"<dt>Came in, opened, counted</dt>\n<dd>{proof}: they agree</dd>" in text
    text = get(agency, ROUND)
    assert f'data-label="Came back">{response[0] if response else unseen}</td>' in text
    cells = re.findall(r'<td class="number" data-label="([^"]+)">([^<]*)</td>', text)
    assert cells == [
        ("Issued", "10"), ("Came back", response[0] if response else unseen), ("Voided", told),
        ("Response, %", "60" if response else "–"),
    ]  # fmt: skip


def test_codes_are_mailed_from_the_page_straight_from_memory(app, keep, enter, post: Post):
    number = drafted(keep, 3)
    client, address = enter(Role.ETHICS, OWN), f"{page(number)}/mail"
    assert "Send the codes by e-mail" not in get(client, page(number))
    assert client.get(address).status_code == 503
    settings = replace(app.extensions["settings"], smtp_url=post.url, mail_from="ethics@example.kz")
    app.extensions["settings"] = settings
    assert "Send the codes by e-mail instead" in get(client, page(number))
    assert "Slips drawn from a box are safer" in get(client, address)
    few = post_(client, address, 422, addresses="a@example.kz")
    assert "There are 1 addresses and 3 slips" in few
    assert count(app, Slip) == 0
    sent = post_(client, address, 200, addresses="a@example.kz\nrefused@example.kz\nb@example.kz")
    assert "Taken by the mail server: 2 of 3." in sent
    assert "<li>refused@example.kz</li>" in sent
    assert sorted(to for to, _text in post.taken) == ["a@example.kz", "b@example.kz"]
    assert (count(app, Slip), count(app, SlipIssue)) == (2, 1)
    assert "All slips were made; they are not shown again." in get(client, page(number))
    again = post_(client, address, 409, addresses="a@example.kz b@example.kz c@example.kz")
    assert "they are shown once" in again
    assert len(post.taken) == 2


def test_a_mail_server_that_does_not_answer_leaves_the_page_and_no_slips(app, keep, enter, no_post: str):
    number = drafted(keep, 2)
    app.extensions["settings"] = replace(
        app.extensions["settings"], smtp_url=no_post, mail_from="ethics@example.kz"
    )
    typed = "a@example.kz\nb@example.kz"
    said = post_(enter(Role.ETHICS, OWN), f"{page(number)}/mail", 422, addresses=typed)
    assert "nothing was sent" in said
    assert typed in said.replace("\r\n", "\n")
    assert count(app, Slip) == 0


def test_others_and_stale_factors_reach_no_slip(app, keep, enter):
    (number,) = keep(lambda session: sample.prepare(session, [5])).numbers
    verbs = ("", "/mail", "/issue", "/void", "/sign")
    stranger, stale = enter(Role.ETHICS, OTHER), enter(Role.ETHICS, OWN, minutes=11)
    for client in (stranger, enter(Role.CHAIR, OWN), enter(Role.AGENCY)):
        assert client.get(page(number)).status_code == 403
        assert client.get(f"{page(number)}/act.pdf").status_code == 403
        for verb in verbs:
            post_(client, f"{page(number)}{verb}", 403)
    for verb in verbs:
        assert "/staff/factor" in post_(stale, f"{page(number)}{verb}", 302)
    assert (count(app, SlipIssue), count(app, SlipAct)) == (0, 0)


def test_a_small_office_is_told_kindly_what_its_number_means(app, keep, enter):
    number = drafted(keep, 4)
    client = enter(Role.ETHICS, OWN)
    assert "Fewer than five people work here. So that nobody can be recognised" in get(client, page(number))
    assert "Мұнда бес адамнан аз қызмет етеді." in get(client, page(number), "kk")


def test_the_command_makes_the_slips_of_an_oblast_into_a_new_folder(app, keep, tmp_path: Path):
    def act(session) -> None:
        made = sample.draft(session)
        for place, people, oblast in ((0, 11, OWN), (1, 3, OWN), (2, 5, OTHER)):
            official, kato = sample.new_official(session, place, oblast=oblast)
            services.add_questionnaire(
                session, round=made, official_id=official.id, kato=kato, positions=sample.staff_of(people),
                actor=ACTOR, now=NOW,
            )  # fmt: skip

    keep(act)
    folder = tmp_path / "slips"
    words = ("ethics", "slips", "round-1", "--oblast", OWN, "--folder")
    done = staff.run(app, *words, str(folder))
    assert (done.exit_code, done.stdout) == (
        0, f"2 files in {folder}: print them, then destroy them\n"
    ), done.output  # fmt: skip
    assert "slips" in done.stderr
    files = sorted(folder.iterdir())
    assert [(path.stat().st_mode & 0o777, path.name.startswith("DEMO-round-1-")) for path in files] == [
        (0o600, True), (0o600, True)
    ]  # fmt: skip
    assert folder.stat().st_mode & 0o777 == 0o700
    assert [len(sheets_of(path.read_bytes()).pages) for path in files] == [2, 1]
    made = read(app, lambda session: dict(session.execute(
        select(Questionnaire.headcount, Questionnaire.slips_on.is_not(None))
    ).all()))  # fmt: skip
    assert made == {11: True, 3: True, 5: False}
    assert count(app, Slip) == 14
    for path, fault in ((folder, "is there already"), (tmp_path / "other", "have their slips")):
        refused = staff.run(app, *words, str(path))
        assert (refused.exit_code, fault in refused.output) == (1, True), refused.output
    missing = staff.run(app, "ethics", "slips", "nothing", "--oblast", OWN, "--folder", str(tmp_path / "x"))
    assert (missing.exit_code, "There is no ethics round “nothing”." in missing.output) == (1, True)
    assert not (tmp_path / "x").exists()


def test_slips_of_one_questionnaire_are_kept_although_the_next_cannot_be_drawn(app, keep, tmp_path: Path):
    """Each has a transaction of its own: answers never wait until a whole oblast is drawn."""

    def act(session) -> int:
        made = sample.draft(session)
        for place in range(2):
            official, kato = sample.new_official(session, place)
            services.add_questionnaire(
                session, round=made, official_id=official.id, kato=kato, positions=sample.staff_of(4 + place),
                actor=ACTOR, now=NOW,
            )  # fmt: skip
        official.surname = "Ахметов ☃"
        return official.id

    number = keep(act)
    words = ("ethics", "slips", "round-1", "--oblast", OWN, "--folder")
    refused = staff.run(app, *words, str(tmp_path / "first"))
    assert (refused.exit_code, "lack “☃”" in refused.output) == (1, True), refused.output
    assert (len(list((tmp_path / "first").iterdir())), count(app, Slip)) == (1, 4)
    keep(lambda session: setattr(session.get_one(Official, number), "surname", "Ахметов"))
    done = staff.run(app, *words, str(tmp_path / "second"))
    assert (done.exit_code, len(list((tmp_path / "second").iterdir())), count(app, Slip)) == (0, 1, 9)
