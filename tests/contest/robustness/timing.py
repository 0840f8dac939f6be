"""How long a computation takes this process, whatever else the machine does meanwhile."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any


def seconds_of(act: Callable[[], Any], *, below: float) -> tuple[float, Any]:
    """The processor's time of the quickest of three tries, and what came of it; the first below will do."""
    quickest = float("inf")
    for _ in range(3):
        before = time.process_time()
        made = act()
        quickest = min(quickest, time.process_time() - before)
        if quickest < below:
            break
    return quickest, made
