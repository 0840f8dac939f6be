"""Commands of the territory: load the classifier, population and officials; list and search."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

import click
from rich.console import Console
from sqlalchemy.orm import Session

from core import clock
from core.errors import AuylError, BadTable
from core.places import queries, services
from core.places.blanks import blank_table
from core.places.models import Unit
from core.places.services import TableReport
from core.tables import read_table
from core.web.edge import storage

territories = click.Group("territories", help="The territory: classifier, posts, population, officials.")

_as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
_file = click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
_dry_run = click.option("--dry-run", is_flag=True, help="Check the file and change nothing.")
_template = click.option("--template", is_flag=True, help="Write FILE, a template to fill in (CSV or XLSX).")
_language = click.option(
    "--language", type=click.Choice(["kk", "ru", "en"]), default="kk", help="The language of names."
)


@territories.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False), required=False)
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="Up to which day FILE was kept current.")
@_as_json
def load(file: Path | None, as_of: datetime | None, as_json: bool) -> None:
    """Load the packaged classifier, or the edition in FILE (CSV or XLSX); again changes nothing."""
    now = clock.present()
    with (
        _refusals(),
        Console(stderr=True).status("Loading the territory"),
        storage().write(now=now) as session,
    ):
        report = services.load_territories(
            session, now=now, path=file, actualised_on=as_of.date() if as_of else None
        )
    _print(asdict(report), as_json)


@territories.command()
@_file
@_dry_run
@_template
@_as_json
def population(file: Path, dry_run: bool, template: bool, as_json: bool) -> None:
    """Load residents and adults of units from FILE (CSV or XLSX); known numbers get a revision."""
    _take("population", file, dry_run=dry_run, template=template, as_json=as_json)


@territories.command()
@_file
@_dry_run
@_template
@_as_json
def officials(file: Path, dry_run: bool, template: bool, as_json: bool) -> None:
    """Load who holds which post since when from FILE (CSV or XLSX); a known term is corrected."""
    _take("officials", file, dry_run=dry_run, template=template, as_json=as_json)


@territories.command()
@click.argument("text")
@click.option("--limit", type=click.IntRange(1, 100), default=10, show_default=True)
@_language
@_as_json
def search(text: str, limit: int, language: str, as_json: bool) -> None:
    """Find units by a Kazakh, Russian or Latin name, with a typing mistake if need be."""
    with storage().read() as session:
        found = queries.search_units(session, text, limit=limit)
    facts = [
        {
            "kato": each.unit.kato, "name": queries.unit_name(each.unit, language), "score": each.score,
            "path": [queries.unit_name(unit, language) for unit in each.path], "post": each.post_kato,
        }
        for each in found
    ]  # fmt: skip
    if as_json:
        click.echo(json.dumps(facts, ensure_ascii=False))
        return
    for each in facts:
        click.echo(f"{each['kato']}  {each['name']}  ({', '.join(each['path'])})  {each['score']:.2f}")


@territories.command("list")
@click.option("--under", metavar="KATO", help="List the units directly under this one; oblasts by default.")
@click.option("--posts", is_flag=True, help="List the posts, of the whole country or of the oblast --under.")
@_language
@_as_json
def list_command(under: str | None, posts: bool, language: str, as_json: bool) -> None:
    """List oblasts, the units under one, or the posts."""
    with _refusals(), storage().read() as session:
        if under is not None:
            queries.get_unit(session, under)
        facts = [
            {"kato": unit.kato, "kind": kind, "name": queries.unit_name(unit, language)}
            for unit, kind in _listed(session, under, posts, language)
        ]
    if as_json:
        click.echo(json.dumps(facts, ensure_ascii=False))
        return
    for each in facts:
        click.echo("  ".join(each.values()))


def _listed(session: Session, under: str | None, posts: bool, language: str) -> list[tuple[Unit, str]]:
    if posts:
        return [(unit, post.kind.value) for post, unit in queries.post_units(session, oblast=under)]
    units = (
        queries.oblasts(session, language) if under is None else queries.children(session, under, language)
    )
    return [(unit, unit.kind.value) for unit in units]


def _take(kind: str, file: Path, *, dry_run: bool, template: bool, as_json: bool) -> None:
    if template:
        with storage().read() as session:
            content = blank_table(session, kind=kind, language="kk", as_csv=file.suffix.lower() != ".xlsx")
        file.write_bytes(content)
        _print({"template": str(file)}, as_json)
        return
    now = clock.present()
    take = services.load_population if kind == "population" else services.load_officials
    with _refusals(), storage().write(now=now) as session:
        report: TableReport = take(session, table=read_table(file), now=now, dry_run=dry_run)
    _print(asdict(report), as_json)


@contextmanager
def _refusals() -> Iterator[None]:
    """Print a refusal with every fault of a table, and end with exit code 1."""
    try:
        yield
    except AuylError as error:
        faults = error.faults if isinstance(error, BadTable) else ()
        raise click.ClickException("\n".join([str(error), *map(str, faults)])) from None


def _print(facts: dict[str, object], as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(facts, ensure_ascii=False))
        return
    for name, value in facts.items():
        click.echo(f"{name.replace('_', ' ')}: {value}")
