"""The command that counts receipts against answers, and publishes a list that was kept back."""

from __future__ import annotations

import json

import click

from core import clock
from core.web.edge import settings, storage
from surveys.commands import campaigns, plainly
from surveys.inclusion.names import difference_words
from surveys.inclusion.queries import reconciliation, settled
from surveys.inclusion.services import publish_receipts
from surveys.queries import campaign_by_code


@campaigns.command("receipts")
@click.argument("code")
@click.option("--publish", is_flag=True, help="Publish a list that was kept back at the closing.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def receipts(context: click.Context, code: str, publish: bool, as_json: bool) -> None:
    """Count receipts against answers, sheets and imports against theirs; fails when they differ."""
    now = clock.present()
    with plainly():
        if publish:
            with storage().write(now=now) as session:
                publish_receipts(
                    session, campaign=campaign_by_code(session, code), secret=settings().secret_key,
                    actor="system", now=now,
                )  # fmt: skip
        with storage().read() as session:
            campaign = campaign_by_code(session, code)
            numbers, kept = reconciliation(session, campaign=campaign), settled(session, campaign=campaign)
    faults = [difference_words(each) for each in numbers.differences]
    root = None if kept is None else kept.root
    if as_json:
        click.echo(json.dumps({**numbers.as_facts(), "root": root, "faults": faults}))
    else:
        click.echo("\n".join(f"{name}  {number}" for name, number in numbers.as_facts().items()))
        click.echo("\n".join(faults) or "everything agrees")
        click.echo(f"root  {root}" if root else "no list is published")
    if faults:
        context.exit(1)
