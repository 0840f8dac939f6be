"""Somebody with every dump, log and backup, but no key file, joins traces to answers by chance only.

The same attacks must succeed where the protection is taken away: otherwise they would show nothing.
"""

from __future__ import annotations

import itertools
import random
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from core import clock
from core.care import backups
from core.codes import receipt_of
from core.storage import Storage
from core.urn import services as urn
from core.web.edge import keys, settings, takers
from surveys import mixing
from surveys.inclusion.lists import receipt_hash
from surveys.queries import asked_unit, box_of, campaign_by_code
from surveys.services import close_campaign
from surveys.tickets import read_ticket
from tests.conftest import NOW, SECRET
from tests.surveys import sample
from tests.surveys.insider import Insider, Person, chance, guesses, rarity

PERSONS = 240
AFTER = datetime(2026, 6, 21, 9, tzinfo=UTC)
ROOT = Path(__file__).resolve().parents[2]
CRITERIA = ("rights", "services", "families", "employment", "infrastructure", "community")


@pytest.fixture(autouse=True)
def june(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "present", lambda: NOW)


@pytest.fixture
def katos(keep) -> list[str]:
    def make(session: Session) -> list[str]:
        units = sample.katos(session, 3)
        sample.population(session, {units[0]: 900})
        sample.opened(session, units)
        return units

    return keep(make)


def answered(app: Flask, katos: list[str], *, persons: int, mix_after: float) -> Insider:
    """Persons answer one after another; the mixer runs now and then, and the insider looks each time.

    :param mix_after: the chance that the mixer runs after an answer.
    """
    draw, patterns = random.Random(2026), list(itertools.product("12345-", repeat=6))[:-1]
    draw.shuffle(patterns)
    client, storage = app.test_client(use_cookies=False), app.extensions["storage"]
    insider = Insider(storage)
    for ratings in patterns[:persons]:
        kato = draw.choice(katos)
        address = f"/s/{sample.CODE}/{kato}"
        ticket = sample.ticket(client.get(address).text)
        with storage.read() as session:
            asked = asked_unit(session, code=sample.CODE, kato=kato)
        trace = read_ticket(ticket, asked=asked, secret=SECRET, now=NOW).nonce
        insider.known[trace] = Person(trace, kato, "".join(ratings))
        given = dict(zip(CRITERIA, ratings, strict=True))
        assert client.post(address, data={**given, "ticket": ticket}).status_code == 200
        insider.look()
        if draw.random() < mix_after:
            with app.app_context():
                urn.mix_waiting(storage, keys=keys(), takers=takers(), now=NOW)
            insider.look()
    return insider


def joined(insider: Insider) -> list:
    """The batches of an insider, after seeing that each person of them answered what its ballots say."""
    for batch in insider.batches:
        assert sorted(person.ratings for person in batch.persons) == sorted(batch.ballots.values())
    return insider.batches


def test_an_insider_without_keys_is_no_better_than_chance(app: Flask, katos: list[str], tmp_path, capfd):
    insider = answered(app, katos, persons=PERSONS, mix_after=0.1)
    batches = joined(insider)
    counted = sum(len(batch.persons) for batch in batches)
    assert min(len(batch.persons) for batch in batches) >= 5
    assert counted > PERSONS * 0.9
    hits = guesses(batches)
    assert len(hits) > 30
    # Nothing here is seeded but the persons: the bound is one that no run reaches by chance, and the tests
    # below pass far beyond it.
    assert rarity(hits, counted, chance(batches, smallest=5)) > 1e-10, hits.most_common(5)
    written = "".join(capfd.readouterr())
    assert written == "" or not _tells(written.encode(), insider)
    assert not _tells(_backup(app, tmp_path), insider)
    # The list that is published at the closing is one more source, and gives nothing.
    insider.read_list(_places_on_list(app, insider))
    hits = guesses(batches)
    assert "place on the list with value" in hits
    assert rarity(hits, counted, chance(batches, smallest=5)) > 1e-10, hits.most_common(5)
    # The same list in the order of mixing would give everything away.
    made = {ratings: key for batch in batches for key, ratings in batch.ballots.items()}
    of_key = {trace: made.get(person.ratings, b"") for trace, person in insider.known.items()}
    insider.read_list({trace: place for place, trace in enumerate(sorted(of_key, key=of_key.get))})
    assert guesses(batches)["place on the list with value"] == counted


