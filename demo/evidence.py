"""The demonstration's evidence: the real ratings through import and mixing, and made-up ethics answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain, repeat

from sqlalchemy.orm import Session

from core.accounts.queries import Staff, staff
from core.places.models import AGE_BANDS, SEXES
from core.room import MixedTaker
from core.tables import read_table
from core.urn.keys import KeyRing
from core.urn.services import mix_box
from core.words import Words
from demo.cast import adults_of, office_of
from demo.mapping import mapping_text
from demo.people import ACTOR, RATINGS, Cast
from demo.plan import Area
from ethics import services as ethics
from ethics.models import Questionnaire, Round, Verdict
from ethics.queries import items_of
from ethics.slips.positions import Position
from surveys import services as surveys
from surveys.criteria import criteria_from_json
from surveys.imports import import_answers
from surveys.mapping import read_mapping
from surveys.models import Campaign
from surveys.queries import box_of
from surveys.rules import Mode
from surveys.voters.services import draw_codes, keep_codes

#: What the first ones to answer in an office wrote.
REMARKS = (
    "Көрсетілім: жиналысқа бәрі қатыса алса екен.",
    "Демонстрация: просим назначить постоянные часы приёма.",
    "Көрсетілім: алғыс айтамыз.",
)
WITNESSES = ("Аудан әкімі аппаратының бас маманы", "Кадр қызметінің бас маманы")


@dataclass(frozen=True, slots=True)
class Workshop:
    """What the services need besides the session: keys, the rooms' takers, the secret."""

    keys: KeyRing
    takers: Mapping[str, MixedTaker]
    secret: str


def draft_survey(
    session: Session, cast: Cast, workshop: Workshop, *, contest: str, code: str, now: datetime
) -> Campaign:
    """The campaign of the contest, by codes: one answer a resident, as the ratings were taken."""
    campaign = surveys.draft_campaign(
        session, code=code, contest_code=contest,
        title=Words(
            kk="Ауыл әкімінің жұмысын бағалау, 2026",
            ru="Оценка работы сельского акима, 2026",
            en="Rating of the rural akim's work, 2026",
        ),
        criteria_code="2020-six", mode=Mode.CODES, opens_on=date(2026, 6, 1), closes_on=date(2026, 6, 30),
        katos=[area.kato for area in cast.areas], actor=ACTOR, now=now,
    )  # fmt: skip
    # Lists of codes as for letters; nobody holds these, for the ratings come by import.
    for kato, adults in adults_of(cast.areas).items():
        keep_codes(
            session, campaign=campaign, kato=kato, batch=1, codes=draw_codes(adults), secret=workshop.secret,
            actor=ACTOR, now=now,
        )  # fmt: skip
    return campaign


def import_ratings(
    session: Session, campaign: Campaign, cast: Cast, workshop: Workshop, *, now: datetime
) -> int:
    """The 2,477 real ratings, through the import and the urn, as anyone's would go."""
    mapping = read_mapping(
        mapping_text(cast.areas), criteria=criteria_from_json(campaign.criteria_json), bands=AGE_BANDS,
        sexes=SEXES, place="mapping of the demonstration",
    )  # fmt: skip
    table = read_table(RATINGS.read_bytes(), filename=RATINGS.name)
    report = import_answers(
        session, campaign=campaign, table=table, mapping=mapping, keys=workshop.keys, actor=ACTOR, now=now
    )
    mix_box(session, keys=workshop.keys, box=box_of(campaign.code), takers=workshop.takers, now=now)
    return report.answers


