"""Makes closed surveys from random ballots for the attack, through the survey's own services.

What is hard is in them on purpose: units with 0 to 14 answers beside larger ones, answers without a score,
tiny origins and age groups, days that stand out with few or many answers, and a last day.
"""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sqlalchemy.orm import Session

from contest.nominees.models import Nominee
from contest.rulebook import Exclusion, Stage
from contest.rulebook_reading import shipped_text
from core.places.models import AGE_BANDS, SEXES, Official, Population, PopulationStratum, Post, Unit
from core.places.queries import units_by_kato
from core.room import MixedGroup
from core.urn.models import LedgerEntry, TraceKind
from ethics.items import shipped as shipped_items
from ethics.models import Box, EthicsTally, Outcome, Questionnaire, RoundState
from ethics.publishing import publish_when_settled
from ethics.queries import round_by_code
from ethics.scoring import counts_text
from ethics.scoring import tally_of as tally_of_ethics
from surveys.answers import NOT_GIVEN, Answer, Origin, encode
from surveys.criteria import shipped
from surveys.inclusion.services import publish_receipts
from surveys.mixing import take_groups
from surveys.models import Campaign, CampaignState
from surveys.paper.models import PaperBatch, PaperSheet, SheetState
from surveys.publishing import publish_statistics
from surveys.queries import box_of, campaign_by_code
from surveys.rules import Mode
from surveys.services import open_campaign
from surveys.signals.kinds import Signal
from surveys.signals.models import SignalRun, SurveyFlag
from surveys.tallies import tally_of
from tests.conftest import NOW, SECRET
from tests.contest import sample
from tests.contest.sample import Sample

