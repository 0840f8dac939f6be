"""Commands of the demonstration: load it, say where it is, and give a present six-digit code."""

from __future__ import annotations

import json
import sys

import click
import pyotp
from flask.cli import AppGroup
from rich.console import Console
from sqlalchemy import select

from contest.certificates.press import press_of
from contest.contests.models import Contest
from contest.contests.queries import contest_by_code
from contest.nominees.documents.files import directory_of
from contest.release.building import checked_release, maker_of
from contest.release.services import publish_release
from core import clock
from core.web.edge import keys, settings, storage, takers
from demo.cast import logins
from demo.commission import CONTEST, at, issue_all, run_contest
from demo.evidence import Workshop
from demo.people import FACTOR, PASSWORD, load_people, load_places
from demo.trial import TRIAL, open_trial

demo = AppGroup("demo", help="The demonstration: a whole contest on real input.")


@demo.command()
@click.option("--if-empty", is_flag=True, help="Do nothing when it is loaded already.")
def load(if_empty: bool) -> None:
    """Build the contest 2026 on the real territory and ratings, all or nothing; then publish its data."""
    if not settings().is_demo:
        raise click.ClickException("This is a live installation: the demonstration needs AUYL_KIND=demo.")
    with storage().read() as session:
        if session.scalar(select(Contest.id).where(Contest.code == CONTEST)) is not None:
            if if_empty:
                return
            raise click.ClickException("The demonstration is loaded: to begin anew, remove the database.")
    console = Console(file=sys.stderr)
    workshop = Workshop(keys(), takers(), settings().secret_key)
    with console.status("loading the demonstration ...") as status, storage().write() as session:

        def say(step: str) -> None:
            console.print(f"[green]✓[/green] {step}")

        status.update("the territory and its posts")
        areas = load_places(session, now=at(4, 20))
        say(f"territory loaded; {len(areas)} areas laid over posts")
        status.update("officials and logins")
        cast = load_people(session, areas, secret_key=settings().secret_key, now=at(4, 20))
        status.update("the contest 2026, step by step")
        contest = run_contest(
            session, cast, workshop, documents=directory_of(settings().data_directory), say=say
        )
        status.update("the certificates")
        made = issue_all(
            session,
            contest,
            press=press_of(settings(), now=clock.present()),
            directory=settings().data_directory / "certificates",
            public_url=settings().public_url,
        )
        say(f"{made} certificates issued")
        status.update("the open survey to try")
        open_trial(session, now=clock.present())
        say("a survey is open in every village, to try")
    with console.status("the data of the contest, in one file"):
        _publish_data()
        say("the data are published as one signed file")


def _publish_data() -> None:
    """The release of the contest: made of what is committed, so that the journal's heads are among it."""
    now = clock.present()
    maker = maker_of(settings(), now=now)
    built, report = checked_release(storage(), contest_code=CONTEST, maker=maker)
    if not report.agrees:
        raise click.ClickException(f"The release does not verify: {report.differing[0]}")
    with storage().write(now=now) as session:
        publish_release(
            session, contest=contest_by_code(session, CONTEST), built=built, maker=maker,
            data_directory=settings().data_directory, actor="system", now=now,
        )  # fmt: skip


@demo.command()
def addresses() -> None:
    """Print where to look and with which logins."""
    root = settings().public_url
    click.echo(
        f"""
  {root}/                        start page
  {root}/s/{TRIAL}                 the survey: find a village and answer
  {root}/results/{CONTEST}            results of the demonstration
  {root}/demonstration           what is real and what is not; logins with their present codes
  {root}/staff                   staff pages

  logins: agency, secretary-kz, chair-kz, ethics-11, chair-11, member-11-1, operator-11 ...
  password: {PASSWORD}
  second factor: the code of this half-minute stands on {root}/demonstration
"""
    )


@demo.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def people(as_json: bool) -> None:
    """List the demonstration logins with their roles, and the present six-digit code."""
    rows = [{"login": one.login, "role": one.role, "oblast": one.oblast} for one in logins()]
    code = pyotp.TOTP(FACTOR).at(clock.present())
    if as_json:
        click.echo(json.dumps({"password": PASSWORD, "code": code, "logins": rows}, ensure_ascii=False))
        return
    for row in rows:
        click.echo(f"{row['login']:14} {row['role']:10} {row['oblast'] or 'nation'}")
    click.echo(f"password {PASSWORD}, present code {code}")
