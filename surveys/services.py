"""The life of a campaign: draft, admit, open, pause, resume, extend, close. Writes; never commits.

May import the ground, this room's models, queries and pure modules. A campaign opens only after a
published rule book has admitted it, and closing publishes its statistics once, for good.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from core import audit
from core.clock import day_of
from core.errors import BadInput, Conflict
from core.places.queries import adults_by_kato, katos_with_post
from core.room import MixedTaker
from core.storage import lock_row
from core.urn.keys import KeyRing
from core.urn.services import mix_box
from core.web.days import said_day
from core.words import Words
from surveys.checklist import checklist
from surveys.comments.services import comment_box
from surveys.criteria import CriteriaSet, shipped
from surveys.inclusion.services import publish_receipts
from surveys.models import Campaign, CampaignState, CampaignUnit
from surveys.names import STATE_NAMES
from surveys.paper.services import release_for_closing
from surveys.publishing import publish_statistics
from surveys.queries import box_of, subject_of
from surveys.rules import Mode, SurveyRules
from surveys.signals.queries import excluded_days
from surveys.signals.services import flag_at_closing
from surveys.voters.services import forget_codes
from surveys.voters.verification import Verification

STRATA_FROM_ADULTS = 500
_CODE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def draft_campaign(
    session: Session,
    *,
    code: str,
    contest_code: str,
    title: Words,
    criteria_code: str,
    mode: Mode,
    opens_on: date,
    closes_on: date,
    katos: Iterable[str],
    actor: str,
    now: datetime,
) -> Campaign:
    """Draft a campaign over units with an akim's post; its criteria set is copied into it.

    :raises BadInput: when the code, the days, the criteria set or a unit cannot be taken.
    :raises Conflict: when the code is taken.
    """
    if not _CODE.fullmatch(code) or len(code) > 40:
        raise BadInput(_l("“%(code)s” cannot be a code: use small Latin letters and digits.", code=code))
    if session.scalars(select(Campaign.id).where(Campaign.code == code)).first() is not None:
        raise Conflict(_l("There is a campaign with the code “%(code)s” already: choose another.", code=code))
    _check_days(opens_on, closes_on, now)
    criteria = _shipped(criteria_code)
    units = _checked_units(session, katos)
    campaign = Campaign(
        code=code, contest_code=contest_code, title_kk=title.kk, title_ru=title.ru, title_en=title.en,
        criteria_code=criteria.code, criteria_json=criteria.as_json(),
        criteria_fingerprint=criteria.fingerprint, mode=mode, state=CampaignState.DRAFT,
        opens_on=opens_on, closes_on=closes_on,
    )  # fmt: skip
    session.add(campaign)
    session.flush()
    adults = adults_by_kato(session, units)
    session.execute(
        insert(CampaignUnit),
        [{"campaign_id": campaign.id, "kato": kato, **_size(adults.get(kato))} for kato in units],
    )
    audit.record(
        session, actor=actor, action="campaign.draft", subject=subject_of(campaign), contest=contest_code,
        criteria=criteria.fingerprint, mode=mode.value, opens_on=opens_on.isoformat(),
        closes_on=closes_on.isoformat(), units=len(units),
    )  # fmt: skip
    return campaign


def admit_campaign(
    session: Session,
    *,
    campaign: Campaign,
    rulebook_fingerprint: str,
    rules: SurveyRules,
    actor: str,
    now: datetime,
) -> None:
    """Admit a campaign under a published rule book, or under its published correction.

    :raises Conflict: when the rule book names another criteria set or other modes, or it is closed.
    """
    _refuse_unless(campaign, CampaignState.DRAFT, CampaignState.OPEN, CampaignState.PAUSED)
    if rules.criteria_set != campaign.criteria_code:
        raise Conflict(
            _l(
                "The rule book names the criteria set “%(named)s”, the campaign %(campaign)s asks by "
                "“%(asked)s”: draft the campaign with the set of the rule book.",
                named=rules.criteria_set, campaign=campaign.code, asked=campaign.criteria_code,
            )
        )  # fmt: skip
    if campaign.mode.value not in rules.modes:
        raise Conflict(
            _l(
                "The rule book counts answers of the mode %(named)s, the campaign %(campaign)s has the "
                "mode %(asked)s: draft the campaign with a mode of the rule book.",
                named=", ".join(rules.modes), campaign=campaign.code, asked=campaign.mode.value,
            )
        )  # fmt: skip
    campaign.admitted_by = rulebook_fingerprint
    campaign.rules_json = rules.as_json()
    audit.record(
        session, actor=actor, action="campaign.admit", subject=subject_of(campaign),
        rulebook=rulebook_fingerprint, rules=rules.as_json(),
    )  # fmt: skip


def open_campaign(
    session: Session,
    *,
    campaign: Campaign,
    verification: Verification | None = None,
    actor: str,
    now: datetime,
) -> None:
    """Open a campaign: from its first day on, residents can answer. The units' adults are frozen.

    :param verification: what a survey with verification stands on; others need none.
    :raises Conflict: when something of the checklist is missing (the message names it).
    """
    _refuse_unless(campaign, CampaignState.DRAFT)
    for item in checklist(session, campaign=campaign, verification=verification, now=now):
        if not item.done and item.is_needed:
            raise Conflict(_l("The campaign cannot open yet: %(remedy)s", remedy=item.remedy))
    if campaign.mode is Mode.VERIFIED:
        verification.marks.make(campaign.code)
    units = session.scalars(select(CampaignUnit).where(CampaignUnit.campaign_id == campaign.id)).all()
    adults = adults_by_kato(session, [unit.kato for unit in units])
    for unit in units:
        size = _size(adults.get(unit.kato))
        unit.adults, unit.asks_strata = size["adults"], size["asks_strata"]
    campaign.state = CampaignState.OPEN
    campaign.opened_at = now
    audit.record(
        session, actor=actor, action="campaign.open", subject=subject_of(campaign), units=len(units),
        criteria=campaign.criteria_fingerprint, rulebook=campaign.admitted_by,
    )  # fmt: skip


def pause_campaign(session: Session, *, campaign: Campaign, reason: str, actor: str, now: datetime) -> None:
    """Stop taking answers for a while; what has arrived stays."""
    _refuse_unless(campaign, CampaignState.OPEN)
    campaign.state = CampaignState.PAUSED
    audit.record(session, actor=actor, action="campaign.pause", subject=subject_of(campaign), reason=reason)


def resume_campaign(session: Session, *, campaign: Campaign, actor: str, now: datetime) -> None:
    """Take answers again."""
    _refuse_unless(campaign, CampaignState.PAUSED)
    campaign.state = CampaignState.OPEN
    audit.record(session, actor=actor, action="campaign.resume", subject=subject_of(campaign))


def extend_campaign(
    session: Session, *, campaign: Campaign, closes_on: date, reason: str, actor: str, now: datetime
) -> None:
    """Move the last day later, for all units at once.

    :raises BadInput: when the new day is not later, is past, or no reason is given.
    """
    _refuse_unless(campaign, CampaignState.DRAFT, CampaignState.OPEN, CampaignState.PAUSED)
    if not reason.strip():
        raise BadInput(_l("Give the reason: it goes into the journal."))
    if closes_on <= campaign.closes_on or closes_on < day_of(now):
        raise BadInput(
            _l(
                "The new last day %(day)s must be later than the present one, %(present)s, and not past.",
                day=said_day(closes_on), present=said_day(campaign.closes_on),
            )
        )  # fmt: skip
    audit.record(
        session, actor=actor, action="campaign.extend", subject=subject_of(campaign), reason=reason.strip(),
        before=campaign.closes_on.isoformat(), after=closes_on.isoformat(),
    )  # fmt: skip
    campaign.closes_on = closes_on


def close_campaign(
    session: Session,
    *,
    campaign: Campaign,
    keys: KeyRing,
    takers: Mapping[str, MixedTaker],
    secret: str,
    actor: str,
    now: datetime,
) -> None:
    """Take in what still waits, publish every unit's statistics and the receipts, close: one transaction.

    Paper sheets that both operators read alike are answers: they go in before the urn is mixed for the
    last time.

    :raises Conflict: when it was never opened, is closed, or its last day is not over.
    """
    lock_row(session, campaign)  # a sheet or a file that is coming in now goes in first, or not at all
    _refuse_unless(campaign, CampaignState.OPEN, CampaignState.PAUSED)
    if day_of(now) <= campaign.closes_on:
        raise Conflict(
            _l(
                "The survey takes answers until the end of %(day)s: close it on a later day.",
                day=said_day(campaign.closes_on),
            )
        )
    release_for_closing(session, campaign=campaign, keys=keys, secret=secret, now=now)
    for box in (box_of(campaign.code), comment_box(campaign.code)):
        mix_box(session, keys=keys, box=box, takers=takers, now=now, closing=True)
    forget_codes(session, campaign=campaign)
    flag_at_closing(session, campaign=campaign, actor=actor, now=now)
    flagged = excluded_days(session, campaign=campaign)
    numbers = publish_statistics(session, campaign=campaign, flagged=flagged, actor=actor, now=now)
    campaign.state = CampaignState.CLOSED
    campaign.closed_at = now
    publish_receipts(session, campaign=campaign, secret=secret, actor=actor, now=now)
    audit.record(
        session, actor=actor, action="campaign.close", subject=subject_of(campaign), units=len(numbers)
    )


def _refuse_unless(campaign: Campaign, *states: CampaignState) -> None:
    if campaign.state not in states:
        raise Conflict(
            _l(
                "The campaign %(code)s is in the state “%(state)s”: this cannot be done now.",
                code=campaign.code, state=STATE_NAMES[campaign.state],
            )
        )  # fmt: skip


def _check_days(opens_on: date, closes_on: date, now: datetime) -> None:
    if closes_on < opens_on:
        raise BadInput(
            _l(
                "The last day %(last)s is before the first, %(first)s.",
                last=said_day(closes_on), first=said_day(opens_on),
            )
        )  # fmt: skip
    if closes_on < day_of(now):
        raise BadInput(_l("The last day %(last)s is past: choose a later one.", last=said_day(closes_on)))


def _shipped(code: str) -> CriteriaSet:
    try:
        return shipped(code)
    except ValueError as fault:
        raise BadInput(str(fault)) from None


def _checked_units(session: Session, katos: Iterable[str]) -> list[str]:
    units = sorted(set(katos))
    if not units:
        raise BadInput(_l("Choose at least one unit: the campaign has nobody to ask."))
    known = katos_with_post(session)
    for kato in units:
        if kato not in known:
            raise BadInput(_l("“%(kato)s” is not the KATO code of a unit with an akim's post.", kato=kato))
    return units


def _size(adults: int | None) -> dict[str, object]:
    """Strata are asked only where a unit is known to be large enough to hide people in them."""
    return {"adults": adults, "asks_strata": adults is not None and adults >= STRATA_FROM_ADULTS}
