"""The attack on a survey's published numbers: what the attacker has of them, and by which method it is tried.

Who really answered is known, and is the referee.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from contest.sources.receipts import receipt_list
from surveys.answers import Origin
from surveys.board import turnout
from surveys.queries import campaign_by_code
from tests.contest.release.answered import Truth
from tests.contest.release.attacker import isolated, one_by_one, pinned
from tests.contest.release.survey_numbers import Survey, tables_of

CELL, SCORE = 5, 10


@dataclass(frozen=True)
class Evidence:
    """A survey as it was published, its receipts, and its turnout as operators saw it at each day's end."""

    known: Survey
    receipts: Mapping[str, object]
    shown: Mapping[tuple[str, Origin, date], int]


def evidence(session: Session, code: str, truth: Truth, files: Mapping[str, bytes]) -> Evidence:
    campaign, found = campaign_by_code(session, code), receipt_list(session, code)
    shown = {
        (row.kato, origin, day): row.by_origin.get(origin, 0)
        for day in sorted({one.day for one in truth.persons} - {truth.last_day})
        for row in turnout(session, campaign=campaign, as_of=day)
        for origin in Origin
    }
    receipts = {"count": found.count, "unreadable": found.unreadable, "by_origin": found.by_origin}
    return Evidence(Survey(tables_of(files), truth), receipts, shown)


def by_algebra(known: Survey) -> list[str]:
    """Groups whose number, or whose score, follows from what is published."""
    groups, hits = known.possible(), []
    for what, floor in (("n", CELL), ("score", SCORE)):
        sums = known.known(what, groups)
        hits += [f"{what} of {sorted(map(str, group))}" for group in isolated(sums, groups, floor=floor)]
        for part in known.parts().values():
            few = [one for one in sums if one.name in part]
            hits += [f"{what} of {sorted(map(str, g))}" for g in one_by_one(few, groups, floor=floor)]
    return hits


def by_criteria(known: Survey) -> list[str]:
    """Units whose means by criterion give away what those answered who left a criterion out.

    A composite is the mean of what a person rated, so n times the score less the weighted sums of the
    criteria is zero over all others, and over these few their own composites with known weights.
    """
    told, hits = {row["kato"] for row in known.tables["survey/criterion_means"]}, []
    for kato in sorted(told):
        few = [one for one in known.counted(kato) if "-" in one.ratings]
        if 0 < len(few) < SCORE:
            hits.append(f"{kato}: {len(few)} who left a criterion out")
    return hits


def by_bounds(one: Evidence, *, step: int = 10) -> list[str]:
    """Groups that must have one to four persons; `step` is that of the origins beside the receipts."""
    known, hits = one.known, {}
    if any(n % step for n in one.receipts["by_origin"].values()):
        step = 5
    squeezes = [known.over_places(), known.over_origins(one.receipts, step=step)]
    for kato in known.truth.katos:
        squeezes += [known.within_unit(kato), known.over_days(kato, one.shown)]
    for squeeze in squeezes:
        hits |= pinned(*squeeze, floor=CELL)
    return [f"{name} has {low} to {high}" for name, (low, high) in hits.items()]
