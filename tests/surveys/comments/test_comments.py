"""Residents' own words: sealed apart, mixed apart, read by the agency alone, after closing, from ten on."""

from __future__ import annotations

import csv
import io
import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from core import clock
from core.access import Role
from core.urn.models import Intake, TraceKind
from core.urn.services import mix_waiting
from core.web.edge import keys, takers
from surveys.comments.models import Comment
from surveys.comments.queries import commented_units
from surveys.comments.services import comment_box, deposit_comment
from surveys.comments.texts import LONGEST, cleaned
from surveys.queries import asked_unit, campaign_by_code
from surveys.services import close_campaign
from surveys.tickets import Admitted
from tests.conftest import NOW, SECRET
from tests.surveys import sample

PAGE = f"/staff/campaigns/{sample.CODE}/comments"
AFTER = datetime(2026, 6, 21, 9, tzinfo=UTC)


@pytest.fixture
def katos(keep) -> list[str]:
    def make(session: Session) -> list[str]:
        units = sample.katos(session, 2)
        sample.opened(session, units)
        return units

    return keep(make)


@pytest.fixture
def written(app, keep):
    """Deposit words about a unit under tickets numbered from `first`."""

    def write(kato: str, texts: list[str], *, first: int = 0, replaces: bool = False) -> None:
        def put(session: Session) -> None:
            asked = asked_unit(session, code=sample.CODE, kato=kato)
            for number, text in enumerate(texts, start=first):
                admitted = Admitted(f"{kato}{number:07d}".encode(), TraceKind.TICKET, replaces)
                deposit_comment(
                    session, asked=asked, admitted=admitted, text=text, keys=keys(), secret=SECRET, now=NOW
                )

        with app.app_context():
            keep(put)

    return write


def close(app, keep) -> None:
    def shut(session: Session) -> None:
        campaign = campaign_by_code(session, sample.CODE)
        close_campaign(
            session,
            campaign=campaign,
            secret=SECRET,
            keys=keys(),
            takers=takers(),
            actor=sample.ACTOR,
            now=AFTER,
        )

    with app.app_context():
        keep(shut, now=AFTER)


def kept(app) -> list[tuple[str, str]]:
    with app.extensions["storage"].read() as session:
        return sorted((row.kato, row.text) for row in session.scalars(select(Comment)))


def text(answer) -> str:
    return re.sub(r"\s+", " ", answer.get_data(as_text=True))


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("  plain  ", "plain"),
        ("one\r\ntwo\rthree", "one\ntwo\nthree"),
        ("a\n\n\n\n\nb", "a\n\nb"),
        ("\x00\x07tab\there\x7f\x9b", "tab here"),
        ("left\u202eright\u2066\u200b\ufeff", "leftright"),
        ("әңғүұқөһі 👨\u200d👩", "әңғүұқөһі 👨\u200d👩"),
        ("\ud800lone", "lone"),
        (" \r\n\t\x00 ", ""),
    ],
)
def test_what_cannot_be_seen_is_taken_out(typed: str, shown: str):
    assert cleaned(typed) == shown


def test_comments_wait_sealed_and_are_mixed_from_five_on(app, katos, written):
    written(katos[0], ["road", "school", "water", "light"])
    with app.extensions["storage"].read() as session:
        waiting = session.scalars(select(Intake)).all()
    assert {row.box for row in waiting} == {comment_box(sample.CODE)}
    assert {len(row.sealed) for row in waiting} == {2096}  # one length, however long the words
    storage = app.extensions["storage"]
    with app.app_context():
        assert mix_waiting(storage, keys=keys(), takers=takers(), now=NOW) == 0
        written(katos[0], ["bridge"], first=4)
        assert mix_waiting(storage, keys=keys(), takers=takers(), now=NOW) == 5
    assert kept(app) == [(katos[0], word) for word in ("bridge", "light", "road", "school", "water")]
    columns = {column["name"] for column in inspect(storage.engine).get_columns("survey_comments")}
    assert columns == {"key", "campaign_id", "kato", "text"}


