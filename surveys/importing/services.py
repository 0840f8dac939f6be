"""Imports into a live campaign by two people of the agency. Writes; never commits.

The first person's file is checked and only its digest kept; the second person brings the same file, and
then its answers go into the urn. May import the ground and this room's models, queries and pure modules.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from core import audit
from core.clock import day_of
from core.errors import Conflict, Forbidden
from core.storage import lock_row
from core.tables import Table
from core.urn.keys import KeyRing
from surveys.importing.models import ImportRequest
from surveys.importing.queries import import_request, require_approved
from surveys.imports import ImportReport, import_answers
from surveys.mapping import ImportMapping
from surveys.models import Campaign
from surveys.queries import subject_of


def request_import(
    session: Session, *, campaign: Campaign, report: ImportReport, account_id: int, now: datetime
) -> ImportRequest:
    """Ask to take in a file that was checked; asking again changes nothing.

    :param report: what the dry run of :func:`surveys.imports.import_answers` said.
    """
    found = session.get(ImportRequest, (campaign.id, report.digest))
    if found is not None:
        return found
    found = ImportRequest(
        campaign_id=campaign.id, digest=report.digest, answers=report.answers, units=report.units,
        requested_by=account_id, requested_on=day_of(now), is_taken=False,
    )  # fmt: skip
    session.add(found)
    session.flush()
    audit.record(
        session, actor=f"account:{account_id}", action="import.request", subject=subject_of(campaign),
        digest=report.digest, answers=report.answers, units=report.units,
    )  # fmt: skip
    return found


def approve_import(
    session: Session,
    *,
    campaign: Campaign,
    digest: str,
    table: Table,
    mapping: ImportMapping,
    keys: KeyRing,
    account_id: int,
    now: datetime,
    takes_now: bool = True,
) -> ImportReport:
    """Approve a file as the second person, who brings it too; its answers go in now, or by the command.

    :raises Forbidden: when the same person asked for it.
    :raises Conflict: when the file is another one, or its answers were taken in already.
    """
    found = import_request(session, campaign=campaign, digest=digest)
    lock_row(session, found)
    if found.requested_by == account_id:
        raise Forbidden(_l("You have asked for this file yourself: another person must bring it, too."))
    actor = f"account:{account_id}"
    given = {"campaign": campaign, "table": table, "mapping": mapping, "keys": keys, "now": now}
    checked = import_answers(session, **given, actor=actor, dry_run=True)
    if checked.digest != digest:
        raise Conflict(
            _l(
                "This is another file than the one that was asked for: its answers are %(found)s…, asked "
                "for were %(asked)s…. Nothing was taken.",
                found=checked.digest[:12], asked=digest[:12],
            )
        )  # fmt: skip
    found.approved_by, found.approved_on = account_id, day_of(now)
    session.flush()
    audit.record(
        session, actor=actor, action="import.approve", subject=subject_of(campaign), digest=digest,
        requested_by=f"account:{found.requested_by}",
    )  # fmt: skip
    if not takes_now:
        return checked
    found.is_taken = True
    return import_answers(session, **given, actor=actor)


def take_approved(
    session: Session,
    *,
    campaign: Campaign,
    table: Table,
    mapping: ImportMapping,
    keys: KeyRing,
    actor: str,
    now: datetime,
    progress: Callable[[int], object] = lambda _: None,
) -> ImportReport:
    """Take in a file that two people have approved; the way of the command into a live campaign.

    :raises Conflict: when fewer than two have approved it (the message says how it is done).
    """
    given = {"campaign": campaign, "table": table, "mapping": mapping, "keys": keys, "now": now}
    checked = import_answers(session, **given, actor=actor, dry_run=True)
    require_approved(session, campaign=campaign, digest=checked.digest).is_taken = True
    return import_answers(session, **given, actor=actor, progress=progress)
