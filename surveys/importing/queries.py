"""Reads of imports by two people: what was asked for, and whether both have approved it."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import Conflict, NotFound
from surveys.importing.models import ImportRequest
from surveys.models import Campaign


def import_requests(session: Session, *, campaign: Campaign) -> list[ImportRequest]:
    """The files that were asked for, those that wait first."""
    wanted = select(ImportRequest).where(ImportRequest.campaign_id == campaign.id)
    return list(
        session.scalars(
            wanted.order_by(ImportRequest.is_taken, ImportRequest.requested_on.desc(), ImportRequest.digest)
        )
    )


def import_request(session: Session, *, campaign: Campaign, digest: str) -> ImportRequest:
    """The request for a file.

    :raises NotFound: when nobody has asked for it.
    """
    found = session.get(ImportRequest, (campaign.id, digest))
    if found is None:
        raise NotFound(_l("Nobody has asked to take in this file."))
    return found


def require_approved(session: Session, *, campaign: Campaign, digest: str) -> ImportRequest:
    """The request for a file that two people of the agency have approved.

    :raises Conflict: when fewer have, naming how it is done.
    """
    found = session.get(ImportRequest, (campaign.id, digest))
    if found is None or found.approved_by is None:
        raise Conflict(
            _l(
                "A live survey takes in a file only with two people of the agency: one uploads it at "
                "/staff/campaigns/%(code)s/import, another one uploads the same file there and approves it. "
                "Then run this command again.",
                code=campaign.code,
            )
        )
    return found
