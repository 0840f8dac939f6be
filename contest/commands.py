"""Commands of the contest: its life, marking, standings; thin over the services.

Whoever runs them has the machine, so they ask for no role; the journal says `system:command`. What needs
the votes or signatures of people, such as freezing, has no command.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import click
from sqlalchemy.orm import Session

from contest.contests import services
from contest.contests.areas import NATION
from contest.contests.checklist import NEXT, checklist
from contest.contests.models import Contest
from contest.contests.queries import contest_by_code, contests, editions
from contest.jury.services import close_marking, open_marking
from contest.rulebook import Stage
from contest.rulebook_reading import shipped_codes, shipped_text
from contest.standings.queries import compute_standing, frozen_standings, latest_standing, rows_of
from contest.standings.showing import ShownRow, shown_computed, shown_frozen
from core import clock
from core.errors import AuylError, NotFound
from core.web.edge import storage
from core.words import Words

ACTOR = "system:command"

contest = click.Group("contest", help="The contest: rules, stages, marking, standings, publication.")

_code = click.argument("code")
_stage = click.argument("stage", type=click.Choice([stage.value for stage in Stage]))
_oblast = click.option("--oblast", help="KATO code of the oblast; needed at the regional stage.")
_as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@contextmanager
def _writing(code: str) -> Iterator[tuple[Session, Contest, datetime]]:
    """A writing session with the contest; an error of the family ends the command with 1."""
    now = clock.present()
    with _plainly(), storage().write(now=now) as session:
        yield session, contest_by_code(session, code), now


@contextmanager
def _plainly() -> Iterator[None]:
    try:
        yield
    except AuylError as error:
        raise click.ClickException(str(error)) from None


@contest.command()
@_code
@click.option("--rules", required=True, help="A shipped rule book's code, or a TOML file.")
@click.option("--campaign", required=True, help="Code of its survey campaign.")
@click.option("--round", "round_code", required=True, help="Code of its ethics round.")
@click.option("--kk", required=True, help="Title in Kazakh.")
@click.option("--ru", required=True, help="Title in Russian.")
@click.option("--en", required=True, help="Title in English.")
def create(code: str, rules: str, campaign: str, round_code: str, kk: str, ru: str, en: str) -> None:
    """Draft a contest."""
    text = shipped_text(rules) if rules in shipped_codes() else Path(rules).read_text("utf-8")
    now = clock.present()
    with _plainly(), storage().write(now=now) as session:
        services.create_contest(
            session, code=code, title=Words(kk, ru, en), rules_text=text, campaign_code=campaign,
            round_code=round_code, actor=ACTOR, now=now,
        )  # fmt: skip
    click.echo(f"drafted contest {code}")


@contest.command("publish-rules")
@_code
@click.option("--order", required=True, help="The order's number.")
@click.option("--order-on", required=True, type=click.DateTime(["%Y-%m-%d"]), help="The order's day.")
def publish_rules(code: str, order: str, order_on: datetime) -> None:
    """Publish the rule book by an order; it admits the survey and the ethics round."""
    with _writing(code) as (session, found, now):
        edition = services.publish_rules(
            session, contest=found, order_number=order, order_on=order_on.date(), actor=ACTOR, now=now
        )
    click.echo(f"published rules {edition.fingerprint}")


@contest.command("open")
@_code
def open_(code: str) -> None:
    """Open the nominations."""
    with _writing(code) as (session, found, now):
        services.open_contest(session, contest=found, actor=ACTOR, now=now)
    click.echo("nominations are open")


@contest.command("open-stage")
@_code
@_stage
def open_stage(code: str, stage: str) -> None:
    """Open the regional stage, or the national one."""
    with _writing(code) as (session, found, now):
        services.open_stage(session, contest=found, stage=Stage(stage), actor=ACTOR, now=now)
    click.echo(f"the {stage} stage is open")


@contest.command("open-marking")
@_code
@_stage
@_oblast
def open_marking_(code: str, stage: str, oblast: str | None) -> None:
    """Open the marking of a stage."""
    with _writing(code) as (session, found, now):
        open_marking(
            session, contest=found, stage=Stage(stage), oblast_kato=_area(stage, oblast), actor=ACTOR, now=now
        )
    click.echo("marking is open")


@contest.command("close-marking")
@_code
@_stage
@_oblast
def close_marking_(code: str, stage: str, oblast: str | None) -> None:
    """Close the marking of a stage."""
    with _writing(code) as (session, found, now):
        close_marking(
            session, contest=found, stage=Stage(stage), oblast_kato=_area(stage, oblast), actor=ACTOR, now=now
        )
    click.echo("marking is closed")


@contest.command()
@_code
@_stage
@_oblast
@_as_json
def compute(code: str, stage: str, oblast: str | None, as_json: bool) -> None:
    """Compute a stage's standing without freezing it."""
    with _plainly(), storage().read() as session:
        found = contest_by_code(session, code)
        computed = compute_standing(
            session, contest=found, stage=Stage(stage), oblast_kato=_area(stage, oblast)
        )
        rows = shown_computed(session, computed)
    _print(rows, computed.digest, as_json)