def draft_ethics(session: Session, *, contest: str, code: str, now: datetime) -> Round:
    """The round of ethics questionnaires of the contest."""
    return ethics.draft_round(
        session, code=code, contest_code=contest,
        title=Words(
            kk="Әдеп жөніндегі анонимдік сауалнама, 2026",
            ru="Анонимная анкета по этике, 2026",
            en="Anonymous ethics questionnaire, 2026",
        ),
        items_code="2026", takes_remarks=True, opens_on=date(2026, 6, 8), closes_on=date(2026, 7, 3),
        actor=ACTOR, now=now,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Prepared:
    """A questionnaire with what exists outside the system: its slips and its three shares."""

    questionnaire: Questionnaire
    area: Area
    rank: int
    slips: tuple[str, ...]
    shares: tuple[str, ...]


def prepare_questionnaires(
    session: Session, round: Round, cast: Cast, workshop: Workshop, *, now: datetime
) -> list[Prepared]:
    """A questionnaire about every official, with its key in three shares and its slips."""
    prepared = []
    for area, rank in ranked(cast):
        office = office_of(area, rank, len(items_of(round).items))
        questionnaire = ethics.add_questionnaire(
            session, round=round, official_id=cast.officials[area.kato], kato=area.kato,
            positions=positions_of(office.headcount), actor=ACTOR, now=now,
        )  # fmt: skip
        shares = ethics.make_key(session, questionnaire=questionnaire, actor=ACTOR, now=now)
        slips = ethics.make_slips(
            session, questionnaire=questionnaire, secret=workshop.secret, actor=ACTOR, now=now
        )
        texts = tuple(share.text for share in shares)
        for pair in (texts[:2], texts[1:]):
            ethics.rehearse_shares(session, questionnaire=questionnaire, shares=pair, actor=ACTOR, now=now)
        prepared.append(Prepared(questionnaire, area, rank, tuple(slips), texts))
    return prepared


def answer_questionnaires(
    session: Session, round: Round, prepared: list[Prepared], workshop: Workshop, *, now: datetime
) -> None:
    """The made-up colleagues draw and answer; slips that come back unused are voided, and the acts signed."""
    items = items_of(round).items
    for one in prepared:
        office = office_of(one.area, one.rank, len(items))
        for (code, said), remark in zip(
            zip(one.slips, office.agreement, strict=False), chain(REMARKS, repeat("")), strict=False
        ):
            given = "".join(
                "-" if not point else str(5 - point if item.is_reversed else point)
                for point, item in zip(said, items, strict=True)
            )
            ethics.deposit_answer(
                session, code=code, given=given, remark=remark, keys=workshop.keys, secret=workshop.secret,
                now=now,
            )  # fmt: skip
        _count_back(session, one, len(office.agreement), workshop, now=now)


def _count_back(session: Session, one: Prepared, used: int, workshop: Workshop, *, now: datetime) -> None:
    """The act of unused slips of one questionnaire."""
    given = {"questionnaire": one.questionnaire, "actor": ACTOR, "now": now}
    ethics.record_issue(session, witnesses=WITNESSES, **given)
    unused = one.slips[used:]
    if unused:
        ethics.void_slips(session, text="\n".join(unused), secret=workshop.secret, **given)
    ethics.sign_act(session, unused=len(unused), witnesses=WITNESSES, **given)


def positions_of(headcount: int) -> tuple[Position, ...]:
    """The made-up list by position of an office."""
    specialists = Position("Бас маман", "Главный специалист", headcount - 2)
    return specialists, Position("Іс жүргізуші", "Делопроизводитель", 2)


def open_questionnaires(session: Session, prepared: list[Prepared], cast: Cast, *, now: datetime) -> None:
    """Two of three shares open each questionnaire; the commissioner concludes."""
    for one in prepared:
        ethics.open_questionnaire(
            session, questionnaire=one.questionnaire, shares=one.shares[:2],
            holders=holders_of(session, cast, one.area), now=now,
        )  # fmt: skip
    for one in prepared:
        ethics.conclude(
            session, questionnaire=one.questionnaire, verdict=Verdict.COMPLIES,
            reasons_kk="Көрсетілім: ойдан шығарылған жауаптар бойынша ескерту жоқ.",
            reasons_ru="Демонстрация: по вымышленным ответам замечаний нет.",
            actor=f"account:{cast.accounts[f'ethics-{one.area.oblast[:2]}']}", now=now,
        )  # fmt: skip


def holders_of(session: Session, cast: Cast, area: Area) -> tuple[Staff, Staff]:
    """The commissioner and the chair of an area's oblast, each with a share."""
    first, second = (
        staff(session, account_id=cast.accounts[f"{role}-{area.oblast[:2]}"], session_version=1)
        for role in ("ethics", "chair")
    )
    return first, second


def ranked(cast: Cast) -> list[tuple[Area, int]]:
    """Every area with its rank by size in its oblast, 0 the largest."""
    seen: dict[str, int] = {}
    found = []
    for area in cast.areas:
        found.append((area, seen.setdefault(area.oblast, 0)))
        seen[area.oblast] += 1
    return found
