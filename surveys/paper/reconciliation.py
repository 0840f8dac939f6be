"""The signed reconciliation of a batch: sums that must hold, and two people who sign. Never commits.

May import the ground and this part's models, queries and pure modules. The second signature closes the
batch and puts what is agreed into the urn.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from core import audit
from core.clock import day_of
from core.errors import BadInput, Conflict, Forbidden
from core.storage import lock_row
from core.urn.keys import KeyRing
from surveys.models import Campaign
from surveys.paper.models import PaperBatch, PaperReconciliation
from surveys.paper.names import sum_sentence
from surveys.paper.queries import known_sums
from surveys.paper.services import release_agreed, subject_of
from surveys.paper.sums import Counts, faults_of, late_of


def sign_first(
    session: Session, *, batch: PaperBatch, counts: Counts, account_id: int, now: datetime
) -> PaperReconciliation:
    """Take the numbers with the first signature; again replaces them, until somebody else has signed.

    :raises BadInput: when something does not add up (the message names it).
    :raises Conflict: when the batch is reconciled.
    """
    found = _unsigned(session, batch)
    numbers = _checked(session, batch, counts)
    if found is None:
        found = PaperReconciliation(batch_id=batch.id)
        session.add(found)
    for name, value in numbers.items():
        setattr(found, name, value)
    found.first_by, found.first_on = account_id, day_of(now)
    session.flush()
    audit.record(
        session, actor=f"account:{account_id}", action="paper.reconcile", subject=subject_of(batch), **numbers
    )
    return found


def sign_second(
    session: Session,
    *,
    batch: PaperBatch,
    counts: Counts,
    account_id: int,
    keys: KeyRing,
    secret: str,
    now: datetime,
) -> PaperReconciliation:
    """Sign the numbers as the second person: the batch is closed, and what is agreed goes into the urn.

    :param counts: what the second person saw, and signs.
    :raises Forbidden: when the same person signed first.
    :raises BadInput: when sheets were entered since, so that the numbers no longer add up.
    :raises Conflict: when nobody has signed first, other numbers were signed meanwhile, or two people have.
    """
    found = _unsigned(session, batch)
    if found is None:
        raise Conflict(_l("Nobody has filled in the numbers yet."))
    if found.first_by == account_id:
        raise Forbidden(_l("You have signed first: another person must sign now."))
    if counts != counts_of(found):
        raise Conflict(_l("The numbers were changed meanwhile: look at them again, then sign."))
    # The closing waits: it would put the same agreed sheets in a second time.
    lock_row(session, session.get_one(Campaign, batch.campaign_id), is_shared=True)
    numbers = _checked(session, batch, counts)
    release_agreed(session, batch=batch, keys=keys, secret=secret, now=now, is_last=True)
    found.second_by, found.second_on = account_id, day_of(now)
    audit.record(
        session, actor=f"account:{account_id}", action="paper.sign", subject=subject_of(batch), **numbers
    )
    return found


def counts_of(found: PaperReconciliation) -> Counts:
    """The numbers that people counted."""
    return Counts(
        given_out=found.given_out, spoiled=found.spoiled, unused=found.unused,
        returned_filled=found.returned_filled, returned_empty=found.returned_empty,
        not_returned=found.not_returned,
    )  # fmt: skip


def _unsigned(session: Session, batch: PaperBatch) -> PaperReconciliation | None:
    lock_row(session, batch)  # nothing is entered while it is signed
    found = session.get(PaperReconciliation, batch.id, populate_existing=True)
    if found is not None and found.second_by is not None:
        raise Conflict(_l("The batch %(code)s is reconciled already.", code=batch.code))
    return found


def _checked(session: Session, batch: PaperBatch, counts: Counts) -> dict[str, int]:
    known = known_sums(session, batch=batch)
    for fault in faults_of(counts, known):
        raise BadInput(sum_sentence(fault))
    return {
        "printed": known.printed, **asdict(counts), "entered": known.entered, "illegible": known.illegible,
        "late": late_of(counts, known),
    }  # fmt: skip
