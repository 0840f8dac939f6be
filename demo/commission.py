"""The demonstration's contest: rules, nominees, marks, both stages, standings, certificates.

Everything runs by the real services in the order of a real contest; only the clock is told.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from contest.certificates.press import Press
from contest.certificates.services import Order, issue_certificates
from contest.commissions.models import SeatRole
from contest.commissions.services import give_seat, make_commission
from contest.contests import services as contests
from contest.contests.models import Contest
from contest.contests.queries import rulebook_of
from contest.jury import giving
from contest.jury import services as jury
from contest.jury.queries import area_kato, judging
from contest.nominees.models import Nominee
from contest.rulebook import Stage
from contest.standings.queries import frozen_standings
from core.audit import append_pending
from core.settings import ROOT
from core.words import Words
from demo.beside import BESIDE, answer_beside, draft_beside
from demo.cast import NATION, marks_of
from demo.decisions import approve_and_freeze, object_on_paper, refuse_objection, vote_signals
from demo.evidence import (
    Workshop,
    answer_questionnaires,
    draft_ethics,
    draft_survey,
    import_ratings,
    open_questionnaires,
    prepare_questionnaires,
    ranked,
)
from demo.members import enter_members
from demo.nominees import enrol_nominees, hear
from demo.people import ACTOR, Cast
from demo.plan import OBLASTS
from ethics import services as ethics
from ethics.queries import round_by_code
from surveys import services as surveys
from surveys.queries import campaign_by_code

CONTEST = "2026"
CAMPAIGN = "2026"
ROUND = "2026"
RULES = ROOT / "contest" / "rulebooks" / "2026.toml"
CORRECTION = (
    "Көрсетілім: Құрбан айттың бірінші күні белгілі болды, мерзімдер бұл күні аяқталмайды. "
    "Демонстрация: стал известен первый день Курбан-айта, сроки в этот день не оканчиваются."
)


def at(month: int, day: int, hour: int = 9) -> datetime:
    """An instant of the demonstration's year."""
    return datetime(2026, month, day, hour, tzinfo=UTC)


def run_contest(
    session: Session, cast: Cast, workshop: Workshop, *, documents: Path, say: Callable[[str], object]
) -> Contest:
    """The whole contest 2026, each step with its own day in the journal."""
    contest = _prepare(session, cast, workshop, documents)
    say("rules published")
    _gather(session, contest, cast, workshop, say)
    _regional(session, contest, cast, documents)
    say(f"regional stage frozen in {len(OBLASTS)} oblasts")
    _national(session, contest, cast)
    say("national stage frozen, results published")
    return contest


def _done(session: Session, now: datetime) -> None:
    """Write the journal's entries of a step with the step's own time."""
    session.flush()
    append_pending(session, now=now)


def _prepare(session: Session, cast: Cast, workshop: Workshop, documents: Path) -> Contest:
    now = at(4, 27)
    draft_survey(session, cast, workshop, contest=CONTEST, code=CAMPAIGN, now=now)
    draft_beside(session, contest=CONTEST, kato=cast.areas[0].kato, now=now)
    draft_ethics(session, contest=CONTEST, code=ROUND, now=now)
    contest = contests.create_contest(
        session, code=CONTEST,
        title=Words(
            kk="«Үздік ауыл әкімі» конкурсы, 2026",
            ru="Конкурс «Лучший сельский аким», 2026",
            en="Contest “Best Rural Akim”, 2026",
        ),
        rules_text=RULES.read_text(), campaign_code=CAMPAIGN, round_code=ROUND, actor=ACTOR, now=now,
    )  # fmt: skip
    contests.publish_rules(
        session, contest=contest, order_number="DEMO-1", order_on=date(2026, 4, 27), actor=ACTOR, now=now
    )
    _done(session, now)
    contests.open_contest(session, contest=contest, actor=ACTOR, now=at(5, 4))
    _correct(session, contest, now=at(5, 8))
    _seat(session, contest, cast)
    enter_members(session, cast, now=at(5, 8))
    enrol_nominees(session, contest, cast, directory=documents, now=at(5, 12))
    _done(session, at(5, 12))
    return contest


