"""What is missing before the next step of a contest: the staff page shows it, the services enforce it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from contest.calendar import days_of, why_closed
from contest.contests.models import Contest, ContestState
from contest.contests.queries import closed_words, editions, rulebook_of
from contest.contests.words import STEPS
from contest.decisions.queries import voted_exclusion
from contest.jury.models import Marking
from contest.nominees.models import Nominee, NomineeState
from contest.objections.finality import finality_by_area
from contest.objections.words import why_not_final
from contest.rulebook import RuleBook, Stage, Step
from contest.rulebook_reading import BadRuleBook, read_rulebook
from contest.sources.ethics import ethics_state
from contest.sources.state import SourceState
from contest.sources.surveys import survey_state
from contest.standings.models import Standing, StandingRow
from core.clock import day_of
from core.errors import Conflict
from core.places.models import Unit
from core.places.queries import units_by_kato


class Act(StrEnum):
    """The steps of a contest's life that a person takes."""

    PUBLISH_RULES = "publish-rules"
    OPEN = "open"
    OPEN_REGIONAL = "open-regional"
    OPEN_NATIONAL = "open-national"
    FREEZE_NATIONAL = "freeze-national"
    PUBLISH = "publish"


NEXT: dict[ContestState, Act | None] = {
    ContestState.DRAFT: Act.PUBLISH_RULES,
    ContestState.RULES_PUBLISHED: Act.OPEN,
    ContestState.OPEN: Act.OPEN_REGIONAL,
    ContestState.REGIONAL: Act.OPEN_NATIONAL,
    ContestState.NATIONAL: Act.FREEZE_NATIONAL,
    ContestState.CLOSED: Act.PUBLISH,
    ContestState.PUBLISHED: None,
}


@dataclass(frozen=True, slots=True)
class ChecklistItem:
    """One thing that must be so before a step, and what to do where it is not."""

    label: object
    done: bool
    remedy: object


def checklist(session: Session, contest: Contest, *, now: datetime) -> list[ChecklistItem]:
    """What the next step of the contest needs; empty when there is no next step."""
    act, day = NEXT[contest.state], day_of(now)
    if act is Act.PUBLISH_RULES:
        return _before_rules(session, contest, day)
    if act is Act.OPEN:
        return [*_before_opening(session, contest), _in_days(session, contest, Step.NOMINATIONS, day)]
    if act is Act.OPEN_REGIONAL:
        return [*_before_regional(session, contest), _in_days(session, contest, Step.REGIONAL, day)]
    if act is Act.OPEN_NATIONAL:
        return [*_before_national(session, contest, now), _in_days(session, contest, Step.NATIONAL, day)]
    if act is Act.FREEZE_NATIONAL:
        return freeze_checklist(session, contest, stage=Stage.NATIONAL, oblast_kato=None)
    if act is Act.PUBLISH:
        return [
            _frozen(session, contest),
            *final_items(session, contest, standings_in_force(session, contest), now),
            _no_excluded_winner(session, contest),
            _in_days(session, contest, Step.RESULTS, day),
        ]
    return []


def _in_days(session: Session, contest: Contest, step: Step, day: date) -> ChecklistItem:
    closed = why_closed(rulebook_of(session, contest), step, day)
    return ChecklistItem(
        _l("today is a day of “%(step)s” by the calendar", step=STEPS[step]),
        closed is None,
        "" if closed is None else closed_words(closed, day),
    )


def freeze_checklist(
    session: Session, contest: Contest, *, stage: Stage, oblast_kato: str | None
) -> list[ChecklistItem]:
    """What freezing a standing needs: the marks are in, and both sources have published their numbers."""
    window = session.scalars(
        select(Marking).where(
            Marking.contest_id == contest.id, Marking.stage == stage, Marking.oblast_kato == oblast_kato
        )
    ).first()
    return [
        ChecklistItem(
            _l("marking of this stage is closed"),
            window is not None and window.closed_at is not None,
            _l("Close the marking when every member has confirmed."),
        ),
        *sources_closed(session, contest),
    ]


def sources_closed(session: Session, contest: Contest) -> list[ChecklistItem]:
    """Whether the survey and the ethics round have published their numbers."""
    survey = survey_state(session, campaign_code=contest.campaign_code)
    ethics = ethics_state(session, round_code=contest.round_code)
    return [
        ChecklistItem(
            _l("the survey %(code)s is closed and its numbers are published", code=contest.campaign_code),
            survey is not None and survey.is_published,
            _l("Close the survey after its last day."),
        ),
        ChecklistItem(
            _l("the ethics round %(code)s is closed and its scores are published", code=contest.round_code),
            ethics is not None and ethics.is_published,
            _l("Close the round, open every questionnaire with its shares, and publish the scores."),
        ),
    ]


