"""Makes records and issued certificates for the tests."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from contest.certificates.composing import Order
from contest.certificates.models import Certificate
from contest.certificates.press import Press
from contest.certificates.record import AwardKind, CertificateRecord
from contest.certificates.services import issue_certificates
from contest.rulebook import Stage
from contest.standings.models import Standing
from core.signatures import DEMONSTRATION, SigningKey, fingerprint_of, make_store
from tests.conftest import NOW
from tests.contest.sample import ETHICS, MARKS, OBLASTS, freeze, marked, waive_all

CODE = "DEMO-7K3M9QWX2R5T8VY9"
LIVE = "7K3M9QWX2R5T8VY9"
ORDER = Order("123-НҚ", date(2026, 10, 15), "А. Б. Сейітқалиев")
URL = "http://localhost"
ACTOR = "account:1"
LONG_KK = "Әбдірахманұлы-Қоңырқұлжинский Нұрсұлтан-Мұхаммед Өскенбайұлы"
LONG_RU = "Абдрахманов-Конуркульджинский Нурсултан-Мухаммед Оскенбаевич"

#: One key for all tests: making one takes as long as signing ten.
KEY = SigningKey(
    make_store(
        "Auyl Uni", passphrase=b"tests", organisation=DEMONSTRATION,
        life=(datetime(2020, 1, 1, tzinfo=UTC), datetime(2099, 12, 31, tzinfo=UTC)),
    ),
    b"tests",
)  # fmt: skip
PRESS = Press(KEY)
SIGNERS = frozenset({fingerprint_of(KEY.certificate)})

RECORD = CertificateRecord(
    code=CODE, serial=12, is_demo=True, contest="2026",
    contest_kk="«Үздік ауыл әкімі – 2026» республикалық конкурсы",
    contest_ru="Республиканский конкурс «Лучший сельский аким – 2026»", contest_en="Best Rural Akim 2026",
    stage=Stage.NATIONAL, kind=AwardKind.PLACE, place=1, award="place-1", award_kk="", award_ru="",
    award_en="", name_kk="Нұрмағамбетова Айгүл Серікқызы", name_ru="Нурмагамбетова Айгуль Сериковна",
    kato="613430000", post_kk="Түркістан облысы, Сайрам ауданы, Қарабұлақ ауылдық округі",
    post_ru="Туркестанская область, Сайрамский район, Карабулакский сельский округ",
    post_en="Turkistan oblast, Sairam district, Qarabulaq rural okrug", order_number="123-НҚ",
    order_on=date(2026, 10, 15), signed_by="", issued_on=date(2026, 10, 16), rulebook="a" * 64,
    standing="b" * 64, address=f"https://auyl-uni.example.kz/v/{CODE}",
)  # fmt: skip


def live(record: CertificateRecord = RECORD, **changes) -> CertificateRecord:
    """The record as a live installation would have it."""
    return replace(record, code=LIVE, is_demo=False, address=f"https://auyl-uni.kz/v/{LIVE}", **changes)


def nomination(**changes) -> CertificateRecord:
    """A nomination's record."""
    given = {
        "kind": AwardKind.NOMINATION, "place": None, "award": "nomination:project",
        "award_kk": "Үздік әлеуметтік-экономикалық жоба", "award_en": "Best socio-economic project",
        "award_ru": "«Лучший социально-экономический проект»", **changes,
    }  # fmt: skip
    return replace(RECORD, **given)


def frozen(session: Session) -> Standing:
    """A frozen regional standing of four nominees: places 1 to 3, one of them finalist, one without."""
    marked(
        session, marks=(*MARKS, ((5, 5, 5, 5), (5, 5, 4, 5), (4, 5, 5, 5))), ethics=(*ETHICS, (8, "55", "5"))
    )
    standing = freeze(session, OBLASTS[0])
    waive_all(session, standing)
    return standing


def the_standing(session: Session) -> Standing:
    """The standing that :func:`frozen` froze."""
    return session.scalars(select(Standing)).one()


def issue(session: Session, standing: Standing, directory: Path, **changes) -> list[Certificate]:
    """Issue with the usual circumstances."""
    given = {
        "order": ORDER, "press": PRESS, "directory": directory, "is_demo": True, "public_url": URL,
        "actor": ACTOR, "now": NOW, **changes,
    }  # fmt: skip
    return issue_certificates(session, standing=standing, **given)
