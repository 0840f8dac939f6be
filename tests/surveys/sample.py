"""Makes a campaign for the tests by the room's own services, and answers in it."""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime

from altcha import solve_challenge_v1
from flask.testing import FlaskClient
from sqlalchemy import Engine, event, select
from sqlalchemy.orm import Session

from core.access import Role, Scope
from core.accounts.services import create_demo_account
from core.places.models import Population, Post, Unit
from core.urn.keys import KeyRing
from core.urn.models import TraceKind
from core.words import Words
from surveys import services
from surveys.admission import Admitted
from surveys.answers import Answer, Origin
from surveys.comments.services import take_comments
from surveys.intake import deposit_answer
from surveys.mixing import take_answers
from surveys.models import Campaign
from surveys.queries import asked_unit
from surveys.rules import Mode, SurveyRules
from tests.conftest import NOW, SECRET

CODE = "2026-main"
OBLAST, OTHER_OBLAST = "190000000", "610000000"  # Almaty oblast and Turkistan oblast
TITLE = Words(kk="Сауалнама 2026", ru="Опрос 2026", en="Survey 2026")
RULES = SurveyRules(criteria_set="2020-six", modes=("open",))
ACTOR = "account:1"
TAKERS = {"survey": take_answers, "comment": take_comments}
OPENS_ON, CLOSES_ON = date(2026, 5, 25), date(2026, 6, 20)
TOTP = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"


def katos(session: Session, count: int = 3, *, oblast: str | None = OBLAST) -> list[str]:
    """The first rural units of an oblast, or of the country, that have a post."""
    wanted = select(Unit.kato).join(Post, Post.unit_kato == Unit.kato)
    if oblast is not None:
        wanted = wanted.where(Unit.oblast_kato == oblast)
    return list(session.scalars(wanted.order_by(Unit.kato).limit(count)))


def population(session: Session, adults: dict[str, int]) -> None:
    """Say how many adults live in some units."""
    session.add_all(
        Population(
            unit_kato=kato, as_of_on=date(2026, 1, 1), revision=1, residents=number * 2, adults=number,
            source="test", loaded_at=NOW,
        )
        for kato, number in adults.items()
    )  # fmt: skip
    session.flush()


def drafted(session: Session, units: Sequence[str], **changes) -> Campaign:
    given = {
        "code": CODE, "contest_code": "2026", "title": TITLE, "criteria_code": "2020-six", "mode": Mode.OPEN,
        "opens_on": OPENS_ON, "closes_on": CLOSES_ON, "katos": units, "actor": ACTOR, "now": NOW,
    }  # fmt: skip
    return services.draft_campaign(session, **{**given, **changes})


def admitted(session: Session, campaign: Campaign, rules: SurveyRules = RULES) -> None:
    services.admit_campaign(
        session, campaign=campaign, rulebook_fingerprint="f" * 64, rules=rules, actor=ACTOR, now=NOW
    )


def opened(
    session: Session, units: Sequence[str], *, rules: SurveyRules = RULES, verification=None, **changes
) -> Campaign:
    """An open campaign over units."""
    campaign = drafted(session, units, **changes)
    admitted(session, campaign, rules)
    services.open_campaign(session, campaign=campaign, verification=verification, actor=ACTOR, now=NOW)
    return campaign


def answer(ratings: str, *, band: str | None = None, sex: str | None = None) -> Answer:
    return Answer(ratings=ratings, origin=Origin.WEB, mode=Mode.OPEN, band=band, sex=sex)


def put(
    session: Session,
    keys: KeyRing,
    kato: str,
    answers: Iterable[Answer | str],
    *,
    first: int = 0,
    now: datetime = NOW,
) -> None:
    """Deposit answers under tickets numbered from `first`."""
    asked = asked_unit(session, code=CODE, kato=kato)
    for number, given in enumerate(answers, start=first):
        nonce = f"{kato}{number:07d}".encode()
        made = answer(given) if isinstance(given, str) else given
        deposit_answer(
            session,
            asked=asked,
            admitted=Admitted(nonce, TraceKind.TICKET),
            answer=made,
            keys=keys,
            secret=SECRET,
            now=now,
        )


def signed_in(
    client: FlaskClient, keep, role: Role, oblast: str | None = None, *, login: str = "aigul"
) -> None:
    """Sign a new account in, with a fresh second factor."""
    made = keep(
        lambda session: create_demo_account(
            session, login=login, name="Aigul", scopes=[Scope(role, oblast)],
            password="a horse, a lamp, a river", totp_secret=TOTP, secret_key=SECRET, now=NOW,
        ).id
    )  # fmt: skip
    with client.session_transaction() as cookie:
        cookie["_user_id"] = f"{made}.1"
        cookie["_fresh"] = True
        cookie["factor_at"] = NOW.isoformat()


@contextmanager
def counting(engine: Engine) -> Iterator[list[str]]:
    """The statements that go through an engine meanwhile."""
    sent: list[str] = []

    def note(connection, cursor, statement, *rest) -> None:
        sent.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield sent
    event.remove(engine, "before_cursor_execute", note)


def token(page: str) -> str:
    """The session's token in a staff page."""
    return re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page).group(1)


def ticket(page: str) -> str:
    """The ticket in a resident's page."""
    return re.search(r'name="ticket" value="([^"]+)"', page).group(1)


def forged(ticket: str) -> str:
    """A ticket under another signature, whichever it has: of the last character some bits do not count."""
    body, _, signature = ticket.rpartition(".")
    return f"{body}.{'B' if signature[0] == 'A' else 'A'}{signature[1:]}"


def solution(page: str) -> str:
    """What the form's script would send for the proof of work of a resident's page."""
    asked = json.loads(html.unescape(re.search(r'data-challenge="([^"]+)"', page).group(1)))
    found = solve_challenge_v1(asked["challenge"], asked["salt"], asked["algorithm"], asked["maxnumber"])
    shown = {name: asked[name] for name in ("algorithm", "challenge", "salt", "signature")}
    return base64.b64encode(json.dumps({**shown, "number": found.number}).encode()).decode()
