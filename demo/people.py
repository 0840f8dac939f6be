"""The demonstration's places and people: territory, populations, officials, staff accounts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from core.access import Role, Scope
from core.accounts.services import create_demo_account
from core.places.models import Manner, PostKind
from core.places.queries import post_units
from core.places.services import appoint, load_population, load_territories
from core.settings import ROOT
from core.tables import read_table
from demo.cast import Login, logins
from demo.mapping import population_csv
from demo.names import made_up_names
from demo.plan import OBLASTS, SEED, Area, answers_by_area, lay_areas

RATINGS = ROOT / "demo" / "data" / "san_diego_2015.csv"
PASSWORD = "auyl-uni-demonstration"  # noqa: S105  (known to everybody; a live database has no such login)
FACTOR = "KZ2AUYL6UNI2DEMOKZ2AUYL6UNI2DEMO"
ACTOR = "system:demonstration"

ROLE_NAMES = {
    "agency": "Агенттік қызметкері", "auditor": "Аудитор", "operator": "Облыс операторы",
    "ethics": "Әдеп жөніндегі уәкіл", "secretary": "Комиссия хатшысы", "chair": "Комиссия төрағасы",
    "member": "Комиссия мүшесі", "nominee": "Үміткер",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Cast:
    """Who is who after loading: the areas, officials by post, accounts by login."""

    areas: tuple[Area, ...]
    officials: Mapping[str, int]
    accounts: Mapping[str, int]

    def judges(self, area: str) -> list[int]:
        """The accounts that mark in a commission: its chair and members."""
        wanted = (f"chair-{area}", f"member-{area}")
        return [account for login, account in self.accounts.items() if login.startswith(wanted)]

    def alternate(self, area: str) -> int:
        """The account that stands in for one of them."""
        return self.accounts[f"alternate-{area}"]


def load_places(session: Session, *, now: datetime) -> tuple[Area, ...]:
    """The real territory, and the real areas laid over its posts with made-up populations."""
    load_territories(session, now=now, actor=ACTOR)
    posts = {
        oblast: [
            unit.kato for post, unit in post_units(session, oblast=oblast) if post.kind is not PostKind.TOWN
        ]
        for oblast in OBLASTS
    }
    areas = lay_areas(answers_by_area(RATINGS.read_text()), posts)
    table = read_table(population_csv(areas).encode(), filename="population.csv")
    load_population(session, table=table, now=now, actor=ACTOR)
    return areas


def load_people(session: Session, areas: Sequence[Area], *, secret_key: str, now: datetime) -> Cast:
    """Made-up officials in the posts, and demonstration logins for every role."""
    names = made_up_names(len(areas), seed=SEED)
    officials = {
        area.kato: appoint(
            session, kato=area.kato, surname=name.surname, given_name=name.given_name,
            patronymic=name.patronymic, since_on=date(2023, 11, 6), manner=Manner.ELECTED, now=now,
            actor=ACTOR,
        ).id
        for area, name in zip(areas, names, strict=True)
    }  # fmt: skip
    accounts = {login.login: _account(session, login, secret_key=secret_key, now=now) for login in logins()}
    return Cast(tuple(areas), officials, accounts)


def _account(session: Session, login: Login, *, secret_key: str, now: datetime) -> int:
    return create_demo_account(
        session, login=login.login, name=f"{ROLE_NAMES[login.role]} ({login.login})",
        scopes=[Scope(Role(login.role), login.oblast)], password=PASSWORD, totp_secret=FACTOR,
        secret_key=secret_key, now=now,
    ).id  # fmt: skip
