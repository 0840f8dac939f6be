"""Answers from a file, all or nothing: checked row by row, then into the same urn as everybody's.

May import the ground and this room's models, queries and pure modules. A table with one bad row is
refused as a whole, with each bad row named; the same answers are not taken twice.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from core import audit
from core.clock import day_of
from core.errors import BadInput, Conflict, RowFault, TooEarly
from core.places.models import AGE_BANDS, SEXES
from core.storage import lock_row
from core.tables import Row, Table
from core.urn.keys import KeyRing
from core.urn.services import deposit_many
from core.web.days import said_day
from surveys.answers import Answer, Origin, encode
from surveys.criteria import CriteriaSet
from surveys.mapping import ImportMapping, read_mapping
from surveys.models import AnswerImport, Campaign, CampaignState
from surveys.queries import box_of, campaign_katos, subject_of

Deposited = tuple[str, bytes]
Reading = Callable[[str], str | None]


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import took, or would take."""

    answers: int
    units: int
    digest: str
    is_dry_run: bool


def mapping_from(text: str, *, criteria: CriteriaSet, place: str) -> ImportMapping:
    """The mapping in a TOML text.

    :raises BadInput: when it is incomplete or names something unknown.
    """
    try:
        return read_mapping(text, criteria=criteria, bands=AGE_BANDS, sexes=SEXES, place=place)
    except ValueError as fault:
        raise BadInput(str(fault)) from None


def import_answers(
    session: Session,
    *,
    campaign: Campaign,
    table: Table,
    mapping: ImportMapping,
    keys: KeyRing,
    actor: str,
    now: datetime,
    dry_run: bool = False,
    progress: Callable[[int], object] = lambda _: None,
) -> ImportReport:
    """Deposit every row of a table as an answer with the origin `import`, or refuse the table.

    :param progress: called with 1 for each answer that was sealed.
    :raises BadTable: naming line, column and reason of every bad cell.
    :raises Conflict: when the campaign does not take answers, or these answers were taken before.
    """
    if not dry_run:
        lock_row(session, campaign, is_shared=True)  # the closing waits for this file
    if campaign.state not in (CampaignState.OPEN, CampaignState.PAUSED):
        raise Conflict(
            _l("Answers are imported only while the campaign %(code)s is open or paused.", code=campaign.code)
        )
    if day_of(now) < campaign.opens_on:
        raise TooEarly(_l("The campaign takes answers from %(day)s on.", day=said_day(campaign.opens_on)))
    missing = [
        RowFault(table.rows[0].line - 1, column, _l("the mapping names this column, and the table has none"))
        for column in mapping.columns
        if column not in table.columns
    ]
    table.refuse(missing)
    rows = _read_rows(table, mapping, campaign, campaign_katos(session, campaign=campaign))
    digest = _digest(rows)
    if session.get(AnswerImport, (campaign.id, digest)) is not None:
        raise Conflict(_l("These answers have been imported already: nothing was taken."))
    report = ImportReport(len(rows), len({kato for kato, _ in rows}), digest, dry_run)
    if dry_run:
        return report
    deposit_many(session, keys=keys, box=box_of(campaign.code), rows=_counted(rows, progress), now=now)
    session.add(AnswerImport(campaign_id=campaign.id, digest=digest, answers=len(rows), day=day_of(now)))
    audit.record(
        session, actor=actor, action="campaign.import", subject=subject_of(campaign), answers=report.answers,
        units=report.units, digest=digest,
    )  # fmt: skip
    return report


def _counted(rows: Iterable[Deposited], progress: Callable[[int], object]) -> Iterator[Deposited]:
    for row in rows:
        yield row
        progress(1)


def _read_rows(
    table: Table, mapping: ImportMapping, campaign: Campaign, katos: Collection[str]
) -> list[Deposited]:
    faults: list[RowFault] = []
    rows = [_read_row(row, mapping, campaign, katos, faults) for row in table.rows]
    table.refuse(faults)
    return rows


def _read_row(
    row: Row, mapping: ImportMapping, campaign: Campaign, katos: Collection[str], faults: list[RowFault]
) -> Deposited:
    """One row as its unit and its answer; what cannot be taken is added to the faults."""

    def take(column: str | None, reading: Reading, refusal: Callable[[str], object]) -> str | None:
        if column is None:
            return None
        value = row.values[column]
        try:
            return reading(value)
        except ValueError:
            faults.append(RowFault(row.line, column, refusal(value[:40])))
            return None

    kato = _unit(row, mapping, katos, faults)
    ratings = [take(column, mapping.rating, _not_a_rating) for column in mapping.criteria]
    band = take(mapping.age_column, mapping.band, _no_band)
    sex = take(mapping.sex_column, mapping.sex, _no_sex)
    answer = Answer(
        ratings="".join(rating or "-" for rating in ratings), origin=Origin.IMPORT, mode=campaign.mode,
        band=band, sex=sex,
    )  # fmt: skip
    return kato, encode(answer)


def _not_a_rating(value: str) -> object:
    return _l("“%(value)s” is neither a rating from 1 to 5 nor a “hard to say” of the mapping", value=value)


def _no_band(value: str) -> object:
    return _l("“%(value)s” is in no age band of the mapping", value=value)


def _no_sex(value: str) -> object:
    return _l("“%(value)s” is no code for sex of the mapping", value=value)


def _unit(row: Row, mapping: ImportMapping, katos: Collection[str], faults: list[RowFault]) -> str:
    value = row.values[mapping.unit_column]
    kato = mapping.unit_codes.get(value, "") if mapping.unit_codes else value
    if kato in katos:
        return kato
    if not kato:
        reason = _l("“%(value)s” is no unit of the mapping", value=value[:40])
    elif len(kato) != 9 or not kato.isdecimal():
        reason = _l("“%(kato)s” is not a KATO code: nine digits", kato=kato[:40])
    else:
        reason = _l("the unit %(kato)s is not asked in this campaign", kato=kato)
    faults.append(RowFault(row.line, mapping.unit_column, reason))
    return kato


def _digest(rows: Iterable[Deposited]) -> str:
    """One and the same for the same answers in any order: a file that was sorted anew is no other one."""
    digest = hashlib.sha256()
    for kato, answer in sorted(rows):
        digest.update(f"{kato} ".encode() + answer + b"\n")
    return digest.hexdigest()
