"""What the survey does with a mixed group: ballots, exact tallies and the batch's digest.

Called by the urn inside the mixing transaction; may import the ground and this room's models,
queries and pure modules. Knows neither traces nor who sent what.
"""

from __future__ import annotations

import secrets
from collections import Counter, defaultdict
from collections.abc import Mapping

from sqlalchemy import insert
from sqlalchemy.orm import Session

from core import audit
from core.places.models import AGE_BANDS, SEXES
from core.room import MixedGroup
from surveys.answers import NOT_GIVEN, Answer, decode
from surveys.criteria import CriteriaSet, criteria_from_json
from surveys.digests import BallotLine, ballots_digest
from surveys.models import Ballot, CampaignUnit, StratumTally, Tally, TallyNumbers
from surveys.queries import campaign_by_code, subject_of, tally_sum
from surveys.tallies import TallySum, check_ratings, counts_text, tally_of

KEY_LENGTH = 16


def take_answers(session: Session, group: MixedGroup) -> str:
    """Write a group's ballots and add them to the tallies; returns the digest of the ballots.

    An answer that cannot be read (nobody but a forger makes one) is left out and journalled as a
    count, so that it cannot keep its group from being mixed.
    """
    campaign = campaign_by_code(session, group.box.partition(":")[2])
    criteria = criteria_from_json(campaign.criteria_json)
    asks = session.get_one(CampaignUnit, (campaign.id, group.cell)).asks_strata
    answers = [answer for answer in (_read(data, criteria) for data in group.answers) if answer]
    spoiled = len(group.answers) - len(answers)
    if spoiled:
        audit.record(
            session, actor="system", action="campaign.spoil", subject=subject_of(campaign),
            kato=group.cell, count=spoiled,
        )  # fmt: skip
    rows = [_ballot(campaign.id, group, answer, asks) for answer in answers]
    rows.sort(key=lambda row: row["key"])
    if rows:
        session.execute(insert(Ballot.__table__), rows)
        _add_to_tallies(session, rows, criteria)
        if asks:
            _add_to_strata(session, rows, criteria)
    return ballots_digest(line_of(row, campaign.code) for row in rows)


def line_of(row: Mapping[str, object], campaign_code: str) -> BallotLine:
    """A ballot's row as the line of the digest."""
    return BallotLine(
        key=row["key"], campaign=campaign_code, kato=row["kato"], ratings=row["ratings"],
        origin=row["origin"], mode=row["mode"], band=row["age_band"], sex=row["sex"], day=row["day"],
    )  # fmt: skip


def stratum_of(row: Mapping[str, object]) -> tuple[str, str]:
    """The stratum in which a ballot is counted."""
    return (row["age_band"] or NOT_GIVEN, row["sex"] or NOT_GIVEN)


def _read(data: bytes, criteria: CriteriaSet) -> Answer | None:
    try:
        answer = decode(data)
        check_ratings(answer.ratings, criteria)
    except (ValueError, TypeError):
        return None
    known = answer.band in (None, *AGE_BANDS) and answer.sex in (None, *SEXES)
    return answer if known else None


def _ballot(campaign_id: int, group: MixedGroup, answer: Answer, asks: bool) -> dict[str, object]:
    return {
        "key": secrets.token_bytes(KEY_LENGTH), "campaign_id": campaign_id, "kato": group.cell,
        "ratings": answer.ratings, "origin": answer.origin, "mode": answer.mode,
        "age_band": answer.band if asks else None, "sex": answer.sex if asks else None, "day": group.day,
    }  # fmt: skip


def _add_to_tallies(session: Session, rows: list[dict[str, object]], criteria: CriteriaSet) -> None:
    patterns: dict[tuple, Counter[str]] = defaultdict(Counter)
    for row in rows:
        patterns[row["campaign_id"], row["kato"], row["day"], row["origin"], row["mode"]][row["ratings"]] += 1
    for key, counted in sorted(patterns.items()):
        names = dict(zip(("campaign_id", "kato", "day", "origin", "mode"), key, strict=True))
        _add(session, Tally, key, names, tally_of(counted, criteria))


def _add_to_strata(session: Session, rows: list[dict[str, object]], criteria: CriteriaSet) -> None:
    patterns: dict[tuple, Counter[str]] = defaultdict(Counter)
    for row in rows:
        patterns[row["campaign_id"], row["kato"], row["mode"], *stratum_of(row)][row["ratings"]] += 1
    for key, counted in sorted(patterns.items()):
        names = dict(zip(("campaign_id", "kato", "mode", "age_band", "sex"), key, strict=True))
        _add(session, StratumTally, key, names, tally_of(counted, criteria))


def _add(
    session: Session, model: type[TallyNumbers], key: tuple, names: dict[str, object], more: TallySum
) -> None:
    """Read, add, write: exact, and safe because the mixer holds the one lock of mixing."""
    row = session.get(model, key, with_for_update=True, populate_existing=True)
    total = more if row is None else tally_sum(row) + more
    if row is None:
        row = model(**names)
        session.add(row)
    row.n, row.scored, row.all_equal = total.n, total.scored, total.all_equal
    row.composite_sum, row.composite_squares = total.composite_sum, total.composite_squares
    row.counts = counts_text(total.counts)
    session.flush()
