"""Commands of the care: the doctor and its migration, and backups."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import click
from flask import current_app
from rich.console import Console
from rich.progress import Progress

from core import clock, migrations
from core.birth import birth_now
from core.care import backups
from core.care.checks import examine
from core.web.edge import settings, storage

APART = "Keep the key directory and AUYL_SECRET_KEY safe besides, apart from it: they are not in it."
as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@click.group(invoke_without_command=True, help="Look at everything that could be wrong, with the remedy.")
@as_json
@click.pass_context
def doctor(context: click.Context, as_json: bool) -> None:
    """Print one line a check; exit code 1 on a fault."""
    if context.invoked_subcommand is not None:
        return
    findings = list(examine(storage(), settings(), current_app.extensions["rooms"], now=clock.present()))
    if as_json:
        click.echo(json.dumps([asdict(finding) for finding in findings], ensure_ascii=False))
    else:
        for finding in findings:
            word = click.style("ok   ", fg="green") if finding.is_ok else click.style("fault", fg="red")
            remedy = "" if finding.is_ok else f" -> {finding.remedy}"
            click.echo(f"{word} {finding.check}: {finding.seen}{remedy}")
    if not all(finding.is_ok for finding in findings):
        raise SystemExit(1)


@doctor.command()
def migrate() -> None:
    """Bring the schema to this release and mark the database demo or live; again is harmless."""
    migrations.upgrade(storage().engine)
    birth_now(storage(), settings())
    click.echo(f"the schema is up to date; the database is {settings().kind}")


@doctor.command()
def jobs() -> None:
    """Do the daily work of every room once: signed heads, counts; for a timer."""
    for room in current_app.extensions["rooms"]:
        for name, job in room.jobs.items():
            now = clock.present()
            with storage().write(now=now) as session:
                job(session, now)
            click.echo(f"{room.name}: {name}")


@click.group(help="Backups of the database and the documents, never of the keys.")
def backup() -> None:
    """The group of the backup commands."""


@backup.command()
@click.option("--to", "folder", type=click.Path(path_type=Path, file_okay=False),
              help="Where to put it; by default `backups` in the data directory.")  # fmt: skip
@as_json
def create(folder: Path | None, as_json: bool) -> None:
    """Write one ZIP while the server runs; SQLite as a file, PostgreSQL as its rows."""
    target = folder or settings().data_directory / "backups"
    with _progress("backup", as_json) as step:
        path = backups.create(storage(), settings(), folder=target, now=clock.present(), step=step)
    facts = {"file": str(path), "bytes": path.stat().st_size}
    click.echo(json.dumps(facts) if as_json else f"{facts['file']} ({facts['bytes']} bytes)\n{APART}")


@backup.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@as_json
def verify(file: Path, as_json: bool) -> None:
    """Read a whole backup: digests, rows, the journal's chain; exit code 1 on a fault."""
    with _progress("verify", as_json) as step:
        faults = backups.verify(file, step=step)
    if as_json:
        click.echo(json.dumps({"file": str(file), "faults": faults}, ensure_ascii=False))
    else:
        click.echo("\n".join(faults) or "the backup is whole")
    if faults:
        raise SystemExit(1)


@backup.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--yes", is_flag=True, help="Do not ask.")
def restore(file: Path, yes: bool) -> None:
    """Put a backup into an empty database and its documents into the data directory."""
    if not yes:
        click.confirm(f"Restore {file} into {storage().engine.url.render_as_string()}?", abort=True)
    try:
        with _progress("restore", False) as step:
            backups.restore(storage(), settings(), file, step=step)
    except backups.BackupError as fault:
        raise click.ClickException(str(fault)) from None
    click.echo("restored; now run `flask doctor`")


class _progress:
    """A progress bar on a terminal, nothing for a program."""

    def __init__(self, name: str, is_quiet: bool) -> None:
        self._bar = Progress(console=Console(stderr=True), disable=is_quiet, transient=True)
        self._task = self._bar.add_task(name, total=None)

    def __enter__(self) -> backups.Step:
        self._bar.start()
        return lambda done, total: self._bar.update(self._task, completed=done, total=total)

    def __exit__(self, *fault: object) -> None:
        self._bar.stop()
