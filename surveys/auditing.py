"""The audit of a closed campaign: its published numbers from its tallies, its receipts from the ledger.

Only reads. May import the ground and this room's models, queries and pure modules. That the tallies follow
from the ballots is `surveys.recount`'s part. Every fault names what differs, and both values.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from core.audit import JournalEntry
from core.clock import day_of
from surveys.inclusion.lists import root_of, sorted_parts
from surveys.inclusion.models import ReceiptList, ReceiptPart
from surveys.inclusion.queries import receipt_hashes, reconciliation
from surveys.models import Campaign, GroupStatistic, Statistic, StratumStatistic, VariantStatistic
from surveys.publishing import computed_statistics, statistic_digests, statistic_rows
from surveys.queries import subject_of
from surveys.signals.queries import excluded_days

_NAMES = {
    Statistic: "units", GroupStatistic: "districts, oblasts and the nation",
    StratumStatistic: "age and sex", VariantStatistic: "other ways of counting",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Audited:
    """One thing that was recomputed: how many numbers, and what does not agree."""

    subject: str
    looked_at: str
    faults: tuple[str, ...]


def audited_statistics(session: Session, *, campaign: Campaign) -> list[Audited]:
    """The published numbers of a closed campaign against its tallies and the journal."""
    units, made = computed_statistics(
        session, campaign=campaign, flagged=excluded_days(session, campaign=campaign),
        closed_on=day_of(campaign.closed_at),
    )  # fmt: skip
    found = []
    for model, rows in statistic_rows(units, made).items():
        keys = [column.key for column in inspect(model).primary_key if column.key != "campaign_id"]
        wanted = {_named(row, keys): row for row in rows}
        kept = select(model.__table__).where(model.campaign_id == campaign.id)
        there = {_named(row, keys): row for row in session.execute(kept).mappings()}
        faults = tuple(_differing(there, wanted, keys))
        found.append(Audited(f"statistics: {_NAMES[model]}", f"{len(wanted)} rows from the tallies", faults))
    facts, faults = _journalled(session, campaign, "campaign.publish"), []
    for name, digest in statistic_digests(units, made).items():
        if facts.get(name) != digest:
            faults.append(f"{name}: the journal has {facts.get(name)}, the tallies give {digest}")
    return [*found, Audited("statistics: the journal", "both digests", tuple(faults))]


def audited_receipts(session: Session, *, campaign: Campaign, secret: str) -> list[Audited]:
    """The published list of receipts against ledger, tallies, acts and journal."""
    kept = session.get(ReceiptList, campaign.id)
    if kept is None:
        return [Audited("receipts", "", ("no list was made at the closing",))]
    numbers = reconciliation(session, campaign=campaign)
    action = "receipts.withhold" if kept.root is None else "receipts.publish"
    facts = _journalled(session, campaign, action)
    faults = [f"{each.pair}: {each.came_in} came in, {each.counted} counted" for each in numbers.differences]
    for name, number in numbers.as_facts().items():
        if not number == getattr(kept, name) == facts.get(name):
            faults.append(
                f"{name}: counted now {number}, kept {getattr(kept, name)}, in the journal {facts.get(name)}"
            )
    counted = f"{numbers.receipts} receipts, {numbers.by_web_and_tablet} answers by web and tablet"
    found = [Audited("number of receipts", counted, tuple(faults))]
    if kept.root is None:
        return [*found, Audited("list of receipts", "", ("it was kept back at the closing",))]
    faults = list(_list_faults(session, campaign, kept.root, facts.get("root"), secret))
    return [*found, Audited("list of receipts", f"from the ledger, root {kept.root[:16]}", tuple(faults))]


def _list_faults(
    session: Session, campaign: Campaign, root: str, journalled: object, secret: str
) -> Iterator[str]:
    """The kept parts and both roots against the list that the ledger gives."""
    parts = dict(sorted_parts(receipt_hashes(session, campaign=campaign, secret=secret)))
    rows = select(ReceiptPart.first, ReceiptPart.hashes).where(ReceiptPart.campaign_id == campaign.id)
    kept = {first: bytes(hashes) for first, hashes in session.execute(rows)}
    for first in sorted(parts.keys() | kept.keys()):
        if parts.get(first) != kept.get(first):
            yield f"the lines that begin with {first:02x} are not those of the ledger"
    counted = root_of(part for _, part in sorted(parts.items()))
    for where, there in (("kept", root), ("in the journal", journalled)):
        if there != counted:
            yield f"the root {where} is {there}, the ledger gives {counted}"


def _journalled(session: Session, campaign: Campaign, action: str) -> dict[str, object]:
    """The facts of the last act of a kind on a campaign; none where there is no such act."""
    acts = select(JournalEntry.details).where(
        JournalEntry.action == action, JournalEntry.subject == subject_of(campaign)
    )
    details = session.scalars(acts.order_by(JournalEntry.number.desc()).limit(1)).first()
    return {} if details is None else json.loads(details)


def _named(row: Mapping[str, object], keys: list[str]) -> tuple[str, ...]:
    return tuple(str(row[key]) for key in keys)


def _differing(
    there: Mapping[tuple, Mapping], wanted: Mapping[tuple, Mapping], keys: list[str]
) -> Iterator[str]:
    """A sentence for each number that is not what the tallies give, and each row too many or missing."""
    for name in sorted(there.keys() | wanted.keys()):
        if name not in there or name not in wanted:
            yield f"{' '.join(name)}: {'missing' if name not in there else 'not from the tallies'}"
            continue
        for column, value in wanted[name].items():
            if column not in keys and there[name][column] != value:
                yield f"{' '.join(name)}: {column} is {there[name][column]}, the tallies give {value}"