def _correct(session: Session, contest: Contest, *, now: datetime) -> None:
    """The rules are corrected once: the first day of Kurban Ait is announced, and no term ends on it."""
    contests.correct_rules(
        session, contest=contest, order_number="DEMO-1-1", order_on=now.date(), reason=CORRECTION,
        rules_text=RULES.read_text().replace('days_off = ["01-07"]', 'days_off = ["01-07", 2026-05-27]'),
        actor=ACTOR, now=now,
    )  # fmt: skip


def _seat(session: Session, contest: Contest, cast: Cast) -> None:
    """Every commission with its chair, members, secretary and, last of the members, an alternate."""
    for oblast in (*OBLASTS, None):
        area = NATION if oblast is None else oblast[:2]
        facts = {"order_number": "DEMO-2", "actor": ACTOR, "now": at(5, 4)}
        commission = make_commission(
            session, contest=contest, stage=Stage.REGIONAL if oblast else Stage.NATIONAL, oblast_kato=oblast,
            order_on=date(2026, 5, 4), **facts,
        )  # fmt: skip
        voting = cast.judges(area)
        roles = [SeatRole.CHAIR, *[SeatRole.MEMBER] * (len(voting) - 1)]
        people = [
            *zip(voting, roles, strict=True),
            (cast.accounts[f"secretary-{area}"], SeatRole.SECRETARY),
            (cast.alternate(area), SeatRole.ALTERNATE),
        ]
        for account_id, role in people:
            give_seat(
                session, commission=commission, account_id=account_id, role=role, from_on=date(2026, 5, 4),
                **facts,
            )  # fmt: skip


def _gather(
    session: Session, contest: Contest, cast: Cast, workshop: Workshop, say: Callable[[str], object]
) -> None:
    campaign = campaign_by_code(session, contest.campaign_code)
    round = round_by_code(session, contest.round_code)
    beside = campaign_by_code(session, BESIDE)
    for each in (campaign, beside):
        surveys.open_campaign(session, campaign=each, actor=ACTOR, now=at(6, 1))
    _done(session, at(6, 1))
    prepared = prepare_questionnaires(session, round, cast, workshop, now=at(6, 5))
    ethics.open_round(session, round=round, actor=ACTOR, now=at(6, 8))
    _done(session, at(6, 8))
    answers = import_ratings(session, campaign, cast, workshop, now=at(6, 15))
    answer_beside(session, kato=cast.areas[0].kato, workshop=workshop, now=at(6, 15))
    _done(session, at(6, 15))
    say(f"{answers} real ratings imported, sealed and mixed")
    vote_signals(session, contest, now=at(6, 17))
    _done(session, at(6, 17))
    say("flags voted once for all villages, before any score")
    answer_questionnaires(session, round, prepared, workshop, now=at(6, 20))
    closing = {"keys": workshop.keys, "takers": workshop.takers, "actor": ACTOR}
    for each in (campaign, beside):
        surveys.close_campaign(session, campaign=each, secret=workshop.secret, now=at(7, 1), **closing)
    _done(session, at(7, 1))
    ethics.close_round(session, round=round, now=at(7, 4), **closing)
    open_questionnaires(session, prepared, cast, now=at(7, 4))
    _done(session, at(7, 4))
    say(f"{len(prepared)} ethics questionnaires opened with two shares each")


def _regional(session: Session, contest: Contest, cast: Cast, documents: Path) -> None:
    contests.open_stage(session, contest=contest, stage=Stage.REGIONAL, actor=ACTOR, now=at(7, 6))
    for oblast in OBLASTS:
        jury.open_marking(
            session, contest=contest, stage=Stage.REGIONAL, oblast_kato=oblast, actor=ACTOR, now=at(7, 6)
        )
    _done(session, at(7, 6))
    nominees = _nominees(session, contest)
    for oblast in OBLASTS:
        own = [one for one in nominees.values() if one.oblast_kato == oblast]
        hear(session, own, stage=Stage.REGIONAL, component="project", first=at(7, 14, 5), now=at(7, 7))
    _done(session, at(7, 7))
    for area, rank in ranked(cast):
        _mark(
            session, contest, Stage.REGIONAL, nominees[area.kato], cast, area.oblast[:2],
            lambda judges, criteria, area=area, rank=rank: marks_of(
                area, rank, stage=1, judges=judges, criteria=criteria
            ),
            recused=1 if rank == 0 and area.oblast == OBLASTS[2] else 0,
        )  # fmt: skip
    _done(session, at(7, 20))
    for oblast in OBLASTS:
        facts = {"contest": contest, "stage": Stage.REGIONAL, "oblast_kato": oblast}
        jury.close_marking(session, **facts, actor=ACTOR, now=at(7, 27))
        standing = approve_and_freeze(session, contest, Stage.REGIONAL, oblast, now=at(7, 28))
    _done(session, at(7, 28))
    # The last oblast's second nominee objects; terms end before the national stage opens.
    number = object_on_paper(session, contest, standing, directory=documents, now=at(7, 30))
    _done(session, at(7, 30))
    refuse_objection(session, contest, standing.oblast_kato, number, now=at(8, 4))
    _done(session, at(8, 4))