@pytest.mark.parametrize("smallest", [1, 5])
def test_the_same_insider_succeeds_where_answers_are_not_mixed_well(
    app: Flask, katos: list[str], monkeypatch: pytest.MonkeyPatch, smallest: int
):
    """Batches of one; or batches of five in which nothing is shuffled and keys grow, as row numbers do."""
    monkeypatch.setattr(urn, "SMALLEST_BATCH", smallest)
    if smallest == 5:
        numbers = itertools.count()
        monkeypatch.setattr(random.SystemRandom, "shuffle", lambda self, answers: None)
        monkeypatch.setattr(mixing.secrets, "token_bytes", lambda size: next(numbers).to_bytes(size, "big"))
    insider = answered(app, katos, persons=60, mix_after=1.0)
    batches = joined(insider)
    counted = sum(len(batch.persons) for batch in batches)
    hits = guesses(batches)
    assert max(hits.values()) > 0.9 * counted
    assert rarity(hits, counted, chance(batches, smallest=5)) < 1e-12


def test_the_same_insider_succeeds_where_an_answer_is_simply_inserted(
    app: Flask, katos: list[str], monkeypatch: pytest.MonkeyPatch
):
    """No sealed intake: the answer and its trace are written for good by the POST itself."""
    deposit = urn.deposit

    def insert_at_once(session: Session, *, box: str, **given) -> urn.Deposit:
        done = deposit(session, box=box, **given)
        urn.mix_box(session, keys=keys(), box=box, takers=takers(), now=NOW, closing=True)
        return done

    monkeypatch.setattr("surveys.intake.deposit", insert_at_once)
    monkeypatch.setattr("core.urn.quick.QuickIntake.put", lambda *args, **given: False)
    insider = answered(app, katos, persons=40, mix_after=0)
    hits = guesses(joined(insider))
    assert max(hits.values()) == 40


def _places_on_list(app: Flask, insider: Insider) -> dict[bytes, int]:
    """Close the survey, take the published file, and look up the place of each person's receipt in it."""
    with app.app_context(), app.extensions["storage"].write(now=AFTER) as session:
        close_campaign(
            session, campaign=campaign_by_code(session, sample.CODE), keys=keys(), takers=takers(),
            secret=SECRET, actor=sample.ACTOR, now=AFTER,
        )  # fmt: skip
    lines = app.test_client().get(f"/receipt/{sample.CODE}.txt").text.splitlines()
    assert len(lines) == len(insider.known)
    place = {line: number for number, line in enumerate(lines)}
    receipts = {trace: receipt_of(SECRET, box_of(sample.CODE), trace) for trace in insider.known}
    return {trace: place[receipt_hash(sample.CODE, code).hex()] for trace, code in receipts.items()}


def _tells(data: bytes, insider: Insider) -> list[str]:
    """What of a person stands in some bytes: a trace, a receipt or an answer beside it."""
    receipts = [receipt_of(SECRET, box_of(sample.CODE), trace) for trace in insider.known]
    found = [code for code in receipts if code.encode() in data]
    for trace, person in insider.known.items():
        near = data.find(trace)
        if near >= 0 and person.ratings.encode() in data[max(near - 120, 0) : near + 120]:
            found.append(person.ratings)
    return found


def _backup(app: Flask, folder: Path) -> bytes:
    """Everything that stands in a backup, one file behind the other."""
    storage: Storage = app.extensions["storage"]
    with app.app_context():
        path = backups.create(
            storage, settings(), folder=folder / "backups", now=NOW, step=lambda done, of: None
        )
    with zipfile.ZipFile(path) as archive:
        return b"".join(archive.read(name) for name in sorted(archive.namelist()))
