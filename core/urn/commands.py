"""Commands of the urn: the mixer, the keys and what waits."""

from __future__ import annotations

import json
import time

import click
from flask.cli import AppGroup

from core import clock
from core.errors import AuylError, Unavailable
from core.urn.queries import needs_rotation, waiting_in_all
from core.urn.rotation import forget_empty_keys, give_up_key, rotate_key
from core.urn.services import SMALLEST_BATCH, mix_waiting
from core.web.edge import keys, storage, takers

urn = AppGroup("urn", help="The sealed intake: mixing, keys and what waits.")


@urn.command()
@click.option("--every", type=click.IntRange(1, 86400), help="Go on, mixing every so many seconds.")
def mix(every: int | None) -> None:
    """Mix every group that is large enough; with --every, until stopped."""
    while True:
        _keep_keys_young()
        try:
            taken = mix_waiting(storage(), keys=keys(), takers=takers(), now=clock.present())
        except Unavailable as fault:
            # All that can be opened was mixed; the mixer goes on, the rest waits.
            if every is None:
                raise click.ClickException(str(fault)) from None
            click.echo(str(fault), err=True)
            taken = 0
        if taken or every is None:
            click.echo(f"mixed {taken} answers")
        if every is None:
            return
        time.sleep(every)


@urn.command()
def rotate() -> None:
    """Make a new intake key now, and destroy retired keys under which nothing waits."""
    now = clock.present()
    with storage().write(now=now) as session:
        key = rotate_key(session, keys=keys(), now=now)
    _destroy_empty()
    click.echo(f"new intake key {key.name}")


@urn.command("give-up")
@click.argument("name")
@click.option("--yes", is_flag=True, help="Do not ask.")
def give_up(name: str, yes: bool) -> None:
    """Delete an intake key whose file is lost for good, and the answers under it."""
    if not yes:
        click.confirm(f"Give up every answer that waits under the key {name}?", abort=True)
    try:
        with storage().write(now=clock.present()) as session:
            lost = give_up_key(session, keys=keys(), name=name, actor="system")
    except AuylError as fault:
        raise click.ClickException(str(fault)) from None
    click.echo("\n".join(f"{box}: {count} lost" for box, count in lost.items()) or "nothing was lost")


@urn.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def status(as_json: bool) -> None:
    """Say how many answers wait, how many groups are ripe, and which key files are here."""
    with storage().read() as session:
        groups = waiting_in_all(session)
    facts = {
        "waiting": sum(count for _, _, count in groups),
        "groups": len(groups),
        "ripe_groups": sum(count >= SMALLEST_BATCH for _, _, count in groups),
        "key_files": len(keys().names()),
    }
    if as_json:
        click.echo(json.dumps(facts))
    else:
        click.echo("\n".join(f"{name.replace('_', ' ')}: {value}" for name, value in facts.items()))


def _keep_keys_young() -> None:
    """A new key each day, so that a key file that leaks opens one day's waiting answers at most."""
    now = clock.present()
    with storage().write(now=now) as session:
        if needs_rotation(session, now=now):
            rotate_key(session, keys=keys(), now=now)
    _destroy_empty()


def _destroy_empty() -> None:
    now = clock.present()
    with storage().write(now=now) as session:
        names = forget_empty_keys(session, now=now)
    for name in names:
        keys().destroy(name)