CRITERIA = shipped("2020-six")
#: The small ones stand at the floors and around them.
SIZES = (0, 3, 4, 4, 5, 7, 9, 10, 11, 12, 14, 23, 40, 130)
ASKS_STRATA = 20
#: How many answer about each official; where it is 7, all alike.
ETHICS, UNANIMOUS = (5, 9, 12, 4, 10, 7), 7
AFTER = datetime(2026, 6, 21, 9, tzinfo=UTC)
#: The sample's rules for a survey in the open mode, to which answers on paper belong.
OPEN_RULES = shipped_text("2026").replace('modes = ["codes", "verified"]', 'modes = ["open"]').replace(
    'beside = ["open"]', 'beside = ["codes"]'
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Person:
    """A resident who answered; `band` and `sex` are "-" where they were not given."""

    kato: str
    day: date
    origin: Origin
    band: str
    sex: str
    ratings: str

    @property
    def is_scored(self) -> bool:
        return tally_of([self.ratings], CRITERIA).scored == 1


@dataclass(frozen=True)
class Truth:
    """Who answered, which days stand out, and what everybody knows besides: places and adults."""

    persons: tuple[Person, ...]
    flagged: frozenset[tuple[str, date]]
    counts_all: bool
    last_day: date
    districts: Mapping[str, str | None]
    oblasts: Mapping[str, str]
    strata: Mapping[str, Mapping[tuple[str, str], int]]

    @property
    def katos(self) -> tuple[str, ...]:
        return tuple(self.districts)


def drawn(
    session: Session, katos: Sequence[str], *, seed: int, counts_all: bool, last_day: date,
    sizes: Sequence[int] = (),
) -> Truth:  # fmt: skip
    """Random persons in units, with the adults of the units put into the database.

    :param sizes: how many answer in each unit; else SIZES in random order.
    """
    draw, blanks = random.Random(seed), random.Random(-seed)
    own = dict(zip(katos, sizes or draw.sample(SIZES, len(SIZES)), strict=True))
    units = units_by_kato(session, katos)
    days = [last_day - timedelta(days=before) for before in (12, 11, 9, 5, 3, 1, 0)]
    persons, flagged, strata = [], set(), {}
    for kato, n in own.items():
        asks, stands_out = n >= ASKS_STRATA, draw.choice(days[:5])
        origins = draw.choices([*Origin][:3], weights=draw.choice([(9, 1, 1), (1, 0, 0), (5, 4, 0)]), k=n)
        persons += [
            Person(
                kato, draw.choice([*days, stands_out]), origin,
                draw.choice((*AGE_BANDS, NOT_GIVEN)) if asks else NOT_GIVEN,
                draw.choice((*SEXES, *SEXES, NOT_GIVEN)) if asks else NOT_GIVEN,
                "------" if draw.random() < 0.06 else _rated(draw.choices("12345", k=6), blanks, kato),
            )
            for origin in origins
        ]  # fmt: skip
        if draw.random() < 0.6:
            flagged |= {(kato, day) for day in {stands_out, draw.choice(days)}}
        strata[kato] = _people(session, kato, 900 if asks else 3 * n + 20, asks, draw)
    session.flush()
    return Truth(
        tuple(persons), frozenset(flagged), counts_all, last_day,
        {kato: units[kato].district_kato for kato in katos},
        {kato: units[kato].oblast_kato for kato in katos}, strata,
    )  # fmt: skip


def _rated(ratings: Sequence[str], blanks: random.Random, kato: str) -> str:
    """The ratings, in every third unit here and there with one left out."""
    share = 0 if int(kato) // 1000 % 3 else 0.03
    return "".join("-" if blanks.random() < share else rating for rating in ratings)


def _people(
    session: Session, kato: str, adults: int, asks: bool, draw: random.Random
) -> dict[tuple[str, str], int]:
    about = {"unit_kato": kato, "as_of_on": date(2026, 1, 1), "revision": 1}
    if session.get(Population, (kato, date(2026, 1, 1), 1)):
        return {}
    session.add(Population(**about, residents=2 * adults, adults=adults, source="test", loaded_at=NOW))
    session.flush()
    own = {(band, sex): draw.randint(60, 140) for band in AGE_BANDS for sex in SEXES} if asks else {}
    session.add_all(
        PopulationStratum(**about, age_band=band, sex=sex, residents=residents)
        for (band, sex), residents in own.items()
    )
    return own


def close(session: Session, campaign: Campaign, truth: Truth, *, now: datetime, with_receipts: bool) -> None:
    """Open a campaign, take its answers in, publish its numbers and its receipts, and close it."""
    open_campaign(session, campaign=campaign, actor="account:1", now=NOW)
    groups: dict[tuple[str, date], list[bytes]] = defaultdict(list)
    for one in truth.persons:
        band, sex = (None if each == NOT_GIVEN else each for each in (one.band, one.sex))
        answer = Answer(one.ratings, one.origin, Mode.OPEN, band, sex)
        groups[one.kato, one.day].append(encode(answer))
    box = box_of(campaign.code)
    take_groups(session, [MixedGroup(box, kato, day, tuple(own)) for (kato, day), own in groups.items()])
    session.flush()
    publish_statistics(session, campaign=campaign, flagged=truth.flagged, actor="account:1", now=now)
    campaign.state, campaign.closed_at = CampaignState.CLOSED, now
    session.flush()
    if with_receipts:
        _papers(session, campaign, truth)
        publish_receipts(session, campaign=campaign, secret=SECRET, actor="account:1", now=now)


def _papers(session: Session, campaign: Campaign, truth: Truth) -> None:
    """The receipts of what came by web and tablet, and the sheets of what came on paper."""
    counts = Counter(one.origin for one in truth.persons)
    first, oblasts = truth.katos[0], sorted(set(truth.oblasts.values()))
    session.add_all(
        LedgerEntry(box=box_of(campaign.code), trace=place.to_bytes(32), kind=TraceKind.TICKET)
        for place in range(1, counts[Origin.WEB] + counts[Origin.TABLET] + 1)
    )
    batch = PaperBatch(
        code="ATTACK", campaign_id=campaign.id, kato=first, oblast_kato=oblasts[0],
        second_oblast_kato=oblasts[-1], sheets=200, handed_out_by="x", registered_on=NOW.date(),
    )  # fmt: skip
    session.add(batch)
    session.flush()
    session.add_all(
        PaperSheet(mark=place.to_bytes(32), batch_id=batch.id, state=SheetState.AGREED)
        for place in range(counts[Origin.PAPER])
    )
    session.flush()


@dataclass(frozen=True)
class Published:
    """A published contest, and who said what in it: the answers about each official among it."""

    survey: Truth
    ethics: dict[int, list[str]]
    made: Sample


def published_contest(session: Session, *, seed: int) -> Published:
    """A published contest whose survey is made from ballots, and whose ethics scores from answers.

    Voted signals leave days out, and one oblast's standing was corrected before its publication.
    """
    made = sample.opened(session, rules=OPEN_RULES, mode=Mode.OPEN, units=8)
    sample.seat_commissions(session, made)
    sample.vote_signals(session, Exclusion(Signal.BURST.value, 1000))
    contest, facts = sample.contest(session), {"actor": sample.ACTOR, "now": NOW}
    sample.life.open_stage(session, contest=contest, stage=Stage.REGIONAL, **facts)
    for oblast in sample.OBLASTS:
        sample.jury.open_marking(
            session, contest=contest, stage=Stage.REGIONAL, oblast_kato=oblast, **facts
        )  # fmt: skip
        sample.mark_all(session, made, oblast, marks=sample.MARKS)
        sample.close(session, oblast)
    campaign = campaign_by_code(session, sample.CAMPAIGN)
    katos = [kato for oblast in sample.OBLASTS for kato in made.units[oblast]]
    truth = drawn(
        session, katos, seed=seed, counts_all=False, last_day=campaign.closes_on,
        sizes=(23, 14, 45, 4, 3, 9, 0, 12, 30, 16, 130, 5, 4, 8, 2, 11),
    )  # fmt: skip
    session.add(SignalRun(campaign_id=campaign.id, computed_at=NOW, is_final=True, released_at=None))
    session.add_all(
        SurveyFlag(
            campaign_id=campaign.id, kato=kato, signal=Signal.BURST, day=day, seen=41, expected=3, p=1e-6,
            q=1e-6, out_of=None, first_bin=None, bins=None,
        )
        for kato, day in sorted(truth.flagged)
    )  # fmt: skip
    close(session, campaign, truth, now=AFTER, with_receipts=True)
    ethics = publish_ethics(session, [one for oblast in sample.OBLASTS for one in made.officials[oblast][:3]])
    _end(session, made)
    return Published(truth, ethics, made)


def _end(session: Session, made: Sample) -> None:
    """Freeze the regional standings, let one be corrected, mark the finalists, publish everything."""
    contest, facts = sample.contest(session), {"actor": sample.ACTOR, "now": NOW}
    for oblast in sample.OBLASTS:
        frozen = sample.freeze(session, oblast)
        if oblast == sample.OBLASTS[1]:
            sample.exclude(session, made.nominees[oblast][1])
            sample.decide(session, sample.propose(session, oblast))
            frozen = sample.sign(session, oblast, reason="a nominee was excluded")
        sample.waive_all(session, frozen)
    sample.life.open_stage(session, contest=contest, stage=Stage.NATIONAL, **facts)
    sample.jury.open_marking(session, contest=contest, stage=Stage.NATIONAL, oblast_kato=None, **facts)
    for number in (number for oblast in sample.OBLASTS for number in made.nominees[oblast]):
        if session.get_one(Nominee, number).is_finalist:
            for place, judge in enumerate(made.judges[None]):
                sample.mark(session, number, judge, (7 + place, 8, 9), stage=Stage.NATIONAL)
    sample.close(session, None, stage=Stage.NATIONAL)
    sample.waive_all(session, sample.freeze(session, None, stage=Stage.NATIONAL))
    sample.life.publish_results(session, contest=contest, **facts)


def publish_ethics(session: Session, officials: Sequence[int]) -> dict[int, list[str]]:
    """Settle a round in which so many answered about each official; returns the answers."""
    found, items = round_by_code(session, sample.ROUND), shipped_items("2026")
    found.state, found.closed_at, draw = RoundState.CLOSED, NOW, random.Random(7)
    given: dict[int, list[str]] = {}
    for official_id, n in zip(officials, ETHICS, strict=True):
        unit = session.get_one(
            Unit, session.get_one(Post, session.get_one(Official, official_id).post_id).unit_kato
        )
        box = Box(received=n)
        session.add(box)
        session.flush()
        one = "".join(draw.choices("1234", k=len(items.items)))
        alike = n == UNANIMOUS
        given[official_id] = [
            one if alike else "".join(draw.choices("1234-", k=len(items.items))) for _ in range(n)
        ]
        tally = tally_of_ethics(given[official_id], items)
        session.add(
            Questionnaire(
                id=box.id, round_id=found.id, official_id=official_id, kato=unit.kato,
                oblast_kato=unit.oblast_kato, headcount=n + 3, outcome=Outcome.OPENED, settled_at=NOW,
            )
        )  # fmt: skip
        session.flush()
        session.add(
            EthicsTally(
                questionnaire_id=box.id, n=tally.n, spoiled=0, scored=tally.scored,
                composite_sum=tally.composite_sum, composite_squares=tally.composite_squares,
                counts=counts_text(tally.counts),
            )
        )  # fmt: skip
    session.flush()
    publish_when_settled(session, found, actor=sample.ACTOR, now=NOW)
    return given
