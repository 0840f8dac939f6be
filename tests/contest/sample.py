"""Makes a contest for the tests: by the room's own services, with the sources' published rows put in.

Two oblasts with three nominees each; marks are the judges' own. The published numbers of the survey and
of the ethics round are inserted as their rooms would have published them.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from contest.commissions.models import SeatRole
from contest.commissions.queries import commission_of, people_of
from contest.commissions.services import ROLE_OF, give_seat, make_commission
from contest.contests import services as life
from contest.contests.models import Contest
from contest.contests.queries import contest_by_code, rulebook_of
from contest.decisions.effects import decide_item
from contest.decisions.models import FreezeRequest
from contest.decisions.services import propose_exclusion, propose_signals, propose_standing
from contest.jury import giving
from contest.jury import services as jury
from contest.meetings import services as meetings
from contest.meetings import voting
from contest.meetings.models import AgendaItem, Choice, Meeting, MeetingState
from contest.meetings.queries import bench_for, meetings_of
from contest.nominees.deciding import register_nominee
from contest.nominees.documents.models import DocumentKind, Media, NomineeDocument
from contest.nominees.models import Nominee
from contest.nominees.queries import matter_of
from contest.nominees.services import (
    declare_penalties,
    give_consent,
    propose_nominee,
)
from contest.objections.finality import concerned_by, waivers_of
from contest.objections.queries import exclusions_in_force
from contest.objections.services import Filing
from contest.objections.waivers import waive, waive_exclusion
from contest.rulebook import Exclusion, Stage
from contest.rulebook_reading import shipped_text
from contest.standings.models import Standing
from contest.standings.queries import latest_standing
from contest.standings.services import ask_to_freeze, confirm_freeze
from core.access import Role
from core.accounts.models import Account, AccountScope
from core.places.models import Manner, Official, Post, Unit
from core.words import Words
from ethics.models import Box, Outcome, Questionnaire, RoundState
from ethics.models import Statistic as EthicsStatistic
from ethics.queries import round_by_code
from ethics.services import draft_round
from surveys.models import Campaign, CampaignState, Statistic
from surveys.queries import campaign_by_code
from surveys.rules import Mode
from surveys.services import draft_campaign
from tests.conftest import NOW

CODE, CAMPAIGN, ROUND = "2026", "2026-main", "2026-ethics"
TITLE = Words(kk="Конкурс 2026", ru="Конкурс 2026", en="Contest 2026")
ACTOR = "account:1"
#: Every step of the sample's calendar is open for long, so that a test may take any of them on any day.
DAYS = "{ from = 2026-06-01, until = 2099-12-31 }"
REASONS = Words("Дауыс беру нәтижесі бойынша", "По итогам голосования", "As the vote went")
OBLASTS = ("190000000", "610000000")  # Almaty oblast and Turkistan oblast
ORDER = {"order_number": "№ 12-Ө", "order_on": date(2026, 5, 29)}
CRITERIA = ("rights", "services", "families", "employment", "infrastructure", "community")
Numbers = tuple[int, str, str]


@dataclass
class Sample:
    """A contest and what the tests need to find in it."""

    officials: dict[str, list[int]] = field(default_factory=dict)
    units: dict[str, list[str]] = field(default_factory=dict)
    nominees: dict[str, list[int]] = field(default_factory=dict)
    judges: dict[str | None, list[int]] = field(default_factory=dict)
    secretaries: dict[str | None, int] = field(default_factory=dict)


def contest(session: Session) -> Contest:
    return contest_by_code(session, CODE)


def sources(
    session: Session, units: Sequence[str], *, criteria: str = "2020-six", mode: Mode = Mode.CODES
) -> None:
    """A drafted campaign and a drafted round."""
    draft_campaign(
        session, code=CAMPAIGN, contest_code=CODE, title=TITLE, criteria_code=criteria, mode=mode,
        opens_on=date(2026, 6, 2), closes_on=date(2026, 6, 20), katos=units, actor=ACTOR, now=NOW,
    )  # fmt: skip
    draft_round(
        session, code=ROUND, contest_code=CODE, title=TITLE, items_code="2026", opens_on=date(2026, 6, 2),
        closes_on=date(2026, 6, 20), actor=ACTOR, now=NOW,
    )  # fmt: skip


def rules_text(text: str = "") -> str:
    """A rule book's text (2026 unless given) with the calendar of the sample."""
    return re.sub(r"\{ from = \S+ until = \S+ \}", DAYS, text or shipped_text("2026"))


