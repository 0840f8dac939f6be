"""The staff's pages: a whole round by hand, own oblast alone, everything secret shown once."""

from __future__ import annotations

import html
import re
from datetime import timedelta
from decimal import Decimal

import pyotp
import pytest
from flask.testing import FlaskClient
from sqlalchemy import event, func, select

from core import clock
from core.access import Role, Scope
from core.accounts.services import create_demo_account
from core.places.models import Official
from core.places.queries import post_units
from core.urn.keys import KeyRing
from ethics.models import Box, Conclusion, Envelope, Questionnaire, Round, RoundState, Slip, Verdict
from ethics.queries import published_scores, round_by_code
from tests.conftest import NOW, SECRET
from tests.ethics import sample
from tests.ethics.sample import BEST, WORST

ROUNDS, MINE = "/staff/ethics-rounds", "/staff/ethics"
OWN, OTHER = sample.OBLASTS
LIST = "Бас маман | Главный специалист | {}"
TOTP = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"


@pytest.fixture
def enter(app, keep):
    """Sign a new account in, in a browser of its own."""

    def act(role: Role, oblast: str | None = None, *, minutes: int = 0) -> FlaskClient:
        login = f"{role.value}-{oblast or 'nation'}-{minutes}"
        number = keep(
            lambda session: create_demo_account(
                session, login=login, name="Айгүл", scopes=[Scope(role, oblast)],
                password="a horse, a lamp, a river", totp_secret=TOTP, secret_key=SECRET, now=NOW,
            ).id
        )  # fmt: skip
        client = app.test_client()
        with client.session_transaction() as cookie:
            cookie.update(_user_id=f"{number}.1", _fresh=True)
            cookie["factor_at"] = (clock.present() - timedelta(minutes=minutes)).isoformat()
        return client

    return act


def get(client: FlaskClient, address: str, status: int = 200) -> str:
    answer = client.get(f"{address}?lang=en")
    assert answer.status_code == status, answer.text
    return html.unescape(answer.text)


def post(client: FlaskClient, address: str, status: int, **data) -> str:
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get(MINE + "?lang=en").text)[1]
    answer = client.post(f"{address}?lang=en", data={"csrf_token": token, **data})
    assert answer.status_code == status, answer.text
    return html.unescape(answer.text)


def read(app, act):
    with app.extensions["storage"].read() as session:
        return act(session)


def prepared_in(keep, headcounts, **changes) -> sample.Prepared:
    return keep(lambda session: sample.prepare(session, headcounts, **changes))


def answered(app, keep, headcount: int = 10) -> sample.Prepared:
    """A closed round about one official, of whom all but one speak well."""
    prepared = prepared_in(keep, [headcount])
    storage, keys = app.extensions["storage"], KeyRing(app.extensions["settings"].key_directory)
    sample.answer_all(storage, keys, prepared, [[BEST] * (headcount - 1) + [WORST]])
    sample.close(storage, keys, prepared)
    return prepared


