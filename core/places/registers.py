"""Writes of what hangs on the territory: population and who holds the posts, with every revision.

Services as in `core.places.services`, from where they are called: the session first, the clock by
keyword, no commit. A table is taken whole or not at all; the journal gets counts, never names.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import date, datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from core import clock
from core.audit import record
from core.errors import Conflict
from core.places import queries
from core.places.models import (
    Manner,
    Official,
    OfficialRevision,
    Population,
    PopulationStratum,
    Post,
    Unit,
)
from core.places.officials import Term, lay_out, read_terms
from core.places.population import PopulationRow, read_population
from core.tables import Table

_REVISED = ("surname", "given_name", "patronymic", "until_on", "manner")


@dataclass(frozen=True, slots=True)
class TableReport:
    """What a table changed, or would change in a dry run."""

    rows: int
    added: int
    revised: int
    unchanged: int
    is_dry: bool


def load_population(
    session: Session, *, table: Table, now: datetime, actor: str = "system", dry_run: bool = False
) -> TableReport:
    """Take a table of population; a unit and day that are known already get a new revision.

    :raises BadTable: naming every bad cell; nothing is taken then.
    """
    known = set(session.scalars(select(Unit.kato)))
    rows = read_population(table, known=known, today=clock.day_of(now))
    latest, groups = _latest_revisions(session), _groups(session)
    added = revised = 0
    populations, strata = [], []
    for row in rows:
        before = latest.get((row.unit_kato, row.as_of_on))
        if before is not None and _says_the_same(before, groups, row):
            continue
        added, revised = (added + 1, revised) if before is None else (added, revised + 1)
        key = {
            "unit_kato": row.unit_kato,
            "as_of_on": row.as_of_on,
            "revision": 1 if before is None else before.revision + 1,
        }
        own = {"residents": row.residents, "adults": row.adults, "source": row.source, "loaded_at": now}
        populations.append(key | own)
        strata += [
            key | {"age_band": band, "sex": sex, "residents": number} for band, sex, number in row.strata
        ]
    report = TableReport(len(rows), added, revised, len(rows) - added - revised, dry_run)
    if populations and not dry_run:
        session.execute(insert(Population), populations)
        if strata:
            session.execute(insert(PopulationStratum), strata)
        _record(session, actor, "population.load", table, report)
    return report


def load_officials(
    session: Session, *, table: Table, now: datetime, actor: str = "system", dry_run: bool = False
) -> TableReport:
    """Take a table of who holds which post since when; a known post and day are corrected.

    :raises BadTable: naming every bad cell and every overlap; nothing is taken then.
    """
    posts = {unit.kato: post for post, unit in queries.post_units(session)}
    given = read_terms(table, known=posts.keys(), today=clock.day_of(now))
    kept = _kept(session, [posts[kato].id for kato in given])
    plans, faults = [], []
    for kato, terms in given.items():
        officials = kept.get(posts[kato].id, [])
        by_day = {official.since_on: official for official in officials}
        # A column that the table does not have says nothing about what is kept.
        terms = [_completed(term, by_day.get(term.since_on), table) for term in terms]
        laid, overlaps = lay_out([_term(official) for official in officials], terms)
        plans.append((posts[kato], by_day, laid))
        faults += overlaps
    table.refuse(faults)
    added = revised = unchanged = 0
    for post, officials, laid in plans:
        for term in laid:
            official = officials.get(term.since_on)
            is_changed = official is not None and _is_changed(official, term)
            added += official is None
            revised += is_changed and term.line > 0
            unchanged += official is not None and not is_changed and term.line > 0
            if not dry_run:
                _keep_term(session, post, official, term, now=now)
    report = TableReport(sum(map(len, given.values())), added, revised, unchanged, dry_run)
    if (added or revised) and not dry_run:
        session.flush()
        _record(session, actor, "officials.load", table, report)
    return report


def appoint(
    session: Session,
    *,
    kato: str,
    surname: str,
    given_name: str,
    patronymic: str | None,
    since_on: date,
    manner: Manner | None,
    now: datetime,
    actor: str,
) -> Official:
    """Put an official into the post of a unit; whoever held it ends on the day before.

    :raises NotFound: when the unit has no post.
    :raises Conflict: when the post is closed, or held by somebody who came on that day or later.
    """
    post = queries.post_of(session, kato)
    if post.closed_on is not None:
        raise Conflict(_l("The post of %(kato)s is closed: its unit ended.", kato=kato))
    officials = _kept(session, [post.id]).get(post.id, [])
    later = [official for official in officials if official.since_on >= since_on]
    if later:
        raise Conflict(
            _l(
                "The post of %(kato)s has an official since %(day)s: give a later day, or correct the "
                "term by a table of officials.",
                kato=kato, day=later[0].since_on.isoformat(),
            )
        )  # fmt: skip
    term = Term(surname, given_name, patronymic, since_on, None, manner)
    laid, overlaps = lay_out([_term(official) for official in officials], [term])
    if overlaps:
        raise Conflict(_l("The post of %(kato)s is held on %(day)s.", kato=kato, day=since_on.isoformat()))
    by_day = {official.since_on: official for official in officials}
    for each in laid:
        made = _keep_term(session, post, by_day.get(each.since_on), each, now=now)
    session.flush()
    record(
        session, actor=actor, action="official.appoint", subject=f"official:{made.id}",
        kato=kato, since_on=since_on.isoformat(),
    )  # fmt: skip
    return made


def _latest_revisions(session: Session) -> dict[tuple[str, date], Population]:
    wanted = select(Population).order_by(Population.revision)
    return {(known.unit_kato, known.as_of_on): known for known in session.scalars(wanted)}


def _groups(session: Session) -> dict[tuple[str, date, int], set[tuple[str, str, int]]]:
    groups: dict[tuple[str, date, int], set[tuple[str, str, int]]] = {}
    for each in session.scalars(select(PopulationStratum)):
        key = each.unit_kato, each.as_of_on, each.revision
        groups.setdefault(key, set()).add((each.age_band, each.sex, each.residents))
    return groups


def _says_the_same(known: Population, groups: dict, row: PopulationRow) -> bool:
    kept = groups.get((known.unit_kato, known.as_of_on, known.revision), set())
    return kept == set(row.strata) and (known.residents, known.adults, known.source) == (
        row.residents, row.adults, row.source,
    )  # fmt: skip


def _kept(session: Session, posts: list[int]) -> dict[int, list[Official]]:
    kept: dict[int, list[Official]] = {}
    wanted = select(Official).where(Official.post_id.in_(posts)).order_by(Official.since_on)
    for official in session.scalars(wanted):
        kept.setdefault(official.post_id, []).append(official)
    return kept


def _term(official: Official) -> Term:
    return Term(since_on=official.since_on, **{name: getattr(official, name) for name in _REVISED})


def _completed(term: Term, kept: Official | None, table: Table) -> Term:
    if kept is None:
        return term
    return replace(term, **{name: getattr(kept, name) for name in _REVISED if name not in table.columns})


def _is_changed(official: Official, term: Term) -> bool:
    return any(getattr(official, name) != getattr(term, name) for name in _REVISED)


def _keep_term(
    session: Session, post: Post, official: Official | None, term: Term, *, now: datetime
) -> Official:
    """Add a term, or correct a kept one; what it said before becomes a revision."""
    if official is None:
        facts = {name: getattr(term, name) for name in (*_REVISED, "since_on")}
        official = Official(post_id=post.id, **facts)
        session.add(official)
    elif _is_changed(official, term):
        count = session.scalar(select(func.count()).where(OfficialRevision.official_id == official.id))
        session.add(
            OfficialRevision(
                official_id=official.id, revision=count + 1, replaced_at=now,
                **{name: getattr(official, name) for name in _REVISED},
            )
        )  # fmt: skip
        for name in _REVISED:
            setattr(official, name, getattr(term, name))
        # The end of one term must stand before the next begins: only one may be open at a time.
        session.flush()
    return official


def _record(session: Session, actor: str, action: str, table: Table, report: TableReport) -> None:
    facts = asdict(report)
    facts.pop("is_dry")
    record(session, actor=actor, action=action, subject=f"file:{table.sha256}", **facts)