def test_the_same_trace_again_changes_nothing_unless_it_replaces(app, keep, katos, written):
    written(katos[0], ["first"])
    written(katos[0], ["second"])
    written(katos[1], ["old"], replaces=True)
    written(katos[1], ["new"], replaces=True)
    written(katos[1], ["taken back"], first=1, replaces=True)
    written(katos[1], [""], first=1, replaces=True)
    close(app, keep)
    assert kept(app) == [(katos[0], "first"), (katos[1], "new")]


def test_longest_words_fit_in_any_alphabet(app, keep, katos, written):
    written(katos[0], ["қ" * LONGEST, "👍" * LONGEST])
    close(app, keep)
    assert [len(words) for _kato, words in kept(app)] == [LONGEST, LONGEST]


def test_nothing_is_read_before_closing(client, keep, katos, written):
    written(katos[0], [f"word {number}" for number in range(12)])
    sample.signed_in(client, keep, Role.AGENCY)
    for address in (PAGE, f"{PAGE}/{katos[0]}", f"{PAGE}.csv"):
        answer = client.get(f"{address}?lang=en")
        assert answer.status_code == 409
        assert "word 1" not in text(answer)


def test_the_agency_reads_places_with_ten_comments_and_no_others(
    app, client, keep, katos, written, monkeypatch
):
    words = [f"word {number}" for number in range(8)]
    written(katos[0], [*words, "<script>alert(1)</script>", '=HYPERLINK("x")\nnext line'])
    written(katos[1], [f"other {number}" for number in range(9)])
    close(app, keep)
    monkeypatch.setattr(clock, "present", lambda: NOW + timedelta(minutes=1))
    sample.signed_in(client, keep, Role.AGENCY)
    page = text(client.get(f"{PAGE}?lang=en"))
    assert re.findall(rf'href="{PAGE}/(\d+)"', page) == [katos[0]]
    shown = text(client.get(f"{PAGE}/{katos[0]}?lang=en"))
    assert shown.count("<blockquote>") == 10
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in shown
    assert "<script>alert" not in shown
    found = re.findall(r"<blockquote>(word \d)</blockquote>", shown)
    assert sorted(found) == words
    for address in (f"{PAGE}/{katos[1]}", f"{PAGE}/{katos[0]}?page=2", f"{PAGE}/000000000"):
        assert client.get(address).status_code == 404
    exported = client.get(f"{PAGE}.csv")
    rows = list(csv.reader(io.StringIO(exported.get_data(as_text=True).removeprefix("\ufeff"))))
    assert (len(rows), {row[0] for row in rows[1:]}) == (11, {katos[0]})
    assert '\'=HYPERLINK("x")\nnext line' in [row[2] for row in rows]


def test_exactly_ten_are_read_and_nine_are_not(app, keep, katos, written):
    written(katos[0], [f"word {number}" for number in range(10)])
    written(katos[1], [f"word {number}" for number in range(9)])
    close(app, keep)
    with app.extensions["storage"].read() as session:
        found = commented_units(session, campaign=campaign_by_code(session, sample.CODE))
    assert [(one.unit.kato, one.count) for one in found] == [(katos[0], 10)]


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.AUDITOR, Role.CHAIR])
def test_nobody_but_the_agency_reads(client, keep, katos, role: Role):
    sample.signed_in(client, keep, role)
    assert client.get(PAGE).status_code == 403
    assert client.get(f"{PAGE}.csv").status_code == 403


def test_the_order_of_arrival_is_lost(app, keep, katos, written):
    words = [f"{number:02d}" for number in range(40)]
    written(katos[0], words)
    close(app, keep)
    with app.extensions["storage"].read() as session:
        stored = session.scalars(select(Comment.text).order_by(Comment.key)).all()
    assert sorted(stored) == words
    assert stored != words
