"""Commands of the urn: the mixer, the keys and what waits."""

from __future__ import annotations

import json
import time

import click
from flask.cli import AppGroup

from core import clock
from core.urn.queries import needs_rotation, waiting_in_all
from core.urn.services import SMALLEST_BATCH, forget_empty_keys, mix_waiting, rotate_key
from core.web.edge import keys, storage, takers

urn = AppGroup("urn", help="The sealed intake: mixing, keys and what waits.")


@urn.command()
@click.option("--every", type=click.IntRange(1, 86400), help="Go on, mixing every so many seconds.")
def mix(every: int | None) -> None:
    """Mix every group that is large enough; with --every, until stopped."""
    while True:
        _keep_keys_young()
        taken = mix_waiting(storage(), keys=keys(), takers=takers(), now=clock.present())
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
