"""Commands of the journal: read it, verify it, send its signed head out."""

from __future__ import annotations

import json

import click

from core import clock
from core.journal.queries import Filter, entries_after, journal_faults, journal_page, length
from core.journal.services import ask_for_head
from core.web.edge import settings, storage

audit = click.Group("audit", help="The journal: list, verify, head.")
as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@audit.command("list")
@click.option("--action", default="", help="Only actions that begin so, such as campaign or campaign.open.")
@click.option("--actor", default="", help="Only acts of this actor, such as account:7 or system.")
@click.option("--subject", default="", help="Only subjects that begin so, such as contest:2026.")
@click.option("--after", type=click.IntRange(0), help="Oldest first, from after this number on.")
@click.option("--limit", type=click.IntRange(1, 100000), default=50, show_default=True)
@as_json
def list_command(action: str, actor: str, subject: str, after: int | None, limit: int, as_json: bool) -> None:
    """Print entries, newest first; with --after, oldest first."""
    chosen = Filter(action=action, actor=actor, subject=subject)
    with storage().read() as session:
        if after is None:
            found = list(journal_page(session, chosen=chosen, size=limit).entries)
        else:
            found = entries_after(session, number=after, chosen=chosen, limit=limit)
    for entry in found:
        at = entry.at.isoformat()
        if as_json:
            facts = {
                "number": entry.number, "at": at, "actor": entry.actor, "action": entry.action,
                "subject": entry.subject, "details": json.loads(entry.details), "digest": entry.digest,
            }  # fmt: skip
            click.echo(json.dumps(facts, ensure_ascii=False))
        else:
            click.echo(
                f"{entry.number}\t{at}\t{entry.actor}\t{entry.action}\t{entry.subject}\t{entry.details}"
            )


@audit.command()
@as_json
def verify(as_json: bool) -> None:
    """Recompute the whole chain and compare it with every signed head; exit code 1 on a fault."""
    chosen = settings()
    with storage().read() as session:
        faults = list(
            journal_faults(session, heads=chosen.data_directory / "heads", keys=chosen.key_directory)
        )
        entries = length(session)
    if as_json:
        listed = [{"number": fault.number, "fault": fault.fault} for fault in faults]
        click.echo(json.dumps({"entries": entries, "faults": listed}, ensure_ascii=False))
    else:
        for fault in faults:
            click.echo(f"{fault.number}: {fault.fault}")
        click.echo(f"{entries} entries, {len(faults)} faults")
    if faults:
        raise SystemExit(1)


@audit.command()
@as_json
def head(as_json: bool) -> None:
    """Write the signed head now and print where it is and what it says."""
    now = clock.present()
    with storage().write(now=now) as session:
        last = ask_for_head(session, now=now)
    if last is None:
        click.echo("null" if as_json else "the journal is empty: there is no head yet")
        return
    path = settings().data_directory / "heads" / f"{last.number:09d}.json"
    facts = json.loads(path.read_text())
    if as_json:
        click.echo(json.dumps({**facts, "file": str(path)}, ensure_ascii=False))
    else:
        click.echo(f"{facts['number']}\t{facts['digest']}\t{path}")
