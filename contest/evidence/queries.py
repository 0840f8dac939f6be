"""Reads of a nominee's evidence after the marking of a stage: everything that spoke for the place.

For staff of the stage and for the nominee. Nothing leaves this module while marking is not closed; of
others it tells no more than the middle half of the oblast, and judges stand under letters.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from contest.contests.models import Contest
from contest.evidence.profile import Among, among, reach
from contest.evidence.standing import ReadStanding, read_standing
from contest.judging.letters import marks_by_letter
from contest.jury.queries import area_kato, is_marking_closed
from contest.jury.scoring import judge_score
from contest.nominees.documents.models import NomineeDocument
from contest.nominees.documents.queries import documents_of
from contest.nominees.models import Nominee, NomineeState
from contest.pool import FIRM
from contest.rulebook import Component, Counting, RuleBook, Source, Stage, StageRules
from contest.sources.ethics import Response, ethics_conclusions, ethics_response
from contest.sources.survey_pages import UnitFlags, asked_criteria, other_scores, unit_flags
from contest.sources.surveys import criterion_means, survey_table
from contest.standings.queries import latest_standing, rows_of
from contest.standings.showing import ShownRow
from core.disclosure import published
from core.errors import NotFound
from core.measures import Subject
from core.places.models import Unit
from core.words import Words


@dataclass(frozen=True, slots=True)
class PartEvidence:
    """A component: the published score with its 95 % interval, and what entered the composite.

    `reliability` and `is_firm` are the survey's; None for the others or where they cannot be told.
    """

    code: str
    source: Source
    title: Words
    weight: Decimal
    score: Decimal | None
    error: Decimal | None
    n: int | None
    used: Decimal | None
    interval: tuple[Decimal, Decimal] | None
    is_coarse: bool
    reliability: Decimal | None
    is_firm: bool | None


@dataclass(frozen=True, slots=True)
class ProfileLine:
    """A criterion of the survey (the first line: the whole score) beside the middle half of the oblast."""

    title: Words | None
    mean: Decimal | None
    oblast: Among | None


@dataclass(frozen=True, slots=True)
class OtherDays:
    """The survey score with the days that stand out counted the other way; None where kept back."""

    leaves_out: bool
    score: Decimal | None


@dataclass(frozen=True, slots=True)
class Conclusion:
    """What the ethics commissioner concluded, with the reasons in two languages."""

    verdict: str
    reasons_kk: str
    reasons_ru: str


@dataclass(frozen=True, slots=True)
class JudgeMarks:
    """One judge's marks in the order of the criteria, and the score that they make."""

    letter: str
    marks: tuple[int, ...]
    score: Decimal | None


@dataclass(frozen=True, slots=True)
class MarkedPart:
    """A marked component with every judge's marks."""

    component: Component
    judges: tuple[JudgeMarks, ...]


@dataclass(frozen=True, slots=True)
class PlaceEvidence:
    """The place with its interval, and how many of the others the data tell apart from it.

    `better` and `worse` are surely so; `alike` cannot be told apart. All None where no interval can be told.
    `may_be_best`: cannot be told apart from the winner.
    """

    place: int
    placed: int
    shown: Decimal | None
    error: Decimal | None
    low: int
    high: int
    better: int | None
    worse: int | None
    alike: int | None
    may_be_best: bool
    top_probability: Decimal | None
    top: int
    is_finalist: bool
    award: str | None
    flags: tuple[str, ...]
    version: int | None


@dataclass(frozen=True, slots=True)
class NomineeEvidence:
    """Everything that the evidence page shows.

    `is_own_survey` is False where the residents answered about a predecessor: then nothing of their
    answers stands here. `response` is how many colleagues answered of those who were asked. `rules` and
    `inputs` are those of the standing.
    """

    contest: Contest
    nominee: Nominee
    unit: Unit
    oblast: Unit
    stage: Stage
    place: PlaceEvidence
    parts: tuple[PartEvidence, ...]
    is_own_survey: bool
    profile: tuple[ProfileLine, ...]
    other_days: OtherDays | None
    flags: UnitFlags | None
    conclusion: Conclusion | None
    response: Response | None
    documents: tuple[NomineeDocument, ...]
    marks: tuple[MarkedPart, ...]
    rules: StageRules
    inputs: Mapping[str, Any]

    @property
    def has_ethics(self) -> bool:
        return any(part.source is Source.ETHICS for part in self.parts)


