"""Commands of the ethics room: statements, rounds, where they stand, opening and closing.

Keys and shares have no command: they are made on a page, behind a fresh second factor. Slips have one, for
whole oblasts; whoever runs it sees the codes, as whoever prints them does.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from rich.console import Console
from rich.progress import Progress

from core import clock
from core.errors import AuylError
from core.web.edge import keys, settings, storage, takers
from ethics import services
from ethics.items import shipped, shipped_codes
from ethics.queries import all_rounds, questionnaire_line, questionnaire_lines, round_by_code
from ethics.slips.printing import draw_slips, file_name

ethics = click.Group("ethics", help="The sealed questionnaires: statements, rounds, opening and closing.")


@contextmanager
def _plainly() -> Iterator[None]:
    """Say an error of the family in its own words and exit with 1."""
    try:
        yield
    except AuylError as error:
        raise click.ClickException(str(error)) from None


@ethics.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def items(as_json: bool) -> None:
    """Check the shipped item sets and list their statements."""
    sets = [shipped(code) for code in shipped_codes()]
    if as_json:
        click.echo(json.dumps([json.loads(one.as_json()) for one in sets], ensure_ascii=False))
        return
    for one in sets:
        click.echo(f"{one.code}  {one.fingerprint[:16]}  {len(one.items)} statements")
        for item in one.items:
            click.echo(f"  {item.code}{' (reversed)' if item.is_reversed else ''}: {item.text.en}")


@ethics.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def rounds(as_json: bool) -> None:
    """List the rounds with their states and days."""
    with storage().read() as session:
        rows = [
            {
                "code": found.code, "state": found.state.value, "opens_on": found.opens_on.isoformat(),
                "closes_on": found.closes_on.isoformat(), "is_published": found.published_at is not None,
            }
            for found in all_rounds(session)
        ]  # fmt: skip
    lines = (f"{row['code']}  {row['state']}  {row['opens_on']} to {row['closes_on']}" for row in rows)
    click.echo(json.dumps(rows) if as_json else "\n".join(lines) or "there are no rounds")


@ethics.command()
@click.argument("code")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def status(code: str, as_json: bool) -> None:
    """Say where each questionnaire of a round stands; no count before closing, nor beside a hidden score."""
    with _plainly(), storage().read() as session:
        asked = round_by_code(session, code)
        rows = [
            {
                "number": line.number, "kato": line.questionnaire.kato, "has_key": line.has_key,
                "slips": line.questionnaire.headcount if line.has_slips else 0, "returned": line.returned,
                "outcome": line.questionnaire.outcome, "is_concluded": line.is_concluded,
            }
            for line in questionnaire_lines(session, asked=asked)
        ]  # fmt: skip
    if as_json:
        click.echo(json.dumps(rows))
        return
    click.echo(f"{code}: {asked.state.value}")
    for row in rows:
        returned = "-" if row["returned"] is None else row["returned"]
        facts = f"slips {row['slips']}  returned {returned}  {row['outcome'] or '-'}"
        click.echo(f"{row['number']}  {row['kato']}  {facts}")


@ethics.command()
@click.argument("code")
@click.option("--oblast", required=True, help="KATO code of the oblast.")
@click.option("--folder", required=True, type=click.Path(path_type=Path), help="A new folder for the files.")
def slips(code: str, oblast: str, folder: Path) -> None:
    """Make the slips of an oblast's questionnaires that have none yet, a PDF each; they exist only there."""
    with _plainly(), storage().read() as session:
        asked = round_by_code(session, code)
        lines = [
            line for line in questionnaire_lines(session, asked=asked, oblasts=[oblast]) if not line.has_slips
        ]
    if folder.exists():
        raise click.ClickException(f"{folder} is there already: name a new folder")
    if not lines:
        raise click.ClickException(f"all questionnaires of {oblast} in {code} have their slips")
    folder.mkdir(mode=0o700, parents=True)
    with _plainly(), Progress(console=Console(stderr=True)) as progress:
        task = progress.add_task("slips", total=sum(line.questionnaire.headcount for line in lines))
        for line in lines:
            _print_slips(line.number, folder)
            progress.advance(task, line.questionnaire.headcount)
    click.echo(f"{len(lines)} files in {folder}: print them, then destroy them")


def _print_slips(number: int, folder: Path) -> None:
    """Make the slips of one questionnaire into a file.

    In a transaction of its own: while one is open, nobody else writes to SQLite, residents neither.
    """
    now, options = clock.present(), settings()
    with storage().write(now=now) as session:
        line = questionnaire_line(session, number)
        codes = services.make_slips(
            session, questionnaire=line.questionnaire, secret=options.secret_key, actor="system", now=now
        )
        drawn = draw_slips(codes, line=line, public_url=options.public_url, is_demo=options.is_demo)
        path = folder / file_name(line, "slips", is_demo=options.is_demo)
        path.touch(mode=0o600)
        path.write_bytes(drawn)


@ethics.command("open")
@click.argument("code")
def open_(code: str) -> None:
    """Open a drafted round that has everything."""
    now = clock.present()
    with _plainly(), storage().write(now=now) as session:
        services.open_round(session, round=round_by_code(session, code), actor="system", now=now)
    click.echo(f"{code} is open")


@ethics.command()
@click.argument("code")
@click.option("--reason", default="", help="Why it closes although acts of unused slips are missing.")
def close(code: str, reason: str) -> None:
    """Close a round and mix what still waits."""
    now = clock.present()
    with _plainly(), storage().write(now=now) as session:
        mixed = services.close_round(
            session,
            round=round_by_code(session, code),
            keys=keys(),
            takers=takers(),
            reason=reason,
            actor="system",
            now=now,
        )
    click.echo(f"{code} is closed, {mixed} answers mixed now")