def drafted(session: Session, *, rules: str | None = None, units: int = 6, **changes) -> Sample:
    """A contest in draft with its sources drafted and officials in office."""
    made = Sample()
    for oblast in OBLASTS:
        posts = select(Post).join(Unit, Unit.kato == Post.unit_kato).where(Unit.oblast_kato == oblast)
        found = session.scalars(posts.order_by(Unit.kato).limit(units)).all()
        made.units[oblast] = [post.unit_kato for post in found]
        officials = [
            Official(
                post_id=post.id,
                surname="Ахметов",
                given_name=f"Ерлан {place}",
                since_on=date(2024, 1, 1),
                manner=Manner.ELECTED,
            )
            for place, post in enumerate(found)
        ]
        session.add_all(officials)
        session.flush()
        made.officials[oblast] = [official.id for official in officials]
    sources(session, [kato for katos in made.units.values() for kato in katos], **changes)
    life.create_contest(
        session, code=CODE, title=TITLE, rules_text=rules_text(rules or ""), campaign_code=CAMPAIGN,
        round_code=ROUND, actor=ACTOR, now=NOW,
    )  # fmt: skip
    return made


def published(session: Session, **changes) -> Sample:
    """A contest whose rules are published."""
    made = drafted(session, **changes)
    life.publish_rules(session, contest=contest(session), actor=ACTOR, now=NOW, **ORDER)
    return made


def opened(session: Session, *, nominees: int = 3, **changes) -> Sample:
    """A contest with nominees registered in both oblasts."""
    made = published(session, **changes)
    life.open_contest(session, contest=contest(session), actor=ACTOR, now=NOW)
    for oblast in OBLASTS:
        made.nominees[oblast] = [enrol(session, one).id for one in made.officials[oblast][:nominees]]
    return made


def proposed(session: Session, official_id: int, *, now: datetime = NOW, **changes) -> Nominee:
    """An official who applies, with a project."""
    given = {"project_title_kk": "Жарық көше", "project_title_ru": "Светлая улица", **changes}
    return propose_nominee(
        session, contest=contest(session), official_id=official_id, actor=ACTOR, now=now, **given
    )


def enrol(session: Session, official_id: int, *, now: datetime = NOW, **changes) -> Nominee:
    """A registered nominee: with the signed consent and a document on record, and without penalties."""
    nominee = proposed(session, official_id, now=now, **changes)
    for kind in (DocumentKind.CONSENT, DocumentKind.RESUME):
        document(session, nominee, kind)
    facts = {"nominee": nominee, "actor": ACTOR, "now": now}
    give_consent(session, account_id=1, **facts)
    declare_penalties(session, last_on=None, **facts)
    register_nominee(session, **facts)
    return nominee


def document(
    session: Session, nominee: Nominee, kind: DocumentKind, *, of: object = "", now: datetime = NOW
) -> NomineeDocument:
    """A document's row without its file."""
    mark = hashlib.sha256(f"{nominee.id}:{kind}:{of}".encode()).hexdigest()
    made = NomineeDocument(
        nominee_id=nominee.id, kind=kind, key=mark[:32], name=f"{kind}.pdf", media=Media.PDF, size=1000,
        sha256=mark, is_scanned=False, added_at=now,
    )  # fmt: skip
    session.add(made)
    session.flush()
    return made


def on_paper(session: Session, nominee_id: int, account_id: int) -> Filing:
    """What a nominee signed, with its scan, registered by somebody; each time another paper."""
    many = session.scalar(select(func.count()).select_from(NomineeDocument))
    nominee = session.get_one(Nominee, nominee_id)
    paper = document(session, nominee, DocumentKind.OBJECTION, of=many)
    return Filing(account_id, is_on_paper=True, paper=paper)


def regional(session: Session, **changes) -> Sample:
    """A contest in the regional stage, marking open in both oblasts, three who vote in each commission."""
    made = opened(session, **changes)
    seat_commissions(session, made)
    vote_signals(session)
    life.open_stage(session, contest=contest(session), stage=Stage.REGIONAL, actor=ACTOR, now=NOW)
    for oblast in OBLASTS:
        jury.open_marking(
            session, contest=contest(session), stage=Stage.REGIONAL, oblast_kato=oblast, actor=ACTOR, now=NOW
        )
    return made


