"""Commands of the register: issue what is due, list it, sign the list, verify a file, hand everything out."""

from __future__ import annotations

import json
import os
from datetime import datetime
from pathlib import Path

import click
from rich.progress import Progress

from contest.certificates.composing import Order
from contest.certificates.export import export_folder, export_zip
from contest.certificates.files import directory_of
from contest.certificates.inspection import LARGEST_FILE, inspect_apart
from contest.certificates.listing import LARGEST_LIST, read_list, register_of, signed_list
from contest.certificates.models import Certificate
from contest.certificates.offline import Outcome, verify_offline
from contest.certificates.press import Press, known_signers, press_of
from contest.certificates.queries import (
    WINNERS,
    certificates_of,
    due_of,
    record_of,
    standing_in_force,
    status_of,
)
from contest.certificates.services import issue_certificates
from contest.certificates.verification import Verdict, verify_file
from contest.contests.queries import contest_by_code
from contest.rulebook import Stage
from contest.standings.models import Standing
from contest.standings.queries import standings_in_force
from core import clock
from core.errors import AuylError
from core.web.edge import settings, storage

certificates = click.Group("certificates", help="Certificates: issue, list, export, sign the list, verify.")
ACTOR = "system"
#: So many are made between two commits: what is issued stays issued if the command is stopped.
BATCH = 20
#: The exit code of a whole file by a known signer, of which nobody said whether it was revoked.
STATUS_UNKNOWN = 3
_as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
_a_file = click.Path(path_type=Path, dir_okay=False, exists=True)


@certificates.command()
@click.argument("contest_code", metavar="CONTEST")
@click.option(
    "--stage", type=click.Choice([stage.value for stage in Stage]), help="One stage; without it, every one."
)
@click.option("--oblast", metavar="KATO", help="One oblast of the regional stage; without it, every one.")
@click.option("--winners", is_flag=True, help="Only places and nominations; the rest can follow later.")
@click.option("--order", "number", required=True, help="Number of the order by which they are given.")
@click.option("--order-date", "on", type=click.DateTime(["%Y-%m-%d"]), required=True, help="Its date.")
@click.option("--signed-by", default="", help="Who signs, to be printed under the line.")
@click.option(
    "--processes", type=click.IntRange(1, 64), default=os.cpu_count() or 1, help="So many draw at once."
)
@_as_json
def issue(
    contest_code: str, stage: str | None, oblast: str | None, winners: bool, number: str, on: datetime,
    signed_by: str, processes: int, as_json: bool,
) -> None:  # fmt: skip
    """Issue what frozen standings entitle to; run again, it goes on where it stopped."""
    order = Order(number, on.date(), signed_by)
    kinds = WINNERS if winners else None
    issued: list[dict[str, object]] = []
    try:
        waiting = _waiting(contest_code, stage, oblast, winners)
        press = press_of(settings(), now=clock.present())
        with press.in_processes(processes) as press, Progress(disable=as_json) as progress:
            task = progress.add_task("Making certificates", total=sum(waiting.values()))
            for standing_id in waiting:
                while batch := _issue_batch(standing_id, order, press, kinds, BATCH * processes):
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
@click.argument("contest_code", metavar="CONTEST")
@click.argument("target", type=click.Path(path_type=Path))
@click.option("--oblast", metavar="KATO", help="Only the regional certificates of one oblast.")
@click.option("--winners", is_flag=True, help="Only places and nominations.")
@_as_json
def export(contest_code: str, target: Path, oblast: str | None, winners: bool, as_json: bool) -> None:
    """Put the valid certificates into TARGET: one ZIP if its name ends so, otherwise a folder."""
    write = export_zip if target.suffix.lower() == ".zip" else export_folder
    try:
        with storage().read() as session:
            found = certificates_of(
                session, contest_by_code(session, contest_code), oblasts={oblast} if oblast else None
            )
            chosen = [one for one in found if one.revoked_at is None and (not winners or one.kind in WINNERS)]
            with Progress(disable=as_json) as progress:
                steps = progress.track(chosen, description="Copying certificates")
                count = write(_directory(), steps, target)
    except AuylError as fault:
        raise click.ClickException(str(fault)) from None
    _print({"exported": count, "to": str(target)}, as_json)