def test_a_round_is_led_by_its_pages_from_draft_to_conclusion(app, keep, enter):
    agency, commissioner = enter(Role.AGENCY), enter(Role.ETHICS, OWN)
    today = clock.day_of(clock.present())
    draft = {
        "code": "2026-ethics", "contest_code": "2026", "title_kk": "С", "title_ru": "А", "title_en": "Q",
        "items_code": "2026", "asked_kk": "Бәрі", "asked_ru": "Все", "asked_en": "All",
        "opens_on": today.isoformat(), "closes_on": today.isoformat(),
    }  # fmt: skip
    post(agency, f"{ROUNDS}/new", 302, **draft)
    assert "already: take another code" in post(agency, f"{ROUNDS}/new", 422, **draft)
    page = get(agency, f"{ROUNDS}/2026-ethics")
    assert len(re.findall(r'<li class="open">', page)) == 5
    assert "this is missing: Admitted" in post(agency, f"{ROUNDS}/2026-ethics/open", 409)
    keep(lambda session: sample.admit(session, round_by_code(session, "2026-ethics")))
    kato = keep(lambda session: sample.new_official(session, 3)[1])
    post(commissioner, f"{MINE}/new/2026-ethics", 302, kato=kato, positions=LIST.format(6))
    number = read(app, lambda session: session.scalar(select(Questionnaire.id)))
    shares = re.findall(r'<p class="code large">([^<]+)</p>', post(commissioner, f"{MINE}/{number}/key", 200))
    codes = re.findall(r'<p class="code">([^<]+)</p>', post(commissioner, f"{MINE}/{number}/slips", 200))
    assert (len(shares), len(codes)) == (3, 6)
    post(commissioner, f"{MINE}/{number}/rehearsal", 302, first=shares[0], second=shares[1])
    assert "All three shares of each key rehearsed" in post(agency, f"{ROUNDS}/2026-ethics/open", 409)
    post(commissioner, f"{MINE}/{number}/rehearsal", 302, first=shares[2], second=shares[1])
    post(agency, f"{ROUNDS}/2026-ethics/open", 302)
    assert "Published" not in get(agency, f"{ROUNDS}/2026-ethics")
    for place, code in enumerate(codes):
        data = {"code": code, "item-lawful": "4", "item-rights": "4", "item-gain": "1", "item-public": "4"}
        data |= {"item-climate": "1" if place == 5 else "4"}
        assert app.test_client().post("/e/answer", data=data).status_code == 200
    post(agency, f"{ROUNDS}/2026-ethics/close", 302, reason="Test")
    chair = enter(Role.CHAIR, OWN)
    beside = {"login": f"ethics-{OWN}-0", "code": pyotp.TOTP(TOTP).at(clock.present())}
    wrong = post(chair, f"{MINE}/{number}/open", 422, first=shares[0], second=shares[0], **beside)
    assert "Second share: it is the same as the first" in wrong
    post(chair, f"{MINE}/{number}/open", 302, first=shares[1], second=shares[2], **beside)
    assert "To the conclusion" not in get(chair, f"{MINE}/{number}")
    get(chair, f"{MINE}/{number}/conclusion", 403)
    page = get(commissioner, f"{MINE}/{number}/conclusion")
    # Five persons at 100, one at 80: 96.67, in steps of five.
    assert "<dt>Score, 0 to 100</dt><dd>95 (rounded" in page
    assert "<dt>Scored answers</dt><dd>6</dd>" in page
    post(
        commissioner, f"{MINE}/{number}/conclusion", 302, verdict="complies-with-remarks",
        reasons_kk="Ескерту бар", reasons_ru="Есть замечание",
    )  # fmt: skip
    page = get(commissioner, f"{MINE}/{number}/conclusion")
    assert "Version 1, signed" in page
    assert "Есть замечание" in page
    conclusion = read(app, lambda session: session.scalars(select(Conclusion)).one())
    assert conclusion.verdict is Verdict.REMARKS
    (published,) = read(app, lambda session: published_scores(session, round_code="2026-ethics"))
    assert (published.n, published.score, published.is_coarse) == (6, Decimal(95), True)


def test_another_oblasts_commissioner_sees_and_does_nothing(app, keep, enter):
    prepared = answered(app, keep)
    number = prepared.numbers[0]
    shares = prepared.shares[number]
    stranger = enter(Role.ETHICS, OTHER)
    assert "The questionnaires of your oblast will stand here" in get(stranger, MINE)
    get(stranger, f"{MINE}/{number}", 403)
    for verb in ("key", "slips", "remove", "conclusion"):
        post(stranger, f"{MINE}/{number}/{verb}", 403)
    post(stranger, f"{MINE}/{number}/open", 403, first=shares[0], second=shares[1])
    assert read(app, lambda session: session.scalar(select(func.count()).select_from(Envelope))) == 10
    get(stranger, f"{MINE}/999999", 404)
    get(stranger, ROUNDS, 403)