@contest.command()
@_code
def publish(code: str) -> None:
    """Publish the results: every standing in force, all at once."""
    with _writing(code) as (session, found, now):
        services.publish_results(session, contest=found, actor=ACTOR, now=now)
    click.echo("the results are published")


@contest.command("list")
@_as_json
def list_(as_json: bool) -> None:
    """List the contests with their states."""
    with storage().read() as session:
        facts = [{"code": one.code, "state": one.state.value} for one in contests(session)]
    lines = [f"{one['code']}  {one['state']}" for one in facts] or ["there are no contests"]
    click.echo(json.dumps(facts) if as_json else "\n".join(lines))


@contest.command()
@_code
@_as_json
def show(code: str, as_json: bool) -> None:
    """Show where a contest stands, what its next step needs, and its frozen standings."""
    with _plainly(), storage().read() as session:
        found = contest_by_code(session, code)
        act = NEXT[found.state]
        items = checklist(session, found, now=clock.present())
        facts = {
            "code": found.code,
            "state": found.state.value,
            "rules": [one.fingerprint for one in editions(session, found)],
            "next": act and act.value,
            "missing": [str(item.label) for item in items if not item.done],
            "standings": [
                {
                    "stage": one.stage.value, "area": one.oblast_kato or NATION, "version": one.version,
                    "inputs": one.inputs_digest, "is_published": one.published_at is not None,
                }
                for one in frozen_standings(session, contest_id=found.id)
            ],
        }  # fmt: skip
    click.echo(json.dumps(facts, ensure_ascii=False) if as_json else _as_lines(facts))


@contest.command()
@_code
@_stage
@_oblast
@_as_json
def standing(code: str, stage: str, oblast: str | None, as_json: bool) -> None:
    """Print a frozen standing."""
    with _plainly(), storage().read() as session:
        found = latest_standing(session, contest_by_code(session, code), Stage(stage), _area(stage, oblast))
        if found is None:
            raise NotFound("This stage has no frozen standing yet.")
        rows = shown_frozen(session, rows_of(session, found))
    _print(rows, found.inputs_digest, as_json)


def _area(stage: str, oblast: str | None) -> str | None:
    if (stage == Stage.REGIONAL) != (oblast is not None):
        raise click.UsageError("give --oblast at the regional stage, and only there")
    return oblast


def _print(rows: list[ShownRow], digest: str, as_json: bool) -> None:
    facts = [
        {
            "place": row.place, "nominee": row.nominee_id, "name": row.name_kk, "kato": row.unit.kato,
            "oblast": row.oblast.kato, "score": _text(row.shown), "error": _text(row.error), "low": row.low,
            "high": row.high, "top_probability": _text(row.top_probability), "parts": list(row.parts),
            "flags": list(row.flags), "award": row.award, "is_finalist": row.is_finalist,
        }
        for row in rows
    ]  # fmt: skip
    if as_json:
        click.echo(json.dumps({"inputs": digest, "rows": facts}, ensure_ascii=False))
        return
    for row in facts:
        click.echo(f"{row['place'] or '-':>3}  {row['score'] or '':>6}  {row['kato']}  {row['name']}")
    click.echo(f"inputs {digest}")


def _as_lines(facts: dict[str, object]) -> str:
    return "\n".join(f"{name}: {value}" for name, value in facts.items())


def _text(number: object) -> str | None:
    return None if number is None else str(number)
