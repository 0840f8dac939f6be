"""One pass over the ballots: the sums of every tally and the digest, from the ballots alone.

May import the ground and this room's models, queries and pure modules; only reads. Ballots are taken in
ranges of their random keys, so that several processes can share them; what they found adds up.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from multiprocessing import get_context

from sqlalchemy import text
from sqlalchemy.orm import Session

from core.storage import open_storage
from surveys.answers import NOT_GIVEN
from surveys.criteria import criteria_from_json
from surveys.digests import BallotLine, number_of
from surveys.models import Campaign
from surveys.queries import campaign_by_code, campaign_katos
from surveys.tallies import check_ratings, packed, tally_of

RANGES = 256  # of the first byte of a key
_AT_A_TIME = 5_000
#: A unit, and what else tells one tally of it from another.
Key = tuple[str, tuple[str, ...]]
Sums = Mapping[Key, int]
# The plus keeps databases from reading the whole index of campaigns for each range of keys.
_BALLOTS = text(
    "SELECT key, kato, ratings, origin, mode, age_band, sex, CAST(day AS TEXT) FROM survey_ballots"
    " WHERE +campaign_id = :campaign AND key >= :low AND key < :high"
)


@dataclass(frozen=True, slots=True)
class Swept:
    """What a pass found, as numbers that add up.

    :param days: packed sums by unit and (day, origin, mode).
    :param strata: packed sums by unit and (mode, age band, sex), of every unit.
    :param digest: the sum of the ballots' numbers.
    :param strange: ballots that nobody can have mixed, each with its fault.
    """

    ballots: int
    digest: int
    days: Sums
    strata: Sums
    strange: tuple[str, ...]

    def __add__(self, other: Swept) -> Swept:
        return Swept(
            self.ballots + other.ballots, self.digest + other.digest, _added(self.days, other.days),
            _added(self.strata, other.strata), self.strange + other.strange,
        )  # fmt: skip


def sweep(session: Session, *, campaign: Campaign, first: int = 0, last: int = RANGES) -> Swept:
    """Pass over the ballots whose key begins with a byte from `first` up to, not including, `last`."""
    katos = {kato: kato for kato in campaign_katos(session, campaign=campaign)}
    patterns, head, tails = _Patterns(campaign), f',{json.dumps(campaign.code)},"', _Tails()
    days: dict[Key, int] = defaultdict(int)
    strata: dict[Key, int] = defaultdict(int)
    ballots, digest, strange = 0, 0, []
    bounds = {"low": bytes([first]), "high": bytes([last]) if last < RANGES else b"\xff" * 17}
    with session.execute(
        _BALLOTS, {"campaign": campaign.id, **bounds}, execution_options={"stream_results": True}
    ) as rows:
        for key, kato, ratings, origin, mode, band, sex, day in rows.yield_per(_AT_A_TIME):
            ballots += 1
            sums = patterns[ratings]
            if sums is None or kato not in katos:
                strange.append(f"ballot {key.hex()}: {kato} {ratings} is no answer of this campaign")
                fields = campaign.code, kato, ratings, origin, mode, band, sex, date.fromisoformat(day)
                line = BallotLine(key, *fields).text()
            else:
                # The same text as BallotLine's, since nothing of it needs an escape.
                tail, in_day, in_stratum = tails[origin, mode, band, sex, day]
                line = f'["{key.hex()}"{head}{kato}","{ratings}",{tail}'
                days[katos[kato], in_day] += sums
                strata[katos[kato], in_stratum] += sums
            digest += number_of(line)
    return Swept(ballots, digest, dict(days), dict(strata), tuple(strange))


def sweep_apart(url: str, code: str, *, processes: int) -> Swept:
    """The same over all ballots, shared out to processes of their own."""
    bounds = [RANGES * number // processes for number in range(processes + 1)]
    # Spawned, not forked: a database connection must not be shared.
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        first, *rest = pool.map(_sweep_range, [(url, code, *pair) for pair in pairwise(bounds)])
    return sum(rest, start=first)


def _sweep_range(share: tuple[str, str, int, int]) -> Swept:
    url, code, first, last = share
    storage = open_storage(url)
    try:
        with storage.read() as session:
            return sweep(session, campaign=campaign_by_code(session, code), first=first, last=last)
    finally:
        storage.engine.dispose()


class _Patterns(dict[str, int | None]):
    """What one ballot of each pattern of ratings adds to a tally, packed; None for a pattern that is none."""

    def __init__(self, campaign: Campaign) -> None:
        super().__init__()
        self._criteria = criteria_from_json(campaign.criteria_json)

    def __missing__(self, ratings: str) -> int | None:
        try:
            check_ratings(ratings, self._criteria)
        except ValueError:
            self[ratings] = None
        else:
            self[ratings] = packed(tally_of([ratings], self._criteria))
        return self[ratings]


class _Tails(dict[tuple, tuple[str, tuple, tuple]]):
    """By everything behind the ratings: the end of a ballot's line, and the keys of its tally and stratum.

    Made once for each, so that a hundred thousand tallies do not hold a hundred thousand copies.
    """

    def __missing__(self, fields: tuple) -> tuple[str, tuple, tuple]:
        origin, mode, band, sex, day = fields
        tail = json.dumps(fields, separators=(",", ":"))[1:]
        self[fields] = tail, (day, origin, mode), (mode, band or NOT_GIVEN, sex or NOT_GIVEN)
        return self[fields]


def _added(one: Sums, other: Sums) -> dict:
    total = dict(one)
    for key, number in other.items():
        total[key] = total.get(key, 0) + number
    return total
