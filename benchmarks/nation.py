"""A published contest of the whole nation for the benchmarks: a standing with a row for every akim's post,
and a league of all of them.

Names, scores and answers are drawn from a fixed seed; places and intervals follow from the scores by the
product's own arithmetic. Nothing here is used by the product.
"""

from __future__ import annotations

import json
import random
from datetime import timedelta
from decimal import Decimal

import numpy as np
from sqlalchemy import insert
from sqlalchemy.orm import Session

from benchmarks.installation import CODE, Installation
from contest.contests.models import Contest, ContestState, RuleBookEdition
from contest.league.computation import Position
from contest.league.models import League, LeagueRow
from contest.nominees.models import Nominee, NomineeState
from contest.rulebook import RuleBook, Stage
from contest.rulebook_reading import read_rulebook, shipped_text
from contest.standings.models import Standing, StandingRow
from core import clock
from core.accounts.models import Account
from core.places.models import Official
from core.places.queries import post_units
from core.ranking import places, rank_intervals, top_probability

CONTEST = "nation"
_NOW = clock.present()
_SURNAMES = (
    "Ахметов", "Серіков", "Оспанов", "Қасымов", "Нұрланов", "Жүсіпов", "Байжанов", "Төлегенов", "Сағынтаев",
    "Мұхамедов", "Әбдіров", "Бекмұратов", "Дүйсенов", "Ермеков", "Жақсыбеков", "Искаков", "Кенжебаев",
    "Қуанышев", "Маратов", "Омаров", "Рахимов", "Смағұлов", "Тілеуов", "Уәлиев", "Шәріпов", "Ыбыраев",
    "Есенов", "Досжанов", "Алпысбаев", "Бейсенов", "Құдайбергенов", "Нұғыманов", "Өмірзақов", "Үсенов",
    "Ізтілеуов", "Иванченко", "Шевцов", "Гончаров", "Абдуллаев", "Юсупов",
)  # fmt: skip
_GIVEN = (
    "Асқар", "Ерлан", "Нұрлан", "Бауыржан", "Серік", "Марат", "Қайрат", "Данияр", "Айбек", "Талғат",
    "Болат", "Ержан", "Мұрат", "Азамат", "Руслан", "Жандос", "Әлібек", "Ғалым", "Сәкен", "Дәурен", "Ақан",
    "Бейбіт", "Ғабит", "Ескендір", "Жігер", "Зейнолла", "Қуат", "Мақсат", "Олжас", "Өміржан", "Рүстем",
    "Самат", "Төреғали", "Ұлан", "Шыңғыс", "Ілияс",
)  # fmt: skip


def publish_nation(place: Installation) -> int:
    """Fill a published contest over the units of the installation's campaign; gives their number."""
    now = clock.present()
    book = read_rulebook(shipped_text("2026"), place="rule book")
    with place.storage.write(now=now) as session:
        contest = _contest(session, book)
        rows = _nominees(session, contest, set(place.katos))
        scores, errors, answers = _numbers(len(rows))
        _standing(session, contest, book, rows, scores, errors, answers)
        _league(session, contest, book, rows, scores, errors, answers)
    return len(rows)


def _contest(session: Session, book: RuleBook) -> Contest:
    contest = Contest(
        code=CONTEST, title_kk="«Үздік ауыл әкімі» конкурсы", title_ru="Конкурс «Лучший сельский аким»",
        title_en="Contest “Best Rural Akim”", state=ContestState.PUBLISHED, campaign_code=CODE,
        round_code="none", draft_rules="", created_at=_NOW, published_at=_NOW,
    )  # fmt: skip
    session.add(contest)
    session.flush()
    session.add(
        RuleBookEdition(
            contest_id=contest.id, version=1, text=shipped_text("2026"), fingerprint=book.fingerprint,
            order_number="№ 1", order_on=clock.day_of(_NOW), published_at=_NOW,
        )
    )  # fmt: skip
    session.add_all(Account(login=f"signer-{n}", name="Signer", created_at=_NOW) for n in (1, 2))
    session.flush()
    return contest


