"""Reads of paper: batches and how far each is, sheets to be looked at again, numbers for the sums.

Only reads, and no web. Counts of sheets are for those who hold the sheets; no answer is read here, but
by the operator who reads it from the sheet in hand.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from core.errors import NotFound
from core.places.models import Unit
from surveys.criteria import CriteriaSet, criteria_from_json
from surveys.models import Campaign, CampaignState, CampaignUnit
from surveys.paper.marks import open_reading, sheet_codes, sheet_mark
from surveys.paper.models import PaperBatch, PaperEntry, PaperReconciliation, PaperSheet, SheetState
from surveys.paper.sheets import differing
from surveys.paper.sums import Known
from surveys.rules import Mode


@dataclass(frozen=True, slots=True)
class Progress:
    """How many sheets of a batch stand where.

    :param alone: for each of the two oblasts, how many sheets it alone has entered.
    :param again: for each of them, how many sheets it must look at again.
    """

    entered: int = 0
    illegible: int = 0
    alone: dict[str, int] = field(default_factory=dict)
    again: dict[str, int] = field(default_factory=dict)
    unsettled: int = 0


@dataclass(frozen=True, slots=True)
class BatchLine:
    """One batch with its survey, its unit, how far it is, and whether two people have signed for it."""

    batch: PaperBatch
    campaign: Campaign
    unit: Unit
    progress: Progress
    reconciliation: PaperReconciliation | None

    @property
    def is_reconciled(self) -> bool:
        return self.reconciliation is not None and self.reconciliation.second_by is not None

    @property
    def is_overdue(self) -> bool:
        """Whether the survey is closed and nobody accounts for the sheets."""
        return self.campaign.state is CampaignState.CLOSED and not self.is_reconciled

    @property
    def takes_entries(self) -> bool:
        """Whether sheets can be entered."""
        is_open = self.campaign.state in (CampaignState.OPEN, CampaignState.PAUSED)
        return is_open and not self.is_reconciled

    def waits_for(self, oblast: str) -> int:
        """How many sheets wait for this oblast: entered by the other one alone, or to be looked at again."""
        others = sum(count for kato, count in self.progress.alone.items() if kato != oblast)
        return others + self.progress.again.get(oblast, 0)

    def waits_for_any(self, oblasts: Collection[str]) -> int:
        """How many sheets wait for these oblasts."""
        both = {self.batch.oblast_kato, self.batch.second_oblast_kato}
        return sum(self.waits_for(oblast) for oblast in both.intersection(oblasts))


@dataclass(frozen=True, slots=True)
class SheetAgain:
    """A sheet that an operator must look at again: its code, and which fields were read differently."""

    code: str
    fields: tuple[str, ...]


def batch_by_code(session: Session, code: str) -> PaperBatch:
    """The batch of a code.

    :raises NotFound: when there is none.
    """
    found = session.scalars(select(PaperBatch).where(PaperBatch.code == code)).first()
    if found is None:
        raise NotFound(_l("There is no batch of paper sheets with the code %(code)s.", code=code[:12]))
    return found


def batch_line(session: Session, code: str) -> BatchLine:
    """One batch with everything its page shows.

    :raises NotFound: when there is none.
    """
    batch = batch_by_code(session, code)
    return _lines(session, PaperBatch.id == batch.id)[0]


def batch_lines(
    session: Session, *, oblasts: Collection[str] | None, campaign: Campaign | None = None
) -> list[BatchLine]:
    """The batches in which these oblasts (None: all) have a part, the latest first."""
    conditions = []
    if oblasts is not None:
        conditions.append(
            or_(PaperBatch.oblast_kato.in_(oblasts), PaperBatch.second_oblast_kato.in_(oblasts))
        )
    if campaign is not None:
        conditions.append(PaperBatch.campaign_id == campaign.id)
    return _lines(session, *conditions)


def sheets_registered(session: Session, *, campaign: Campaign, kato: str) -> int:
    """How many sheets there are for a unit in a campaign."""
    counted = select(func.sum(PaperBatch.sheets)).where(
        PaperBatch.campaign_id == campaign.id, PaperBatch.kato == kato
    )
    return int(session.scalar(counted) or 0)


def paper_campaigns(session: Session) -> list[Campaign]:
    """The campaigns for which sheets can be registered, the latest first."""
    wanted = select(Campaign).where(Campaign.state != CampaignState.CLOSED, Campaign.mode == Mode.OPEN)
    return list(session.scalars(wanted.order_by(Campaign.opens_on.desc(), Campaign.code)))


def units_for_paper(session: Session, *, campaign: Campaign, oblasts: Collection[str] | None) -> list[Unit]:
    """The units of a campaign in these oblasts (None: all), by code."""
    wanted = (
        select(Unit)
        .join(CampaignUnit, CampaignUnit.kato == Unit.kato)
        .where(CampaignUnit.campaign_id == campaign.id)
        .order_by(Unit.kato)
    )
    if oblasts is not None:
        wanted = wanted.where(Unit.oblast_kato.in_(oblasts))
    return list(session.scalars(wanted))


def criteria_of_batch(session: Session, batch: PaperBatch) -> CriteriaSet:
    """What the sheets of a batch ask."""
    return criteria_from_json(session.get_one(Campaign, batch.campaign_id).criteria_json)


def known_sums(session: Session, *, batch: PaperBatch) -> Known:
    """What the system counted of a batch, for its sums."""
    line = _lines(session, PaperBatch.id == batch.id)[0]
    progress = line.progress
    return Known(
        printed=batch.sheets, entered=progress.entered, illegible=progress.illegible,
        unsettled=progress.unsettled, is_late=line.campaign.state is CampaignState.CLOSED,
    )  # fmt: skip


def sheets_again(session: Session, *, batch: PaperBatch, oblast: str, secret: str) -> list[SheetAgain]:
    """The sheets that an oblast's operator must look at again, by code."""
    entries: dict[bytes, dict[str, PaperEntry]] = defaultdict(dict)
    pending = _pending(PaperEntry).where(PaperEntry.batch_id == batch.id)
    for entry in session.scalars(pending):
        entries[bytes(entry.mark)][entry.oblast_kato] = entry
    wanted = {
        mark: tuple(both.values())
        for mark, both in entries.items()
        if len(both) == 2 and not both[oblast].is_second_look
    }
    if not wanted:
        return []
    codes = criteria_of_batch(session, batch).codes
    by_mark = {sheet_mark(secret, code): code for code in sheet_codes(secret, batch.code, batch.sheets)}
    found = []
    for mark, both in wanted.items():
        readings = [open_reading(entry.sealed, secret=secret, batch_code=batch.code) for entry in both]
        found.append(SheetAgain(by_mark[mark], differing(*readings, codes)))
    return sorted(found, key=lambda sheet: sheet.code)


