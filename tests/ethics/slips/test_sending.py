"""Codes by e-mail, against a real SMTP server of the test: each once, failures named, nothing kept."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import inspect, text

from core.codes import clean_code
from core.errors import BadInput, NotFound, Unavailable
from core.mail import Letter, send_letters
from core.storage import Storage
from core.urn.keys import KeyRing
from ethics import services
from ethics.models import Questionnaire
from ethics.slips.queries import issue_of, voided_slips
from ethics.slips.sending import read_addresses, send_slips
from tests.conftest import NOW, SECRET
from tests.ethics import sample
from tests.ethics.sample import ACTOR
from tests.ethics.slips.post import Post

SENDER = "ethics@example.kz"


def drafted(storage: Storage, people: int) -> int:
    with storage.write(now=NOW) as session:
        made = sample.draft(session)
        official, kato = sample.new_official(session)
        return services.add_questionnaire(
            session, round=made, official_id=official.id, kato=kato, positions=sample.staff_of(people),
            actor=ACTOR, now=NOW,
        ).id  # fmt: skip


def send(storage: Storage, number: int, addresses: list[str], url: str) -> list[str]:
    return send_slips(
        storage, number=number, addresses=addresses, smtp_url=url, mail_from=SENDER,
        public_url="https://uni.example.kz", secret=SECRET, actor=ACTOR, now=NOW,
    )  # fmt: skip


def everything(storage: Storage) -> str:
    with storage.read() as session:
        tables = inspect(session.get_bind()).get_table_names()
        quiet = [name for name in tables if not name.startswith(("kato", "unit", "place"))]
        return " ".join(
            str(row) for name in quiet for row in session.execute(text(f'SELECT * FROM "{name}"'))
        )


def test_each_address_gets_a_code_of_its_own_and_nothing_of_it_is_kept(settled: Storage, post: Post):
    number = drafted(settled, 5)
    addresses = ["a@example.kz", "b@example.kz", "refused@example.kz", "cut@example.kz", "c@example.kz"]
    failed = send(settled, number, addresses, post.url)
    assert sorted(failed) == ["cut@example.kz", "refused@example.kz"]
    assert sorted(address for address, _text in post.taken) == [
        "a@example.kz", "b@example.kz", "c@example.kz"
    ]  # fmt: skip
    codes = [clean_code(re.search(r"type this code: ([A-Z0-9 ]+)", said)[1]) for _address, said in post.taken]
    assert len(set(codes)) == 3
    assert "кодты теріңіз" in post.taken[0][1]
    assert "введите код" in post.taken[0][1]
    assert "https://uni.example.kz/e\n" not in post.taken[0][1]
    with settled.read() as session:
        asked = session.get_one(Questionnaire, number)
        assert (issue_of(session, asked).undelivered, voided_slips(session, asked)) == (2, 2)
    kept = everything(settled)
    assert "ethics-slips.issue" in kept
    assert not [word for word in (*addresses, *codes) if word in kept]


def test_a_server_that_cannot_be_reached_leaves_no_slips(settled: Storage, no_post: str):
    number = drafted(settled, 2)
    with pytest.raises(Unavailable, match="nothing was sent"):
        send(settled, number, ["a@example.kz", "b@example.kz"], no_post)
    with settled.write(now=NOW) as session:
        asked = session.get_one(Questionnaire, number)
        assert asked.slips_on is None
        made = services.make_slips(session, questionnaire=asked, secret=SECRET, actor=ACTOR, now=NOW)
        assert len(made) == 2


def test_a_code_sent_answers_and_an_undelivered_one_does_not(settled: Storage, post: Post, tmp_path):
    with settled.write(now=NOW) as session:
        prepared = sample.prepare(session, [2])
        asked, keys = prepared.questionnaire(session), KeyRing(tmp_path / "keys")
        good, bad = prepared.codes[asked.id]
        services.record_sending(
            session, questionnaire=asked, secret=SECRET, failed=[bad], actor=ACTOR, now=NOW
        )
        assert sample.answer(session, keys, good).receipt
        with pytest.raises(NotFound):
            sample.answer(session, keys, bad)


def test_one_line_serves_all_letters_and_is_opened_anew_when_it_breaks(post: Post):
    letters = [Letter(f"{name}@example.kz", "Тақырып", "Мәтін") for name in ("a", "cut", "b", "c")]
    assert send_letters(letters, url=post.url, sender=SENDER) == [1]
    assert (len(post.taken), post.lines) == (3, 2)


@pytest.mark.parametrize(
    ("typed", "fault"),
    [
        ("a@example.kz", "There are 1 addresses and 2 slips"),
        ("a@example.kz, b", "“b” is no e-mail address"),
        ("a@example.kz A@example.kz", "“A@example.kz” stands there twice"),
        ("a@example.kz\nb@example.kz\r\nBcc:c@example.kz", "3 addresses and 2 slips"),
    ],
)
def test_faulty_addresses_are_refused(typed: str, fault: str):
    with pytest.raises(BadInput, match=fault):
        read_addresses(typed, count=2)
