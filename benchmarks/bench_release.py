"""The check of a national release, beside its budget of 20 seconds: a league of 2,319 units, 17 oblasts.

The release is made up, packed as the product packs it, and then checked as `release verify` does, signature
and all. A number as the only argument takes so many units; the budget stays.
"""

from __future__ import annotations

import os
import resource
import sys
import tempfile
from pathlib import Path
from time import perf_counter

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np

from contest.release.sealing import verify_whole
from contest.rulebook_reading import shipped_text
from core.signatures import fingerprint_of
from tests.contest.release.made import (
    MARKS,
    NATIONAL_MARKS,
    Country,
    hand_made,
    signing_key,
    zipped,
)

UNITS, OBLASTS, NOMINEES, BUDGET = 2319, 17, 20, 20.0


def villages(count: int) -> list[tuple[str, int, int, str, str]]:
    """Units of a country: most of them small, with scores and errors as such have them."""
    drawn = np.random.RandomState(1)
    found = []
    for number in range(count):
        oblast, size = 11 + number % OBLASTS, int(drawn.lognormal(6.7, 0.9)) + 60
        n = max(10, min(size, int(drawn.lognormal(3.6, 0.7))))
        score, error = drawn.normal(62, 8), max(0.4, 22 / n**0.5)
        found.append((f"{oblast}{number:07d}", size, n, f"{min(99, max(1, score)):.2f}", f"{error:.2f}"))
    return sorted(found)


def release_of(count: int) -> bytes:
    """The release: everything that the sample of the tests has, as large as the country."""
    country = Country(
        villages=villages(count), ethics=[(11, "71.20", "3.10", False)] * count,
        marks=[MARKS[number % 3] for number in range(NOMINEES)],
        national_marks=[NATIONAL_MARKS[number % 2] for number in range(OBLASTS)],
    )  # fmt: skip
    return zipped(hand_made(shipped_text("2026"), country).files())


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else UNITS
    start = perf_counter()
    content = release_of(count)
    drawn_up = perf_counter() - start
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "release.zip"
        path.write_bytes(content)
        start = perf_counter()
        report = verify_whole(path, signers={fingerprint_of(signing_key().certificate)})
        took = perf_counter() - start
    # The sample has no register of certificates; everything else must agree.
    differing = [line for line in report.differing if line.subject != "certificates.json"]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"release of {count} units, {len(content) / 1024:.0f} KiB, checked: {took:.1f} s of {BUDGET:.0f} s "
        f"({took / BUDGET:.2f}), {len(report.lines)} lines, {len(differing)} differ, drawn up in "
        f"{drawn_up:.1f} s, peak {peak:.0f} MB, load {os.getloadavg()[0]:.1f}"
    )
    for line in differing[:5]:
        print(f"  {line.subject}: {line.detail}")
    if differing:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
