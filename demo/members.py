"""What the demonstration's commissions know of their members: employers, and where two of them live.

From these facts two conflicts of interests follow by themselves: a member of one district with the nominees
of it, and a national member with the finalist of the own oblast. All of it is made up, and says so.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from contest.commissions.services import enter_facts
from core.places.queries import get_unit
from demo.cast import NATION
from demo.evidence import ranked
from demo.people import Cast
from demo.plan import OBLASTS

EMPLOYER = "«Көрсетілім» қоғамдық бірлестігі (демонстрация)"
#: The member who lives in the district of the oblast's second nominee, and the one from an oblast.
NEIGHBOUR, OBLAST = "member-43-2", OBLASTS[3]
COMPATRIOT, HOME = "member-kz-1", OBLASTS[4]


def enter_members(session: Session, cast: Cast, *, now: datetime) -> None:
    """Each secretary enters the facts of the own commission's members."""
    kato = next(area.kato for area, rank in ranked(cast) if area.oblast == OBLAST and rank == 1)
    district = get_unit(session, kato).district_kato
    for oblast in (*OBLASTS, None):
        area = NATION if oblast is None else oblast[:2]
        secretary = cast.accounts[f"secretary-{area}"]
        for account_id in (*cast.judges(area), cast.alternate(area)):
            is_compatriot = account_id == cast.accounts[COMPATRIOT]
            enter_facts(
                session, account_id=account_id, employer=EMPLOYER, heads_kato=None,
                district_kato=district if account_id == cast.accounts[NEIGHBOUR] else None,
                oblast_kato=HOME if is_compatriot else oblast, actor=f"account:{secretary}", now=now,
            )  # fmt: skip