def _nominees(session: Session, contest: Contest, katos: set[str]) -> list[Nominee]:
    """An official in every post, and a nomination of each."""
    draw, rows = random.Random(2026), []
    for post, unit in post_units(session):
        if unit.kato in katos:
            surname, given, father = draw.choice(_SURNAMES), draw.choice(_GIVEN), draw.choice(_GIVEN)
            official = Official(
                post_id=post.id, surname=surname, given_name=given, patronymic=f"{father}ұлы",
                since_on=clock.day_of(_NOW) - timedelta(days=900),
            )  # fmt: skip
            session.add(official)
            rows.append((official, unit, f"{surname} {given} {father}ұлы"))
    session.flush()
    nominees = [
        Nominee(
            contest_id=contest.id, official_id=official.id, kato=unit.kato, oblast_kato=unit.oblast_kato,
            name_kk=name, name_ru=name, state=NomineeState.REGISTERED, is_finalist=True, proposed_at=_NOW,
            consented_at=_NOW, registered_at=_NOW,
        )
        for official, unit, name in rows
    ]  # fmt: skip
    session.add_all(nominees)
    session.flush()
    return nominees


def _numbers(count: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Scores spread as residents' are, their errors, and from how many answers they come."""
    random = np.random.default_rng(2026)
    answers = random.integers(10, 2000, count)
    return random.normal(62, 7, count).round(2), (22 / np.sqrt(answers)).round(2), answers


def _standing(session: Session, contest, book: RuleBook, nominees, scores, errors, answers) -> None:
    standing = Standing(
        contest_id=contest.id, stage=Stage.NATIONAL, oblast_kato=None, version=1,
        rulebook_fingerprint=book.fingerprint, inputs_digest="0" * 64, inputs_json="{}", asked_by=1,
        confirmed_by=2, frozen_at=_NOW, published_at=_NOW,
    )  # fmt: skip
    session.add(standing)
    session.flush()
    place, sets = places(scores), rank_intervals(scores, errors)
    chance = top_probability(scores, errors, k=3)
    parts = [part.code for part in book.stage(Stage.NATIONAL).components]
    rows = []
    for n, nominee in enumerate(nominees):
        score, error = str(Decimal(str(scores[n]))), str(Decimal(str(errors[n])))
        part = {
            "weight": "0.5", "score": score, "error": error, "n": int(answers[n]), "used": score,
            "reliability": None, "is_coarse": False,
        }  # fmt: skip
        flags = ["not-firm:survey"] * int(answers[n] < 300) + ["tied"] * (int((place == place[n]).sum()) > 1)
        rows.append(
            {
                "standing_id": standing.id, "nominee_id": nominee.id, "official_id": nominee.official_id,
                "name_kk": nominee.name_kk, "name_ru": nominee.name_ru, "kato": nominee.kato,
                "oblast_kato": nominee.oblast_kato, "place": int(place[n]), "composite": Decimal(score),
                "error": Decimal(error), "shown": Decimal(score), "low": int(sets.low[n]),
                "high": int(sets.high[n]), "top_probability": Decimal(str(round(float(chance[n]), 4))),
                "components_json": json.dumps([{"code": code, **part} for code in parts]),
                "is_finalist": False, "flags_json": json.dumps(flags),
                "award": f"place-{place[n]}" if place[n] <= 3 else None,
            }
        )  # fmt: skip
    session.execute(insert(StandingRow), rows)


def _league(session: Session, contest, book: RuleBook, nominees, scores, errors, answers) -> None:
    """Three classes of equal size, each ranked by itself."""
    league = League(
        contest_id=contest.id, version=1, rulebook_fingerprint=book.fingerprint, inputs_digest="0" * 64,
        inputs_json="{}", frozen_at=_NOW,
    )  # fmt: skip
    session.add(league)
    session.flush()
    sizes = [one.code for one in book.league]
    for number, size in enumerate(sizes):
        own = np.arange(number, len(nominees), len(sizes))
        place, sets = places(scores[own]), rank_intervals(scores[own], errors[own])
        chance = top_probability(scores[own], errors[own], k=3)
        session.execute(
            insert(LeagueRow),
            [
                {
                    "league_id": league.id, "kato": nominees[unit].kato, "size": size,
                    "position": Position.RANKED, "adults": 900, "n": int(answers[unit]),
                    "score": Decimal(str(scores[unit])), "error": Decimal(str(errors[unit])),
                    "reliability": Decimal("0.90"), "used": Decimal(str(scores[unit])),
                    "place": int(place[n]), "low": int(sets.low[n]), "high": int(sets.high[n]),
                    "top_probability": Decimal(str(round(float(chance[n]), 4))),
                }
                for n, unit in enumerate(own)
            ],
        )  # fmt: skip
