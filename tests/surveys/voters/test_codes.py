"""Codes: one voice for each, never more than adults, and nothing kept that shows a code or its use."""

from __future__ import annotations

import re
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as some
from sqlalchemy import delete, func, inspect, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core import clock
from core.audit import JournalEntry
from core.codes import code_mark, grouped, new_code
from core.errors import BadInput, Conflict, NotFound
from core.places.models import Population
from core.storage import Storage, open_storage
from core.urn.keys import KeyRing
from core.urn.models import Intake, LedgerEntry, TraceKind
from core.urn.services import mix_box, mix_waiting
from core.web.edge import keys, takers
from core.web.limits import limiter
from surveys.answers import Origin
from surveys.checklist import checklist
from surveys.intake import deposit_answer
from surveys.models import Ballot, CampaignState, CampaignUnit
from surveys.queries import asked_unit, box_of, campaign_by_code
from surveys.recount import recount
from surveys.rules import Mode, SurveyRules
from surveys.services import close_campaign, open_campaign
from surveys.tickets import Admitted, new_ticket, read_ticket
from surveys.voters.admission import admit_code
from surveys.voters.models import Code, CodeCount
from surveys.voters.queries import CODE_PURPOSE, codes_by_unit, planned_batch
from surveys.voters.services import count_back, draw_codes, keep_codes, withdraw_codes
from tests.conftest import NOW, SECRET
from tests.surveys import sample

RULES = SurveyRules(criteria_set="2020-six", modes=("codes",))
CHOSEN = dict.fromkeys(("rights", "services", "families", "employment", "infrastructure", "community"), "4")
ACTOR = sample.ACTOR


