"""The command that makes codes: one file of letters for each unit, any number of them."""

from __future__ import annotations

import json
import os
from pathlib import Path

import click
from rich.console import Console
from rich.progress import Progress

from core import clock
from core.errors import Conflict
from core.web.edge import settings, storage
from surveys.commands import campaigns, plainly
from surveys.queries import asked_unit, campaign_by_code, campaign_katos
from surveys.voters.letters import draw_letters, file_name
from surveys.voters.queries import batches_of, planned_batch
from surveys.voters.services import draw_codes, keep_codes

_FOLDER = click.Path(exists=True, file_okay=False, writable=True, path_type=Path)


@campaigns.command("codes")
@click.argument("code")
@click.option("--output", required=True, type=_FOLDER, help="The folder for the letters, one PDF a unit.")
@click.option("--unit", "kato", help="Only this unit (its KATO code); again makes a further batch.")
@click.option("--count", type=click.IntRange(1), help="How many; without it, one for each adult.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def codes_(
    context: click.Context, code: str, output: Path, kato: str | None, count: int | None, as_json: bool
) -> None:
    """Make codes and their letters; without --unit, for each unit that has none yet."""
    made, refused = [], []
    with plainly():
        katos = [kato] if kato else _units_without(code)
    with Progress(console=Console(stderr=True)) as progress:
        for one in progress.track(katos, description="letters"):
            try:
                with plainly():
                    made.append(_make(code, one, count, output))
            except click.ClickException as fault:
                refused.append({"kato": one, "reason": fault.message})
    if as_json:
        click.echo(json.dumps({"made": made, "refused": refused}, ensure_ascii=False))
    else:
        click.echo("\n".join(f"{row['kato']}  {row['count']} letters  {row['file']}" for row in made))
        click.echo("\n".join(f"{row['kato']}  {row['reason']}" for row in refused), err=True)
    if refused:
        context.exit(1)


def _units_without(code: str) -> list[str]:
    with storage().read() as session:
        found = campaign_by_code(session, code)
        katos = sorted(campaign_katos(session, campaign=found))
        return [kato for kato in katos if not batches_of(session, campaign=found, kato=kato)]


def _make(code: str, kato: str, count: int | None, output: Path) -> dict[str, object]:
    """Draw a unit's letters, put them durably on disk, then keep the marks: or neither of them."""
    is_demo = settings().is_demo
    with storage().read() as session:
        found, asked = campaign_by_code(session, code), asked_unit(session, code=code, kato=kato)
        planned = planned_batch(session, campaign=found, kato=kato, count=count)
    codes = draw_codes(planned.count)
    letters = draw_letters(
        codes, asked=asked, batch=planned.number, public_url=settings().public_url, is_demo=is_demo
    )
    path = output / file_name(asked, planned.number, is_demo=is_demo)
    _write(path, letters)
    now = clock.present()
    try:
        with storage().write(now=now) as session:
            keep_codes(
                session, campaign=campaign_by_code(session, code), kato=kato, batch=planned.number,
                codes=codes, secret=settings().secret_key, actor="system", now=now,
            )  # fmt: skip
    except BaseException:
        path.unlink()
        raise
    return {"kato": kato, "batch": planned.number, "count": planned.count, "file": path.name}


def _write(path: Path, letters: bytes) -> None:
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise Conflict(f"{path.name} is there already: move it away, or choose another folder") from None
    with os.fdopen(descriptor, "wb") as file:
        file.write(letters)
        file.flush()
        os.fsync(file.fileno())
