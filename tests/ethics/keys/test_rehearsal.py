"""The rehearsal proves each share before a round, and keeps nothing but the day and which share it was."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import select, update

from core.audit import JournalEntry
from core.errors import BadInput, Conflict
from core.storage import Storage
from ethics import services
from ethics.keys.models import ShareProof
from ethics.keys.queries import all_rehearsed, rehearsed
from ethics.models import Box, Envelope
from tests.conftest import NOW
from tests.ethics import sample
from tests.ethics.sample import ACTOR

TODAY = NOW.date()


def keyed(session) -> sample.Prepared:
    """A drafted round with one questionnaire, whose shares nobody has rehearsed."""
    return sample.prepare(session, [5], is_open=False, is_rehearsed=False)


def rehearse(session, prepared: sample.Prepared, *shares: str) -> tuple[int, int]:
    return services.rehearse_shares(
        session, questionnaire=prepared.questionnaire(session), shares=shares, actor=ACTOR, now=NOW
    )


def test_three_shares_are_proved_two_at_a_time_and_a_round_waits_for_them(settled: Storage):
    with settled.write(now=NOW) as session:
        prepared = keyed(session)
        number, asked = prepared.numbers[0], prepared.round(session)
        groups, words = prepared.shares[number], prepared.words[number]
        assert rehearse(session, prepared, groups[2], words[0]) == (3, 1)
        assert rehearsed(session, number) == {1: TODAY, 2: None, 3: TODAY}
        with pytest.raises(Conflict, match="All three shares of each key rehearsed"):
            services.open_round(session, round=asked, actor=ACTOR, now=NOW)
        assert rehearse(session, prepared, groups[0], words[1]) == (1, 2)
        assert all_rehearsed(session, asked)
        services.open_round(session, round=asked, actor=ACTOR, now=NOW)
        with pytest.raises(Conflict, match="no draft any more"):
            rehearse(session, prepared, *groups[:2])
    with settled.read() as session:
        acts = session.scalars(
            select(JournalEntry.details)
            .where(JournalEntry.action == "ethics-key.rehearse")
            .order_by(JournalEntry.number)
        )
        assert [json.loads(details) for details in acts] == [{"shares": [3, 1]}, {"shares": [1, 2]}]
        assert session.scalars(select(Envelope)).all() == []
    assert set(ShareProof.__table__.columns.keys()) == {"questionnaire_id", "share", "proved_on"}


def test_a_share_that_does_not_work_is_named_and_proves_nothing(settled: Storage):
    with settled.write(now=NOW) as session:
        prepared = keyed(session)
        number = prepared.numbers[0]
        (first, second, _), (said, words, _) = prepared.shares[number], prepared.words[number]
        before, fifth, after = words.split()[:4], words.split()[4], words.split()[5:]
        mistyped = " ".join([*before, ("д" if fifth[0] != "д" else "г") + fifth[1:], *after])
        for wrong, fault in (
            (mistyped, "Second share: word 5 is mistyped"),
            (words.rpartition(" ")[0], "Second share: type all eight groups, or all thirteen words"),
            (said, "Second share: it is the same as the first"),
            (second[:-1] + ("A" if second[-1] != "A" else "B"), "Second share: group 8 is mistyped"),
        ):
            with pytest.raises(BadInput, match=fault):
                rehearse(session, prepared, first, wrong)
        assert rehearsed(session, number) == {1: None, 2: None, 3: None}


def test_a_removed_questionnaire_leaves_no_proof(settled: Storage):
    with settled.write(now=NOW) as session:
        prepared = sample.prepare(session, [5], is_open=False)
        assert len(session.scalars(select(ShareProof)).all()) == 3
        services.remove_questionnaire(
            session, questionnaire=prepared.questionnaire(session), actor=ACTOR, now=NOW
        )
        assert session.scalars(select(ShareProof)).all() == []


def test_without_a_key_there_is_nothing_to_rehearse(settled: Storage):
    with settled.write(now=NOW) as session:
        prepared = keyed(session)
        session.execute(update(Box).values(public_key=None))
        session.expire_all()
        with pytest.raises(Conflict, match="has no key yet: make it first"):
            rehearse(session, prepared, *prepared.shares[prepared.numbers[0]][:2])
