"""From the urn to ballots: five at a time, tallies equal to a recount, published equal to plain sums."""

from __future__ import annotations

import random
import statistics
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from core.storage import Storage
from core.urn.keys import KeyRing
from core.urn.models import TraceKind
from core.urn.queries import ledger_count, waiting
from core.urn.services import deposit, mix_box
from surveys.board import turnout
from surveys.models import Ballot, StratumTally, Tally
from surveys.queries import box_of, campaign_by_code, published_statistics
from surveys.recount import recount
from surveys.services import close_campaign
from tests.conftest import NOW, SECRET
from tests.surveys import sample

BOX = box_of(sample.CODE)


@pytest.fixture
def keys(tmp_path: Path) -> KeyRing:
    return KeyRing(tmp_path / "keys")


def mix(session: Session, keys: KeyRing, *, now: datetime = NOW) -> int:
    return mix_box(session, keys=keys, box=BOX, takers=sample.TAKERS, now=now)


def ballots(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Ballot))


def test_nothing_is_mixed_under_five_and_everything_from_five_on(settled: Storage, keys: KeyRing):
    with settled.write(now=NOW) as session:
        one, two = sample.katos(session, 2)
        sample.opened(session, [one, two])
        sample.put(session, keys, one, ["543215"] * 4)
        sample.put(session, keys, two, ["54321-"] * 5)
        assert mix(session, keys) == 5
        assert set(session.scalars(select(Ballot.kato))) == {two}
        assert waiting(session, BOX) == {one: 4}
        sample.put(session, keys, one, ["543215"], first=4)
        assert mix(session, keys) == 5
        assert (ballots(session), ledger_count(session, BOX)) == (10, 10)


def test_tallies_strata_and_journal_equal_a_recount_of_random_ballots(settled: Storage, keys: KeyRing):
    draw = random.Random(7)
    with settled.write(now=NOW) as session:
        units = sample.katos(session, 3)
        sample.population(session, {units[0]: 900, units[1]: 400})
        sample.opened(session, units)
    for day in range(3):
        now = NOW + timedelta(days=day)
        with settled.write(now=now) as session:
            for kato in units:
                answers = [
                    sample.answer(
                        "".join(draw.choice("12345-") for _ in range(6)),
                        band=draw.choice(["18-29", "60+", None]), sex=draw.choice(["f", "m", None]),
                    )
                    for _ in range(draw.randrange(5, 12))
                ]  # fmt: skip
                sample.put(session, keys, kato, answers, first=100 * day, now=now)
            mix(session, keys, now=now)
    with settled.read() as session:
        found = recount(session, campaign=campaign_by_code(session, sample.CODE))
        assert found.faults == ()
        assert (found.ballots, found.tallies, found.batches) == (ballots(session), 9, 9)
        # Strata are kept only where they are asked: in the one unit with 500 adults or more.
        assert set(session.scalars(select(StratumTally.kato))) == {units[0]}
        asked = select(func.count()).where(Ballot.age_band.is_not(None) | Ballot.sex.is_not(None))
        assert session.scalar(asked.where(Ballot.kato != units[0])) == 0
        assert session.scalar(asked.where(Ballot.kato == units[0])) > 0


@pytest.mark.parametrize(
    ("spoil", "fault"),
    [
        (update(Tally).values(composite_sum=Tally.composite_sum + "1"), "tally "),
        (update(Ballot).values(ratings="555555"), "journal: the digests"),
        (Ballot.__table__.delete(), "journal: its batches have 5 answers, and there are 0 ballots"),
        (update(StratumTally).values(n=StratumTally.n + 1), "stratum "),
    ],
    ids=["tally", "ballot", "deleted", "stratum"],
)
def test_recount_finds_what_was_changed(settled: Storage, keys: KeyRing, spoil, fault: str):
    with settled.write(now=NOW) as session:
        kato = sample.katos(session, 1)[0]
        sample.population(session, {kato: 900})
        sample.opened(session, [kato])
        sample.put(session, keys, kato, ["543215"] * 5)
        mix(session, keys)
    with settled.write(now=NOW) as session:
        session.execute(spoil)
    with settled.read() as session:
        found = recount(session, campaign=campaign_by_code(session, sample.CODE))
        assert any(one.startswith(fault) for one in found.faults), found.faults