@certificates.command()
@click.argument("contest_code", metavar="CONTEST")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def register(contest_code: str, file: Path) -> None:
    """Write the signed list of a contest's certificates to FILE, for everybody who checks offline."""
    now = clock.present()
    try:
        press = press_of(settings(), now=now)
        with storage().read() as session:
            found = certificates_of(session, contest_by_code(session, contest_code))
            text = signed_list(register_of(contest_code, found, now=now), press.key)
    except AuylError as fault:
        raise click.ClickException(str(fault)) from None
    file.write_text(text, encoding="utf-8")
    click.echo(f"{len(found)} certificates, signed by {press.key.certificate.subject.rfc4514_string()}")


@certificates.command()
@click.argument("file", type=_a_file)
@click.option("--register", "listed", type=_a_file, help="The signed list of the release.")
@click.option(
    "--signer", "signers", type=_a_file, multiple=True,
    help="A signer's certificate (PEM) to trust, besides those of this installation.",
)  # fmt: skip
@click.option("--database", "by_database", is_flag=True, help="Ask this installation's register instead.")
@_as_json
def verify(
    file: Path, listed: Path | None, signers: tuple[Path, ...], by_database: bool, as_json: bool
) -> None:
    """Check FILE: its signature, its SHA-256, and its status by a signed list.

    Ends with 0 if the file is valid, with 3 if it is whole and by a known signer but no list says whether it
    was revoked, otherwise with 1.
    """
    try:
        trusted = known_signers(_directory(), [each.read_text() for each in signers])
        content = _bounded(file, LARGEST_FILE)
        if by_database:
            facts, verdict = _by_database(content, trusted)
        else:
            known = read_list(_bounded(listed, LARGEST_LIST).decode()) if listed else None
            found = verify_offline(content, trusted, known, inspect=inspect_apart)
            facts, verdict = found.facts(), found.outcome
    except (AuylError, ValueError) as fault:
        raise click.ClickException(str(fault)) from None
    _print(facts, as_json)
    if verdict is Outcome.INTACT:
        raise SystemExit(STATUS_UNKNOWN)
    if verdict not in (Outcome.VALID, Verdict.VALID):
        raise SystemExit(1)


def _waiting(contest_code: str, stage: str | None, oblast: str | None, winners: bool) -> dict[int, int]:
    """How many certificates each chosen standing still entitles to."""
    with storage().read() as session:
        contest = contest_by_code(session, contest_code)
        if stage is not None and (oblast is not None or stage == Stage.NATIONAL.value):
            chosen = [standing_in_force(session, contest, Stage(stage), oblast)]
        else:
            oblasts = {oblast} if oblast else None
            chosen = [
                one for one in standings_in_force(session, contest, oblasts=oblasts)
                if stage is None or one.stage.value == stage
            ]  # fmt: skip
        kinds = WINNERS if winners else None
        return {one.id: len(due_of(session, one, kinds=kinds)) for one in chosen}


def _issue_batch(
    standing_id: int, order: Order, press: Press, kinds: object, limit: int
) -> list[dict[str, object]]:
    now = clock.present()
    with storage().write(now=now) as session:
        batch = issue_certificates(
            session, standing=session.get_one(Standing, standing_id), order=order, limit=limit, kinds=kinds,
            press=press, directory=_directory(), is_demo=settings().is_demo,
            public_url=settings().public_url, actor=ACTOR, now=now,
        )  # fmt: skip
        return [_facts(certificate) for certificate in batch]


def _by_database(content: bytes, trusted: frozenset[str]) -> tuple[dict[str, object], Verdict]:
    with storage().read() as session:
        found = verify_file(session, content, signers=trusted, stranger=inspect_apart)
        facts: dict[str, object] = {
            "verdict": found.verdict.value, "sha256": found.sha256, "signature": found.seal.seal.value,
        }  # fmt: skip
        if found.certificate is not None:
            facts |= _facts(found.certificate)
    return facts, found.verdict


def _directory() -> Path:
    return directory_of(settings().data_directory)


def _bounded(file: Path, largest: int) -> bytes:
    if file.stat().st_size > largest:
        raise click.ClickException(f"{file} has more than {largest} bytes: it is none of ours.")
    return file.read_bytes()


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
