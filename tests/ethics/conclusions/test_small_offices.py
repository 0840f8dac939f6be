"""Small offices, from answers to page, file and ranking: what is kept back is kept back everywhere."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from decimal import Decimal

import pytest
from flask.testing import FlaskClient

from contest.composition import composite
from contest.sources.ethics import ethics_table
from core import clock
from core.access import Role, Scope
from core.measures import Subject
from core.urn.keys import KeyRing
from ethics import services
from ethics.conclusions.wording import COARSE, NO_NUMBER
from ethics.models import Questionnaire, Verdict
from tests import staff
from tests.conftest import NOW
from tests.ethics import sample
from tests.ethics.paper import text_of
from tests.ethics.sample import ACTOR, BEST, WORST

OWN = sample.OBLASTS[0]
MIXED = "4411414111"


@dataclass(frozen=True)
class Office:
    """What people answer, and what may be seen: the page's facts, the score and error of the ranking."""

    answers: list[str]
    facts: dict[str, str]
    score: str | None = None
    is_kind: bool = False


#: By hand: BEST is 100, WORST 0, MIXED 80 points. Of nine, 860 / 9 = 95.56; of ten, squares of 640 of 25,000.
OFFICES = {
    "four": Office([BEST] * 3 + [WORST], {}, is_kind=True),
    "five alike": Office([BEST] * 5, {}, is_kind=True),
    "five": Office([BEST] * 4 + [WORST], {"Score, 0 to 100": "80", "Scored answers": "5"}, "80"),
    "nine": Office([BEST] * 7 + [MIXED] * 2, {"Score, 0 to 100": "95", "Scored answers": "9"}, "95"),
    "ten": Office(
        [BEST] * 8 + [MIXED] * 2,
        {"Score, 0 to 100": "96.00", "Scored answers": "10", "Agreement among respondents": "85 %"}, "96.00",
    ),
}  # fmt: skip


@pytest.fixture
def opened(app, keep) -> dict[str, int]:
    """All offices of a round, opened and concluded; the questionnaires' numbers by office."""
    answers = [office.answers for office in OFFICES.values()]
    prepared = keep(lambda session: sample.prepare(session, [len(given) for given in answers]))
    storage, keys = app.extensions["storage"], KeyRing(app.extensions["settings"].key_directory)
    sample.answer_all(storage, keys, prepared, answers)
    sample.close(storage, keys, prepared)
    for place in range(len(answers)):
        sample.unseal(storage, prepared, place)

    def conclude(session) -> None:
        for place in range(len(answers)):
            services.conclude(
                session, questionnaire=prepared.questionnaire(session, place), verdict=Verdict.FAILS,
                reasons_kk="Ескерту бар", reasons_ru="Есть замечание", actor=ACTOR, now=NOW,
            )  # fmt: skip

    keep(conclude)
    return dict(zip(OFFICES, prepared.numbers, strict=True))


@pytest.fixture
def commissioner(app, keep) -> FlaskClient:
    number = keep(lambda session: staff.person(session, "commissioner", Scope(Role.ETHICS, OWN)).id)
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie.update(_user_id=f"{number}.1", _fresh=True, factor_at=clock.present().isoformat())
    return client


def test_pages_and_files_of_small_offices_show_what_may_be_shown(opened, commissioner):
    for name, office in OFFICES.items():
        address = f"/staff/ethics/{opened[name]}/conclusion"
        page = html.unescape(commissioner.get(f"{address}?lang=en").text)
        facts = {
            term: said.partition(" (")[0]
            for term, said in re.findall(r"<dt>([^<]+)</dt><dd>([^<]+)</dd>", page)
        }
        error = facts.pop("Standard error", None)
        assert (name, facts) == (name, office.facts)
        assert (error is None, "No number stands here" in page) == (office.is_kind, office.is_kind)
        assert ("<table" in page) == (name == "ten")
        assert_file_says(office, error, text_of(commissioner.get(f"{address}/1.pdf").data))


def assert_file_says(office: Office, error: str | None, text: str) -> None:
    """Both halves of the file say the same numbers, or that there are none."""
    flat = " ".join(text.split())
    kind, coarse = NO_NUMBER["ru"], COARSE["ru"]
    is_coarse = len(office.answers) < 10 and not office.is_kind
    assert (kind in flat, coarse in flat) == (office.is_kind, is_coarse)
    assert ("Балл, 0–100" in flat) != office.is_kind
    if office.score is not None:
        spoken = office.score.replace(".", ",")
        assert re.findall(r"(?:Ұпай|Балл), 0–100: (\S+)", flat) == [spoken, spoken]
        assert re.findall(r"(?:қате|ошибка): ± (\S+)", flat) == [error.replace(".", ",")] * 2
    assert ("Согласованность ответов" in flat) == (len(office.answers) >= 10)
    assert flat.count("Само по себе оно никого не исключает") == 1
    assert "Сәйкес келмейді" in flat
    assert "Не соответствует" in flat


def test_the_ranking_gets_the_published_number_and_a_kept_back_one_follows_the_missing_rule(app, opened):
    with app.extensions["storage"].read() as session:
        table = ethics_table(session, round_code="round-1")
        officials = [session.get_one(Questionnaire, number).official_id for number in opened.values()]
    rows = [table.get(Subject("official", str(official))) for official in officials]
    assert [row.value for row in rows] == [
        office.score and Decimal(office.score) for office in OFFICES.values()
    ]  # fmt: skip
    for row in rows:
        assert (row.n is None) == (row.standard_error is None) == (row.value is None)
        assert row.value is None or 0 <= row.value <= 100
    small, weights = rows[0], {"survey": Decimal("0.75"), "ethics": Decimal("0.25")}
    values, errors = {"survey": Decimal(60), "ethics": small.value}, {"survey": Decimal(2)}
    reweighed = composite(values, weights, errors)
    assert (reweighed.value, reweighed.missing, reweighed.reweighed) == (Decimal("60.00"), ("ethics",), True)
    assert composite(values, weights, errors, missing="not eligible").value is None
