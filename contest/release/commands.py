"""Commands of the release: build it, and verify one, which needs no database and no installation."""

from __future__ import annotations

import json
from pathlib import Path

import click
from flask.cli import AppGroup

from contest.contests.queries import contest_by_code
from contest.release.building import checked_release, maker_of
from contest.release.files import directory_of
from contest.release.offline import checked, show, verify_options
from contest.release.report import Report
from contest.release.services import publish_release
from core import clock
from core.errors import AuylError
from core.web.edge import settings, storage

release = AppGroup("release", help="Releases: everything that was published of a contest, in one ZIP.")
ACTOR = "system"


@release.command()
@click.argument("contest_code", metavar="CONTEST")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def build(contest_code: str, as_json: bool) -> None:
    """Build the release of CONTEST, check it as anybody would, and publish it.

    The same content again is the release that is there already.
    """
    try:
        maker = maker_of(settings(), now=clock.present())
        built, report = checked_release(storage(), contest_code=contest_code, maker=maker)
        if not report.agrees:
            show(report, as_json=False)
            raise click.ClickException("This release does not verify: nothing was published.")
        now = clock.present()
        with storage().write(now=now) as session:
            made = publish_release(
                session, contest=contest_by_code(session, contest_code), built=built, maker=maker,
                data_directory=settings().data_directory, actor=ACTOR, now=now,
            )  # fmt: skip
            facts = {
                "contest": contest_code, "version": made.version, "file": made.file, "sha256": made.sha256,
                "size": made.size, "is_new": made.built_at == now,
                "path": str(directory_of(settings().data_directory) / made.file),
            }  # fmt: skip
    except AuylError as fault:
        raise click.ClickException(str(fault)) from None
    if as_json:
        click.echo(json.dumps(facts, ensure_ascii=False))
        return
    for name, value in facts.items():
        click.echo(f"{name.replace('_', ' ')}: {value}")


@release.command()
@verify_options
@click.option("--database", "by_database", is_flag=True, help="Check this installation's database besides.")
def verify(file: Path, signer: Path | None, as_json: bool, by_database: bool) -> None:
    """Check FILE: who signed it, every file of it, and every number that follows from others, line by line.

    Ends with 0 only if all agrees. Without --database neither a database nor an installation is needed.
    """
    report = checked(file, signer)
    if by_database:
        report = Report((*report.lines, *_by_database(file).lines))
    show(report, as_json=as_json)
    if not report.agrees:
        raise SystemExit(1)


def _by_database(file: Path) -> Report:
    from contest.release.auditing import audit_database

    return audit_database(storage(), file, settings=settings())