def test_an_answer_that_cannot_be_read_is_left_out_and_journalled(settled: Storage, keys: KeyRing):
    with settled.write(now=NOW) as session:
        kato = sample.katos(session, 1)[0]
        sample.opened(session, [kato])
        sample.put(session, keys, kato, ["543215"] * 4)
        deposit(
            session, keys=keys, box=BOX, cell=kato, trace=b"forged", kind=TraceKind.TICKET,
            answer=b'{"ratings":"777777"}', secret=SECRET, now=NOW,
        )  # fmt: skip
        assert mix(session, keys) == 5
    with settled.read() as session:
        assert ballots(session) == 4
        assert recount(session, campaign=campaign_by_code(session, sample.CODE)).faults == ()


def test_published_numbers_equal_plain_arithmetic_on_what_was_answered(settled: Storage, keys: KeyRing):
    draw = random.Random(3)
    said: dict[str, list[str]] = {}
    after = datetime(2026, 6, 21, 9, tzinfo=UTC)
    with settled.write(now=NOW) as session:
        units = sample.katos(session, 4)
        sample.opened(session, units)
        for kato, count in zip(units, (40, 17, 12, 7), strict=True):
            said[kato] = ["".join(draw.choice("1234555-") for _ in range(6)) for _ in range(count)]
            sample.put(session, keys, kato, said[kato])
        mix(session, keys)
        close_campaign(
            session, campaign=campaign_by_code(session, sample.CODE), secret=SECRET, keys=keys,
            takers=sample.TAKERS, actor=sample.ACTOR, now=after,
        )  # fmt: skip
        found = {row.kato: row for row in published_statistics(session, campaign_code=sample.CODE)}
    persons = {
        kato: [
            statistics.fmean(25 * (int(r) - 1) for r in one if r != "-")
            for one in each
            if one.count("-") <= 3
        ]
        for kato, each in said.items()
    }
    pooled = sum(statistics.variance(v) * (len(v) - 1) for v in persons.values())
    pooled /= sum(len(v) - 1 for v in persons.values())
    for kato in units[:3]:
        values = persons[kato]
        own, degrees = statistics.variance(values), len(values) - 1
        assert found[kato].n == len(values)
        assert float(found[kato].score) == pytest.approx(statistics.fmean(values), abs=0.00501)
        error = ((10 * pooled + degrees * own) / (10 + degrees) / len(values)) ** 0.5
        assert float(found[kato].error) == pytest.approx(error, abs=0.00501)
    assert (found[units[3]].n, found[units[3]].score) == (len(persons[units[3]]), None)


def test_turnout_is_a_day_late_and_in_steps_of_five(settled: Storage, keys: KeyRing):
    with settled.write(now=NOW) as session:
        units = sample.katos(session, 3)
        elsewhere = sample.katos(session, 1, oblast=sample.OTHER_OBLAST)
        sample.opened(session, [*units, *elsewhere])
        for kato, count in zip(units, (5, 9, 13), strict=True):
            sample.put(session, keys, kato, ["543215"] * count)
        mix(session, keys)
    with settled.read() as session:
        campaign = campaign_by_code(session, sample.CODE)
        today = {row.kato: row.answers for row in turnout(session, campaign=campaign, as_of=date(2026, 6, 1))}
        assert today == dict(zip([*units, *elsewhere], (5, 5, 10, 0), strict=True))
        before = turnout(session, campaign=campaign, as_of=date(2026, 5, 31))
        assert {row.answers for row in before} == {0}
        own = turnout(session, campaign=campaign, as_of=date(2026, 6, 1), oblasts=[sample.OBLAST])
        assert [row.kato for row in own] == units