def seat_commissions(session: Session, made: Sample) -> None:
    """Three who vote in each commission, the chair first, and a secretary."""
    for area in (*OBLASTS, None):
        roles = (SeatRole.CHAIR, SeatRole.MEMBER, SeatRole.MEMBER)
        made.judges[area] = [
            judge(session, f"judge-{area or 'nation'}-{number}", area, role)
            for number, role in enumerate(roles)
        ]
        made.secretaries[area] = judge(session, f"scribe-{area or 'nation'}", area, SeatRole.SECRETARY)


def judge(session: Session, login: str, area: str | None, role: SeatRole = SeatRole.MEMBER) -> int:
    """An account with a seat in the commission of an area, which is made where there is none."""
    stage = Stage.NATIONAL if area is None else Stage.REGIONAL
    facts = {"actor": ACTOR, "now": NOW}
    commission = commission_of(session, contest(session), stage, area) or make_commission(
        session, contest=contest(session), stage=stage, oblast_kato=area, **ORDER, **facts
    )
    made = account(session, login, ROLE_OF[role], area)
    give_seat(
        session, commission=commission, account_id=made, role=role, from_on=ORDER["order_on"],
        order_number=ORDER["order_number"], **facts,
    )  # fmt: skip
    return made


def account(session: Session, login: str, role: Role, oblast: str | None = None) -> int:
    made = Account(login=login, name=login.title(), created_at=NOW)
    session.add(made)
    session.flush()
    session.add(AccountScope(account_id=made.id, role=role, oblast_kato=oblast))
    session.flush()
    return made.id


def mark(
    session: Session, nominee_id: int, judge: int, marks: Sequence[int], *, stage: Stage = Stage.REGIONAL,
    confirm: bool = True,
) -> None:  # fmt: skip
    """Give one judge's marks in the order of the rule book's criteria."""
    rules = rulebook_of(session, contest(session)).stage(stage)
    keys = [(part.code, criterion.code) for part in rules.marked for criterion in part.criteria]
    giving.save_marks(
        session, contest=contest(session), stage=stage, nominee=session.get_one(Nominee, nominee_id),
        values=dict(zip(keys, marks, strict=False)), judge_account_id=judge, confirm=confirm,
        actor=f"account:{judge}", now=NOW,
    )  # fmt: skip


def mark_all(
    session: Session, made: Sample, oblast: str, *, marks: Sequence[Sequence[Sequence[int]]]
) -> None:
    """`marks[nominee][judge]` of an oblast."""
    for nominee, given in zip(made.nominees[oblast], marks, strict=True):
        for judge, one in zip(made.judges[oblast], given, strict=True):
            mark(session, nominee, judge, one)


def close(
    session: Session, oblast: str | None, *, stage: Stage = Stage.REGIONAL, now: datetime = NOW
) -> None:
    jury.close_marking(
        session, contest=contest(session), stage=stage, oblast_kato=oblast, actor=ACTOR, now=now
    )


def publish_survey(session: Session, scores: Mapping[str, Numbers | None]) -> None:
    """Close the campaign and put in what its room would have published."""
    campaign: Campaign = campaign_by_code(session, CAMPAIGN)
    campaign.state, campaign.opened_at, campaign.closed_at = CampaignState.CLOSED, NOW, NOW
    for kato, numbers in scores.items():
        n, score, error = numbers or (None, None, None)
        means = {
            code: None if score is None else str(Decimal(score) + place)
            for place, code in enumerate(CRITERIA)
        }
        session.add(
            Statistic(
                campaign_id=campaign.id, kato=kato, n=n, score=None if score is None else Decimal(score),
                error=None if error is None else Decimal(error), criterion_means=json.dumps(means),
                reliability=None, margin=None, exceeds_adults=False,
            )
        )  # fmt: skip
    session.flush()