def standings_in_force(session: Session, contest: Contest) -> list[Standing]:
    """The latest frozen standing of each oblast, and of the nation."""
    rows = session.scalars(
        select(Standing).where(Standing.contest_id == contest.id).order_by(Standing.version)
    ).all()
    return list({(one.stage, one.oblast_kato): one for one in rows}.values())


def final_items(
    session: Session, contest: Contest, standings: Sequence[Standing], now: datetime
) -> list[ChecklistItem]:
    """Whether nobody can object to these standings, or to an exclusion, any more, and else until when."""
    found = finality_by_area(session, contest, standings, now)
    units = units_by_kato(session, {oblast for _stage, oblast in found if oblast})
    frozen = {(one.stage, one.oblast_kato) for one in standings}
    return [
        ChecklistItem(
            _final_label(area in frozen, area[1] and _name(units, area[1])), one.is_final, why_not_final(one)
        )
        for area, one in sorted(found.items(), key=lambda pair: (pair[0][1] is None, pair[0][1] or ""))
    ]


def _final_label(is_frozen: bool, oblast: object) -> object:
    if is_frozen and oblast is None:
        return _l("nobody can object to the national standing any more")
    if is_frozen:
        return _l("nobody can object to the standing of %(oblast)s any more", oblast=oblast)
    if oblast is None:
        return _l("nobody can object to an exclusion at the national stage any more")
    return _l("nobody can object to an exclusion in %(oblast)s any more", oblast=oblast)


def refuse_unless_done(items: Sequence[ChecklistItem]) -> None:
    """Refuse a step whose checklist is not done.

    :raises Conflict: naming the first missing thing and its remedy.
    """
    for item in items:
        if not item.done:
            raise Conflict(_l("Missing: %(what)s. %(remedy)s", what=item.label, remedy=item.remedy))


def registered_oblasts(session: Session, contest: Contest) -> frozenset[str]:
    """The oblasts that have a registered nominee."""
    wanted = select(Nominee.oblast_kato).where(
        Nominee.contest_id == contest.id, Nominee.state == NomineeState.REGISTERED
    )
    return frozenset(session.scalars(wanted.distinct()))


def source_days(session: Session, contest: Contest, book: RuleBook) -> list[ChecklistItem]:
    """Whether the survey and the ethics round ask on days that the calendar gives them."""
    found = (
        (Step.SURVEY, survey_state(session, campaign_code=contest.campaign_code)),
        (Step.ETHICS, ethics_state(session, round_code=contest.round_code)),
    )
    items = []
    for step, source in found:
        if source is None:
            continue
        row = days_of(book, step)
        items.append(
            ChecklistItem(
                _l(
                    "%(code)s asks on days of “%(step)s” (%(first)s to %(last)s)", code=source.code,
                    step=STEPS[step], first=row.from_on.isoformat(), last=row.until_on.isoformat(),
                ),
                row.from_on <= source.opens_on and source.closes_on <= row.until_on,
                _l(
                    "It asks from %(first)s to %(last)s: change its days, or the calendar.",
                    first=source.opens_on.isoformat(), last=source.closes_on.isoformat(),
                ),
            )
        )  # fmt: skip
    return items


def _before_rules(session: Session, contest: Contest, day: date) -> list[ChecklistItem]:
    try:
        book, fault = read_rulebook(contest.draft_rules, place="rule book"), ""
    except BadRuleBook as bad:
        book, fault = None, bad.faults[0]
    items = [
        ChecklistItem(
            _l("the rule book can be read and has no faults"),
            book is not None,
            _l("Correct the text: %(fault)s", fault=fault),
        ),
        *_drafted(session, contest),
    ]
    if book is None:
        return items
    last = days_of(book, Step.NOMINATIONS).until_on
    in_time = ChecklistItem(
        _l("the days of the nominations are not over"),
        day <= last,
        _l("The calendar ends them on %(day)s: change the draft's calendar.", day=last.isoformat()),
    )
    return [*items, in_time, *source_days(session, contest, book)]


