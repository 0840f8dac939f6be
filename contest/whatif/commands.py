"""The command of the what-if; thin over the services, and journalled as the pages are."""

from __future__ import annotations

import json
from decimal import Decimal, InvalidOperation

import click

from contest.contests.queries import contest_by_code, draft_or_published_book, rulebook_by_fingerprint
from contest.rulebook import Estimator, RuleBook, Stage
from contest.standings.queries import latest_standing
from contest.whatif.services import try_on_published, try_on_simulated
from contest.whatif.trials import Moved, Variant
from core import clock
from core.errors import AuylError, NotFound
from core.web.edge import storage

ACTOR = "system:command"


@click.command("what-if")
@click.argument("code")
@click.argument("stage", type=click.Choice([stage.value for stage in Stage]))
@click.option("--oblast", help="KATO code of the oblast, for published evidence of the regional stage.")
@click.option("--seed", type=click.IntRange(0, 2**32 - 1), help="Try on made-up nominees of this seed.")
@click.option("--weight", "weights", multiple=True, help="A component's weight, such as survey=0.50.")
@click.option("--estimator", type=click.Choice([one.value for one in Estimator]), help="The survey's.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def what_if(
    code: str,
    stage: str,
    oblast: str | None,
    seed: int | None,
    weights: tuple[str, ...],
    estimator: str | None,
    as_json: bool,
) -> None:
    """Show the places by other weights: on published results, or on made-up nominees."""
    now = clock.present()
    try:
        with storage().write(now=now) as session:
            contest = contest_by_code(session, code)
            facts = {"contest": contest, "actor": ACTOR, "now": now}
            if seed is not None:
                book = draft_or_published_book(session, contest)
                variant = _variant(book, Stage(stage), weights, estimator)
                moved = try_on_simulated(
                    session, book=book, stage=Stage(stage), seed=seed, variant=variant, **facts
                )
            else:
                standing = latest_standing(session, contest, Stage(stage), oblast)
                if standing is None:
                    raise NotFound("This stage has no frozen standing yet; give --seed for made-up nominees.")
                book = rulebook_by_fingerprint(session, contest, standing.rulebook_fingerprint)
                variant = _variant(book, Stage(stage), weights, estimator)
                moved = try_on_published(session, standing=standing, variant=variant, **facts)
    except AuylError as error:
        raise click.ClickException(str(error)) from None
    _print(moved, is_simulated=seed is not None, as_json=as_json)


def _variant(book: RuleBook, stage: Stage, given: tuple[str, ...], estimator: str | None) -> Variant:
    """The book's weights with those that were given in their stead."""
    weights = {part.code: part.weight for part in book.stage(stage).components}
    for one in given:
        code, _, text = one.partition("=")
        try:
            weights[code] = Decimal(text)
        except InvalidOperation:
            raise click.UsageError(f"--weight {one}: give it as <component>=<number>") from None
    return Variant(weights, Estimator(estimator) if estimator else book.survey.estimator)


def _print(moved: tuple[Moved, ...], *, is_simulated: bool, as_json: bool) -> None:
    rows = [
        {"nominee": one.nominee_id, "place": one.after.place, "before": one.before.place,
         "points": str(one.after.shown), "points_before": str(one.before.shown)}
        for one in moved
    ]  # fmt: skip
    if as_json:
        click.echo(json.dumps({"simulated": is_simulated, "rows": rows}))
        return
    if is_simulated:
        click.echo("SIMULATED: nobody real")
    for row in rows:
        click.echo(
            "{place:>3}  was {before:>3}  {points:>6}  was {points_before:>6}  {nominee}".format(**row)
        )