def publish_ethics(session: Session, scores: Mapping[int, Numbers | None]) -> None:
    """Close the round and put in what its room would have published, by official."""
    found = round_by_code(session, ROUND)
    found.state, found.closed_at, found.published_at = RoundState.CLOSED, NOW, NOW
    for official_id, numbers in scores.items():
        official = session.get_one(Official, official_id)
        unit = session.get_one(Unit, session.get_one(Post, official.post_id).unit_kato)
        box = Box(received=0)
        session.add(box)
        session.flush()
        session.add(
            Questionnaire(
                id=box.id, round_id=found.id, official_id=official_id, kato=unit.kato,
                oblast_kato=unit.oblast_kato, headcount=9, outcome=Outcome.OPENED, settled_at=NOW,
            )
        )  # fmt: skip
        session.flush()
        n, score, error = numbers or (None, None, None)
        session.add(
            EthicsStatistic(
                questionnaire_id=box.id, n=n, score=None if score is None else Decimal(score),
                error=None if error is None else Decimal(error), is_coarse=n is not None and n < 10,
            )
        )  # fmt: skip
    session.flush()


SCORES: tuple[Numbers, ...] = (
    (40, "71.25", "1.90"), (25, "66.40", "2.60"), (60, "80.10", "1.50"), (30, "58.00", "2.20"),
    (12, "74.00", "4.10"), (90, "69.35", "1.10"),
)  # fmt: skip
ETHICS: tuple[Numbers, ...] = ((7, "80", "5"), (12, "61.30", "3.40"), (6, "75", "6"))
MARKS = (((8, 7, 9, 6), (7, 7, 8, 8), (9, 8, 8, 7)), ((5, 6, 7, 6), (6, 6, 6, 5), (7, 5, 6, 6)),
         ((9, 9, 8, 10), (8, 9, 9, 9), (10, 9, 8, 9)))  # fmt: skip


def marked(session: Session, *, ethics: Sequence[Numbers | None] = ETHICS,
           scores: Sequence[Numbers | None] = SCORES, marks=MARKS, **changes) -> Sample:  # fmt: skip
    """Everything in and the marking of both oblasts closed: ready to freeze."""
    made = regional(session, nominees=len(marks), **changes)
    for oblast in OBLASTS:
        mark_all(session, made, oblast, marks=marks)
        close(session, oblast)
    publish_survey(
        session,
        {kato: one for oblast in OBLASTS for kato, one in zip(made.units[oblast], scores, strict=False)},
    )
    publish_ethics(
        session,
        {
            official: one
            for oblast in OBLASTS
            for official, one in zip(made.officials[oblast], ethics, strict=False)
        },
    )
    return made


def meeting(session: Session, area: str | None) -> Meeting:
    """The open meeting of a commission with everybody present; a new one where none is open."""
    stage = Stage.REGIONAL if area else Stage.NATIONAL
    for one in meetings_of(session, contest(session), stage, area):
        if one.state is MeetingState.OPEN:
            return one
    facts = {"actor": ACTOR, "now": NOW}
    made = meetings.plan_meeting(
        session, contest=contest(session), stage=stage, oblast_kato=area, held_on=NOW.date(), **facts
    )
    meetings.open_meeting(session, meeting=made, **facts)
    people = people_of(session, contest(session), stage, area)
    meetings.register_attendance(session, meeting=made, present=people.everyone, **facts)
    return made


def decide(
    session: Session,
    item: AgendaItem,
    *,
    choice: Choice = Choice.YES,
    reasons: Words | None = REASONS,
    now: datetime = NOW,
) -> AgendaItem:
    """Everybody who may votes alike, and the vote is closed with reasons."""
    voting.open_vote(session, item=item, actor=ACTOR, now=now)
    for one in sorted(bench_for(session, item).present):
        voting.cast_vote(session, item=item, account_id=one, choice=choice, actor=f"account:{one}", now=now)
    return decide_item(session, contest=contest(session), item=item, reasons=reasons, actor=ACTOR, now=now)


def vote_signals(session: Session, *rules: Exclusion) -> AgendaItem:
    """The national commission votes which signals leave a day out, at a meeting of its own."""
    held = meeting(session, None)
    item = propose_signals(session, contest=contest(session), meeting=held, rules=rules, actor=ACTOR, now=NOW)
    decide(session, item)
    meetings.close_meeting(session, meeting=held, actor=ACTOR, now=NOW)
    return item