def _drafted(session: Session, contest: Contest) -> list[ChecklistItem]:
    return [
        ChecklistItem(
            _l("the survey %(code)s is drafted and not open yet", code=contest.campaign_code),
            _waits(survey_state(session, campaign_code=contest.campaign_code)),
            _l("Draft a campaign with this code; the rules come before its opening."),
        ),
        ChecklistItem(
            _l("the ethics round %(code)s is drafted and not open yet", code=contest.round_code),
            _waits(ethics_state(session, round_code=contest.round_code)),
            _l("Draft a round with this code; the rules come before its opening."),
        ),
    ]


def _waits(source: SourceState | None) -> bool:
    return source is not None and not source.is_open and not source.is_closed


def _before_opening(session: Session, contest: Contest) -> list[ChecklistItem]:
    marks = {edition.fingerprint for edition in editions(session, contest)}
    survey = survey_state(session, campaign_code=contest.campaign_code)
    ethics = ethics_state(session, round_code=contest.round_code)
    return [
        ChecklistItem(
            _l("the survey %(code)s is admitted under the published rules", code=contest.campaign_code),
            survey is not None and survey.admitted_by in marks,
            _l("Publish the rules again as a correction: it admits the survey."),
        ),
        ChecklistItem(
            _l("the ethics round %(code)s is admitted under the published rules", code=contest.round_code),
            ethics is not None and ethics.admitted_by in marks,
            _l("Publish the rules again as a correction: it admits the round."),
        ),
    ]


def _before_regional(session: Session, contest: Contest) -> list[ChecklistItem]:
    survey = survey_state(session, campaign_code=contest.campaign_code)
    return [
        ChecklistItem(
            _l("at least one nominee is registered"),
            bool(registered_oblasts(session, contest)),
            _l("Register the nominees on their page."),
        ),
        ChecklistItem(
            _l("the national commission has voted which signals leave a day out, or the survey is closed"),
            voted_exclusion(session, contest) is not None or (survey is not None and survey.is_closed),
            _l("Put it to the vote before the survey closes: later the rule book's own proposal counts."),
        ),
    ]


def _before_national(session: Session, contest: Contest, now: datetime) -> list[ChecklistItem]:
    needed = registered_oblasts(session, contest)
    frozen = set(
        session.scalars(
            select(Standing.oblast_kato).where(
                Standing.contest_id == contest.id, Standing.stage == Stage.REGIONAL
            )
        )
    )
    units = units_by_kato(session, needed)
    finalists = session.scalar(
        select(func.count())
        .select_from(Nominee)
        .where(
            Nominee.contest_id == contest.id, Nominee.is_finalist.is_(True),
            Nominee.state == NomineeState.REGISTERED,
        )
    )  # fmt: skip
    return [
        ChecklistItem(
            _l("the regional standing of %(oblast)s is frozen", oblast=_name(units, kato)),
            kato in frozen,
            _l("Close the marking there and freeze the standing."),
        )
        for kato in sorted(needed)
    ] + [
        ChecklistItem(
            _l("there is at least one finalist who takes part"),
            bool(finalists),
            _l("A standing names its finalists when it is frozen; where they left, freeze a correction."),
        ),
        *final_items(session, contest, standings_in_force(session, contest), now),
    ]


def _no_excluded_winner(session: Session, contest: Contest) -> ChecklistItem:
    """Whether nobody who was excluded since holds an award of the national standing."""
    national = [one.id for one in standings_in_force(session, contest) if one.stage is Stage.NATIONAL]
    found = session.scalar(
        select(func.count())
        .select_from(StandingRow)
        .join(Nominee, Nominee.id == StandingRow.nominee_id)
        .where(
            StandingRow.standing_id.in_(national), StandingRow.award.is_not(None),
            Nominee.state == NomineeState.EXCLUDED,
        )
    )  # fmt: skip
    return ChecklistItem(
        _l("nobody who was excluded holds an award of the national standing"), not found,
        _l("Put the computed standing to the vote at a meeting, and freeze the corrected one."),
    )  # fmt: skip


def _name(units: dict[str, Unit], kato: str) -> object:
    unit = units.get(kato)
    return unit.words if unit else kato


def _frozen(session: Session, contest: Contest) -> ChecklistItem:
    found = session.scalar(
        select(func.count())
        .select_from(Standing)
        .where(Standing.contest_id == contest.id, Standing.stage == Stage.NATIONAL)
    )
    return ChecklistItem(
        _l("the national standing is frozen"), bool(found), _l("Freeze it on the page of the national stage.")
    )