def _national(session: Session, contest: Contest, cast: Cast) -> None:
    facts = {"contest": contest, "stage": Stage.NATIONAL, "oblast_kato": None}
    contests.open_stage(session, contest=contest, stage=Stage.NATIONAL, actor=ACTOR, now=at(8, 17))
    jury.open_marking(session, **facts, actor=ACTOR, now=at(8, 17))
    _done(session, at(8, 17))
    nominees = _nominees(session, contest)
    finalists = [one for one in nominees.values() if one.is_finalist]
    hear(session, finalists, stage=Stage.NATIONAL, component="cases", first=at(8, 25, 5), now=at(8, 18))
    _done(session, at(8, 18))
    for area, rank in ranked(cast):
        if nominees[area.kato].is_finalist:
            _mark(
                session, contest, Stage.NATIONAL, nominees[area.kato], cast, NATION,
                lambda judges, criteria, area=area, rank=rank: marks_of(
                    area, rank, stage=2, judges=judges, criteria=criteria
                ),
            )  # fmt: skip
    _done(session, at(9, 1))
    jury.close_marking(session, **facts, actor=ACTOR, now=at(9, 7))
    approve_and_freeze(session, contest, Stage.NATIONAL, None, now=at(9, 9))
    _done(session, at(9, 9))
    contests.publish_results(
        session, contest=contest, actor=f"account:{cast.accounts['agency']}", now=at(9, 28)
    )
    _done(session, at(9, 28))


def _nominees(session: Session, contest: Contest) -> dict[str, Nominee]:
    rows = session.scalars(select(Nominee).where(Nominee.contest_id == contest.id))
    return {nominee.kato: nominee for nominee in rows}


def _mark(
    session: Session,
    contest: Contest,
    stage: Stage,
    nominee: Nominee,
    cast: Cast,
    area: str,
    draw: Callable[[int, int], object],
    *,
    recused: int = 0,
) -> None:
    """The confirmed marks of everybody who judges; the first `recused` of them declare a conflict before.

    An alternate marks in the place of who is in conflict, by declaration or by the facts.
    """
    rules = rulebook_of(session, contest).stage(stage)
    criteria = [(part.code, criterion.code) for part in rules.marked for criterion in part.criteria]
    now = at(7, 20) if stage is Stage.REGIONAL else at(9, 1)
    judges = [*cast.judges(area), cast.alternate(area)]
    facts = {"contest": contest, "stage": stage, "nominee": nominee, "now": now}
    for judge in judges[:recused]:
        jury.declare_conflict(
            session, **facts, ground=rules.conflicts[0].code, details=None, judge_account_id=judge,
            actor=f"account:{judge}",
        )  # fmt: skip
    about = judging(session, contest, rules, stage, area_kato(nominee, stage), [nominee])[nominee.id]
    for judge, marks in zip(judges, draw(len(judges), len(criteria)), strict=True):
        if judge in about.judges:
            values = dict(zip(criteria, (int(mark) for mark in marks), strict=True))
            giving.save_marks(
                session,
                **facts,
                values=values,
                confirm=True,
                judge_account_id=judge,
                actor=f"account:{judge}",
            )


def issue_all(session: Session, contest: Contest, *, press: Press, directory: Path, public_url: str) -> int:
    """The certificates of every standing in force: the oblasts' and the nation's."""
    order = Order(number="DEMO-3", on=date(2026, 10, 12))
    standings = frozen_standings(session, contest_id=contest.id)
    made = [
        issue_certificates(
            session, standing=standing, order=order, press=press, directory=directory, is_demo=True,
            public_url=public_url, actor=ACTOR, now=at(10, 12),
        )
        for standing in standings
    ]  # fmt: skip
    _done(session, at(10, 12))
    return sum(map(len, made))
