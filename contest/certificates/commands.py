"""Commands of the register: issue what is due, list it, verify a file against it."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import click
from rich.progress import Progress

from contest.certificates.files import directory_of
from contest.certificates.models import Certificate
from contest.certificates.queries import (
    certificates_of,
    due_of,
    record_of,
    standing_in_force,
    status_of,
)
from contest.certificates.services import Order, issue_certificates
from contest.certificates.verification import Verdict, verify_file
from contest.contests.queries import contest_by_code
from contest.rulebook import Stage
from contest.standings.models import Standing
from core import clock
from core.errors import AuylError
from core.web.edge import settings, storage

certificates = click.Group("certificates", help="Certificates: issue, list, verify.")
ACTOR = "system"
#: So many are drawn between two commits: what is issued stays issued if the command is stopped.
BATCH = 20
_as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@certificates.command()
@click.argument("contest_code", metavar="CONTEST")
@click.option("--stage", type=click.Choice([stage.value for stage in Stage]), required=True)
@click.option("--oblast", metavar="KATO", help="The oblast of a regional stage.")
@click.option("--order", "number", required=True, help="Number of the order by which they are given.")
@click.option("--order-date", "on", type=click.DateTime(["%Y-%m-%d"]), required=True, help="Its date.")
@click.option("--signed-by", default="", help="Who signs, to be printed under the line.")
@_as_json
def issue(
    contest_code: str,
    stage: str,
    oblast: str | None,
    number: str,
    on: datetime,
    signed_by: str,
    as_json: bool,
) -> None:
    """Issue what the frozen standing of a stage entitles to; run again, it goes on where it stopped."""
    order = Order(number, on.date(), signed_by)
    issued: list[dict[str, object]] = []
    try:
        with storage().read() as session:
            contest = contest_by_code(session, contest_code)
            standing_id = standing_in_force(session, contest, Stage(stage), oblast).id
            waiting = len(due_of(session, standing_in_force(session, contest, Stage(stage), oblast)))
        with Progress(disable=as_json) as progress:
            task = progress.add_task("Drawing certificates", total=waiting)
            while batch := _issue_batch(standing_id, order):
                issued += batch
                progress.update(task, advance=len(batch))
    except AuylError as fault:
        raise click.ClickException(str(fault)) from None
    _print({"issued": len(issued), "certificates": issued} if as_json else {"issued": len(issued)}, as_json)


@certificates.command("list")
@click.argument("contest_code", metavar="CONTEST")
@_as_json
def list_command(contest_code: str, as_json: bool) -> None:
    """List the register of a contest by number."""
    try:
        with storage().read() as session:
            facts = [
                _facts(certificate)
                for certificate in certificates_of(session, contest_by_code(session, contest_code))
            ]
    except AuylError as fault:
        raise click.ClickException(str(fault)) from None
    if as_json:
        click.echo(json.dumps(facts, ensure_ascii=False))
        return
    for each in facts:
        click.echo("{serial:>5}  {status:<8}  {code}  {award:<20}  {name}".format(**each))


@certificates.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@_as_json
def verify(file: Path, as_json: bool) -> None:
    """Compare FILE with the register: its SHA-256, and the record inside. Ends with 0 only if it is valid."""
    with storage().read() as session:
        found = verify_file(session, file.read_bytes())
        facts: dict[str, object] = {"verdict": found.verdict.value, "sha256": found.sha256}
        if found.certificate is not None:
            facts |= _facts(found.certificate)
    _print(facts, as_json)
    if found.verdict is not Verdict.VALID:
        raise SystemExit(1)


def _issue_batch(standing_id: int, order: Order) -> list[dict[str, object]]:
    now = clock.present()
    with storage().write(now=now) as session:
        batch = issue_certificates(
            session, standing=session.get_one(Standing, standing_id), order=order, limit=BATCH,
            directory=directory_of(settings().data_directory), is_demo=settings().is_demo,
            public_url=settings().public_url, actor=ACTOR, now=now,
        )  # fmt: skip
        return [_facts(certificate) for certificate in batch]


def _facts(certificate: Certificate) -> dict[str, object]:
    record = record_of(certificate)
    return {
        "serial": certificate.serial, "code": certificate.code, "status": status_of(certificate).value,
        "stage": certificate.stage.value, "award": certificate.award, "name": record.name_kk,
        "issued_on": record.issued_on.isoformat(), "registered_sha256": certificate.sha256,
        "reason": certificate.revocation_reason,
    }  # fmt: skip


def _print(facts: dict[str, object], as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(facts, ensure_ascii=False))
        return
    for name, value in facts.items():
        if value is not None:
            click.echo(f"{name.replace('_', ' ')}: {value}")
