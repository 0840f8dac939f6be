"""The commands about nominees: the files of their documents."""

from __future__ import annotations

import json
from datetime import timedelta

import click
from flask.cli import AppGroup

from contest.nominees.documents.files import directory_of, read_file, strays
from contest.nominees.documents.queries import every_key
from core import clock
from core.errors import AuylError
from core.web.edge import settings, storage

#: A younger file may belong to a document that is being handed in.
SETTLED = timedelta(days=1)

nominees = AppGroup("nominees", help="Nominees: the files of their documents.")


@nominees.command()
@click.option("--sweep", is_flag=True, help="Delete files that no document names.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def documents(sweep: bool, as_json: bool) -> None:
    """Check that every document's file is there as it was handed in, and find files that none names."""
    directory, now = directory_of(settings().data_directory), clock.present()
    with storage().read() as session:
        keys = every_key(session)
    lost = strays(directory, keys, before=now - SETTLED)
    if sweep:
        for path in lost:
            path.unlink(missing_ok=True)
    faulty = []
    for key, sha256 in keys.items():
        try:
            read_file(directory, key=key, sha256=sha256)
        except AuylError as fault:
            faulty.append({"file": key, "fault": str(fault)})
    found = {"documents": len(keys), "faulty": faulty, "strays": [path.name for path in lost]}
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False))
    else:
        click.echo(f"{len(keys)} documents, {len(faulty)} faulty, {len(lost)} files that none names")
        for one in faulty:
            click.echo(f"{one['file']}: {one['fault']}", err=True)
    if faulty:
        raise SystemExit(1)
