"""Opening 2,000 sealed answers, and a remark of each, with two shares, on both databases: seconds and budget.

The reference column makes the key anew for each answer, as opening them one by one would.
"""

from __future__ import annotations

import secrets
import sys
from datetime import timedelta
from pathlib import Path
from time import perf_counter

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import wsgi  # noqa: F401  (brings every room's tables)
from benchmarks.installation import installation
from core import clock
from core.access import Role, Scope
from core.accounts.queries import Staff
from core.places.models import Official
from core.places.queries import post_units
from core.room import MixedGroup
from core.storage import Storage
from ethics.answers import open_answer, seal_answer, seal_remark
from ethics.items import shipped
from ethics.keys.services import join
from ethics.models import Box, Questionnaire, Round, RoundState
from ethics.rules import EthicsRules
from ethics.services import open_questionnaire, take_envelopes, take_remarks
from ethics.shares import make_shares

ENVELOPES, BUDGET = 2000, 5.0


def prepare(storage: Storage) -> tuple[int, tuple[str, str], list[bytes]]:
    """A closed round with one questionnaire and its envelopes; its number, two shares, the envelopes."""
    now, items = clock.present(), shipped("2026")
    today = clock.day_of(now)
    with storage.write(now=now) as session:
        post, unit = post_units(session)[0]
        official = Official(post_id=post.id, surname="А", given_name="Б", since_on=today)
        made = Round(
            code="bench", title_kk="Б", title_ru="Б", title_en="B", contest_code="bench",
            items_code=items.code, items_json=items.as_json(), items_fingerprint=items.fingerprint,
            asked_kk="Б", asked_ru="Б", asked_en="B", takes_remarks=True, state=RoundState.CLOSED,
            opens_on=today - timedelta(days=1), closes_on=today,
            admitted_by="0" * 64, rules_json=EthicsRules("2026", 5).as_json(), opened_at=now, closed_at=now,
        )  # fmt: skip
        box = Box()
        session.add_all((official, made, box))
        session.flush()
        key = make_shares(box.id)
        box.public_key = key.public_key
        session.add(
            Questionnaire(
                id=box.id, round_id=made.id, official_id=official.id, kato=unit.kato,
                oblast_kato=unit.oblast_kato, headcount=500,
            )
        )  # fmt: skip
        session.flush()
        draw = secrets.SystemRandom()
        answers = tuple(
            seal_answer(
                "".join(draw.choice("1234-") for _ in items.items), number=box.id, public_key=key.public_key
            )
            for _ in range(ENVELOPES)
        )
        take_envelopes(session, MixedGroup(box="ethics:bench", cell=str(box.id), day=today, answers=answers))
        remarks = tuple(
            seal_remark("Сыпайы сөйлейді. " * 20, number=box.id, public_key=key.public_key)
            for _ in range(ENVELOPES)
        )
        take_remarks(
            session, MixedGroup(box="ethics-remarks:bench", cell=str(box.id), day=today, answers=remarks)
        )
        return box.id, (key.shares[0].text, key.shares[2].text), list(answers)


def measure(storage: Storage) -> tuple[float, float]:
    """Seconds of the opening, from the typed shares to the commit, and of the reference."""
    number, shares, envelopes = prepare(storage)
    with storage.read() as session:
        private = join(shares, session.get_one(Box, number)).private_key
    start = perf_counter()
    for sealed in envelopes:
        open_answer(sealed, number=number, private_key=private)
    one_by_one = perf_counter() - start
    start = perf_counter()
    with storage.write() as session:
        asked = session.get_one(Questionnaire, number)
        scopes = (Scope(Role.ETHICS, asked.oblast_kato), Scope(Role.CHAIR, asked.oblast_kato))
        holders = tuple(
            Staff(place, f"holder-{place}", "", 1, (scope,)) for place, scope in enumerate(scopes, 1)
        )
        opening = open_questionnaire(
            session, questionnaire=asked, shares=shares, holders=holders, now=clock.present()
        )
    assert opening.is_whole
    assert opening.tallied == opening.remarks.kept == ENVELOPES
    return perf_counter() - start, one_by_one


def main() -> None:
    heads = f"{'seconds':>10}{'budget':>9}{'ratio':>8}{'only unsealing, key made anew':>32}"
    print(f"{'opening':<14}{'envelopes':>10}{heads}")
    for database in ("sqlite", "postgresql"):
        with installation(database, units=1) as place:
            seconds, reference = measure(place.storage)
        figures = f"{seconds:>10.3f}{BUDGET:>9.1f}{seconds / BUDGET:>8.2f}{reference:>32.3f}"
        print(f"{database:<14}{ENVELOPES:>10}{figures}")


if __name__ == "__main__":
    main()
