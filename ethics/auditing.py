"""The audit of a published round: its scores from its tallies, its tallies against the journal's openings.

Only reads. The envelopes are destroyed at the opening, so a tally itself cannot be counted again; what the
journal says of its opening must be what it holds. No number here is for eyes but in a fault.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.audit import JournalEntry
from ethics.drafting import subject_of
from ethics.models import EthicsTally, Questionnaire, Round, Statistic
from ethics.publishing import computed_scores

_COLUMNS = ("n", "score", "error", "is_coarse")


def score_faults(session: Session, *, asked: Round) -> list[str]:
    """Each published number of a round that does not follow from its tallies."""
    wanted = computed_scores(session, asked)
    kept = select(Statistic).join(Questionnaire).where(Questionnaire.round_id == asked.id)
    there = {row.questionnaire_id: row for row in session.scalars(kept)}
    faults = []
    for number in sorted(wanted.keys() | there.keys()):
        if number not in there or number not in wanted:
            faults.append(f"questionnaire {number}: its published numbers are missing")
            continue
        for column in _COLUMNS:
            found, given = getattr(there[number], column), getattr(wanted[number], column)
            if found != given:
                faults.append(f"questionnaire {number}: {column} is {found}, its tally gives {given}")
    return faults


def tally_faults(session: Session, *, asked: Round) -> list[str]:
    """Each tally of a round that is not what its opening put into the journal."""
    questionnaires = select(Questionnaire).where(Questionnaire.round_id == asked.id)
    faults: list[str] = []
    for questionnaire in session.scalars(questionnaires.order_by(Questionnaire.id)):
        faults += _tally_faults(session, questionnaire)
    return faults


def _tally_faults(session: Session, questionnaire: Questionnaire) -> Iterator[str]:
    tally = session.get(EthicsTally, questionnaire.id)
    acts = select(JournalEntry.details).where(
        JournalEntry.action == "ethics.open", JournalEntry.subject == subject_of(questionnaire)
    )
    openings = [json.loads(details) for details in session.scalars(acts)]
    if len(openings) != (tally is not None):
        yield f"questionnaire {questionnaire.id}: {len(openings)} openings in the journal"
    elif tally is not None:
        told = openings[0]["tallied"], len(openings[0]["spoiled"])
        if told != (tally.n, tally.spoiled):
            yield (
                f"questionnaire {questionnaire.id}: the journal has {told[0]} answers and {told[1]} that did "
                f"not open, the tally {tally.n} and {tally.spoiled}"
            )
