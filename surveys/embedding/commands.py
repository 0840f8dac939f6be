"""The command that looks whether the registered sites really show the survey."""

from __future__ import annotations

import json

import click
from rich.console import Console
from rich.progress import Progress

from core import clock
from core.web.edge import storage
from surveys.commands import campaigns, plainly
from surveys.embedding.checking import check_sites
from surveys.embedding.models import Site
from surveys.embedding.names import told
from surveys.embedding.queries import sites_of
from surveys.queries import campaign_by_code


@campaigns.command("sites")
@click.argument("code")
@click.option("--stored", is_flag=True, help="Only print what was found last; ask no site.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def sites(code: str, stored: bool, as_json: bool) -> None:
    """Look at every registered page now: does it show the survey?"""
    with plainly():
        with storage().read() as session:
            found = sites_of(session, campaign=campaign_by_code(session, code), oblasts=None)
        if not stored:
            with Progress(console=Console(stderr=True)) as progress:
                task = progress.add_task("looking", total=len(found))
                found = check_sites(
                    code=code, now=clock.present(), progress=lambda count: progress.advance(task, count)
                )
    lines = (f"{site.page}  {told(site) or 'nobody has looked yet'}" for site in found)
    click.echo(json.dumps([_facts(site) for site in found]) if as_json else "\n".join(lines) or "no sites")


def _facts(site: Site) -> dict[str, object]:
    return {
        "page": site.page, "origin": site.origin, "oblast": site.oblast_kato,
        "finding": site.finding.value if site.finding else None, "detail": site.detail,
        "checked_at": site.checked_at.isoformat() if site.checked_at else None,
    }  # fmt: skip
