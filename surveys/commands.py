"""Commands of the survey: what campaigns there are, their turnout, imports and the recount."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path

import click
from flask.cli import AppGroup
from rich.console import Console
from rich.progress import Progress

from core import clock
from core.errors import AuylError
from core.tables import read_table
from core.web.edge import keys, settings, storage
from surveys.board import turnout
from surveys.criteria import criteria_from_json
from surveys.importing.services import take_approved
from surveys.imports import import_answers, mapping_from
from surveys.queries import all_campaigns, campaign_by_code
from surveys.recount import recount_apart

campaigns = AppGroup("campaigns", help="The residents' surveys: list, turnout, import, recount.")
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@contextmanager
def plainly() -> Iterator[None]:
    """Say an error of the family in its own words, each bad row on a line, and exit with 1."""
    try:
        yield
    except AuylError as error:
        lines = [str(error), *map(str, getattr(error, "faults", ()))]
        raise click.ClickException("\n".join(lines)) from None


@campaigns.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_(as_json: bool) -> None:
    """List the campaigns with their states and days."""
    with storage().read() as session:
        rows = [
            {
                "code": found.code, "state": found.state.value, "mode": found.mode.value,
                "opens_on": found.opens_on.isoformat(), "closes_on": found.closes_on.isoformat(),
            }
            for found in all_campaigns(session)
        ]  # fmt: skip
    lines = (f"{row['code']}  {row['state']}  {row['opens_on']} to {row['closes_on']}" for row in rows)
    click.echo(json.dumps(rows) if as_json else "\n".join(lines) or "there are no campaigns")


@campaigns.command("turnout")
@click.argument("code")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def turnout_(code: str, as_json: bool) -> None:
    """Print each unit's turnout up to yesterday, in steps of 5."""
    as_of = clock.day_of(clock.present()) - timedelta(days=1)
    with plainly(), storage().read() as session:
        rows = turnout(session, campaign=campaign_by_code(session, code), as_of=as_of)
    facts = [
        {"kato": row.kato, "answers": row.answers, "adults": row.adults, "by_origin": row.by_origin}
        for row in rows
    ]
    lines = (f"{row.kato}  {row.answers or 'fewer than 5'}" for row in rows)
    click.echo(json.dumps(facts) if as_json else "\n".join(lines))


@campaigns.command("import")
@click.argument("code")
@click.argument("file", type=_FILE)
@click.option("--mapping", required=True, type=_FILE, help="A TOML file: which column is what.")
@click.option("--dry-run", is_flag=True, help="Check everything and take nothing.")
def import_(code: str, file: Path, mapping: Path, dry_run: bool) -> None:
    """Import answers from a CSV or XLSX file: all rows, or none.

    A live survey takes in only a file that two people of the agency have approved on its import page.
    """
    now = clock.present()
    with plainly(), storage().write(now=now) as session, Progress(console=Console(stderr=True)) as progress:
        table = read_table(file, filename=file.name)
        found = campaign_by_code(session, code)
        criteria = criteria_from_json(found.criteria_json)
        columns = mapping_from(mapping.read_text("utf-8"), criteria=criteria, place=mapping.name)
        task = progress.add_task("sealing", total=len(table.rows))
        is_free = dry_run or settings().is_demo
        take = partial(import_answers, dry_run=dry_run) if is_free else take_approved
        report = take(
            session, campaign=found, table=table, mapping=columns, keys=keys(), actor="system", now=now,
            progress=lambda count: progress.advance(task, count),
        )  # fmt: skip
    verb = "would be taken" if report.is_dry_run else "wait in the urn for `flask urn mix`"
    click.echo(f"{report.answers} answers of {report.units} units {verb}")


@campaigns.command("recount")
@click.argument("code")
@click.option("--processes", type=click.IntRange(1, 64), default=1, help="Share the work; for millions.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def recount_(context: click.Context, code: str, processes: int, as_json: bool) -> None:
    """Count all ballots again and compare with tallies and the journal; fails when they differ."""
    with plainly():
        found = recount_apart(storage(), url=settings().database_url, code=code, processes=processes)
    if as_json:
        facts = {
            "ballots": found.ballots, "tallies": found.tallies, "batches": found.batches,
            "digest": found.digest, "faults": found.faults,
        }  # fmt: skip
        click.echo(json.dumps(facts))
    else:
        click.echo(f"{found.ballots} ballots in {found.batches} batches, {found.tallies} tallies")
        click.echo("\n".join(found.faults) or "everything agrees")
    if found.faults:
        context.exit(1)
