"""Counting again: whatever the batches were, tallies equal the ballots, in one pass or shared out."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import update

from core.storage import Storage
from core.urn.keys import KeyRing
from core.urn.services import mix_box
from surveys.criteria import shipped
from surveys.models import Ballot
from surveys.queries import box_of, campaign_by_code
from surveys.recount import recount, recount_apart
from surveys.sweep import sweep, sweep_apart
from surveys.tallies import packed, tally_of, total_of, unpacked
from tests.conftest import NOW
from tests.surveys import sample

SET = shipped("2020-six")
RATINGS = st.text("12345-", min_size=6, max_size=6)


@pytest.fixture
def mixed(settled: Storage, tmp_path: Path) -> Storage:
    """Three units with random answers, mixed in random batches."""
    draw, keys = random.Random(11), KeyRing(tmp_path / "keys")
    with settled.write(now=NOW) as session:
        units = sample.katos(session, 3)
        sample.population(session, {units[0]: 900})
        sample.opened(session, units)
    for round_ in range(4):
        with settled.write(now=NOW) as session:
            for kato in units:
                answers = [
                    sample.answer("".join(draw.choices("12345-", k=6)), band=draw.choice(["60+", None]))
                    for _ in range(draw.randrange(0, 15))
                ]
                sample.put(session, keys, kato, answers, first=100 * round_)
            box = box_of(sample.CODE)
            closing = round_ == 3
            mix_box(session, keys=keys, box=box, takers=sample.TAKERS, now=NOW, closing=closing)
    return settled


@settings(max_examples=60)
@given(batches=st.lists(st.lists(RATINGS, max_size=8), max_size=6))
def test_packed_tallies_add_up_as_tallies_do(batches: list[list[str]]):
    tallies = [tally_of(batch, SET) for batch in batches]
    together = unpacked(sum(packed(tally) for tally in tallies), len(SET.criteria))
    assert together == total_of(tallies, len(SET.criteria))
    assert together == tally_of([ratings for batch in batches for ratings in batch], SET)


def test_ranges_of_keys_add_up_to_one_pass_and_agree_with_everything(mixed: Storage):
    url = mixed.engine.url.render_as_string(hide_password=False)
    with mixed.read() as session:
        campaign = campaign_by_code(session, sample.CODE)
        whole = sweep(session, campaign=campaign)
        parts = [sweep(session, campaign=campaign, first=a, last=b) for a, b in ((0, 1), (1, 77), (77, 256))]
        found = recount(session, campaign=campaign)
    assert sum(parts[1:], start=parts[0]) == whole
    assert sweep_apart(url, sample.CODE, processes=2) == whole
    assert (found.faults, found.ballots) == ((), whole.ballots)
    assert recount_apart(mixed, url=url, code=sample.CODE, processes=1) == found


def test_a_ballot_that_nobody_can_have_cast_is_named(mixed: Storage):
    with mixed.write(now=NOW) as session:
        kato = sample.katos(session, 1)[0]
        key = session.query(Ballot.key).where(Ballot.kato == kato).limit(1).scalar()
        session.execute(update(Ballot).where(Ballot.key == key).values(ratings='55","5'))
    with mixed.read() as session:
        faults = recount(session, campaign=campaign_by_code(session, sample.CODE)).faults
    assert f'ballot {key.hex()}: {kato} 55","5 is no answer of this campaign' in faults
    assert any(fault.startswith("tally ") for fault in faults)
    assert "journal: the digests of its batches do not add up to the digest of the ballots" in faults
