"""Makes an ethics round for the tests, by the room's own services."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.access import Role, Scope
from core.accounts.queries import Staff
from core.places.models import Official, Post, Unit
from core.storage import Storage
from core.urn.keys import KeyRing
from core.words import Words
from ethics import services
from ethics.models import Questionnaire, Round
from ethics.rules import EthicsRules
from ethics.slips.positions import Position
from tests.conftest import NOW, SECRET

TITLE = Words(kk="Сауалнама", ru="Анкета", en="Questionnaire")
ACTOR = "account:1"
OPENS, CLOSES = date(2026, 5, 25), date(2026, 6, 10)
TAKERS = {"ethics": services.take_envelopes, "ethics-remarks": services.take_remarks}
OBLASTS = ("190000000", "610000000")  # Almaty oblast and Turkistan oblast
BEST, WORST = "4411414144", "1144141411"  # statements 3, 4, 6 and 8 are reversed


@dataclass
class Prepared:
    """A round with what was shown once."""

    round_id: int
    numbers: list[int] = field(default_factory=list)
    shares: dict[int, list[str]] = field(default_factory=dict)
    words: dict[int, list[str]] = field(default_factory=dict)
    codes: dict[int, list[str]] = field(default_factory=dict)

    def round(self, session: Session) -> Round:
        return session.get_one(Round, self.round_id)

    def questionnaire(self, session: Session, place: int = 0) -> Questionnaire:
        return session.get_one(Questionnaire, self.numbers[place])


def draft(session: Session, *, code: str = "round-1", **changes) -> Round:
    given = {
        "contest_code": "2026", "title": TITLE, "items_code": "2026", "opens_on": OPENS,
        "closes_on": CLOSES, "actor": ACTOR, "now": NOW,
    }  # fmt: skip
    return services.draft_round(session, code=code, **{**given, **changes})


def admit(session: Session, made: Round, *, items: str = "2026", minimum_n: int = 5) -> None:
    rules = EthicsRules(items, minimum_n)
    services.admit_round(
        session, round=made, rulebook_fingerprint="f" * 64, rules=rules, actor=ACTOR, now=NOW
    )


def new_official(session: Session, place: int = 0, *, oblast: str = OBLASTS[0]) -> tuple[Official, str]:
    posts = select(Post).join(Unit, Unit.kato == Post.unit_kato).where(Unit.oblast_kato == oblast)
    post = session.scalars(posts.order_by(Unit.kato).offset(place).limit(1)).one()
    official = Official(
        post_id=post.id, surname="Ахметов", given_name=f"Ерлан {place}", since_on=date(2024, 1, 1)
    )
    session.add(official)
    session.flush()
    return official, post.unit_kato


def prepare(
    session: Session,
    headcounts: Sequence[int],
    *,
    code: str = "round-1",
    is_open: bool = True,
    is_rehearsed: bool = True,
    oblasts: Sequence[str] = OBLASTS[:1],
    minimum_n: int = 5,
    takes_remarks: bool = False,
) -> Prepared:
    """A round with one questionnaire for each headcount, its keys and slips made, opened if asked."""
    made = draft(session, code=code, takes_remarks=takes_remarks)
    admit(session, made, minimum_n=minimum_n)
    prepared = Prepared(made.id)
    for place, headcount in enumerate(headcounts):
        official, kato = new_official(session, place, oblast=oblasts[place % len(oblasts)])
        questionnaire = services.add_questionnaire(
            session,
            round=made,
            official_id=official.id,
            kato=kato,
            positions=staff_of(headcount),
            actor=ACTOR,
            now=NOW,
        )
        number = questionnaire.id
        prepared.numbers.append(number)
        shares = services.make_key(session, questionnaire=questionnaire, actor=ACTOR, now=NOW)
        prepared.shares[number] = [share.text for share in shares]
        prepared.words[number] = [" ".join(share.words) for share in shares]
        if is_rehearsed:
            rehearse(session, questionnaire, prepared.shares[number])
        prepared.codes[number] = services.make_slips(
            session, questionnaire=questionnaire, secret=SECRET, actor=ACTOR, now=NOW
        )
    if is_open:
        services.open_round(session, round=made, actor=ACTOR, now=NOW)
    return prepared


def staff_of(headcount: int) -> tuple[Position, ...]:
    """A list by position of so many people."""
    return (Position("Бас маман", "Главный специалист", headcount),)


def rehearse(session: Session, questionnaire: Questionnaire, shares: Sequence[str]) -> None:
    """All three shares, two at a time."""
    for pair in (shares[:2], shares[1:]):
        services.rehearse_shares(session, questionnaire=questionnaire, shares=pair, actor=ACTOR, now=NOW)


def holders(questionnaire: Questionnaire) -> tuple[Staff, Staff]:
    """The commissioner and the chair of the questionnaire's oblast, as they are signed in."""
    oblast = questionnaire.oblast_kato
    return (
        Staff(1, "ethics", "Айгүл", 1, (Scope(Role.ETHICS, oblast),)),
        Staff(2, "chair", "Болат", 1, (Scope(Role.CHAIR, oblast),)),
    )


def answer(
    session: Session, keys: KeyRing, code: str, given: str = BEST, remark: str = "", *, now=NOW
) -> services.Answered:
    return services.deposit_answer(
        session, code=code, given=given, remark=remark, keys=keys, secret=SECRET, now=now
    )


def answer_all(
    storage: Storage, keys: KeyRing, prepared: Prepared, answers: Sequence[Sequence[str]],
    remarks: Mapping[str, str] = MappingProxyType({}),
) -> None:  # fmt: skip
    """Give each questionnaire's slips these answers, each in a transaction of its own; remarks by code."""
    for number, given in zip(prepared.numbers, answers, strict=True):
        for code, one in zip(prepared.codes[number], given, strict=False):
            with storage.write(now=NOW) as session:
                answer(session, keys, code, one, remarks.get(code, ""))


def close(storage: Storage, keys: KeyRing, prepared: Prepared) -> int:
    with storage.write(now=NOW) as session:
        return services.close_round(
            session,
            round=prepared.round(session),
            keys=keys,
            takers=TAKERS,
            reason="Test",
            actor=ACTOR,
            now=NOW,
        )


def unseal(storage: Storage, prepared: Prepared, place: int = 0, *, pair=(0, 1), shares=None):
    number = prepared.numbers[place]
    given = shares or [prepared.shares[number][index] for index in pair]
    with storage.write(now=NOW) as session:
        asked = prepared.questionnaire(session, place)
        return services.open_questionnaire(
            session, questionnaire=asked, shares=given, holders=holders(asked), now=NOW
        )
