"""Certificates drawn, signed and verified on two processes, beside the budget of 120 seconds for 2,319.

A number as the only argument makes so many; the budget is then in proportion.
"""

from __future__ import annotations

import os
import sys
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, date, datetime
from multiprocessing import get_context
from pathlib import Path
from time import perf_counter, process_time

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from contest.certificates.inspection import inspect
from contest.certificates.press import make_file
from contest.certificates.record import AwardKind, CertificateRecord
from contest.rulebook import Stage
from core.codes import new_code
from core.signatures import DEMONSTRATION, Seal, SigningKey, fingerprint_of, make_store

ALL, BUDGET, PROCESSES, SHEAF = 2319, 120.0, 2, 20
SURNAMES = ("Әбдірахманов", "Нұрмағамбетова", "Ли", "Қоңырқұлжинский-Сейітқали")
NAMES = ("Ерлан Серікұлы", "Айгүл Өскенбайқызы", "Ян", "Нұрсұлтан-Мұхаммед")


def record_of(serial: int) -> CertificateRecord:
    """One of many: places first, then letters of thanks, names short and long."""
    code = new_code(16, prefix="DEMO-")
    name = f"{SURNAMES[serial % 4]} {NAMES[serial // 4 % 4]}"
    has_place = serial <= 60
    return CertificateRecord(
        code=code, serial=serial, is_demo=True, contest="2026",
        contest_kk="«Үздік ауыл әкімі – 2026» республикалық конкурсы",
        contest_ru="Республиканский конкурс «Лучший сельский аким – 2026»", contest_en="Best Rural Akim",
        stage=Stage.REGIONAL, kind=AwardKind.PLACE if has_place else AwardKind.THANKS,
        place=serial % 3 + 1 if has_place else None,
        award=f"place-{serial % 3 + 1}" if has_place else "thanks",
        award_kk="", award_ru="", award_en="", name_kk=name, name_ru=name, kato="613430000",
        post_kk=f"Түркістан облысы, Сайрам ауданы, № {serial} ауылдық округі",
        post_ru=f"Туркестанская область, Сайрамский район, сельский округ № {serial}", post_en="Okrug",
        order_number="123-НҚ", order_on=date(2026, 10, 15), signed_by="", issued_on=date(2026, 10, 16),
        rulebook="a" * 64, standing="b" * 64, address=f"https://auyl-uni.example.kz/v/{code}",
    )  # fmt: skip


def made(serials: range, key: SigningKey) -> tuple[int, float, int]:
    """Make and verify a sheaf: how many were whole, the work it took, the bytes."""
    start, whole, size = process_time(), 0, 0
    for serial in serials:
        record = record_of(serial)
        content = make_file(record, key)
        found = inspect(content, frozenset({fingerprint_of(key.certificate)}))
        whole += found.seal.seal is Seal.INTACT and found.record == record.as_json()
        size += len(content)
    return whole, process_time() - start, size


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else ALL
    life = (datetime(2026, 1, 1, tzinfo=UTC), datetime(2036, 1, 1, tzinfo=UTC))
    key = SigningKey(make_store("Bench", passphrase=b"x", organisation=DEMONSTRATION, life=life), b"x")
    sheaves = [range(first, min(first + SHEAF, count + 1)) for first in range(1, count + 1, SHEAF)]
    start = perf_counter()
    with ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn")) as pool:
        answers = list(pool.map(made, sheaves, [key] * len(sheaves)))
    took = perf_counter() - start
    whole, worked, size = (sum(column) for column in zip(*answers, strict=True))
    budget, load = BUDGET * count / ALL, os.getloadavg()[0]
    print(
        f"{count} certificates drawn, signed and verified, {whole} whole: {took:.1f} s of {budget:.1f} s "
        f"({took / budget:.2f}) on {PROCESSES} processes, {worked:.1f} s of work, "
        f"{1000 * worked / count:.0f} ms and {size / count / 1024:.0f} KiB each, load {load:.1f}"
    )
    if whole != count:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