def propose(session: Session, area: str | None, *, now: datetime = NOW) -> AgendaItem:
    """The computed standing of an area on the agenda of its commission."""
    return propose_standing(
        session, contest=contest(session), meeting=meeting(session, area),
        stage=Stage.REGIONAL if area else Stage.NATIONAL, oblast_kato=area, actor=ACTOR, now=now,
    )  # fmt: skip


def exclude(session: Session, nominee_id: int, *, ground: str = "not-in-post") -> AgendaItem:
    """The commission whose matter it is votes a nominee out."""
    nominee = session.get_one(Nominee, nominee_id)
    _stage, area = matter_of(contest(session), nominee)
    item = propose_exclusion(
        session, contest=contest(session), meeting=meeting(session, area), nominee=nominee,
        ground=ground, actor=ACTOR, now=NOW,
    )  # fmt: skip
    return decide(session, item)


def ask(
    session: Session, area: str | None, *, now: datetime = NOW, by: int | None = None, **correction: object
) -> FreezeRequest:
    """The secretary (or another) signs the computed standing first."""
    stage = Stage.REGIONAL if area else Stage.NATIONAL
    account_id = by or people_of(session, contest(session), stage, area).secretary
    return ask_to_freeze(
        session, contest=contest(session), stage=stage, oblast_kato=area, account_id=account_id, now=now,
        **correction,
    )  # fmt: skip


def confirm(session: Session, area: str | None, *, now: datetime = NOW, by: int | None = None) -> Standing:
    """The chair (or another) signs second."""
    stage = Stage.REGIONAL if area else Stage.NATIONAL
    account_id = by or people_of(session, contest(session), stage, area).chair
    return confirm_freeze(
        session, contest=contest(session), stage=stage, oblast_kato=area, account_id=account_id, now=now
    )


def sign(session: Session, area: str | None, *, now: datetime = NOW, **correction: object) -> Standing:
    """Both sign."""
    ask(session, area, now=now, **correction)
    return confirm(session, area, now=now)


def freeze(session: Session, area: str | None, *, stage: Stage = Stage.REGIONAL) -> Standing:
    """The commission approves the computed standing and its two people sign it; again: the same one."""
    if latest_standing(session, contest(session), stage, area) is None:
        item = decide(session, propose(session, area))
        held = session.get_one(Meeting, item.meeting_id)
        meetings.close_meeting(session, meeting=held, actor=ACTOR, now=NOW)
        return sign(session, area)
    return confirm(session, area)


def waive_all(session: Session, standing: Standing) -> None:
    """Every nominee concerned gives up the right to object, on paper; so do the excluded of its area."""
    given = {"contest": contest(session), "by": Filing(standing.asked_by, is_on_paper=True), "now": NOW}
    for number in concerned_by(session, contest(session), [standing])[standing.id]:
        nominee = session.get_one(Nominee, number)
        document(session, nominee, DocumentKind.WAIVER, of=standing.id, now=standing.frozen_at)
        waive(session, standing=standing, nominee=nominee, **given)
    for exclusion in exclusions_in_force(session, contest(session)):
        is_here = (exclusion.stage, exclusion.oblast_kato) == (standing.stage, standing.oblast_kato)
        if is_here and not waivers_of(session, exclusion):
            nominee = session.get_one(Nominee, exclusion.nominee_id)
            of = f"exclusion {exclusion.id}"
            document(session, nominee, DocumentKind.WAIVER, of=of, now=exclusion.excluded_at)
            waive_exclusion(session, exclusion=exclusion, **given)


def national(session: Session, **changes) -> Sample:
    """Both regional standings frozen, the national stage marked and closed."""
    made = marked(session, **changes)
    for oblast in OBLASTS:
        waive_all(session, freeze(session, oblast))
    life.open_stage(session, contest=contest(session), stage=Stage.NATIONAL, actor=ACTOR, now=NOW)
    jury.open_marking(
        session, contest=contest(session), stage=Stage.NATIONAL, oblast_kato=None, actor=ACTOR, now=NOW
    )
    finalists = [number for oblast in OBLASTS for number in made.nominees[oblast]]
    for number in finalists:
        if session.get_one(Nominee, number).is_finalist:
            for place, judge in enumerate(made.judges[None]):
                mark(session, number, judge, (7 + place, 8, 9), stage=Stage.NATIONAL)
    close(session, None, stage=Stage.NATIONAL)
    return made


LATER = NOW + timedelta(days=30)