@pytest.fixture(autouse=True)
def june(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(clock, "present", lambda: NOW)


def drafted(session: Session, adults: tuple[int, ...] = (40, 30)) -> list[str]:
    """A draft with codes over units with so many adults."""
    units = sample.katos(session, len(adults))
    sample.population(session, dict(zip(units, adults, strict=True)))
    campaign = sample.drafted(session, units, mode=Mode.CODES)
    sample.admitted(session, campaign, RULES)
    return units


def make(session: Session, kato: str, count: int | None) -> list[str]:
    campaign = campaign_by_code(session, sample.CODE)
    planned = planned_batch(session, campaign=campaign, kato=kato, count=count)
    codes = draw_codes(planned.count)
    keep_codes(
        session, campaign=campaign, kato=kato, batch=planned.number, codes=codes, secret=SECRET, actor=ACTOR,
        now=NOW,
    )  # fmt: skip
    return codes


def opened(session: Session, adults: tuple[int, ...] = (40, 30)) -> dict[str, list[str]]:
    """An open survey with a code for each adult, by unit."""
    codes = {kato: make(session, kato, None) for kato in drafted(session, adults)}
    open_campaign(session, campaign=campaign_by_code(session, sample.CODE), actor=ACTOR, now=NOW)
    return codes


@pytest.fixture
def codes(keep) -> dict[str, list[str]]:
    return keep(opened)


def answer(client, kato: str, code: str, **changes: str):
    page = client.get(f"/s/{sample.CODE}/{kato}?lang=en")
    sent = {"ticket": sample.ticket(page.text), "code": code, **CHOSEN, **changes}
    return client.post(f"/s/{sample.CODE}/{kato}?lang=en", data=sent)


def waiting(app) -> list[Intake]:
    with app.extensions["storage"].read() as session:
        return list(session.scalars(select(Intake).where(Intake.box == box_of(sample.CODE))))


def ratings(app) -> list[str]:
    with app.extensions["storage"].read() as session:
        return sorted(session.scalars(select(Ballot.ratings)))


def mix(app) -> None:
    with app.app_context():
        mix_waiting(app.extensions["storage"], keys=keys(), takers=takers(), now=NOW)


def words(answer) -> str:
    """The page without what differs between any two: the receipt."""
    page = re.sub(r'class="receipt">[^<]+<', 'class="receipt"><', answer.text)
    return re.sub(r"\s+", " ", page)


# -- the way in


def test_the_form_asks_for_the_code_and_a_letters_code_lets_one_in(app, client, codes):
    kato = next(iter(codes))
    page = client.get(f"/s/{sample.CODE}/{kato}?lang=en").text
    assert re.search(r'<input id="code" name="code"', page)
    assert "code.js" in page
    code = codes[kato][0]
    thanked = answer(client, kato, grouped(code).lower())
    assert (thanked.status_code, "Thank you. Your answer has arrived." in thanked.text) == (200, True)
    assert code not in thanked.text.replace(" ", "")
    (row,) = waiting(app)
    assert (row.kind, row.cell) == (TraceKind.CODE, kato)
    assert bytes(row.trace) == code_mark(SECRET, CODE_PURPOSE, code)


def test_a_wrong_foreign_or_neighbours_code_is_told_plainly_with_all_that_was_chosen_kept(app, client, codes):
    here, there = codes
    slip = codes[here][0][:-1] + ("A" if codes[here][0][-1] != "A" else "B")
    for typed, sentence in (
        ("", "Type the code of your letter: 16 letters and digits."),
        ("what code?", "is not a code"),
        (slip, "has a slip in it"),
        (new_code(12), "A code has 16 letters and digits, this one has 12"),
        (new_code(16), "This code is not of this survey."),
        (codes[there][0], "choose that place under “Another village”"),
    ):
        refused = answer(client, here, typed, rights="1")
        assert refused.status_code == 422, typed
        assert sentence in refused.text
        assert 'href="#code"' in refused.text
        assert f'name="code" value="{typed}"' in refused.text
        assert re.search(r'name="rights" id="rights-1" value="1" checked', refused.text)
    assert waiting(app) == []


def test_a_code_of_another_survey_is_not_of_this_one(app, client, codes, keep):
    def other(session: Session) -> str:
        kato = next(iter(codes))
        sample.drafted(session, [kato], code="2026-other", mode=Mode.CODES)
        campaign = campaign_by_code(session, "2026-other")
        (code,) = draw_codes(1)
        keep_codes(
            session, campaign=campaign, kato=kato, batch=1, codes=[code], secret=SECRET, actor=ACTOR, now=NOW
        )
        return code

    refused = answer(client, next(iter(codes)), keep(other))
    assert (refused.status_code, "This code is not of this survey." in refused.text) == (422, True)


def test_guesses_wait_a_minute_at_most_and_a_slip_of_the_pen_costs_nothing(app, client, codes, monkeypatch):
    kato = next(iter(codes))
    monkeypatch.setattr("time.time", lambda: NOW.timestamp())  # by which the limits count the minute
    app.config["RATELIMIT_ENABLED"] = True
    limiter.init_app(app)
    try:
        slips = {answer(client, kato, "ABCD EFGH").status_code for _try in range(35)}
        guesses = [answer(client, kato, new_code(16)) for _try in range(31)]
        held = answer(client, kato, codes[kato][0], rights="2")
    finally:
        limiter.reset()
        limiter.enabled = False
    assert slips == {422}
    assert [one.status_code for one in guesses] == [422] * 30 + [429]
    wait = int(re.search(r"Please wait (\d+) seconds", held.text)[1])
    assert (held.status_code, wait) == (429, 60)
    assert re.search(r'id="rights-2" value="2" checked', held.text)
    assert answer(client, kato, codes[kato][0]).status_code == 200


# -- one code, one voice


def test_before_mixing_the_later_answer_counts_after_it_the_first_and_no_page_tells(app, client, codes):
    kato = next(iter(codes))
    first, *others = codes[kato][:5]
    once = answer(client, kato, first, rights="1")
    twice = answer(client, kato, first, rights="2")
    assert words(once) == words(twice)
    for code in others:
        answer(client, kato, code)
    assert len(waiting(app)) == 5
    mix(app)
    assert ratings(app) == ["244444", "444444", "444444", "444444", "444444"]
    late = answer(client, kato, first, rights="5")
    assert words(late) == words(once)
    assert waiting(app) == []
    assert ratings(app) == ["244444", "444444", "444444", "444444", "444444"]


def test_a_receipt_does_not_tell_whether_an_answer_replaced_another(app, client, codes):
    kato = next(iter(codes))
    first, *others = codes[kato][:5]
    thanked = answer(client, kato, first)
    receipt = re.search(r'class="receipt">([^<]+)<', thanked.text)[1]
    before = client.post("/receipt?lang=en", data={"code": receipt})
    for code in others:
        answer(client, kato, code)
    mix(app)
    after = client.post("/receipt?lang=en", data={"code": receipt})
    assert "Received." in before.text
    assert words(before) == words(after)


@hypothesis_settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(some.lists(some.tuples(some.integers(0, 6), some.sampled_from("12345")), min_size=5, max_size=20))
def test_however_often_codes_are_used_each_is_one_ballot_the_last_before_mixing(
    backend, places, tmp_path, monkeypatch: pytest.MonkeyPatch, sent: list[tuple[int, str]]
):
    """A property of the urn and the admission together; each example on a database of its own."""
    monkeypatch.setattr(limiter, "enabled", False)  # as an application of the tests leaves it
    url = backend.copy(places)
    storage, ring = open_storage(url), KeyRing(tmp_path / "keys")
    try:
        with storage.write(now=NOW) as session:
            ((kato, codes),) = opened(session, (7,)).items()
        last: dict[int, str] = {}
        for number, rating in sent:
            with storage.write(now=NOW) as session:
                put(session, ring, kato, codes[number], rating * 6)
            last[number] = rating * 6
        with storage.write(now=NOW) as session:
            mix_box(session, keys=ring, box=box_of(sample.CODE), takers=sample.TAKERS, now=NOW, closing=True)
        for number, rating in sent:
            with storage.write(now=NOW) as session:
                put(session, ring, kato, codes[number], rating * 6)
        with storage.read() as session:
            assert sorted(session.scalars(select(Ballot.ratings))) == sorted(last.values())
            assert session.scalar(select(func.count()).select_from(LedgerEntry)) == len(last)
    finally:
        storage.engine.dispose()
        backend.drop(url)


def put(session: Session, ring: KeyRing, kato: str, code: str, given: str) -> None:
    asked = asked_unit(session, code=sample.CODE, kato=kato)
    ticket = read_ticket(new_ticket(asked, secret=SECRET, now=NOW), asked=asked, secret=SECRET, now=NOW)
    admitted = admit_code(
        session, asked=asked, ticket=ticket, sent={"code": code}, caller="c", secret=SECRET, now=NOW
    )
    assert isinstance(admitted, Admitted), admitted
    deposit_answer(
        session,
        asked=asked,
        admitted=admitted,
        answer=sample.answer(given),
        keys=ring,
        secret=SECRET,
        now=NOW,
    )


# -- the lists


def test_never_more_codes_than_adults_and_unknown_adults_are_told_to_be_loaded(settled: Storage):
    with settled.write(now=NOW) as session:
        small, unknown = drafted(session, (4, 9))
        assert len(make(session, small, 3)) == 3
        with pytest.raises(Conflict, match="2 more codes are not possible.* it has 4 adults and 3 codes"):
            make(session, small, 2)
        assert len(make(session, small, None)) == 1
        with pytest.raises(Conflict, match="0 more codes are not possible"):
            make(session, small, None)
        session.execute(delete(Population).where(Population.unit_kato == unknown))
        with pytest.raises(Conflict, match=f"{unknown} is not known.* load the population first"):
            make(session, unknown, 1)
        assert session.scalar(select(func.count()).select_from(Code)) == 4


def test_two_makers_at_once_do_not_pass_the_number_of_adults(settled: Storage):
    with settled.write(now=NOW) as session:
        (kato,) = drafted(session, (10,))
    together, outcomes = threading.Barrier(2), []

    def maker() -> None:
        with settled.read() as session:
            campaign = campaign_by_code(session, sample.CODE)
            planned = planned_batch(session, campaign=campaign, kato=kato, count=7)
        together.wait(timeout=120)
        try:
            with settled.write(now=NOW) as session:
                keep_codes(
                    session, campaign=campaign_by_code(session, sample.CODE), kato=kato,
                    batch=planned.number, codes=draw_codes(7), secret=SECRET, actor=ACTOR, now=NOW,
                )  # fmt: skip
            outcomes.append("made")
        except Conflict:
            outcomes.append("refused")

    makers = [threading.Thread(target=maker) for _one in range(2)]
    for one in makers:
        one.start()
    for one in makers:
        one.join(timeout=300)
    assert sorted(outcomes) == ["made", "refused"]
    with settled.read() as session:
        assert session.scalar(select(func.count()).select_from(Code)) == 7
        assert session.scalars(select(CodeCount.made)).all() == [7]


def test_a_file_that_was_planned_before_another_was_made_is_not_kept(settled: Storage):
    with settled.write(now=NOW) as session:
        kato, _other = drafted(session)
        campaign = campaign_by_code(session, sample.CODE)
        planned = planned_batch(session, campaign=campaign, kato=kato, count=2)
        make(session, kato, 2)
        with pytest.raises(Conflict, match="Other codes were made for the unit"):
            keep_codes(
                session, campaign=campaign, kato=kato, batch=planned.number, codes=draw_codes(2),
                secret=SECRET, actor=ACTOR, now=NOW,
            )  # fmt: skip
        make(session, kato, 2)
        assert session.scalars(select(CodeCount.batch).order_by(CodeCount.batch)).all() == [1, 2]


def test_a_code_itself_is_kept_nowhere_and_its_mark_tells_no_order(settled: Storage):
    with settled.write(now=NOW) as session:
        kato, _other = drafted(session)
        codes = make(session, kato, 20)
    columns = {column["name"] for column in inspect(settled.engine).get_columns("survey_codes")}
    assert columns == {"mark", "campaign_id", "kato"}
    with settled.read() as session:
        order = "ctid" if settled.engine.dialect.name == "postgresql" else "mark"
        stored = [
            bytes(one)
            for one in session.scalars(text(f"SELECT mark FROM survey_codes ORDER BY {order}"))  # noqa: S608
        ]
        assert stored == sorted(stored)
        assert set(stored) == {code_mark(SECRET, CODE_PURPOSE, code) for code in codes}
        for name in inspect(settled.engine).get_table_names():
            if name.startswith(("survey_", "urn_", "journal")):
                rows = repr(session.execute(text(f"SELECT * FROM {name}")).all())  # noqa: S608
                assert not [code for code in codes if code in rows], name
        made = session.scalars(select(JournalEntry.details).where(JournalEntry.action == "codes.make")).one()
        assert made == f'{{"batch":1,"count":20,"kato":"{kato}"}}'


def test_a_survey_with_codes_opens_when_every_unit_has_its_list(settled: Storage):
    with settled.write(now=NOW) as session:
        first, second = drafted(session)
        campaign = campaign_by_code(session, sample.CODE)

        def missing() -> list[str]:
            items = checklist(session, campaign=campaign, now=NOW)
            return [str(item.label) for item in items if item.is_needed and not item.done]

        make(session, first, 30)
        assert missing() == ["Every unit has its list of codes"]
        with pytest.raises(Conflict, match="Units without codes: 1"):
            open_campaign(session, campaign=campaign, actor=ACTOR, now=NOW)
        make(session, second, 1)
        session.execute(Population.__table__.update().where(Population.unit_kato == first).values(adults=29))
        assert missing() == ["No unit has more codes than adults"]
        withdraw_codes(session, campaign=campaign, kato=first, reason="a new count", actor=ACTOR, now=NOW)
        make(session, first, None)
        assert missing() == []
        open_campaign(session, campaign=campaign, actor=ACTOR, now=NOW)
        assert campaign.state is CampaignState.OPEN
        with pytest.raises(Conflict, match="can no longer be withdrawn"):
            withdraw_codes(session, campaign=campaign, kato=first, reason="x", actor=ACTOR, now=NOW)


def test_letters_are_counted_back_within_what_was_made(settled: Storage):
    with settled.write(now=NOW) as session:
        kato, _other = opened(session)
        campaign = campaign_by_code(session, sample.CODE)

        def count(spoiled: int, returned: int, batch: int = 1) -> None:
            count_back(
                session, campaign=campaign, kato=kato, batch=batch, spoiled=spoiled, returned=returned,
                actor=ACTOR, now=NOW,
            )  # fmt: skip

        count(2, 8)
        count(1, 9)
        with pytest.raises(BadInput, match="11 spoiled and 30 returned letters cannot be: the list has 40"):
            count(11, 30)
        with pytest.raises(NotFound, match="no list number 2"):
            count(0, 0, batch=2)
        (row, _rest) = codes_by_unit(session, campaign=campaign, as_of=NOW.date())
        assert (row.made, row.spoiled, row.returned, row.used, row.exceeds_made) == (40, 1, 9, 0, False)
        with pytest.raises(IntegrityError, match="counted_back"), session.begin_nested():
            session.execute(CodeCount.__table__.update().values(returned=41))


def test_what_was_used_is_shown_a_day_late_in_steps_of_five_and_marks_are_forgotten_at_closing(
    settled: Storage, tmp_path: Path
):
    ring = KeyRing(tmp_path / "keys")
    with settled.write(now=NOW) as session:
        codes = opened(session)
    kato, other = codes
    with settled.write(now=NOW) as session:
        for code in codes[kato][:9]:
            put_as_web(session, ring, kato, code)
        mix_box(session, keys=ring, box=box_of(sample.CODE), takers=sample.TAKERS, now=NOW)
    with settled.read() as session:
        campaign = campaign_by_code(session, sample.CODE)
        today = clock.day_of(NOW)
        used = {
            day: [row.used for row in codes_by_unit(session, campaign=campaign, as_of=day)]
            for day in (today - timedelta(days=1), today)
        }
        assert used == {today - timedelta(days=1): [0, 0], today: [5, 0]}
    # What comes on the last day stands on no page: beside the exact number it would tell of a few.
    last = datetime(2026, 6, 20, 9, tzinfo=UTC)
    with settled.write(now=last) as session:
        for code in codes[kato][9:20]:
            put_as_web(session, ring, kato, code)
        mix_box(session, keys=ring, box=box_of(sample.CODE), takers=sample.TAKERS, now=last)
        campaign = campaign_by_code(session, sample.CODE)
        late = codes_by_unit(session, campaign=campaign, as_of=campaign.closes_on + timedelta(days=3))
        assert [row.used for row in late] == [5, 0]
    with settled.write(now=NOW) as session:
        close_campaign(
            session, campaign=campaign_by_code(session, sample.CODE), secret=SECRET, keys=ring,
            takers=sample.TAKERS, actor=ACTOR, now=datetime(2026, 6, 21, 9, tzinfo=UTC),
        )  # fmt: skip
    with settled.read() as session:
        assert session.scalar(select(func.count()).select_from(Code)) == 0
        assert recount(session, campaign=campaign_by_code(session, sample.CODE)).faults == ()
        assert session.scalar(select(func.count()).select_from(LedgerEntry)) == 20
        assert sorted(session.scalars(select(CodeCount.made))) == [30, 40]
        assert session.scalar(select(func.count()).select_from(CampaignUnit)) == 2


def put_as_web(session: Session, ring: KeyRing, kato: str, code: str) -> None:
    asked = asked_unit(session, code=sample.CODE, kato=kato)
    deposit_answer(
        session, asked=asked,
        admitted=Admitted(code_mark(SECRET, CODE_PURPOSE, code), TraceKind.CODE, replaces=True),
        answer=sample.Answer("444444", Origin.WEB, Mode.CODES), keys=ring, secret=SECRET, now=NOW,
    )  # fmt: skip