def test_a_chair_sees_the_own_oblasts_questionnaires_and_the_national_one_none(app, keep, enter):
    prepared_in(keep, [5, 5], oblasts=[OWN, OTHER])
    numbers = read(
        app, lambda session: session.scalars(select(Questionnaire.id).order_by(Questionnaire.id)).all()
    )
    for oblast, lines, statuses in ((OWN, 1, [200, 403]), (OTHER, 1, [403, 200]), (None, 0, [403, 403])):
        chair = enter(Role.CHAIR, oblast)
        page = get(chair, MINE)
        assert (page.count('<th scope="row">'), "Add to the round" in page) == (lines, False)
        assert [chair.get(f"{MINE}/{number}").status_code for number in numbers] == statuses
    assert get(enter(Role.AGENCY), MINE).count('<th scope="row">') == 2


def test_a_commissioner_adds_only_known_akims_of_the_own_oblast(app, keep, enter):
    keep(lambda session: sample.draft(session))
    own, other = (
        read(app, lambda session, oblast=oblast: post_units(session, oblast=oblast)[0][1].kato)
        for oblast in sample.OBLASTS
    )
    client = enter(Role.ETHICS, OWN)
    vacant = post(client, f"{MINE}/new/round-1", 422, kato=own, positions=LIST.format(5))
    assert f"Nobody is known to hold the post of {own} today." in vacant
    post(client, f"{MINE}/new/round-1", 403, kato=other, positions=LIST.format(5))
    unknown = post(client, f"{MINE}/new/round-1", 422, kato="999999999", positions=LIST.format(5))
    assert "There is no territorial unit with the code 999999999" in unknown
    keep(lambda session: session.add(_holder(session, own)))
    post(client, f"{MINE}/new/round-1", 302, kato=own, positions=LIST.format(5))
    assert "about this official already" in post(
        client, f"{MINE}/new/round-1", 422, kato=own, positions=LIST.format(5)
    )


def _holder(session, kato: str) -> Official:
    post = next(post for post, unit in post_units(session, oblast=OWN) if unit.kato == kato)
    return Official(post_id=post.id, surname="Ахметов", given_name="Ерлан", since_on=NOW.date())


def test_everything_that_cannot_be_undone_needs_a_fresh_factor(app, keep, enter):
    number = prepared_in(keep, [5], is_open=False).numbers[0]
    commissioner, agency = enter(Role.ETHICS, OWN, minutes=11), enter(Role.AGENCY, minutes=11)
    for client, address in (
        (commissioner, f"{MINE}/{number}/key"), (commissioner, f"{MINE}/{number}/slips"),
        (commissioner, f"{MINE}/{number}/remove"), (commissioner, f"{MINE}/{number}/open"),
        (commissioner, f"{MINE}/{number}/rehearsal"),
        (agency, f"{ROUNDS}/round-1/open"),
        (agency, f"{ROUNDS}/round-1/close"), (agency, f"{ROUNDS}/round-1/publish"),
    ):  # fmt: skip
        assert "/staff/factor" in post(client, address, 302)
    assert read(app, lambda session: session.scalar(select(Round.state))) is RoundState.DRAFT
    assert read(app, lambda session: session.scalar(select(func.count()).select_from(Slip))) == 5


def test_key_and_slips_are_shown_once(app, keep, enter):
    number = prepared_in(keep, [5], is_open=False).numbers[0]
    client = enter(Role.ETHICS, OWN)
    assert "its shares were shown once" in post(client, f"{MINE}/{number}/key", 409)
    assert "they are shown once" in post(client, f"{MINE}/{number}/slips", 409)
    page = get(client, f"{MINE}/{number}")
    assert 'class="code' not in page
    post(client, f"{MINE}/{number}/remove", 302)
    assert read(app, lambda session: session.scalar(select(func.count()).select_from(Questionnaire))) == 0
    assert read(app, lambda session: session.scalar(select(func.count()).select_from(Box))) == 1


