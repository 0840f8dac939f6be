"""`release verify` for a machine that has the product and nothing else: no settings, no database, no key.

`flask --app contest.release.offline release verify FILE` is the command alone; in an installation
`contest.release.commands` offers it with `--database` besides.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import click
from flask import Flask

from contest.release.report import Report
from contest.release.sealing import verify_whole
from core.signatures import fingerprint_of_pem

_a_file = click.Path(path_type=Path, dir_okay=False, exists=True)
LARGEST_PEM = 64 * 1024


def verify_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """What every form of the command asks for."""
    for option in (
        click.option("--json", "as_json", is_flag=True, help="Print JSON."),
        click.option(
            "--signer", type=_a_file,
            help="The certificate (PEM) of who must have signed it, from elsewhere than the ZIP.",
        ),
        click.argument("file", type=_a_file),
    ):  # fmt: skip
        command = option(command)
    return command


def checked(file: Path, signer: Path | None) -> Report:
    """The report on a file."""
    return verify_whole(file, signers=None if signer is None else {_fingerprint(signer)})


def show(report: Report, *, as_json: bool) -> None:
    """Print a report: a line for everything that was looked at."""
    if as_json:
        click.echo(json.dumps(report.as_data(), ensure_ascii=False))
        return
    for line in report.lines:
        click.echo(f"{'agrees ' if line.agrees else 'DIFFERS'}  {line.subject}: {line.detail}")
    count = len(report.differing)
    click.echo("All agrees." if report.agrees else f"{count} of {len(report.lines)} lines differ.")


def is_wanted(arguments: Sequence[str]) -> bool:
    """Whether a command line asks for the check alone, for which no installation is opened.

    >>> is_wanted(["flask", "--app", "wsgi", "release", "verify", "a.zip"])
    True
    >>> is_wanted(["flask", "--app", "wsgi", "release", "verify", "a.zip", "--database"])
    False
    """
    return ("release", "verify") in pairwise(arguments) and "--database" not in arguments


def create_app() -> Flask:
    """An application that has this one command."""
    app = Flask("auyl-offline", static_folder=None, template_folder=None)
    app.cli.add_command(_release)
    return app


def _fingerprint(pem: Path) -> str:
    try:
        if pem.stat().st_size > LARGEST_PEM:
            raise ValueError("it is too large")
        return fingerprint_of_pem(pem.read_text("ascii"))
    except ValueError as fault:
        raise click.ClickException(f"{pem} holds no certificate: {fault}") from None


_release = click.Group("release", help="Check a release without an installation.")


@_release.command("verify")
@verify_options
def _verify(file: Path, signer: Path | None, as_json: bool) -> None:
    """Check FILE: who signed it, every file of it, and every number that follows from others, line by line.

    Ends with 0 only if all agrees.
    """
    report = checked(file, signer)
    show(report, as_json=as_json)
    if not report.agrees:
        raise SystemExit(1)
