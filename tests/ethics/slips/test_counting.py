"""Slips from the making to the act: lots, witnesses, voided codes, the acts before closing, the response."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import select

from core.audit import JournalEntry
from core.codes import grouped
from core.errors import BadInput, Conflict, NotFound
from core.storage import Storage
from core.urn.keys import KeyRing
from ethics import services
from ethics.models import RoundState
from ethics.slips.models import PositionLine, SlipAct, SlipIssue
from ethics.slips.queries import made_slips, rate, rates_of, voided_slips, without_act
from tests.conftest import NOW, SECRET
from tests.ethics import sample
from tests.ethics.sample import ACTOR

WITNESSES = ("Бас маман", "Кеңесші")


@pytest.fixture
def keys(tmp_path) -> KeyRing:
    return KeyRing(tmp_path / "keys")


def issue(session, questionnaire) -> None:
    services.record_issue(session, questionnaire=questionnaire, witnesses=WITNESSES, actor=ACTOR, now=NOW)


def void(session, questionnaire, text: str) -> int:
    return services.void_slips(
        session, questionnaire=questionnaire, text=text, secret=SECRET, actor=ACTOR, now=NOW
    )


def sign(session, questionnaire, unused: int) -> None:
    services.sign_act(
        session, questionnaire=questionnaire, unused=unused, witnesses=WITNESSES, actor=ACTOR, now=NOW
    )


def test_slips_are_made_in_lots_never_more_than_the_list(settled: Storage):
    with settled.write(now=NOW) as session:
        made = sample.draft(session)
        official, kato = sample.new_official(session)
        asked = services.add_questionnaire(
            session, round=made, official_id=official.id, kato=kato, positions=sample.staff_of(7),
            actor=ACTOR, now=NOW,
        )  # fmt: skip
        assert session.scalar(select(PositionLine.count)) == asked.headcount == 7
        given = {"questionnaire": asked, "secret": SECRET, "most": 4, "actor": ACTOR, "now": NOW}
        first = services.make_slips(session, **given)
        assert (len(first), asked.slips_on, voided_slips(session, asked)) == (4, None, 0)
        second = services.make_slips(session, **given)
        assert (len(second), asked.slips_on is not None) == (3, True)
        assert len({*first, *second}) == made_slips(session, asked) == 7
        with pytest.raises(Conflict, match="they are shown once"):
            services.make_slips(session, **given)


def test_unused_slips_are_voided_and_signed_for_and_then_the_round_closes(settled: Storage, keys: KeyRing):
    with settled.write(now=NOW) as session:
        prepared = sample.prepare(session, [8])
        asked, (number,) = prepared.questionnaire(session), prepared.numbers
        codes = prepared.codes[number]
        with pytest.raises(Conflict, match="Record the handing out"):
            void(session, asked, codes[0])
        with pytest.raises(BadInput, match="positions of both witnesses"):
            services.record_issue(
                session, questionnaire=asked, witnesses=("Бас маман", " "), actor=ACTOR, now=NOW
            )
        issue(session, asked)
        with pytest.raises(Conflict, match="is recorded already"):
            issue(session, asked)
        scanned = f"http://localhost/e/{codes[6]}"
        assert void(session, asked, f"{scanned}\n\n{grouped(codes[7]).lower()}\n") == 2
        assert (made_slips(session, asked), voided_slips(session, asked)) == (6, 2)
        for lines, fault in (
            (codes[7], "line 1: this code is of no slip here"),
            (f"{codes[1]}\n{codes[1]}", "line 2: this code is of no slip here"),
            (f"{codes[1]}\nxyz", "line 2: “xyz”"),
            ("\n", "at least one code"),
        ):
            with pytest.raises(BadInput) as refused:
                void(session, asked, lines)
            assert fault in str(refused.value)
        assert voided_slips(session, asked) == 2
        with pytest.raises(NotFound, match="There is no slip with this code"):
            sample.answer(session, keys, codes[7])
        with pytest.raises(BadInput, match="counted 3 unused slips, but 2 codes"):
            sign(session, asked, 3)
        assert without_act(session, prepared.round(session)) == [number]
        sign(session, asked, 2)
        with pytest.raises(Conflict, match="is signed: it stays"):
            void(session, asked, codes[1])
        with pytest.raises(Conflict, match="is signed: it stays"):
            sign(session, asked, 2)
    sample.answer_all(settled, keys, prepared, [[sample.BEST] * 5 + [sample.WORST]])
    with settled.write(now=NOW) as session:
        assert rates_of(session, prepared.round(session)) == {}
        services.close_round(
            session, round=prepared.round(session), keys=keys, takers=sample.TAKERS, actor=ACTOR, now=NOW
        )
        (sealed,) = rates_of(session, prepared.round(session)).values()
        assert (sealed.issued, sealed.returned, sealed.share) == (8, None, None)
        with pytest.raises(Conflict, match="is not open"):
            issue(session, prepared.questionnaire(session))
    sample.unseal(settled, prepared)
    with settled.read() as session:
        (found,) = rates_of(session, prepared.round(session)).values()
    assert (found.issued, found.returned, found.voided, found.share) == (8, 6, None, 75)
    assert not found.is_over


def test_voiding_says_the_same_of_a_used_code_and_the_answer_stays(settled: Storage, keys: KeyRing):
    with settled.write(now=NOW) as session:
        prepared = sample.prepare(session, [6])
        issue(session, prepared.questionnaire(session))
    (number,) = prepared.numbers
    codes = prepared.codes[number]
    sample.answer_all(settled, keys, prepared, [[sample.BEST] * 4 + [sample.WORST]])
    with settled.write(now=NOW) as session:
        asked = prepared.questionnaire(session)
        said = [void(session, asked, code) for code in (codes[0], codes[5])]
        assert said == [1, 1]
        sign(session, asked, 2)
    sample.close(settled, keys, prepared)
    sample.unseal(settled, prepared)
    with settled.read() as session:
        found = rates_of(session, prepared.round(session))[number]
        # Five answers, but only four slips were out: somebody answered with a slip from the box.
        assert (found.returned, found.is_over) == (5, True)
        entries = session.execute(select(JournalEntry.action, JournalEntry.details)).all()
    voided = [json.loads(details) for action, details in entries if action == "ethics-slips.void"]
    assert voided == [{"count": 1}, {"count": 1}]
    everything = " ".join(details for _action, details in entries)
    assert not [code for code in codes if code in everything]


def test_a_round_closes_without_an_act_only_with_a_reason(settled: Storage, keys: KeyRing):
    with settled.write(now=NOW) as session:
        prepared = sample.prepare(session, [5, 5])
        first = prepared.questionnaire(session)
        issue(session, first)
        sign(session, first, 0)
        closing = {"keys": keys, "takers": sample.TAKERS, "actor": ACTOR, "now": NOW}
        with pytest.raises(Conflict, match=f"missing for the questionnaires {prepared.numbers[1]}:"):
            services.close_round(session, round=prepared.round(session), reason=" ", **closing)
        services.close_round(session, round=prepared.round(session), reason="Lost in a flood", **closing)
        assert prepared.round(session).state is RoundState.CLOSED


def test_the_response_is_hidden_under_the_floor():
    assert rate(1, 12, 4, 6, is_scored=False).returned is None
    few = [rate(1, 12, 4, voided, is_scored=True) for voided in (8, 9)]
    assert [(found.returned, found.share, found.is_over) for found in few] == [(None, None, False)] * 2
    assert [rate(1, 12, 5, voided, is_scored=True).voided for voided in (4, 5)] == [None, 5]
    assert rate(1, 12, 5, 7, is_scored=True).share == 42
    # Nine without a score would say that all were alike.
    assert [rate(1, 20, answers, 0, is_scored=False).returned for answers in (9, 10)] == [None, 10]


def test_a_removed_questionnaire_leaves_nothing_of_its_slips(settled: Storage):
    with settled.write(now=NOW) as session:
        prepared = sample.prepare(session, [5], is_open=False)
        asked = prepared.questionnaire(session)
        services.record_sending(
            session, questionnaire=asked, secret=SECRET, failed=prepared.codes[asked.id][:1], actor=ACTOR,
            now=NOW,
        )  # fmt: skip
        assert (session.get(SlipIssue, asked.id).undelivered, voided_slips(session, asked)) == (1, 1)
        services.remove_questionnaire(session, questionnaire=asked, actor=ACTOR, now=NOW)
        for table in (PositionLine, SlipIssue, SlipAct):
            assert session.scalars(select(table)).all() == []
