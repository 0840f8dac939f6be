"""The command that draws posters into a folder, for printing houses and large areas."""

from __future__ import annotations

from pathlib import Path

import click
from rich.console import Console
from rich.progress import track

from core.web.edge import settings, storage
from surveys.commands import campaigns, plainly
from surveys.posters.drawing import SIZES, draw_poster, file_name
from surveys.posters.queries import posters_of
from surveys.queries import campaign_by_code


@campaigns.command("posters")
@click.argument("code")
@click.argument("area")
@click.option("--size", type=click.Choice(list(SIZES)), default="a4", show_default=True, help="The sheet.")
@click.option("--to", "folder", required=True, type=click.Path(file_okay=False, path_type=Path),
              help="The folder for the files; it is made.")  # fmt: skip
def posters(code: str, area: str, size: str, folder: Path) -> None:
    """Draw the posters of AREA (KATO code of a unit, district or oblast) as PDF files into a folder."""
    with plainly(), storage().read() as session:
        found = posters_of(
            session, campaign=campaign_by_code(session, code), area=area,
            public_url=settings().public_url, is_demo=settings().is_demo,
        )  # fmt: skip
    folder.mkdir(parents=True, exist_ok=True)
    for poster in track(found, description="drawing", console=Console(stderr=True)):
        (folder / file_name(poster, size)).write_bytes(draw_poster(poster, size=size))
    click.echo(f"{len(found)} posters in {folder}")
