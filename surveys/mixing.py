"""What the survey does with mixed groups: ballots, exact tallies and each batch's digest.

Called by the urn inside the mixing transaction; may import the ground and this room's models,
queries and pure modules. Knows neither traces nor who sent what.
"""

from __future__ import annotations

import secrets
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence

from sqlalchemy import insert, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from core import audit
from core.places.models import AGE_BANDS, SEXES
from core.room import MixedGroup, TakerOfMany
from surveys.answers import NOT_GIVEN, Answer, Origin, decode
from surveys.criteria import CriteriaSet, criteria_from_json
from surveys.digests import BallotLine, ballots_digest
from surveys.models import Ballot, Campaign, CampaignUnit, StratumTally, Tally, TallyNumbers
from surveys.queries import campaign_by_code, subject_of, tally_sum
from surveys.tallies import TallySum, check_ratings, counts_text, tally_of

KEY_LENGTH = 16
TALLY_NAMES = ("campaign_id", "kato", "day", "origin", "mode")
STRATUM_NAMES = ("campaign_id", "kato", "mode", "age_band", "sex")


def take_groups(session: Session, groups: Sequence[MixedGroup]) -> list[str]:
    """Write the ballots of some groups of one campaign and add them to the tallies; returns the digests.

    An answer that cannot be read (nobody but a forger makes one) is left out and journalled as a
    count, so that it cannot keep its group from being mixed.
    """
    campaign = campaign_by_code(session, groups[0].box.partition(":")[2])
    criteria = criteria_from_json(campaign.criteria_json)
    asks = _asking(session, campaign, [group.cell for group in groups])
    ballots = [_ballots(session, campaign, group, criteria, asks) for group in groups]
    rows = sorted((row for each in ballots for row in each), key=lambda row: row["key"])
    if rows:
        session.execute(insert(Ballot.__table__), rows)
        _add(session, Tally, TALLY_NAMES, counted_by(tally_key, rows), criteria)
        in_strata = [row for row in rows if row["kato"] in asks]
        _add(session, StratumTally, STRATUM_NAMES, counted_by(stratum_key, in_strata), criteria)
    return [ballots_digest(line_of(row, campaign.code) for row in each) for each in ballots]


take_answers = TakerOfMany(take_groups)


def line_of(row: Mapping[str, object], campaign_code: str) -> BallotLine:
    """A ballot's row as the line of the digest."""
    return BallotLine(
        key=row["key"], campaign=campaign_code, kato=row["kato"], ratings=row["ratings"],
        origin=row["origin"], mode=row["mode"], band=row["age_band"], sex=row["sex"], day=row["day"],
    )  # fmt: skip


def tally_key(row: Mapping[str, object]) -> tuple:
    """The tally in which a ballot is counted, as :data:`TALLY_NAMES` names it."""
    return (row["campaign_id"], row["kato"], row["day"], row["origin"], row["mode"])


def stratum_key(row: Mapping[str, object]) -> tuple:
    """The stratum in which a ballot is counted, as :data:`STRATUM_NAMES` names it."""
    band, sex = row["age_band"] or NOT_GIVEN, row["sex"] or NOT_GIVEN
    return (row["campaign_id"], row["kato"], row["mode"], band, sex)


def counted_by(
    key_of: Callable[[Mapping[str, object]], tuple], rows: Iterable[Mapping[str, object]]
) -> dict[tuple, Counter[str]]:
    """How often each pattern of ratings stands under each key."""
    counted: dict[tuple, Counter[str]] = defaultdict(Counter)
    for row in rows:
        counted[key_of(row)][row["ratings"]] += 1
    return counted


def _asking(session: Session, campaign: Campaign, katos: Sequence[str]) -> set[str]:
    """Which of some units are asked for age and sex."""
    asking = select(CampaignUnit.kato).where(
        CampaignUnit.campaign_id == campaign.id, CampaignUnit.kato.in_(katos), CampaignUnit.asks_strata
    )
    return set(session.scalars(asking))


def _ballots(
    session: Session, campaign: Campaign, group: MixedGroup, criteria: CriteriaSet, asks: set[str]
) -> list[dict[str, object]]:
    """A group's ballots under new random keys, in the order of those."""
    read = ((place, _read(data, criteria)) for place, data in enumerate(group.answers))
    # A device writes its answers itself: it may not say that they came another way.
    answers = [
        answer
        for place, answer in read
        if answer and (place not in group.devices or _is_from_tablet(answer, campaign))
    ]
    spoiled = len(group.answers) - len(answers)
    if spoiled:
        audit.record(
            session, actor="system", action="campaign.spoil", subject=subject_of(campaign),
            kato=group.cell, count=spoiled,
        )  # fmt: skip
    rows = [_ballot(campaign.id, group, answer, group.cell in asks) for answer in answers]
    return sorted(rows, key=lambda row: row["key"])


def _read(data: bytes, criteria: CriteriaSet) -> Answer | None:
    try:
        answer = decode(data)
        check_ratings(answer.ratings, criteria)
    except (ValueError, TypeError):
        return None
    known = answer.band in (None, *AGE_BANDS) and answer.sex in (None, *SEXES)
    return answer if known else None


def _is_from_tablet(answer: Answer, campaign: Campaign) -> bool:
    return answer.origin is Origin.TABLET and answer.mode is campaign.mode


def _ballot(campaign_id: int, group: MixedGroup, answer: Answer, asks: bool) -> dict[str, object]:
    return {
        "key": secrets.token_bytes(KEY_LENGTH), "campaign_id": campaign_id, "kato": group.cell,
        "ratings": answer.ratings, "origin": answer.origin, "mode": answer.mode,
        "age_band": answer.band if asks else None, "sex": answer.sex if asks else None, "day": group.day,
    }  # fmt: skip


def _add(
    session: Session,
    model: type[TallyNumbers],
    names: tuple[str, ...],
    counted: Mapping[tuple, Mapping[str, int]],
    criteria: CriteriaSet,
) -> None:
    """Read, add, write: exact, and safe because the mixer holds the one lock of mixing."""
    if not counted:
        return
    table = model.__table__
    totals = {key: tally_of(patterns, criteria) for key, patterns in counted.items()}
    held = {name: {key[place] for key in totals} for place, name in enumerate(names)}
    for row in session.execute(select(table).where(*(table.c[name].in_(held[name]) for name in names))):
        key = tuple(getattr(row, name) for name in names)
        if key in totals:
            totals[key] += tally_sum(row)
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    statement = dialect.insert(table)
    numbers = {column.name: statement.excluded[column.name] for column in table.c if column.name not in names}
    session.execute(
        statement.on_conflict_do_update(index_elements=names, set_=numbers),
        [
            {**dict(zip(names, key, strict=True)), **columns_of(total)}
            for key, total in sorted(totals.items())
        ],
    )
    for known in session.identity_map.values():
        if isinstance(known, model):
            session.expire(known)


def columns_of(total: TallySum) -> dict[str, object]:
    """A tally's sums as the columns of its row."""
    return {
        "n": total.n, "scored": total.scored, "all_equal": total.all_equal,
        "composite_sum": total.composite_sum, "composite_squares": total.composite_squares,
        "counts": counts_text(total.counts),
    }  # fmt: skip