def evidence_of(session: Session, nominee: Nominee, stage: Stage) -> NomineeEvidence:
    """A nominee's evidence at a stage.

    :raises Conflict: while marking is not closed, or a source has not published its numbers.
    :raises NotFound: where the nominee was not judged at this stage.
    """
    contest = session.get_one(Contest, nominee.contest_id)
    read = read_standing(session, contest, stage=stage, oblast_kato=area_kato(nominee, stage))
    row = next((one for one in read.rows if one.nominee_id == nominee.id), None)
    if row is None:
        raise NotFound(_l("This nominee was not judged at this stage."))
    given = next(one for one in read.inputs["nominees"] if one["id"] == nominee.id)
    is_own = given.get("answered_about", True)
    return NomineeEvidence(
        contest, nominee, row.unit, row.oblast, stage, _place(read, row),
        tuple(_part(read.rules.component(part["code"]), part) for part in row.parts), is_own,
        _profile(session, contest, nominee) if is_own else (),
        _other_days(session, contest, nominee, read.book) if is_own else None,
        unit_flags(session, contest.campaign_code, nominee.kato) if is_own else None,
        _conclusion(session, contest, nominee),
        ethics_response(session, round_code=contest.round_code, official_id=nominee.official_id),
        tuple(documents_of(session, nominee)),
        tuple(_marks(read, nominee, part) for part in read.rules.marked), read.rules, read.inputs,
    )  # fmt: skip


def evidence_stages(session: Session, contest: Contest, nominee: Nominee) -> list[Stage]:
    """The stages whose evidence about a nominee can be seen: judged there, and the marking is closed.

    Who takes part no more sees what a frozen standing still says.
    """
    stages = [Stage.REGIONAL, *([Stage.NATIONAL] if nominee.is_finalist else [])]
    found = []
    for stage in stages:
        area = area_kato(nominee, stage)
        frozen = latest_standing(session, contest, stage, area)
        stands = frozen is not None and any(row.nominee_id == nominee.id for row in rows_of(session, frozen))
        if stands or nominee.state is NomineeState.REGISTERED:
            found.append(stage)
    return [stage for stage in found if is_marking_closed(session, contest, stage, area_kato(nominee, stage))]


def _place(read: ReadStanding, row: ShownRow) -> PlaceEvidence:
    compared = sum(one.low > 0 for one in read.rows)
    is_known = row.low > 0
    return PlaceEvidence(
        row.place, sum(one.place > 0 for one in read.rows), row.shown, row.error, row.low, row.high,
        row.low - 1 if is_known else None, compared - row.high if is_known else None,
        row.high - row.low if is_known else None, row.low == 1 and compared > 1, row.top_probability,
        min(read.rules.top, compared), row.is_finalist, row.award, row.flags, read.version,
    )  # fmt: skip


def _part(component: Component | None, part: Mapping[str, Any]) -> PartEvidence:
    assert component is not None, part["code"]
    score, error = _number(part["score"]), _number(part["error"])
    reliability = _number(part["reliability"])
    return PartEvidence(
        component.code, component.source, component.title, component.weight, score, error, part["n"],
        _number(part["used"]), reach(score, error), part["is_coarse"], reliability,
        None if reliability is None else reliability >= FIRM,
    )  # fmt: skip


def _profile(session: Session, contest: Contest, nominee: Nominee) -> tuple[ProfileLine, ...]:
    means = criterion_means(session, campaign_code=contest.campaign_code)
    scores = survey_table(session, campaign_code=contest.campaign_code)
    within = select(Unit.kato).where(Unit.oblast_kato == nominee.oblast_kato)
    katos = [kato for kato in session.scalars(within) if kato in means]
    found = {kato: scores.get(Subject("unit", kato)) for kato in {*katos, nominee.kato}}
    score = {kato: None if row is None else row.value for kato, row in found.items()}
    whole = ProfileLine(None, score[nominee.kato], among(score[kato] for kato in katos))
    return whole, *(
        ProfileLine(
            asked.title, means.get(nominee.kato, {}).get(asked.code),
            among(means[kato].get(asked.code) for kato in katos),
        )
        for asked in asked_criteria(session, contest.campaign_code)
    )  # fmt: skip


def _other_days(session: Session, contest: Contest, nominee: Nominee, book: RuleBook) -> OtherDays | None:
    scores = other_scores(session, contest.campaign_code)
    if nominee.kato not in scores:
        return None
    return OtherDays(book.survey.counting is Counting.ALL, scores[nominee.kato])


def _conclusion(session: Session, contest: Contest, nominee: Nominee) -> Conclusion | None:
    about = Subject("official", str(nominee.official_id))
    for found in ethics_conclusions(session, round_code=contest.round_code):
        if found.subject == about:
            return Conclusion(**{key: str(value) for key, value in found.payload.items()})
    return None


def _marks(read: ReadStanding, nominee: Nominee, part: Component) -> MarkedPart:
    given = marks_by_letter(read.inputs, part.code)[nominee.id]
    return MarkedPart(
        part,
        tuple(
            JudgeMarks(letter, marks, published(judge_score(marks, part), read.book.ranking.decimals))
            for letter, marks in given.items()
        ),
    )


def _number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
