"""A thousand slips drawn to PDF, beside the budget of 20 seconds; given a path, the file is kept there."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from time import perf_counter, process_time
from types import SimpleNamespace

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from core.codes import new_code
from ethics.slips.printing import draw_slips

SLIPS, BUDGET = 1000, 20.0


def main() -> None:
    line = SimpleNamespace(
        name="Сейтқали Айгүл",
        unit=SimpleNamespace(name_kk="Қарасу ауылдық округі", name_ru="Карасуский сельский округ"),
        round=SimpleNamespace(closes_on=date(2026, 6, 30)),
    )  # fmt: skip
    codes = [new_code() for _ in range(SLIPS)]
    draw_slips(codes[:10], line=line, public_url="https://uni.example.kz", is_demo=False)
    start, worked = perf_counter(), process_time()
    drawn = draw_slips(codes, line=line, public_url="https://uni.example.kz", is_demo=True)
    took = perf_counter() - start
    worked = process_time() - worked
    print(
        f"{SLIPS} slips  {took:.1f} s of {BUDGET:.0f} s, {worked:.1f} s of work  {len(drawn) / 1024:.0f} KiB"
    )
    if len(sys.argv) > 1:
        Path(sys.argv[1]).write_bytes(drawn)


if __name__ == "__main__":
    main()