def _pending(*columns):
    """Entries of sheets that are not settled."""
    return (
        select(*columns)
        .join(PaperSheet, PaperSheet.mark == PaperEntry.mark)
        .where(PaperSheet.state == SheetState.PRINTED)
    )


def _lines(session: Session, *conditions) -> list[BatchLine]:
    rows = session.execute(
        select(PaperBatch, Campaign, Unit, PaperReconciliation)
        .join(Campaign, Campaign.id == PaperBatch.campaign_id)
        .join(Unit, Unit.kato == PaperBatch.kato)
        .outerjoin(PaperReconciliation, PaperReconciliation.batch_id == PaperBatch.id)
        .where(*conditions)
        .order_by(PaperBatch.registered_on.desc(), PaperBatch.code)
    ).all()
    progress = _progress(session, [batch.id for batch, *_ in rows])
    return [
        BatchLine(batch, campaign, unit, progress[batch.id], reconciliation)
        for batch, campaign, unit, reconciliation in rows
    ]


def _progress(session: Session, batch_ids: Iterable[int]) -> dict[int, Progress]:
    wanted = list(batch_ids)
    states: dict[int, dict[SheetState, int]] = defaultdict(dict)
    counted = select(PaperSheet.batch_id, PaperSheet.state, func.count()).where(
        PaperSheet.batch_id.in_(wanted)
    )
    for batch_id, state, number in session.execute(counted.group_by(PaperSheet.batch_id, PaperSheet.state)):
        states[batch_id][state] = number
    sheets = (
        _pending(
            PaperEntry.batch_id, PaperEntry.mark, func.count().label("entries"),
            func.min(PaperEntry.oblast_kato).label("oblast"),
        )
        .where(PaperEntry.batch_id.in_(wanted))
        .group_by(PaperEntry.batch_id, PaperEntry.mark)
        .subquery()
    )  # fmt: skip
    alone = select(sheets.c.batch_id, sheets.c.oblast, func.count()).where(sheets.c.entries == 1)
    again = (
        select(PaperEntry.batch_id, PaperEntry.oblast_kato, func.count())
        .join(sheets, sheets.c.mark == PaperEntry.mark)
        .where(sheets.c.entries == 2, PaperEntry.is_second_look.is_(False))
    )
    unsettled = select(sheets.c.batch_id, func.count()).group_by(sheets.c.batch_id)
    waiting = dict(session.execute(unsettled).all())
    alone_by, again_by = (
        _nested(session.execute(query))
        for query in (
            alone.group_by(sheets.c.batch_id, sheets.c.oblast),
            again.group_by(PaperEntry.batch_id, PaperEntry.oblast_kato),
        )
    )
    return {
        batch_id: Progress(
            entered=states[batch_id].get(SheetState.AGREED, 0),
            illegible=states[batch_id].get(SheetState.SPOILT, 0),
            alone=alone_by.get(batch_id, {}), again=again_by.get(batch_id, {}),
            unsettled=waiting.get(batch_id, 0),
        )
        for batch_id in wanted
    }  # fmt: skip


def _nested(rows: Iterable[tuple[int, str, int]]) -> dict[int, dict[str, int]]:
    found: dict[int, dict[str, int]] = defaultdict(dict)
    for batch_id, oblast, number in rows:
        found[batch_id][oblast] = number
    return found
