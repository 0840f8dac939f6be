"""What a survey with verification stands on: the service that tells people apart, and the mark keys.

May import the ground's settings and this sub-room's adapter and keys; decides nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.settings import Settings
from surveys.models import Campaign, CampaignState
from surveys.rules import Mode
from surveys.voters.marks import MarkKeys
from surveys.voters.provider import Provider, provider_of


@dataclass(frozen=True, slots=True)
class Verification:
    """The service, if one is set, and the keys of the marks."""

    provider: Provider | None
    marks: MarkKeys

    def fault(self, *, now: datetime) -> object | None:
        """What must be seen to before anybody can confirm who they are; None where all is well."""
        if self.provider is None:
            return _l("Set AUYL_OIDC_ISSUER and what belongs to it: no service is configured.")
        fault = self.provider.fault(now=now)
        return None if fault is None else fault.message


def verification_of(settings: Settings) -> Verification:
    """What an installation has."""
    return Verification(provider_of(settings), MarkKeys(settings.key_directory))


def missing_mark_keys(session: Session, marks: MarkKeys) -> list[str]:
    """The running surveys whose mark key is not here."""
    running = _verified(session, Campaign.state.in_((CampaignState.OPEN, CampaignState.PAUSED)))
    return sorted(running - marks.names())


def destroy_spent_marks(session: Session, marks: MarkKeys) -> list[str]:
    """Destroy the mark keys of closed surveys; called after the closing has been committed.

    A crash in between leaves a file too many, which the daily work destroys.
    """
    spent = sorted(_verified(session, Campaign.state == CampaignState.CLOSED) & marks.names())
    for campaign in spent:
        marks.destroy(campaign)
    return spent


def _verified(session: Session, condition: object) -> set[str]:
    return set(session.scalars(select(Campaign.code).where(Campaign.mode == Mode.VERIFIED, condition)))
