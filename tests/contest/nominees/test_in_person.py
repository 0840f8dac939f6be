"""Who proposes a nominee does not hide behind an application in person, also with roles in two oblasts."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import select
from sqlalchemy.orm import Session

from contest.nominees.models import Nominee
from core.access import Role
from core.accounts.models import AccountScope
from tests.contest import sample
from tests.contest.nominees.test_nominee_pages import BASE, send
from tests.contest.sample import OBLASTS


def test_only_who_keeps_an_oblasts_applications_takes_one_down_there(enter: Callable, keep: Callable):
    made = keep(lambda session: sample.opened(session, nominees=0))

    def both(session: Session) -> int:
        account = sample.account(session, "both", Role.SECRETARY, OBLASTS[0])
        session.add(AccountScope(account_id=account, role=Role.MEMBER, oblast_kato=OBLASTS[1]))
        return account

    account, form = keep(both), f"{BASE}/nominees/new"
    client = enter(Role.SECRETARY, account_id=account)
    for oblast, proposer in ((OBLASTS[1], account), (OBLASTS[0], None)):
        official = made.officials[oblast][0]
        assert send(client, form, form, official=str(official), in_person="y").status_code == 302
        wanted = select(Nominee.proposer_account_id).where(Nominee.official_id == official)
        assert keep(lambda session, wanted=wanted: session.scalars(wanted).one()) == proposer
