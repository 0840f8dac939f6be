"""The command of the signals, in the group `campaigns`: the flags that may be seen now."""

from __future__ import annotations

import json

import click

from core.web.edge import storage
from surveys.commands import campaigns, plainly
from surveys.queries import campaign_by_code
from surveys.signals.queries import visible_flags


@campaigns.command("signals")
@click.argument("code")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def signals(code: str, as_json: bool) -> None:
    """Print the flags of the last night or of closing; those on ratings only after the results."""
    with plainly(), storage().read() as session:
        facts = [
            {
                "kato": flag.kato, "signal": flag.signal.value, "day": flag.day and flag.day.isoformat(),
                "seen": flag.seen, "expected": round(flag.expected, 1), "out_of": flag.out_of, "p": flag.p,
                "q": flag.q,
            }
            for flag in visible_flags(session, campaign=campaign_by_code(session, code))
        ]  # fmt: skip
    lines = (
        f"{fact['kato']}  {fact['day'] or 'whole'}  {fact['signal']}  seen {fact['seen']:.0f},"
        f" expected {fact['expected']:.0f}, p {fact['p']:.1g}, q {fact['q']:.1g}"
        for fact in facts
    )
    click.echo(json.dumps(facts) if as_json else "\n".join(lines) or "nothing stands out")