def test_slips_are_printed_with_their_address_and_a_picture(app, keep, enter):
    def act(session):
        made = sample.draft(session)
        official, kato = sample.new_official(session)
        return sample.services.add_questionnaire(
            session,
            round=made,
            official_id=official.id,
            kato=kato,
            positions=sample.staff_of(4),
            actor="account:1",
            now=NOW,
        ).id

    number = keep(act)
    page = post(enter(Role.ETHICS, OWN), f"{MINE}/{number}/slips", 200)
    assert len(re.findall(r'<p class="code">', page)) == 4
    assert 'href="data:application/pdf;base64,' in page
    assert "style=" not in page


def test_small_counts_and_scores_stay_hidden_from_the_staff(app, keep, enter):
    prepared = answered(app, keep, headcount=4)
    number = prepared.numbers[0]
    sample.unseal(app.extensions["storage"], prepared)
    commissioner = enter(Role.ETHICS, OWN)
    assert "<dt>Came back</dt><dd>shown only with a score</dd>" in get(commissioner, f"{MINE}/{number}")
    page = get(commissioner, f"{MINE}/{number}/conclusion")
    assert "No number stands here: too few answers came" in page
    assert "Score, 0 to 100" not in page


def test_a_full_office_shows_its_statements_and_the_agency_sees_no_score(app, keep, enter):
    prepared = answered(app, keep)
    number = prepared.numbers[0]
    sample.unseal(app.extensions["storage"], prepared)
    commissioner, agency = enter(Role.ETHICS, OWN), enter(Role.AGENCY)
    page = get(commissioner, f"{MINE}/{number}/conclusion")
    assert page.count('<td class="number" data-label="Mean, 0 to 100">90.00</td>') == 10
    for address in (f"{MINE}/{number}", MINE, ROUNDS, f"{ROUNDS}/round-1"):
        assert "90.00" not in get(agency, address)


def test_lost_shares_are_met_by_publishing_with_a_reason(app, keep, enter):
    answered(app, keep)
    agency = enter(Role.AGENCY)
    assert "1 questionnaire waits to be opened" in get(agency, f"{ROUNDS}/round-1")
    post(agency, f"{ROUNDS}/round-1/publish", 422, reason="")
    post(agency, f"{ROUNDS}/round-1/publish", 302, reason="two shares burnt")
    assert "Published" in get(agency, f"{ROUNDS}/round-1")
    (row,) = read(app, lambda session: published_scores(session, round_code="round-1"))
    assert row.score is None


def test_a_list_of_three_asks_as_many_queries_as_a_list_of_one(app, keep, enter):
    prepared_in(keep, [5])
    prepared_in(keep, [5, 5, 5], code="round-2", oblasts=[OTHER])
    engine, asked, numbers = app.extensions["storage"].engine, [], []
    for oblast, lines in ((OWN, 1), (OTHER, 3)):
        client = enter(Role.ETHICS, oblast)
        event.listen(engine, "before_cursor_execute", note := lambda *given: asked.append(given[2]))
        assert get(client, MINE).count('<th scope="row">') == lines
        event.remove(engine, "before_cursor_execute", note)
        numbers.append(sum(text.startswith("SELECT") for text in asked))
        asked.clear()
    assert numbers[0] == numbers[1]


def test_commands_list_and_close_and_say_faults_plainly(app, keep):
    def run(*words: str):
        with app.app_context():
            return app.test_cli_runner().invoke(args=["ethics", *words])

    prepared_in(keep, [5])
    assert run("items").output.startswith("2026  ")
    assert run("rounds").output == "round-1  open  2026-05-25 to 2026-06-10\n"
    refused = run("open", "round-1")
    assert (refused.exit_code, "no draft any more" in refused.output) == (1, True)
    assert "acts of unused slips are missing for the questionnaires 1" in run("close", "round-1").output
    assert run("close", "round-1", "--reason", "Test").output == "round-1 is closed, 0 answers mixed now\n"
    assert '"returned": null, "outcome": "void"' in run("status", "round-1", "--json").output
    missing = run("status", "nothing")
    assert (missing.exit_code, "There is no ethics round “nothing”." in missing.output) == (1, True)
