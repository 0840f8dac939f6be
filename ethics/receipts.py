"""Whether a receipt belongs to an answer that came in, and in which round.

Only reads, no web. Says neither about whom the answer is nor, before the round ends, whether it is counted
already: whoever sent a second one with a copied code would learn that there was a first.
"""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.codes import traces_of
from core.urn.models import Intake, LedgerEntry
from ethics.models import Round, RoundState
from ethics.queries import all_rounds, purpose_of


def find_receipt(session: Session, *, receipt: str, secret: str) -> Round | None:
    """The round in which an answer with this receipt came in; None where there is none."""
    for asked in all_rounds(session):
        box = purpose_of(asked)
        first, end = traces_of(secret, box, receipt)
        for model in (LedgerEntry, Intake):
            own = select(model.trace).where(model.box == box, model.trace >= first, model.trace < end)
            if asked.state is not RoundState.DRAFT and session.scalars(own).first() is not None:
                return asked
    return None
